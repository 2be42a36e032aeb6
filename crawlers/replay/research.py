"""Real Weibo posts from the research data where `TINGFENG_RESEARCH_DATA` points; nothing of it is in the repository.

    research/weibo_ced           replay/weibo_ced_posts.jsonl.gz, then replay/weibo_ced_reposts.jsonl.gz (2011–2016)
    research/weibo_binary_2018   weibo_binary_2018.csv.gz: texts with real ids, hence real times, without authors
    research                     originals, texts of 2018, reposts, in this order

What the data lacks is left out, or, where every page of Weibo's has it, made up and named in `Post.synthetic`.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from config.settings import DAY_ZONE, research_data
from crawlers.errors import MalformedPost
from crawlers.formats import weibo_id
from crawlers.post import Author, Engagement, Kind, Post, check
from crawlers.replay.errors import SourceError, bad_line
from crawlers.replay.lines import SetAside, lines_of
from crawlers.replay.luck import drawn_from
from crawlers.replay.people import account, nobodys_id, rank

__all__ = ["posts"]

_WORDLESS = "转发微博"
"""What Weibo shows where a repost adds no words."""
_WITHOUT_YEAR = re.compile(r"\d\d月\d\d日 \d\d:\d\d")


class _User(msgspec.Struct):
    followers: int | None = None
    verified: bool | None = None


class _Original(msgspec.Struct):
    mid: str
    uid: str
    time: int | str
    text: str
    user: _User
    reposts: int
    comments: int
    likes: int


class _Repost(msgspec.Struct):
    root: str
    mid: str
    uid: str
    date: str
    text: str
    parent: str


def posts(source: str, seed: int, set_aside: SetAside | None) -> Iterator[Post]:
    """Yield the posts of a research source; SourceError says what is missing, BadLine what is malformed."""
    folder = research_data()
    if folder is None:
        raise SourceError(f"{source}: set TINGFENG_RESEARCH_DATA to the folder of the research data")
    original, repost = msgspec.json.Decoder(_Original), msgspec.json.Decoder(_Repost)
    originals = folder / "replay" / "weibo_ced_posts.jsonl.gz", lambda line: _original(original.decode(line))
    reposts = folder / "replay" / "weibo_ced_reposts.jsonl.gz", lambda line: _repost(repost.decode(line))
    of_2018 = folder / "weibo_binary_2018.csv.gz", lambda line: _of_2018(line, seed)
    parts = {
        "research": (originals, of_2018, reposts),
        "research/weibo_ced": (originals, reposts),
        "research/weibo_binary_2018": (of_2018,),
    }
    if source not in parts:
        raise SourceError(f"{source}: no such research source: there are {', '.join(parts)}")
    return chain.from_iterable(_read(path, parse, set_aside) for path, parse in parts[source])


def _read(path: Path, parse: Callable[[bytes], Post], set_aside: SetAside | None) -> Iterator[Post]:
    for number, line in lines_of(path):
        if number == 1 and path.suffixes[:1] == [".csv"]:
            continue
        try:
            post = parse(line)
            check(post)
        except (msgspec.DecodeError, MalformedPost, ValueError) as error:
            bad = bad_line(str(path), number, str(error))
            if set_aside is None:
                raise bad from error
            set_aside(bad)
        else:
            yield post


def _original(row: _Original) -> Post:
    mid = _number("mid", row.mid)
    author, made_up = _author(row.uid, row.user.followers, row.user.verified)
    return _post(
        mid,
        Kind.POST,
        text=row.text,
        author=author,
        published_at=_time(str(row.time), mid),
        engagement=Engagement(reposts=row.reposts, comments=row.comments, likes=row.likes),
        synthetic=made_up,
    )


def _repost(row: _Repost) -> Post:
    mid, root = _number("mid", row.mid), _number("root", row.root)
    author, made_up = _author(row.uid, None, None)
    return _post(
        mid,
        Kind.REPOST,
        text=row.text or _WORDLESS,
        author=author,
        published_at=_time(row.date, mid),
        parent_id=str(_number("parent", row.parent) if row.parent else root),
        root_id=f"weibo:post:{root}",
        synthetic=made_up,
    )


def _of_2018(line: bytes, seed: int) -> Post:
    row = next(csv.reader([line.decode()]))
    if len(row) != 3 or not row[1].isdecimal():
        raise ValueError("mid: expected label, a number and a text")
    who = account(rank(drawn_from("of 2018", seed, row[1])), seed)
    mid = int(row[1])
    return _post(
        mid,
        Kind.POST,
        text=row[2].strip(),
        author=who,
        published_at=weibo_id.published(mid),
        synthetic=("author",),
    )


def _number(field: str, base62: str) -> int:
    try:
        return weibo_id.from_base62(base62)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from error


def _post(mid: int, kind: Kind, *, published_at: datetime, **fields: Any) -> Post:
    return Post(
        platform="weibo",
        feed="weibo_search",
        kind=kind,
        native_id=str(mid),
        url=f"https://m.weibo.cn/detail/{mid}",
        published_at=published_at,
        fetched_at=published_at,
        query="*",
        run_id="replay",
        **fields,
    )


def _author(uid: str, followers: int | None, verified: bool | None) -> tuple[Author, tuple[str, ...]]:
    """Return the account and what was made up of it: every name is, and the number where the data has an address."""
    number, url = uid, f"https://m.weibo.cn/u/{uid}"
    made_up: tuple[str, ...] = ("author.name",)
    if not (uid.isascii() and uid.isdecimal()):
        number, url = nobodys_id(drawn_from("account", uid).getrandbits(64)), f"https://weibo.com/{uid}"
        made_up = ("author.id", "author.name")
    return Author(id=number, name=f"用户{number}", url=url, followers=followers, verified=verified), made_up


def _time(stated: str, mid: int) -> datetime:
    """Return the publishing time that the row states, or, where that lacks its year, the one in the id."""
    if stated.isdecimal():
        return datetime.fromtimestamp(int(stated), DAY_ZONE)
    for form in ("%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %z %Y"):
        try:
            moment = datetime.strptime(stated, form)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=DAY_ZONE)
    if not _WITHOUT_YEAR.fullmatch(stated):
        raise ValueError(f"date: {stated!r} is no time")
    return weibo_id.published(mid).astimezone(DAY_ZONE)
