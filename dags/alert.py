"""Evaluate the rules, repeat, escalate, resolve, and deliver what is still undelivered, every two minutes.

The safety net: in the normal course the task that has just indexed has already evaluated and delivered.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import common


@dag(
    schedule=timedelta(minutes=2),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def alert() -> None:
    """Raise alerts and send them."""

    @task
    def evaluate_and_deliver() -> list[str]:
        from indexing.pipeline import watch

        return [alert.id for alert in watch()]

    evaluate_and_deliver()


alert()
