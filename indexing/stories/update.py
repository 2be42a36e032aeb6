"""Stories brought up to the index: every mention placed, every changed account and story told anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.brand import Brand
from indexing.elasticsearch.store import Store
from indexing.stories.accounts import tell_accounts
from indexing.stories.place import place
from indexing.stories.replies import read_replies
from indexing.stories.tell import tell

__all__ = ["Stories", "update_stories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """What one run did: mentions that got a story, and documents of stories written."""

    placed: int
    updated: int


def update_stories(store: Store, brands: Sequence[Brand] = (), *, now: datetime | None = None) -> Stories:
    """Place new mentions in their stories and tell those anew; a run that is killed is completed by the next.

    With the brands, the stories also say when a brand's own account first answered.
    """
    now = now or datetime.now(UTC)
    placed = place(store, now=now)
    tell_accounts(store, now=now)
    own = {brand.id: {account.platform for account in brand.own_accounts} for brand in brands}
    return Stories(placed=placed, updated=tell(store, now=now, replies=read_replies(store, brands), own=own))
