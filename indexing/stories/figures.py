"""What a story and an account come to: pure functions from their mentions to the documents that people see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from indexing.document import timestamp
from indexing.stories.assign import Role
from indexing.stories.coordination import coordination, copied_in_bursts
from indexing.stories.rows import Row

__all__ = ["account_document", "story_document"]

_SPREADERS = 10
_HOUR = timedelta(hours=1)


def story_document(
    rows: Sequence[Row],
    *,
    title: str | None,
    now: datetime,
    replied_at: datetime | None = None,
    own: Collection[str] = (),
) -> dict[str, Any]:
    """Return the document of one story and brand from all its mentions.

    `own` are the platforms on which the brand has an account of its own, which could answer there.
    """
    ordered = sorted(rows, key=lambda row: (row.at, row.post_id))
    first, last = ordered[0], ordered[-1]
    passed_on = [row for row in ordered if row.role != Role.ORIGIN]
    loudest = sorted(passed_on, key=lambda row: -(row.followers or 0))[:_SPREADERS]
    return _known(
        {
            "@timestamp": timestamp(first.at),
            "story": first.story,
            "brand": first.brand,
            "title": title,
            "origin": {"mention": first.mention, "author": first.name, "platform": first.platform},
            "first_mover": next((row.name for row in passed_on if row.author != first.author), None),
            "platforms": sorted({row.platform for row in rows}),
            "last_at": timestamp(last.at),
            "mentions": len(rows),
            **_roles(rows),
            **_reach(rows),
            "engagement": sum(row.engagement or 0 for row in rows),
            **{label: sum(row.label == label for row in rows) for label in ("negative", "neutral", "positive")},
            "edited": sum(row.edited for row in rows),
            "deleted": sum(row.deleted for row in rows),
            "spreaders": list(dict.fromkeys(row.name for row in ordered if row in loudest and row.name)),
            "growth": _growth([row.at for row in ordered]),
            **_answer(rows, first.at, replied_at, own),
            "coordination": _plain(rows, copied_in_bursts(rows)),
            "updated_at": timestamp(now),
        }
    )


def account_document(rows: Sequence[Row], *, bursts: set[str], told: Collection[str], now: datetime) -> dict[str, Any]:
    """Return the document of one account from all its mentions.

    `bursts` is what copied_in_bursts found among all, `told` the stories that others speak in too: an account in none
    of them has nobody to be arranged with, and no score.
    """
    stories = {row.story for row in rows}.intersection(told)
    newest = max(rows, key=lambda row: (row.at, row.mention))
    return _known(
        {
            "@timestamp": timestamp(newest.at),
            "first_at": timestamp(min(row.at for row in rows)),
            "account": newest.author,
            "name": newest.name,
            "platform": newest.platform,
            "brand": sorted({row.brand for row in rows}),
            "mentions": len(rows),
            "originals": sum(row.role == Role.ORIGIN for row in rows),
            "stories": len(stories),
            "followers": _followers(rows),
            "engagement": sum(row.engagement or 0 for row in rows),
            "coordination": _plain(rows, bursts) if stories else None,
            "updated_at": timestamp(now),
        }
    )


def _reach(rows: Sequence[Row]) -> dict[str, int | None]:
    """Return how many accounts speak, how many of them show their followers, and those followers added up."""
    followers = [_followers(of_author) for of_author in _by_author(rows).values()]
    known = [each for each in followers if each is not None]
    return {"authors": len(followers), "authors_known": len(known), "reach": sum(known) if known else None}


def _roles(rows: Sequence[Row]) -> dict[str, int]:
    passed_on = sum(row.role in (Role.REPOST, Role.REPLY) for row in rows)
    return {"reposts": passed_on, "copies": sum(row.role == Role.COPY for row in rows)}


def _answer(
    rows: Sequence[Row], began_at: datetime, replied_at: datetime | None, own: Collection[str]
) -> dict[str, Any]:
    if not replied_at:
        return {"answerable": any(row.platform in own for row in rows)}
    seconds = max(0, int((replied_at - began_at).total_seconds()))
    return {"answerable": True, "replied_at": timestamp(replied_at), "seconds_to_reply": seconds}


def _by_author(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        if row.author:
            grouped[row.platform, row.author].append(row)
    return grouped


def _followers(rows: Sequence[Row]) -> int | None:
    """Return how many followers an account had when they were last seen; None where they never were."""
    seen = [row for row in rows if row.followers is not None]
    return max(seen, key=lambda row: (row.at, row.mention)).followers if seen else None


def _growth(moments: Sequence[datetime]) -> float | None:
    """Return the mentions of the last hour over those of the hour before; None where there were none before."""
    end = moments[-1]
    last = sum(moment > end - _HOUR for moment in moments)
    before = sum(end - 2 * _HOUR < moment <= end - _HOUR for moment in moments)
    return round(last / before, 4) if before else None


def _plain(rows: Sequence[Row], bursts: set[str]) -> Mapping[str, float]:
    return {name: value for name, value in asdict(coordination(rows, bursts)).items() if value is not None}


def _known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, [], {})}
