"""Pack crawled days that are over, remove what is older than retention keeps, and back the index up, every night."""

from datetime import UTC, datetime

from airflow.sdk import dag, task

from dags.assets import common


@dag(
    schedule="17 19 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def maintain() -> None:
    """Put away what is old, which frees space; tell all profiles as of today; then write one backup."""

    @task(trigger_rule="all_done")
    def back_up() -> str:
        from config.retention import load_retention
        from indexing.elasticsearch.store import open_store
        from indexing.maintenance.backup import nightly

        return nightly(open_store(any_version=True), keep=load_retention().backups)

    @task
    def put_away() -> dict[str, int]:
        from config.errors import UserError
        from indexing.elasticsearch.store import open_store
        from indexing.maintenance.maintain import maintain

        done = maintain(open_store(any_version=True))
        if done.packed.faults:
            raise UserError("\n".join(done.packed.faults))
        return {"packed": done.packed.windows} | {row.kind: row.gone for row in done.rows}

    @task(trigger_rule="all_done")
    def measure() -> int:
        from indexing.elasticsearch.store import open_store
        from indexing.profiles import update_profiles

        return update_profiles(open_store(), whole=True).written

    put_away() >> measure() >> back_up()


maintain()
