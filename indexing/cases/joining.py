"""How mentions come into cases and out of them: one open case a customer and brand, whatever comes in what order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.case_rules import CaseRules
from indexing.cases import records
from indexing.cases.case import OURS, Case, CaseEvent, Happening, State, happened
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Complaint", "Joined", "join", "leave"]

_UNTOUCHED = (State.NEW, State.ASSIGNED)


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
    """Let these mentions, oldest first, open cases or join those there are; what is in one already changes nothing."""
    done = Joined()
    by_pair: defaultdict[str, list[Complaint]] = defaultdict(list)
    for one in complaints:
        if one.customer is not None:
            by_pair[records.pair_of(one.customer, one.brand)].append(one)
    known: defaultdict[str, list[Case]] = defaultdict(list)
    for case in records.about(store, "pair", by_pair):
        known[case.pair].append(case)
    for pair, theirs in by_pair.items():
        for one in theirs:
            done += _join(store, pair, one, known[pair], rules, now)
    return done


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


def _join(store: Store, pair: str, one: Complaint, known: list[Case], rules: CaseRules, now: datetime) -> Joined:
    while True:
        if any(one.mention in case.mentions for case in known):
            return Joined()
        last = max((case for case in known if _takes(case)), key=lambda case: case.number, default=None)
        if last and (last.open or (last.resolved_at and one.at <= last.resolved_at + rules.reopen_within)):
            after = records.change(store, last.id, lambda case: _with(case, one, now))
            known[known.index(last)] = after
            return Joined(reopened=after.reopened - last.reopened, joined=1, touched=frozenset({last.id}))
        number = max((case.number for case in known), default=0) + 1
        case = _first(store, pair, number, one, now)
        if records.begin(store, case):
            known.append(case)
            return Joined(opened=1, joined=1, touched=frozenset({case.id}))
        known[:] = [*(other for other in known if other.id != case.id), records.find(store, case.id)]


def _takes(case: Case) -> bool:
    return case.customer is not None and case.state is not State.WITHDRAWN


def _first(store: Store, pair: str, number: int, one: Complaint, now: datetime) -> Case:
    assert one.customer is not None  # noqa: S101 -- for the type
    tier, band = _standing(store, one.customer)
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


def _standing(store: Store, customer: str) -> tuple[str | None, str | None]:
    """Return the customer's tier and value band as they are known now."""
    docs = with_retries(
        lambda: store.client.mget(
            docs=[{"_index": store.alias(kind), "_id": customer} for kind in ("profiles", "customers")]
        )
    )["docs"]
    profile, listed = (doc["_source"] if doc.get("found") else {} for doc in docs)
    return profile.get("tier") or listed.get("tier"), profile.get("value_band")


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
