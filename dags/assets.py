"""What the DAGs share: the assets that wake one after the other, how they run, and what a failed task does.

An asset's event carries nothing: what is to be done waits in the queue below the stages' root, and an event that is
lost, or came while a DAG was paused, loses no work. So a task that may have handed on nothing has an alias for its
outlet, by which it wakes the next DAG only where something waits for it.
"""

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetAlias

__all__ = ["INDEX", "MENTIONS", "MENTIONS_IF_ANY", "POSTS", "POSTS_IF_ANY", "common"]

POSTS = Asset("tingfeng-posts", uri="x-tingfeng://posts")
MENTIONS = Asset("tingfeng-mentions", uri="x-tingfeng://mentions")
INDEX = Asset("tingfeng-index", uri="x-tingfeng://index")
POSTS_IF_ANY = AssetAlias("tingfeng-posts-if-any")
MENTIONS_IF_ANY = AssetAlias("tingfeng-mentions-if-any")

_log = logging.getLogger(__name__)


def tell(context: Any) -> None:
    """Send a failed task's name and reason to the channel `operations`, where there is one, and to the log always."""
    from indexing.alerts.operations import notify

    instance = context["task_instance"]
    reason = str(context.get("exception") or "no reason given")
    _log.error("%s.%s failed: %s", instance.dag_id, instance.task_id, reason)
    notify(f"{instance.dag_id}.{instance.task_id}", reason)


_DEFAULTS: dict[str, Any] = {
    "owner": "tingfeng",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": tell,
}


def common(documentation: str) -> dict[str, Any]:
    """Return how every DAG runs; its module's documentation is its own, the first line its description."""
    return {
        "catchup": False,
        "max_active_runs": 1,
        "default_args": _DEFAULTS,
        "tags": ["tingfeng"],
        "description": documentation.partition("\n")[0],
        "doc_md": documentation,
    }
