"""What a story and an account come to: the sums that are asked of their counted mentions, and the documents of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from indexing.mentions.document import timestamp
from indexing.stories.assign import Role
from indexing.stories.coordination import DIGITS, FEW_FOLLOWERS, Share, coordination
from indexing.stories.rows import moment

__all__ = ["ACCOUNT", "HOUR", "KNOWN", "STORY", "account_document", "says_little", "story_document"]

Bucket = Mapping[str, Any]

HOUR = 60 * 60 * 1_000
_SPREADERS = 10
_OLDEST = [{"at": "asc"}, {"post_id": "asc"}]
_NEWEST = [{"at": "desc"}, {"mention": "desc"}]
_LOUDEST = [{"followers": {"order": "desc", "missing": 0}}, *_OLDEST]


def _first(sort: Sequence[Any], size: int = 1) -> Bucket:
    return {"top_hits": {"sort": sort, "size": size}}


def _those(condition: Bucket, **aggs: Bucket) -> Bucket:
    return {"filter": condition, "aggs": aggs}


def _terms(field: str, size: int = 1_000) -> Bucket:
    return {"terms": {"field": field, "size": size}}


_KNOWN = {"exists": {"field": "followers"}}
_BOTH = {
    "worded": _those({"exists": {"field": "words"}}, bursts=_those({"term": {"burst": True}})),
    "engagement": {"sum": {"field": "engagement"}},
}
_HOLLOW = {
    "bool": {"filter": [{"range": {"followers": {"lt": FEW_FOLLOWERS}}}], "must_not": [{"term": {"verified": True}}]}
}
STORY: Bucket = {
    **_BOTH,
    "first": _first(_OLDEST),
    "last": {"max": {"field": "at"}},
    "platforms": _terms("platform"),
    "roles": _terms("role"),
    "labels": _terms("label"),
    "edited": _those({"term": {"edited": True}}),
    "deleted": _those({"term": {"deleted": True}}),
    "passed_on": {
        "filter": {"bool": {"must_not": [{"term": {"role": str(Role.ORIGIN)}}]}},
        "aggs": {"loudest": _first(_LOUDEST, _SPREADERS)},
    },
    "voices": _those(
        {"term": {"voice": True}},
        known=_those(_KNOWN),
        hollow=_those(_HOLLOW),
        reach={"sum": {"field": "followers"}},
        named=_those({"exists": {"field": "digits"}}),
        numbers=_those({"range": {"digits": {"gte": DIGITS}}}),
    ),
    "intervals": _terms("gap"),
}
"""What is asked of the counted mentions of a story and brand."""
ACCOUNT: Bucket = {
    **_BOTH,
    "newest": _first(_NEWEST),
    "first": {"min": {"field": "at"}},
    "brands": _terms("brand"),
    "originals": _those({"term": {"role": str(Role.ORIGIN)}}),
    "stories": _those({"term": {"joined": True}}),
    "known": _those(_KNOWN),
    "intervals": _terms("pace"),
}
"""What is asked of the counted mentions of an account."""
KNOWN: Bucket = {"known": _those(_KNOWN, newest=_first(_NEWEST))}
"""And what of one whose newest mention says nothing of followers, while others do."""


def story_document(
    bucket: Bucket,
    recent: Bucket,
    *,
    title: str | None,
    now: datetime,
    replied_at: datetime | None = None,
    own: Collection[str] = (),
) -> dict[str, Any]:
    """Return the document of one story and brand from its sums, and from what recent.py tells of them.

    `own` are the platforms on which the brand has an account of its own, which could answer there.
    """
    first, platforms = _rows(bucket["first"])[0], sorted(_counts(bucket["platforms"]))
    roles, labels = _counts(bucket["roles"]), _counts(bucket["labels"])
    loudest = sorted(_rows(bucket["passed_on"]["loudest"]), key=lambda row: (row["at"], row["post_id"]))
    return _known(
        {
            "@timestamp": timestamp(moment(first["at"])),
            "story": first["story"],
            "brand": first["brand"],
            "title": title,
            "origin": {"mention": first["mention"], "author": first.get("name"), "platform": first["platform"]},
            "first_mover": recent["first_mover"],
            "platforms": platforms,
            "last_at": timestamp(moment(int(bucket["last"]["value"]))),
            "mentions": bucket["doc_count"],
            "reposts": roles.get(Role.REPOST, 0) + roles.get(Role.REPLY, 0),
            "copies": roles.get(Role.COPY, 0),
            **_reach(bucket["voices"]),
            "engagement": int(bucket["engagement"]["value"]),
            **{label: labels.get(label, 0) for label in ("negative", "neutral", "positive")},
            **{name: bucket[name]["doc_count"] for name in ("edited", "deleted")},
            "spreaders": list(dict.fromkeys(row["name"] for row in loudest if row.get("name"))),
            "growth": round(recent["last"] / recent["before"], 4) if recent["before"] else None,
            **_answer(first["at"], replied_at, answerable=not set(own).isdisjoint(platforms)),
            "coordination": _coordination(bucket, *_names(bucket["voices"])),
            "updated_at": timestamp(now),
        }
    )


def says_little(bucket: Bucket) -> bool:
    """Return whether an account's newest mention says nothing of its followers, while others do."""
    return bool(bucket["known"]["doc_count"]) and "followers" not in _rows(bucket["newest"])[0]


def account_document(bucket: Bucket, known: Bucket | None = None, *, now: datetime) -> dict[str, Any]:
    """Return the document of one account from its sums, and what is `KNOWN` of one whose newest mention says little.

    One that is in no told story has nobody to be arranged with.
    """
    (newest,) = _rows(bucket["newest"])
    standing = _rows(known["known"]["newest"])[0] if known else newest
    digits, followers = standing.get("digits"), standing.get("followers")
    names = (int(digits >= DIGITS), 1) if digits is not None else (0, 0)
    hollow = (int(followers < FEW_FOLLOWERS and not standing.get("verified")), 1) if followers is not None else (0, 0)
    stories = bucket["stories"]["doc_count"]
    return _known(
        {
            "@timestamp": timestamp(moment(newest["at"])),
            "first_at": timestamp(moment(int(bucket["first"]["value"]))),
            "account": newest["author"],
            "name": newest.get("name"),
            "platform": newest["platform"],
            "brand": sorted(_counts(bucket["brands"])),
            "mentions": bucket["doc_count"],
            "originals": bucket["originals"]["doc_count"],
            "stories": stories,
            "followers": followers,
            "engagement": int(bucket["engagement"]["value"]),
            "coordination": _coordination(bucket, names, hollow) if stories else None,
            "updated_at": timestamp(now),
        }
    )


def _reach(voices: Bucket) -> dict[str, int | None]:
    """Return how many accounts speak, how many of them show their followers, and those followers added up."""
    known = voices["known"]["doc_count"]
    reach = int(voices["reach"]["value"]) if known else None
    return {"authors": voices["doc_count"], "authors_known": known, "reach": reach}


def _names(voices: Bucket) -> tuple[Share, Share]:
    names = voices["numbers"]["doc_count"], voices["named"]["doc_count"]
    return names, (voices["hollow"]["doc_count"], voices["known"]["doc_count"])


def _answer(began_at: int, replied_at: datetime | None, *, answerable: bool) -> dict[str, Any]:
    if not replied_at:
        return {"answerable": answerable}
    seconds = max(0, int((replied_at - moment(began_at)).total_seconds()))
    return {"answerable": True, "replied_at": timestamp(replied_at), "seconds_to_reply": seconds}


def _coordination(bucket: Bucket, names: Share, accounts: Share) -> Mapping[str, float]:
    worded, intervals = bucket["worded"], _counts(bucket["intervals"])
    copies = worded["bursts"]["doc_count"], worded["doc_count"]
    found = coordination(copies=copies, intervals=intervals, names=names, accounts=accounts)
    return {name: value for name, value in asdict(found).items() if value is not None}


def _rows(found: Bucket) -> list[Bucket]:
    return [hit["_source"] for hit in found["hits"]["hits"]]


def _counts(found: Bucket) -> dict[Any, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}


def _known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, [], {})}
