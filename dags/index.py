"""Index the mentions that wait for it, link customers, and raise alerts, all in one task.

Between a post that matters and the colleague who is woken there must be no queue, so the task that has just indexed
also evaluates the rules.
"""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import dag, task

from dags.assets import INDEX, MENTIONS, common
from dags.schedule import woken_by


@dag(
    schedule=woken_by(MENTIONS, from_minute=7),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def index() -> None:
    """Bring mentions to Elasticsearch and alerts to people."""

    @task(outlets=[INDEX])
    def index_and_alert() -> dict[str, Any]:
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import check_config, turn

        done = turn(open_store(), check_config())
        return {"books": done.books, "linked": done.linked, "alerts": [alert.id for alert in done.alerts]}

    index_and_alert()


index()
