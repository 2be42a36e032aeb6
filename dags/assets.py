"""What the DAGs share: the assets that hand on from one to the next, and what happens when a task fails."""

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset

__all__ = ["DEFAULTS", "INDEX", "MENTIONS", "POSTS"]

POSTS = Asset("tingfeng-posts", uri="x-tingfeng://posts")
MENTIONS = Asset("tingfeng-mentions", uri="x-tingfeng://mentions")
INDEX = Asset("tingfeng-index", uri="x-tingfeng://index")

_log = logging.getLogger(__name__)


def tell(context: Any) -> None:
    """Send a failed task's name and reason to the channel `operations`, where there is one, and to the log always."""
    from indexing.alerts.operations import notify

    instance = context["task_instance"]
    reason = str(context.get("exception") or "no reason given")
    _log.error("%s.%s failed: %s", instance.dag_id, instance.task_id, reason)
    notify(f"{instance.dag_id}.{instance.task_id}", reason)


DEFAULTS: dict[str, Any] = {
    "owner": "tingfeng",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": tell,
}
