"""Crawl every feed × query of every brand, every ten minutes, in as few tasks as needed.

All targets of one host are one task's, so that politeness holds across tasks and workers. A task whose targets did not
all give posts fails, and its log names them; what the others gave is written, and handed on. A platform that could not
be reached is tried once more, alone; one that refuses us is not, for that would make it worse. Either way the crawl's
verdict goes to the index at once, and the failure callback tells. The last task wakes the analysis once more, for the
posts of tasks that failed, and logs what the round came to.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from dags.assets import POSTS, common

_log = logging.getLogger(__name__)


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    **common(__doc__),
)
def crawl() -> None:
    """Deal the targets to tasks, and map one task over what was dealt."""

    @task
    def deal(**context: Any) -> list[int]:
        from crawlers.deal import deal as to_tasks
        from crawlers.stage import window_at
        from indexing.pipeline import check_config, to_crawl

        return list(range(to_tasks(to_crawl(check_config()), window_at(context["dag_run"].run_after))))

    @task(outlets=[POSTS], retries=1, map_index_template="{{ hosts | default('') }}")
    def fetch(number: int) -> dict[str, int]:
        from airflow.sdk import get_current_context
        from airflow.sdk.exceptions import AirflowException, AirflowFailException

        from crawlers.stage import window_at
        from indexing.pipeline import crawl_dealt

        context: Any = get_current_context()
        done = crawl_dealt(window_at(context["dag_run"].run_after), number)
        context["hosts"] = done.hosts
        if done.faults:
            raise (AirflowException if done.may_pass else AirflowFailException)("\n".join(done.faults))
        return done.verdicts

    @task(outlets=[POSTS])
    def hand_on(**context: Any) -> None:
        from crawlers.deal import summary
        from crawlers.stage import window_at

        _log.info("%s", summary(window_at(context["dag_run"].run_after)))

    fetch.expand(number=deal()) >> hand_on().as_teardown()


crawl()
