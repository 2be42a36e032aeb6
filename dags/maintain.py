"""Back the index up every night, and keep the last seven backups."""

from datetime import UTC, datetime

from airflow.sdk import dag, task

from dags.assets import DEFAULTS


@dag(
    schedule="17 19 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["tingfeng"],
    doc_md=__doc__,
)
def maintain() -> None:
    """Write one backup and drop those that are older than the last seven."""

    @task
    def back_up() -> str:
        from indexing.backup import nightly
        from indexing.elasticsearch.store import open_store

        return nightly(open_store(any_version=True), keep=7)

    back_up()


maintain()
