"""Stories and accounts brought up to the index: what was written since the last time is placed, counted, and told of.

All that is taken up was handed on by the index itself (see changes.py): mentions that anybody has written, answers of
the brands, counted mentions whose figures changed. What a run reads follows from that, and not from the history; one
that is killed is completed by the next, for the changes count as worked through only in the end.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from config.brand import Brand
from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.changes import Changes, changes
from indexing.elasticsearch.documents import values_of
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.stories.accounts import tell_accounts
from indexing.stories.anew import drop_gone, drop_silent, drop_strange_answers, told_before
from indexing.stories.answers import join_answers
from indexing.stories.counted import count
from indexing.stories.ledger import values_among
from indexing.stories.placing import READER, place_waiting, waits
from indexing.stories.retracted import drop_left, forget, left
from indexing.stories.rows import read_rows
from indexing.stories.tell import tell

__all__ = ["READER", "Stories", "count_new", "update_stories"]

_AT_ONCE = 1_000
_TOLD = {"term": {"told": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """What one run did: mentions that got a story, and documents of stories written."""

    placed: int
    updated: int


def update_stories(store: Store, brands: Sequence[Brand] = (), *, now: datetime | None = None) -> Stories:
    """Place new mentions in their stories and tell those anew; a run that is killed is completed by the next.

    With the brands, the stories also say where a brand's own account could answer. An index that was made anew is
    worked through as a whole, and what it no longer holds is forgotten. Raises Busy while another process tells the
    stories of this index.
    """
    now = now or datetime.now(UTC)
    own = {brand.id: {account.platform for account in brand.own_accounts} for brand in brands}
    with store_errors(), lease(store.client, store.state, "telling of stories", READER):
        placed, mentions = place_waiting(store, now)
        if mentions.first:
            drop_gone(store)
        retracted = changes(store, READER, "retracted")
        if retracted:
            forget(store, retracted)
        answers = changes(store, READER, "answers")
        if answers and answers.first and brands:
            drop_strange_answers(store, brands)
        answered = join_answers(store, answers.query) if answers else set()
        _count(store, mentions, answered)
        counted = changes(store, READER, "counted")
        for accounts in _accounts(store, counted, retracted):
            tell_accounts(store, accounts, now=now)
        updated = tell(store, _tellings(store, counted, retracted, answered), now=now, own=own)
        store.refresh("stories", "accounts")
        if mentions.first:
            drop_silent(store)
        elif retracted:
            drop_left(store, retracted)
        for done in (mentions, retracted, answers, counted):
            done.done()
    return Stories(placed=placed, updated=updated)


def count_new(store: Store) -> None:
    """Count what was indexed since the last time, while more of it comes; all else is left to the next update.

    So is everything where another process is at it, where mentions have no story yet, or where an index that was made
    anew leaves something to be forgotten.
    """
    with store_errors(), suppress(Busy), lease(store.client, store.state, "telling of stories", READER):
        mentions = changes(store, READER, MONTHLY)
        if mentions and not (mentions.first and told_before(store)) and not waits(store, mentions):
            _count(store, mentions, set())
            mentions.done()


def _count(store: Store, mentions: Changes, answered: set[str]) -> None:
    """Count the changed mentions anew, and what belongs to stories that are told of for an answer alone."""
    for rows in ahead(read_rows(store, mentions.query)) if mentions else ():
        posts = sorted({row.post_id for row in rows})
        waiting = {"bool": {"filter": [{"terms": {"root": posts}}], "must_not": [{"exists": {"field": "story"}}]}}
        join_answers(store, waiting)
        count(store, {row.mention: row for row in rows})
    for some in in_parts(answered, _AT_ONCE):
        count(store, {}, answered=some)


def _accounts(store: Store, counted: Changes, retracted: Changes) -> Iterator[Iterator[list[str]]]:
    """Yield the accounts whose mentions have changed, or gone, some at a time."""
    if counted:
        yield from (values_of(store, key, [counted.query]) for key in ("account", "left"))
    if retracted:
        yield left(store, "account", retracted)


def _tellings(store: Store, counted: Changes, retracted: Changes, answered: set[str]) -> Iterator[Sequence[str]]:
    """Yield the documents of stories that are to be written anew, some at a time."""
    if counted:
        yield from values_of(store, "telling", [counted.query, _TOLD])
    for some in left(store, "telling", retracted) if retracted else ():
        yield sorted(values_among(store, "telling", some, _TOLD))
    for some in in_parts(answered):
        yield from values_of(store, "telling", [{"terms": {"story": some}}, _TOLD])
