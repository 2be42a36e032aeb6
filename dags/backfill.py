"""Go on with a backfill that `tingfeng backfill` has queued: slices between turns, which stop when new posts wait."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import common
from dags.schedule import every_ten_minutes


@dag(
    schedule=every_ten_minutes(from_minute=8),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def backfill() -> None:
    """Analyse older posts anew, the newest first."""

    @task
    def work_off_a_slice() -> dict[str, int]:
        from indexing.backfill import waits
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import check_config
        from indexing.reanalysis import go_on_between_turns

        if not waits():
            return {}
        return go_on_between_turns(open_store(), check_config(), lasting=timedelta(minutes=5)).books

    work_off_a_slice()


backfill()
