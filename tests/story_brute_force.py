"""Stories' and accounts' documents counted from scratch: all mentions read, and all told of them in plain Python.

This is what the index is to hold whatever came in which order; nothing here is shared with what is under test.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import log2
from typing import Any

Mention = Mapping[str, Any]
Documents = dict[str, dict[str, Any]]
HOUR, BURST = timedelta(hours=1), timedelta(minutes=10)
WEIGHTS = {"copies": 0.4, "rhythm": 0.2, "names": 0.2, "accounts": 0.2}


def recounted(
    mentions: Mapping[str, Mention], answers: Mapping[tuple[str, str], datetime] | None = None
) -> tuple[Documents, Documents]:
    """Return the documents of stories and of accounts by their ids, without `title` and `updated_at`.

    `answers` say by story and brand when the brand's own account first answered.
    """
    answers = answers or {}
    rows = [row(id, mention) for id, mention in mentions.items()]
    bursts = {id for same in by(rows, "story", "brand", "words").values() for id in in_bursts(same)}
    answered = {story for story, _ in answers}
    told = {
        story
        for (story,), of_story in by(rows, "story").items()
        if story in answered or len({one["post"] for one in of_story}) > 1
    }
    stories = {
        f"{story}:{brand}": story_of(of_brand, bursts, answers.get((story, brand)))
        for (story, brand), of_brand in by(rows, "story", "brand").items()
        if story in told
    }
    accounts = {
        f"{platform}:{author}": account_of(own, bursts, told)
        for (platform, author), own in by([one for one in rows if one["author"]], "platform", "author").items()
    }
    return stories, accounts


def row(id: str, mention: Mention) -> dict[str, Any]:
    author, story = mention.get("author", {}), mention["story"]
    return {
        "id": id, "post": mention["post_id"], "brand": mention["brand"], "platform": mention["platform"],
        "at": datetime.fromisoformat(mention["@timestamp"]), "story": story["id"], "role": story["role"],
        "words": min((key for key in story.get("keys", ()) if key.startswith("=")), default=None),
        "author": author.get("id"), "name": author.get("name"), "followers": author.get("followers"),
        "verified": author.get("verified"), "digits": author.get("digits"),
        "engagement": mention.get("engagement", {}).get("total") or 0, "label": mention["sentiment"]["label"],
        "edited": "edited_at" in mention, "deleted": "deleted_at" in mention,
    }  # fmt: skip


def story_of(rows: list[dict[str, Any]], bursts: set[str], replied_at: datetime | None) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda one: (one["at"], one["post"]))
    first, end = ordered[0], ordered[-1]["at"]
    passed_on = [one for one in ordered if one["role"] != "origin"]
    loudest = sorted(passed_on, key=lambda one: -(one["followers"] or 0))[:10]
    voices = [standing(own) for own in by([one for one in rows if one["author"]], "author").values()]
    followers = [one["followers"] for one in voices if one["followers"] is not None]
    last = sum(one["at"] > end - HOUR for one in rows)
    before = sum(end - 2 * HOUR < one["at"] <= end - HOUR for one in rows)
    answer: dict[str, Any] = {"answerable": bool(replied_at)}
    if replied_at:
        answer |= {"replied_at": stamp(replied_at)}
        answer |= {"seconds_to_reply": max(0, int((replied_at - first["at"]).total_seconds()))}
    return known(
        {
            "@timestamp": stamp(first["at"]), "story": first["story"], "brand": first["brand"],
            "origin": {"mention": first["id"], "author": first["name"], "platform": first["platform"]},
            "first_mover": next((one["name"] for one in passed_on if one["author"] != first["author"]), None),
            "platforms": sorted({one["platform"] for one in rows}), "last_at": stamp(end), "mentions": len(rows),
            "reposts": sum(one["role"] in ("repost", "reply") for one in rows),
            "copies": sum(one["role"] == "copy" for one in rows),
            "authors": len(voices), "authors_known": len(followers), "reach": sum(followers) if followers else None,
            "engagement": sum(one["engagement"] for one in rows),
            **{label: sum(one["label"] == label for one in rows) for label in ("negative", "neutral", "positive")},
            "edited": sum(one["edited"] for one in rows), "deleted": sum(one["deleted"] for one in rows),
            "spreaders": list(dict.fromkeys(one["name"] for one in ordered if one in loudest and one["name"])),
            "growth": round(last / before, 4) if before else None, **answer,
            "coordination": coordination(rows, voices, bursts),
        }
    )  # fmt: skip


def account_of(rows: list[dict[str, Any]], bursts: set[str], told: set[str]) -> dict[str, Any]:
    stories = {one["story"] for one in rows} & told
    newest, voice = max(rows, key=lambda one: (one["at"], one["id"])), standing(rows)
    return known(
        {
            "@timestamp": stamp(newest["at"]), "first_at": stamp(min(one["at"] for one in rows)),
            "account": newest["author"], "name": newest["name"], "platform": newest["platform"],
            "brand": sorted({one["brand"] for one in rows}), "mentions": len(rows),
            "originals": sum(one["role"] == "origin" for one in rows), "stories": len(stories),
            "followers": voice["followers"], "engagement": sum(one["engagement"] for one in rows),
            "coordination": coordination(rows, [voice], bursts) if stories else None,
        }
    )  # fmt: skip


def standing(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the mention that an account is judged by: the newest of those that show its followers, else the newest."""
    return max(rows, key=lambda one: (one["followers"] is not None, one["at"], one["id"]))


def coordination(rows: Sequence[Mention], voices: Sequence[Mention], bursts: set[str]) -> dict[str, float]:
    worded = [one for one in rows if one["words"]]
    parts = {
        "copies": share(one["id"] in bursts for one in worded),
        "rhythm": evenness([one["at"] for one in rows]),
        "names": share(one["digits"] >= 0.4 for one in voices if one["digits"] is not None),
        "accounts": share(
            one["followers"] < 10 and not one["verified"] for one in voices if one["followers"] is not None
        ),
    }
    seen = {name: part for name, part in parts.items() if part is not None}
    weight = sum(WEIGHTS[name] for name in seen)
    score = sum(WEIGHTS[name] * part for name, part in seen.items()) / weight if weight else 0.0
    return {"score": round(score, 4), **seen}


def in_bursts(same: Sequence[Mention]) -> set[str]:
    """Return, of mentions with one wording, those that lie within ten minutes in which three accounts posted it."""
    if not same[0]["words"]:
        return set()
    found: set[str] = set()
    for last in same:
        window = [one for one in same if last["at"] - BURST <= one["at"] <= last["at"]]
        if len({one["author"] for one in window}) >= 3:
            found |= {one["id"] for one in window}
    return found


def evenness(moments: Iterable[datetime]) -> float | None:
    ordered = sorted(set(moments))
    lengths = [(later - earlier).total_seconds() for earlier, later in zip(ordered, ordered[1:], strict=False)]
    if len(lengths) < 8:
        return None
    sizes = Counter(round(2 * log2(max(length, 1.0))) for length in lengths)
    entropy = -sum(count / len(lengths) * log2(count / len(lengths)) for _, count in sorted(sizes.items()))
    return round(max(0.0, 1.0 - entropy / 2.0), 4)


def share(values: Iterable[bool]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None


def by(rows: Iterable[dict[str, Any]], *names: str) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    grouped = defaultdict(list)
    for one in rows:
        grouped[tuple(one[name] for name in names)].append(one)
    return grouped


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def known(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, [], {})}


def told(documents: Mapping[str, Mapping[str, Any]]) -> Documents:
    """Return the index's documents without what a recount does not tell."""
    left: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda one: {  # noqa: E731
        name: value for name, value in one.items() if name not in ("title", "updated_at")
    }
    return {id: left(document) for id, document in documents.items()}
