"""Analyse the posts that wait for it: woken by a crawl that has just ended, and every ten minutes in case one was lost.

A few batches are analysed by the first task at once; many are dealt, in slices, to as many workers as there are.
"""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import dag, task

from dags.assets import MENTIONS, MENTIONS_IF_ANY, POSTS, common
from dags.schedule import wake, woken_by


@dag(
    schedule=woken_by(POSTS, from_minute=5),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def analyse() -> None:
    """Turn every batch of posts that waits into mentions."""

    @task(outlets=[MENTIONS_IF_ANY])
    def match_and_score(outlet_events: Any = None) -> list[list[str]]:
        from indexing.pipeline import analyse_or_deal

        dealt = analyse_or_deal()
        wake("index", outlet_events, MENTIONS_IF_ANY, MENTIONS)
        return dealt

    @task(outlets=[MENTIONS])
    def match_and_score_slice(batches: list[str]) -> dict[str, int]:
        from indexing.elasticsearch.store import open_store
        from indexing.pipeline import analyse_all, check_config

        return analyse_all(check_config(), open_store(), only=batches).books

    match_and_score_slice.expand(batches=match_and_score())


analyse()
