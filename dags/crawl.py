"""Crawl every feed × query of every brand, every ten minutes, in as few tasks as needed.

All targets of one host are one task's, so that politeness holds across tasks and workers. A task fails where a target
of it did, and its log names which; what the others gave is written and handed on. A platform that could not be reached
is tried once more, alone; one that refuses us is not, for that would make it worse. Either way the crawl's verdict goes
to the index at once, and the failure callback tells. Each task that succeeds wakes the analysis; the last one does so
where any failed, for the posts that those have brought nevertheless, and logs what the round came to.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task

from dags.assets import POSTS, POSTS_IF_ANY, common
from dags.schedule import wake

_log = logging.getLogger(__name__)


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def crawl() -> None:
    """Deal the targets to tasks, and map one task over what was dealt."""

    @task
    def deal(dag_run: Any = None) -> list[int]:
        from indexing.pipeline import deal_round

        return list(range(deal_round(dag_run.run_after)))

    @task(outlets=[POSTS], retries=1, map_index_template="{{ hosts | default('') }}")
    def fetch(number: int, dag_run: Any = None) -> dict[str, int]:
        from airflow.sdk.exceptions import AirflowException, AirflowFailException

        from indexing.pipeline import crawl_dealt

        done, context = crawl_dealt(dag_run.run_after, number), get_current_context()
        context.update(hosts=done.hosts)  # type: ignore[call-arg]
        if done.faults:
            raise (AirflowException if done.may_pass else AirflowFailException)(done.told)
        return done.verdicts

    @task(outlets=[POSTS_IF_ANY])
    def hand_on(dag_run: Any = None, ti: Any = None, outlet_events: Any = None) -> None:
        from indexing.pipeline import round_summary

        if ti.get_ti_count(dag_run.dag_id, task_ids=["fetch"], run_ids=[dag_run.run_id], states=["failed"]):
            wake("analyse", outlet_events, POSTS_IF_ANY, POSTS)
        _log.info("%s", round_summary(dag_run.run_after))

    fetch.expand(number=deal()) >> hand_on().as_teardown()


crawl()
