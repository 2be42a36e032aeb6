"""Documents of every kind that dashboards read, so that no panel is empty; the mentions are real posts."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from config.settings import DAY_ZONE
from crawlers.post import Post
from nlp.mention import Label, MatchedBy, Mention, Sentiment, Speaker

UNTIL = datetime(2026, 11, 6, 15, 4, tzinfo=DAY_ZONE)
"""When the boards are looked at: fourteen days before it lie in two months, hence in two indices."""
DAYS = 14
BRANDS = ("当当", "携程", "如家", "联想")
PLATFORMS = {"weibo": "weibo_search", "forum": "nodebb", "rss": "rss", "bilibili": "bilibili", "wechat": "wechat"}
EMOTIONS = ("neutral", "angry", "happy", "sad", "fear", "surprise")
INTENTS = ("complaint", "question", "suggestion", "purchase", "praise", "news", "other")
QUERIES = ("书", "酒店", "电脑")
REGIONS = ("广东", "北京", "上海", "四川", "海外")
LINKS = ("https://item.jd.com/100.html", "https://t.cn/A6x", "https://www.bilibili.com/video/BV1x/")
SITES = ("m.weibo.cn", "bbs.example.com", "news.example.org")

Document = dict[str, Any]


def lot(id: str, of: int, what: str = "") -> int:
    """Return a number below `of` that depends on nothing but the names."""
    return int.from_bytes(hashlib.blake2b(f"{what} {id}".encode(), digest_size=6).digest()) % of


def mentions(posts: Iterable[Post]) -> Iterator[Mention]:
    """Yield a mention of each post, its texts, authors and counts as they are, within the days that are looked at."""
    for number, post in enumerate(posts):
        id = str(number)
        platform = list(PLATFORMS)[lot(id, len(PLATFORMS), "platform")]
        again = replace(
            post,
            native_id=f"n{number}",
            platform=platform,
            feed=PLATFORMS[platform],
            published_at=UNTIL - timedelta(minutes=lot(id, (DAYS + 2 + lot(id, 2, "long") * DAYS) * 1440, "time")),
            fetched_at=UNTIL + timedelta(hours=1),
            root_id=None,
            query=QUERIES[lot(id, len(QUERIES), "query")],
            region=(*REGIONS, None)[lot(id, len(REGIONS) + 1, "region")],
            site=SITES[lot(id, len(SITES), "site")],
            links=LINKS[: lot(id, len(LINKS) + 1, "links")],
        )
        words = [post.text[at : at + 2] for at in range(0, min(len(post.text), 12), 2)]
        label = list(Label)[lot(id, 3, "label")]
        yield Mention(
            post=again,
            brand=BRANDS[min(lot(id, 10, "brand"), 3)],
            matched_by=MatchedBy.QUERY,
            matched=("词",),
            sentiment=Sentiment(label=label, probability=0.8, score=0.1, engine="test", model="1"),
            emotion=EMOTIONS[lot(id, 6, "emotion")],
            intent=INTENTS[lot(id, 7, "intent")],
            speaker=list(Speaker)[lot(id, 3, "speaker")],
            entities=BRANDS[: lot(id, 3, "entities")],
            keywords=tuple(dict.fromkeys(word for word in words if len(word.strip()) == 2)),
            tokens=("词",),
            analysis="a1",
        )


def flat(line: Mapping[str, Any], formulas: Mapping[str, tuple[str, ...]]) -> Document:
    """Return what a line of JSON says of a mention, by the names of the index's fields."""
    post, author = line["post"], line["post"].get("author") or {}
    counts = {name: count for name, count in (post.get("engagement") or {}).items() if count is not None}
    names = formulas.get(post["platform"]) or [name for name in counts if name != "views"]
    document: Document = {
        "@timestamp": post["published_at"],
        "platform": post["platform"],
        "feed": post["feed"],
        "query": post["query"],
        "brand": line["brand"],
        "region": post.get("region"),
        "site": post.get("site"),
        "links": post.get("links"),
        "emotion": line["emotion"],
        "intent": line["intent"],
        "keywords": line["keywords"],
        "speaker": line["speaker"],
        "entities": line["entities"],
        "time_precision": post.get("time_precision", "second"),
        "sentiment": {"label": line["sentiment"]["label"]},
        "author": {name: author.get(name) for name in ("organisation", "verified")},
        "event": {"ingested": UNTIL.isoformat()},
    }
    if counts:
        document["engagement"] = {"total": sum(counts.get(name, 0) for name in names)}
    return document


def by_others(id: str) -> Document:
    """Return what the stories' and the customers' writers add to a mention."""
    added: Document = {
        "story": {"id": f"s{lot(id, 300)}", "role": ("origin", "repost", "reply", "copy")[lot(id, 4, "role")]}
    }
    if lot(id, 20, "customer") == 0:
        added["customer"] = {"id": f"C-{lot(id, 40, 'who'):04}"}
    return added


def others(kind: str) -> Iterator[tuple[str, Document]]:
    """Yield documents of a kind that is not the mentions, with their ids."""
    chance = random.Random(kind)  # noqa: S311 -- documents, not secrets
    for number in range(
        {"runs": 180, "alerts": 60, "customers": 50, "links": 60, "notes": 8, "quality": 9, "topics": 60}.get(kind, 400)
    ):
        at = (UNTIL - timedelta(minutes=chance.randrange((2 * DAYS + 1) * 1440))).isoformat()
        yield f"{kind}-{number}", {"@timestamp": at, **_MAKERS[kind](chance, number, at)}


def _coordination(chance: random.Random) -> Document:
    return {"coordination": {name: round(chance.random(), 3) for name in ("score", "copies", "rhythm", "names")}}


def _run(chance: random.Random, number: int, at: str) -> Document:
    feed = list(PLATFORMS.values())[number % len(PLATFORMS)]
    counts = {name: chance.randrange(500) for name in ("pages", "posts", "new", "known")}
    complete = chance.random() < 0.9
    began = (datetime.fromisoformat(at) - timedelta(hours=2)).isoformat()
    return {
        "run_id": f"r{number}",
        "feed": feed,
        "query": QUERIES[chance.randrange(len(QUERIES))],
        "platform": next(name for name, of in PLATFORMS.items() if of == feed),
        "finished_at": at,
        "started_at": at,
        "watermark": (datetime.fromisoformat(at) - timedelta(minutes=chance.randrange(90))).isoformat(),
        **counts,
        "dead": chance.randrange(3),
        "verdict": "ok" if complete else chance.choice(["blocked", "short", "unreachable"]),
        "complete": complete,
        "message": "" if complete else "stopped after a page",
        **({} if complete else {"gap": {"start": began, "end": at, "lost": number % 2 == 0, "hours": 2.0}}),
        **({"purpose": "backfill"} if number % 9 == 4 else {}),
        "analyse": {"dead": chance.randrange(2)},
        "index": {"dead": chance.randrange(2)},
    }


def _alert(chance: random.Random, number: int, at: str) -> Document:
    state = chance.choice(["firing", "acknowledged", "resolved"])
    done: Document = {} if state == "firing" else {"seconds_to_acknowledge": chance.randrange(60, 9_000)}
    if state == "resolved":
        done["seconds_to_resolve"] = chance.randrange(3_600, 90_000)
    return {
        "rule": chance.choice(["negative-burst", "big-account", "slow-burn"]),
        "title": "负面突增",
        "brand": chance.choice(BRANDS),
        "severity": chance.choice(["notice", "warning", "serious", "crisis"]),
        "state": state,
        "reason_zh": f"负面 {number} 条",
        **done,
    }


def _customer(chance: random.Random, _number: int, _at: str) -> Document:
    return {"file": "members.csv", "tier": chance.choice(["普通", "银卡", "金卡"]), "active": chance.random() < 0.9}


def _profile(chance: random.Random, number: int, at: str) -> Document:
    positive, negative = chance.randrange(5), chance.randrange(5)
    return {
        "customer": f"C-{number:04}",
        "tier": chance.choice(["普通", "银卡", "金卡"]),
        "segment": chance.choice(["key_value", "key_keep", "usual_develop", "no_purchase"]),
        "value_band": chance.choice(["high", "middle", "low", "none"]),
        "active": chance.random() < 0.9,
        "purchases": {"orders": chance.randrange(20), "last_at": at},
        "voice": {"positive": positive, "negative": negative, "nsr": chance.randrange(-4, 5) / 4},
        "churn": {
            "score": number / 1_000,
            "band": ("low", "middle", "high")[number % 3],
            "silence": 0.5,
            "negative": 0,
        },
    }


def _case(chance: random.Random, number: int, _at: str) -> Document:
    state = chance.choice(["new", "assigned", "answered", "resolved"])
    done: Document = {}
    if state in ("answered", "resolved"):
        seconds = chance.randrange(600, 90_000)
        done = {"answered_at": UNTIL.isoformat(), "seconds_to_answer": seconds, "work_seconds_to_answer": seconds // 3}
    if state == "resolved":
        done["seconds_to_resolve"] = chance.randrange(90_000, 900_000)
    return {
        "customer": f"C-{number:04}",
        "tier": chance.choice(["普通", "银卡", "金卡"]),
        "value_band": chance.choice(["high", "middle", "low"]),
        "brand": chance.choice(BRANDS),
        "state": state,
        "open": state != "resolved",
        "assignee": chance.choice(["张", "李"]),
        "count": chance.randrange(1, 9),
        "reopened": chance.randrange(2),
        "last_at": UNTIL.isoformat(),
        **done,
    }


def _link(chance: random.Random, number: int, _at: str) -> Document:
    return {"customer": f"C-{number:04}", "platform": "weibo", "account": f"a{number}", "active": chance.random() < 0.9}


def _story(chance: random.Random, number: int, at: str) -> Document:
    replied: Document = {}
    if chance.random() < 0.3:
        replied = {"answerable": True, "replied_at": at, "seconds_to_reply": chance.randrange(600, 90_000)}
    return {
        "story": f"s{number}",
        "answerable": number % 2 == 0,
        "brand": chance.choice(BRANDS),
        "title": f"事件 {number}",
        "origin": {"author": f"用户{number}", "platform": "weibo"},
        "platforms": ["weibo", "forum"],
        "last_at": at,
        **{
            name: chance.randrange(1_000)
            for name in ("mentions", "reposts", "copies", "reach", "engagement", "negative")
        },
        **_coordination(chance),
        **replied,
    }


def _account(chance: random.Random, number: int, _at: str) -> Document:
    seen: Document = {"followers": chance.randrange(1, 10**6)} if number % 3 else {}  # some platforms show nobody's
    return {
        **seen,
        "account": f"a{number}",
        "name": f"用户{number}",
        "platform": chance.choice(list(PLATFORMS)),
        "brand": sorted(chance.sample(BRANDS, chance.randrange(1, 3))),
        "mentions": chance.randrange(1, 20),
        "engagement": chance.randrange(1_000),
        **_coordination(chance),
    }


def _note(chance: random.Random, number: int, _at: str) -> Document:
    return {"text": f"第 {number} 场活动", "brand": [chance.choice(BRANDS)], "author": "zhang"}


def _level(chance: random.Random, number: int, _at: str) -> Document:
    """Return one hour of a brand: consecutive hours, so that lines are lines."""
    at = UNTIL.replace(minute=0) - timedelta(hours=number // len(BRANDS) + 1)
    usual = chance.randrange(2, 9)
    level = {"rule": "negative-burst", "brand": BRANDS[number % len(BRANDS)], "counted": chance.randrange(12)}
    return {**level, "@timestamp": at.isoformat(), "threshold": 3.0 * usual, **({"usual": usual} if number % 7 else {})}


def _dark(chance: random.Random, number: int, _at: str) -> Document:
    """Return one day of a brand on a platform, with an estimate or without."""
    at = UNTIL.replace(hour=0, minute=0) - timedelta(days=number // len(BRANDS) % 14 + 1)
    seen = chance.randrange(40, 900)
    day = {"@timestamp": at.isoformat(), "brand": BRANDS[number % len(BRANDS)], "platform": "weibo", "seen": seen}
    if number % 5 == 0:
        return {**day, "recaught": 3, "refused": "small_overlap"}
    return {**day, "recaught": seen // 3, "figure": seen * 1.5, "low": seen * 1.2, "high": seen * 1.9}


def _quality(chance: random.Random, number: int, at: str) -> Document:
    brand = BRANDS[number % len(BRANDS)]
    right, kappa = chance.random(), round(chance.random(), 3)
    ends = {"right": right, "right_low": right / 2, "right_high": (1 + right) / 2}
    return {"brand": brand, "sample": f"{brand}-{number}", "settled": number + 1, "kappa": kappa, **ends}


def _topic(chance: random.Random, number: int, _at: str) -> Document:
    what = ("topic", "word")[number % 2]
    figures = {"mentions": number + 3, "usual": number / 4, "significance": 11.0 + number}
    negative = {"negative": chance.randrange(number + 3)} if what == "topic" else {}
    return {"brand": chance.choice(BRANDS), "what": what, "name": f"话题{number % 24}", **figures, **negative}


_MAKERS = {
    "runs": _run,
    "alerts": _alert,
    "customers": _customer,
    "profiles": _profile,
    "cases": _case,
    "links": _link,
    "stories": _story,
    "accounts": _account,
    "notes": _note,
    "levels": _level,
    "dark": _dark,
    "quality": _quality,
    "topics": _topic,
}
KINDS = tuple(_MAKERS)


def grouped(documents: Iterable[tuple[str, Document]]) -> dict[str, list[Document]]:
    """Return the documents by kind."""
    found: dict[str, list[Document]] = defaultdict(list)
    for kind, document in documents:
        found[kind].append(document)
    return found
