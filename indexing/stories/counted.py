"""The index `counted`: each mention as the figures count it, brought up to the mentions that have changed.

What a mention counts for follows from its neighbours: the account's other mentions in the story, the same words within
minutes, the moments before and after. Those of the changed mentions are looked up, and no others, so that a change
costs the same in a story of a hundred and of a hundred thousand. Neighbours are written first and the changed mentions
last: after a kill these still differ, and all is done again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from indexing.elasticsearch.store import Store
from indexing.stories.answers import answered_among
from indexing.stories.around import around, spans
from indexing.stories.coordination import BURST, copied_in_bursts
from indexing.stories.ledger import Ledger, values_among
from indexing.stories.marks import gaps, joined, voices
from indexing.stories.rows import Row

__all__ = ["count"]


def count(store: Store, new: Mapping[str, Row | None], *, answered: Collection[str] = ()) -> None:
    """Let the figures count some thousand mentions as they are now (None: gone), and their neighbours accordingly.

    `answered` are stories that a brand's own account has answered of late.
    """
    ledger = Ledger(store, new)
    if not ledger.new and not answered:
        return
    told, first_told = _told(ledger, answered)
    _seat(ledger, told | first_told, first_told)
    moved = ledger.moved()
    _find_bursts(ledger, [row for row in moved if row.words])
    _measure(ledger, "telling", "gap", moved)
    _measure(ledger, "account", "pace", [row for row in moved if row.account])
    ledger.write()


def _told(ledger: Ledger, answered: Collection[str]) -> tuple[set[str], set[str]]:
    """Mark what belongs to a story that is told of; return those stories: told before, and told of from now on."""
    stories = {row.story for row in ledger.changed()} | set(answered)
    of_told = {"term": {"told": True}}
    told = values_among(ledger.store, "story", stories, of_told)
    told -= values_among(ledger.store, "story", told, {"bool": {"must_not": [of_told]}})  # a kill left them half told
    untold = stories - told
    posts: defaultdict[str, set[str]] = defaultdict(set)
    rows = ledger.now("story", untold)
    for row in rows:
        posts[row.story].add(row.post_id)
    heard = answered_among(ledger.store, posts)
    first = {story for story, ids in posts.items() if len(ids) > 1 or story in heard}
    for row in (*rows, *(row for row in ledger.new.values() if row)):
        ledger.mark(row, told=row.story in told or row.story in first)
    return told, first


def _seat(ledger: Ledger, told: Collection[str], first_told: Collection[str]) -> None:
    """Mark who stands for its account, in a brand's story and in a story that is told of."""
    seats = {row.seat for row in (*ledger.changed(), *ledger.now("story", first_told)) if row.seat}
    rows = ledger.now("seat", seats)
    standing, belonging = voices(rows), joined(rows, told)
    for row in rows:
        ledger.mark(row, voice=row.mention in standing, joined=row.mention in belonging)


def _find_bursts(ledger: Ledger, moved: Sequence[Row]) -> None:
    """Mark the copies that came in bursts, among those that were or are within minutes of what has moved."""
    moments: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for row in moved:
        moments[row.telling, row.words].append(row.at)
    near = [
        {"range": {"at": {"gte": first - 2 * BURST, "lte": last + 2 * BURST}}}
        for first, last in spans(row.at for row in moved)
    ]
    words = {row.words for row in moved if row.words}
    rows = ledger.now("words", words, {"bool": {"should": near, "minimum_should_match": 1}})
    for telling, of_story in _by(rows, lambda row: row.telling).items():
        bursts = copied_in_bursts(of_story)
        for row in of_story:
            if any(abs(row.at - at) <= BURST for at in moments.get((telling, row.words), ())):
                ledger.mark(row, burst=row.mention in bursts)


def _measure(ledger: Ledger, key: str, mark: str, moved: Sequence[Row]) -> None:
    """Mark the intervals within each group (of `key`'s value) before what has moved, and before what follows it."""
    groups = {group: [row.at for row in rows] for group, rows in _by(moved, lambda row: getattr(row, key)).items()}
    found, only_before = around(ledger, key, groups)
    own = _by((row for row in moved if row is ledger.new[row.mention]), lambda row: getattr(row, key))
    for group in groups:
        rows = {row.mention: row for row in (*found.get(group, ()), *own.get(group, ()))}
        for mention, interval in gaps(rows.values(), only_before):
            ledger.mark(rows[mention], **{mark: interval})


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[key(row)].append(row)
    return grouped
