"""Cases that a brand's own account has answered in public: what began a conversation, and its first answer since.

An answer below somebody else's post is not taken for one: it may be meant for anybody there.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from indexing.cases import records
from indexing.cases.case import Case, CaseEvent, Happening, State, happened
from indexing.elasticsearch.changes import Changes
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import found

__all__ = ["answer_in_public"]

_UNANSWERED = (State.NEW, State.ASSIGNED)


def answer_in_public(store: Store, answers: Changes, touched: Collection[str]) -> int:
    """Note the answers that came since the last time, and those to cases that were touched; return how many cases."""
    roots = {hit["_source"]["root"] for hit in found(store, "answers", answers.query, ["root"])} if answers else set()
    cases = {case.id: case for case in records.about(store, "posts", roots)}
    if touched:
        cases |= {case.id: case for case in records.cases_where(store, {"ids": {"values": sorted(touched)}})}
    waiting = [case for case in cases.values() if case.state in _UNANSWERED and case.posts]
    said = _said(store, {post for case in waiting for post in case.posts})
    return sum(_answer(store, case, said) for case in waiting)


def _answer(store: Store, case: Case, said: dict[tuple[str, str], list[tuple[datetime, str]]]) -> bool:
    since = max((event.at for event in case.events if event.what is Happening.REOPENED), default=case.begun_at)
    answers = [one for post in case.posts for one in said.get((post, case.brand), ()) if one[0] >= since]
    if not answers:
        return False
    at, account = min(answers)

    def edit(now: Case) -> Case:
        if now.state not in _UNANSWERED:
            return now
        first = {} if now.answered_at else {"answered_at": at, "answered_by": account}
        return happened(now, CaseEvent(at=at, what=Happening.ANSWERED, by=account), state=State.ANSWERED, **first)

    return records.change(store, case.id, edit).state is State.ANSWERED


def _said(store: Store, posts: Collection[str]) -> dict[tuple[str, str], list[tuple[datetime, str]]]:
    """Return by post and brand when its own accounts answered, and which."""
    said: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    if posts:
        for hit in found(store, "answers", {"terms": {"root": sorted(posts)}}):
            one = hit["_source"]
            said[one["root"], one["brand"]].append((datetime.fromisoformat(one["at"]), one["account"]))
    return dict(said)
