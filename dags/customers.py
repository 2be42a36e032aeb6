"""Bring in what the shop's own systems have of its customers, every hour; each source in a task of its own.

The next turn links new customers to their accounts.
"""

from datetime import UTC, datetime

from airflow.sdk import dag, task

from dags.assets import common


@dag(
    schedule="37 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def customers() -> None:
    """Read every source of config/customers; one that fails holds up no other."""

    @task
    def list_sources() -> list[str]:
        from config.customer_source import load_sources

        return [source.id for source in load_sources()]

    @task(max_active_tis_per_dag=2)
    def sync(source: str) -> dict[str, str]:
        from config.customer_source import load_source
        from indexing.customers.sync.run import sync
        from indexing.elasticsearch.store import open_store

        return sync(open_store(), load_source(source)).books()

    sync.expand(source=list_sources())


customers()
