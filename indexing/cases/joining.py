"""How mentions come into cases and out of them: one open case a customer and brand, whatever comes in what order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from config.case_rules import CaseRules
from indexing.cases import records
from indexing.cases.case import OURS, Case, CaseEvent, Happening, State, happened
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Complaint", "Joined", "join", "leave"]

_UNTOUCHED = (State.NEW, State.ASSIGNED)
_AT_ONCE = 500
Standing: TypeAlias = tuple[str | None, str | None]
"""A customer's tier and value band; None where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A mention as cases look at it; `post` is its post where that began a conversation."""

    mention: str
    customer: str | None
    weight: float
    brand: str
    negative: bool
    at: datetime
    post: str | None


@dataclass(frozen=True, slots=True)
class Joined:
    """What joining did, and the cases that it touched."""

    opened: int = 0
    reopened: int = 0
    joined: int = 0
    touched: frozenset[str] = frozenset()

    def __add__(self, other: "Joined") -> "Joined":
        """Return both together."""
        return Joined(
            self.opened + other.opened,
            self.reopened + other.reopened,
            self.joined + other.joined,
            self.touched | other.touched,
        )


def join(store: Store, complaints: Sequence[Complaint], rules: CaseRules, now: datetime) -> Joined:
    """Let these mentions, oldest first, open cases or join those there are; what is in one already changes nothing.

    All cases are read and written in one go; those that somebody else has changed meanwhile are looked at again.
    """
    done = Joined()
    waiting: defaultdict[str, list[Complaint]] = defaultdict(list)
    for one in complaints:
        if one.customer is not None:
            waiting[records.pair_of(one.customer, one.brand)].append(one)
    for _ in range(records.TRIES):
        if not waiting:
            return done
        drafts = _drafts(store, waiting, rules, now)
        overtaken = set()
        for draft, written in zip(drafts, records.write(store, [(one.case, one.seen) for one in drafts]), strict=True):
            if written:
                done += draft.joined
            else:
                overtaken.add(draft.case.pair)
        waiting = defaultdict(list, {pair: theirs for pair, theirs in waiting.items() if pair in overtaken})
    raise records.Overtaken(f"{len(waiting)} customers' cases: others changed them each time first: run the same again")


def leave(store: Store, strangers: Mapping[str, Mapping[str, str | None]], now: datetime) -> int:
    """Take these mentions out of their cases; return how many cases are withdrawn since nothing is left of them.

    A case of which no mention is the customer's any more loses the customer, whatever its state.
    """
    withdrawn = 0
    for id, out in strangers.items():
        before = records.find(store, id)
        after = records.change(store, id, lambda case, out=out: _without(case, out, now))  # type: ignore[misc]
        withdrawn += after.state is State.WITHDRAWN is not before.state
    return withdrawn


@dataclass(slots=True)
class _Draft:
    """A case as it is to be; `seen` is its place as it was read, None for one that is to be opened."""

    case: Case
    seen: tuple[int, int] | None
    joined: Joined = field(default_factory=Joined)


def _drafts(store: Store, waiting: Mapping[str, Sequence[Complaint]], rules: CaseRules, now: datetime) -> list[_Draft]:
    """Return the cases that are to be written, so that each complaint is in one."""
    known: defaultdict[str, list[_Draft]] = defaultdict(list)
    for case, seen in records.as_they_stand(store, [one.id for one in records.about(store, "pair", waiting)]):
        known[case.pair].append(_Draft(case, seen))
    told = _standings(store, {id for pair, theirs in waiting.items() for id in _unheard(theirs, known[pair])})
    for pair, theirs in waiting.items():
        for one in theirs:
            _join(pair, one, known[pair], told, rules, now)
    return [draft for drafts in known.values() for draft in drafts if draft.joined.touched]


def _unheard(complaints: Iterable[Complaint], known: Iterable[_Draft]) -> Iterator[str]:
    """Yield the customers of the complaints that are in no case yet."""
    heard = {mention for draft in known for mention in draft.case.mentions}
    return (one.customer for one in complaints if one.customer is not None and one.mention not in heard)


def _join(
    pair: str, one: Complaint, known: list[_Draft], told: Mapping[str, Standing], rules: CaseRules, now: datetime
) -> None:
    """Let a complaint into the last of its pair's cases, or into a new one."""
    if any(one.mention in draft.case.mentions for draft in known):
        return
    last = max((draft for draft in known if _takes(draft.case)), key=lambda draft: draft.case.number, default=None)
    if last and (last.case.open or (last.case.resolved_at and one.at <= last.case.resolved_at + rules.reopen_within)):
        before, last.case = last.case, _with(last.case, one, now)
        reopened = last.case.reopened - before.reopened
        last.joined += Joined(reopened=reopened, joined=1, touched=frozenset({last.case.id}))
        return
    number = max((draft.case.number for draft in known), default=0) + 1
    case = _first(pair, number, one, told, now)
    known.append(_Draft(case, None, Joined(opened=1, joined=1, touched=frozenset({case.id}))))


def _takes(case: Case) -> bool:
    return case.customer is not None and case.state is not State.WITHDRAWN


def _first(pair: str, number: int, one: Complaint, told: Mapping[str, Standing], now: datetime) -> Case:
    assert one.customer is not None  # noqa: S101 -- for the type
    tier, band = told[one.customer]
    return Case(
        id=f"{pair[:16]}-{number}",
        begun_at=one.at,
        opened_at=now,
        pair=pair,
        number=number,
        customer=one.customer,
        brand=one.brand,
        tier=tier,
        value_band=band,
        mentions=(one.mention,),
        posts=(one.post,) if one.post else (),
        last_at=one.at,
        events=(CaseEvent(at=now, what=Happening.OPENED, mention=one.mention),),
    )


def _standings(store: Store, customers: Collection[str]) -> dict[str, Standing]:
    """Return these customers' tiers and value bands as they are known now."""
    found: dict[str, Standing] = {}
    for some in in_parts(customers, _AT_ONCE):
        docs = [{"_index": store.alias(kind), "_id": id} for id in some for kind in ("profiles", "customers")]
        read = with_retries(
            lambda docs=docs: store.client.mget(docs=docs, source_includes=["tier", "value_band"])  # type: ignore[misc]
        )["docs"]
        sources = [doc["_source"] if doc.get("found") else {} for doc in read]
        for id, profile, listed in zip(some, sources[::2], sources[1::2], strict=True):
            found[id] = profile.get("tier") or listed.get("tier"), profile.get("value_band")
    return found


def _with(case: Case, one: Complaint, now: datetime) -> Case:
    """Return the case with one more mention; one said after the resolution opens it again."""
    if one.mention in case.mentions:
        return case
    changed = happened(
        case,
        CaseEvent(at=now, what=Happening.JOINED, mention=one.mention),
        mentions=(*case.mentions, one.mention),
        left=tuple(id for id in case.left if id != one.mention),
        posts=tuple(dict.fromkeys((*case.posts, *([one.post] if one.post else ())))),
        last_at=max(case.last_at, one.at),
        begun_at=case.begun_at if case.answered_at else min(case.begun_at, one.at),
    )
    if case.resolved_at is None or case.open or one.at <= case.resolved_at:
        return changed
    state = State.ASSIGNED if case.assignee else State.NEW
    event = CaseEvent(at=now, what=Happening.REOPENED, by=OURS, mention=one.mention)
    return happened(changed, event, state=state, resolved_at=None, reopened=case.reopened + 1)


def _without(case: Case, out: Mapping[str, str | None], now: datetime) -> Case:
    gone = [id for id in case.mentions if id in out]
    if not gone:
        return case
    for id in gone:
        case = happened(case, CaseEvent(at=now, what=Happening.LEFT, mention=id))
    case = replace(case, mentions=tuple(id for id in case.mentions if id not in out), left=(*case.left, *gone))
    if case.mentions:
        return case
    if all(out[id] is None for id in gone):
        case = replace(case, customer=None)
    if case.state in _UNTOUCHED or (case.customer is None and case.open):
        case = happened(case, CaseEvent(at=now, what=Happening.WITHDRAWN), state=State.WITHDRAWN)
    return case
