"""The history of a post's public counts and rank: one document whenever a page showed others than the one before."""

from collections.abc import Mapping
from typing import Any

from indexing.elasticsearch.bulk import Action

__all__ = ["point"]

_KEPT = ("engagement", "rank")


def point(before: Mapping[str, Any] | None, after: Mapping[str, Any], index: str) -> Action | None:
    """Return the write that keeps the counts and rank of `after`, or None where it shows none or those of `before`.

    It is to be sent before the mention itself: killed in between, the next try sees the old mention and keeps it again.
    """
    shown = {name: after[name] for name in _KEPT if after.get(name)}
    if not shown or all((before or {}).get(name) == value for name, value in shown.items()):
        return None
    return Action(
        operation="create",
        index=index,
        id=f"{after['post_id']}@{after['writers']['page']}",
        source={
            "@timestamp": after["fetched_at"],
            "post_id": after["post_id"],
            "platform": after["platform"],
            **shown,
        },
    )
