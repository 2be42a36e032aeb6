"""Crawl every feed × query of every brand, every ten minutes; each feed has a pool of its own, for politeness.

A platform that cannot be reached is tried again; one that refuses us is not, for that would make it worse. Either way
the crawl's verdict goes to the index at once, and the failure callback tells.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from crawlers.feeds import feeds
from dags.assets import POSTS, common


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def crawl() -> None:
    """Map one task a feed over the feed's queries."""

    @task
    def queries(feed: str) -> list[dict[str, Any]]:
        from indexing.pipeline import check_config, to_crawl

        return [target.model_dump() for target in to_crawl(check_config()) if target.feed == feed]

    @task(outlets=[POSTS])
    def fetch(target: dict[str, Any], **context: Any) -> str:
        from airflow.sdk.exceptions import AirflowFailException

        from config.brand import Target
        from crawlers.errors import CrawlError, Unreachable
        from crawlers.stage import window_at
        from indexing.pipeline import crawl_and_note

        try:
            return crawl_and_note(Target(**target), window_at(context["dag_run"].run_after))
        except Unreachable:
            raise
        except CrawlError as refusal:
            raise AirflowFailException(str(refusal)) from refusal

    for feed in feeds():
        targets = queries.override(task_id=f"queries_{feed}")(feed)
        fetch.override(task_id=f"crawl_{feed}", pool=f"feed_{feed}").expand(target=targets)


crawl()
