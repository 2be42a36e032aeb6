"""Stories brought up to the index: every mention placed, every changed story and its accounts told anew."""

from dataclasses import dataclass
from datetime import UTC, datetime

from indexing.elasticsearch.store import Store
from indexing.stories.place import place
from indexing.stories.tell import tell

__all__ = ["Stories", "update_stories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """What one run did: mentions that got a story, and documents of stories written."""

    placed: int
    told: int


def update_stories(store: Store, *, now: datetime | None = None) -> Stories:
    """Place new mentions in their stories and tell those anew; a run that is killed is completed by the next."""
    now = now or datetime.now(UTC)
    placed = place(store, now=now)
    return Stories(placed=placed, told=tell(store, now=now))
