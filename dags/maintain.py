"""Back the index up every night, keep the last seven backups, and sweep up what killed writers left behind."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import common


@dag(
    schedule="17 19 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def maintain() -> None:
    """Write one backup and drop those that are older than the last seven."""

    @task
    def back_up() -> str:
        from indexing.backup import nightly
        from indexing.elasticsearch.store import open_store

        return nightly(open_store(any_version=True), keep=7)

    @task
    def sweep_up() -> int:
        from crawlers.stage import sweep

        yesterday = datetime.now(UTC) - timedelta(days=1)
        return sum(sweep(stage, yesterday) for stage in ("posts", "runs", "mentions", "indexed"))

    back_up()
    sweep_up()


maintain()
