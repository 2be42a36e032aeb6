"""The documents of the accounts: one for everybody who speaks of a brand, brought up to their mentions.

As with stories, the mentions are the truth: a run that was killed is made good by the next one. An index whose accounts
were written when only those in stories had a document is completed once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.stories.assign import Role
from indexing.stories.coordination import copied_in_bursts
from indexing.stories.documents import last_written, put, told_stories, touched_since, values_of
from indexing.stories.figures import account_document
from indexing.stories.rows import Row, read_rows

__all__ = ["tell_accounts", "write_accounts"]

_AT_ONCE, _PAGE = 1_000, 5_000


def tell_accounts(store: Store, *, now: datetime) -> int:
    """Write the documents of accounts whose mentions changed; return how many. All mentions have their stories."""
    store.refresh("accounts")
    old = _of_the_old_form(store)
    last = None if old else last_written(store, "accounts")
    authors = values_of(store, "author.id", [touched_since(last)] if last else [])
    written = write_accounts(store, authors, now=now)
    store.refresh("accounts")
    if old:
        _remove_silent(store)
    return written


def write_accounts(store: Store, authors: Iterable[str], *, told: Collection[str] = (), now: datetime) -> int:
    """Write the documents of these accounts; return how many. `told` are stories whose documents are yet to come."""
    waiting, written = iter(authors), 0
    while some := list(islice(waiting, _AT_ONCE)):
        written += put(store, "accounts", _documents(store, some, told, now))
    return written


def _of_the_old_form(store: Store) -> list[str]:
    """Return the ids of accounts that were written when only those in stories were."""
    from elasticsearch.helpers import scan

    query = {"query": {"bool": {"must_not": [{"exists": {"field": "first_at"}}]}}, "_source": False}
    with store_errors():
        return [hit["_id"] for hit in scan(store.client, index=store.alias("accounts"), query=query, size=_PAGE)]


def _documents(
    store: Store, authors: Sequence[str], told: Collection[str], now: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = list(read_rows(store, "author.id", authors))
    bursts = _bursts_among_all(store, rows)
    stories = sorted({row.story for row in rows})
    known = {story for start in range(0, len(stories), _PAGE) for story in told_stories(store, stories[start:][:_PAGE])}
    known |= set(told)
    for (platform, author), own in _by_account(rows).items():
        yield f"{platform}:{author}", account_document(own, bursts=bursts, told=known, now=now)


def _bursts_among_all(store: Store, rows: Sequence[Row]) -> set[str]:
    """Return which mentions were copied in bursts, also by accounts that are not at hand: all of their stories'."""
    stories = sorted({row.story for row in rows if row.words and row.role != Role.ORIGIN})
    return copied_in_bursts({row.mention: row for row in (*rows, *read_rows(store, "story.id", stories))}.values())


def _by_account(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        if row.author:
            grouped[row.platform, row.author].append(row)
    return grouped


def _remove_silent(store: Store) -> None:
    """Remove the accounts that were not written anew with all others: no mention is left of them."""
    left = _of_the_old_form(store)
    for start in range(0, len(left), _AT_ONCE):
        ids = left[start : start + _AT_ONCE]
        send(store.client, [Action(operation="delete", index=store.alias("accounts"), id=id) for id in ids])
    store.refresh("accounts")
