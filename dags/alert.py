"""Evaluate the rules and deliver what is still undelivered, every five minutes.

The safety net: in the normal course the task that has just indexed has already done both.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import DEFAULTS


@dag(
    schedule=timedelta(minutes=5),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["tingfeng"],
    doc_md=__doc__,
)
def alert() -> None:
    """Raise alerts and send them."""

    @task
    def evaluate_and_deliver() -> list[str]:
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import check_config, raise_alerts

        return [alert.id for alert in raise_alerts(open_store(), check_config())]

    evaluate_and_deliver()


alert()
