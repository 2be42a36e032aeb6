"""The history of a post's public counts: one document whenever a page showed other counts than the page before it."""

from collections.abc import Mapping
from typing import Any

from indexing.elasticsearch.bulk import Action

__all__ = ["point"]


def point(before: Mapping[str, Any] | None, after: Mapping[str, Any], index: str) -> Action | None:
    """Return the write that keeps the counts of `after`, or None where it shows none or those of `before`.

    It is to be sent before the mention itself: killed in between, the next try sees the old mention and keeps it again.
    """
    counts = after.get("engagement")
    if not counts or (before or {}).get("engagement") == counts:
        return None
    return Action(
        operation="create",
        index=index,
        id=f"{after['post_id']}@{after['writers']['page']}",
        source={
            "@timestamp": after["fetched_at"],
            "post_id": after["post_id"],
            "platform": after["platform"],
            "engagement": counts,
        },
    )
