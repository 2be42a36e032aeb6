"""Posts as the tests of stories and rules tell them, and how they come into the index."""

import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from crawlers.post import Author, Kind, Post
from nlp.mention import Label, MatchedBy, Mention, Sentiment

if TYPE_CHECKING:
    from config.rule import Rule
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG = "星河手机用了两天就自动关机，打客服电话没有人接，退货也不给退，大家千万不要买"


def make_post(number: int, *, ago: timedelta = HOUR, text: str = LONG, **fields: Any) -> Post:
    """Make one post of the forum `weibo`, published `ago` before NOW."""
    published = NOW - ago
    author = Author(id=f"u{number}", name=f"网友{number}", followers=100 + number, verified=False)
    post = Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id=str(number), text=text, author=author,
        url=f"https://example.org/{number}", published_at=published, fetched_at=NOW, query="q", run_id="r",
    )  # fmt: skip
    return replace(post, **fields)


def make_reply(number: int, root: int, *, kind: Kind = Kind.REPOST, text: str = "转发微博", **fields: Any) -> Post:
    """Make a repost of, or an answer to, the post `root`."""
    return make_post(number, text=text, kind=kind, parent_id=str(root), root_id=f"weibo:post:{root}", **fields)


def mention(post: Post, *, brand: str = "xinghe", label: str = "negative", tokens: Sequence[str] = ()) -> Mention:
    """Make the mention that an analysis would have made of the post."""
    return Mention(
        post=post, brand=brand, matched_by=MatchedBy.QUERY, matched=(),
        sentiment=Sentiment(label=Label(label), probability=0.9, score=-0.8, engine="e", model="m"),
        tokens=tuple(tokens or post.text[:4]), analysis="1",
    )  # fmt: skip


def put(store: "Store", mentions: Iterable[Mention], *, at: datetime = NOW, placed: bool = False) -> list[str]:
    """Index the mentions as the index itself does, in their stories already if they are to be; return their ids."""
    from indexing.elasticsearch.field import Writer
    from indexing.mentions.document import analysis_part, document_id, month, page_part, timestamp
    from indexing.mentions.write import Outcome, Update, nothing_further, write
    from indexing.people.pseudonyms import pseudonyms
    from indexing.stories.placing import beforehand

    names, ids = pseudonyms(), []

    def updates() -> Iterator[Update]:
        for one in mentions:
            ids.append(document_id(one))
            yield Update(
                id=ids[-1],
                parts={Writer.PAGE: page_part(one, names), Writer.ANALYSIS: analysis_part(one, at)},
                month=month(one.post.published_at),
                settled=True,
                ingested=timestamp(at),
            )

    outcomes = {result.outcome for result in write(store, updates(), beforehand(store) if placed else nothing_further)}
    assert outcomes <= {Outcome.INDEXED, Outcome.UNCHANGED}
    store.refresh("mentions")
    return ids


def documents(store: "Store", kind: str) -> dict[str, dict[str, Any]]:
    """Return every document of a kind of index by its id."""
    from elasticsearch.helpers import scan

    store.refresh(kind)
    return {hit["_id"]: hit["_source"] for hit in scan(store.client, index=store.alias(kind))}


def research_folder() -> Path:
    """Return the folder of the real posts and reposts."""
    return Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "replay"


def research_texts() -> list[str]:
    """Return the texts of the real originals, each once."""
    with gzip.open(research_folder() / "weibo_ced_posts.jsonl.gz") as file:
        return list(dict.fromkeys(msgspec.json.decode(line)["text"] for line in file))


def research_stories(
    folder: Path, roots: Collection[str] | None = None, *, stories: int | None = None, reposts: int | None = None
) -> dict[str, list[Post]]:
    """Return real stories by their root's id in base 62, each the original and its reposts, oldest first.

    Only those of `roots`, or the first so many `stories`, each with up to so many `reposts`; they are read by the
    replay's own reader from a copy in `folder` that holds nothing else, for reading a million lines takes a minute.
    """
    from crawlers.formats.weibo_id import to_base62
    from crawlers.replay import research

    source, target = research_folder(), folder / "replay"
    target.mkdir(parents=True)
    taken: Counter[str] = Counter()
    for name, field in (("weibo_ced_posts", '"mid"'), ("weibo_ced_reposts", '"root"')):
        with gzip.open(source / f"{name}.jsonl.gz") as file, gzip.open(target / f"{name}.jsonl.gz", "w", 1) as kept:
            for line in file:
                id = line.partition(f'{field}: "'.encode())[2].partition(b'"')[0].decode()
                if field == '"mid"' and roots is None and (stories is None or len(taken) < stories):
                    taken[id] = 0
                if id in (taken if roots is None else roots) and (reposts is None or taken[id] <= reposts):
                    taken[id] += 1
                    kept.write(line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_RESEARCH_DATA", str(folder))
        found: dict[str, dict[str, Post]] = defaultdict(dict)
        for post in research.posts("research/weibo_ced", 0, lambda line: None):
            found[to_base62(int((post.root_id or post.id).rpartition(":")[2]))][post.id] = post
    return {root: sorted(posts.values(), key=lambda post: post.published_at) for root, posts in found.items()}


def rule(kind: str, *, id: str = "rule", query: str | None = None, **when: Any) -> "Rule":
    """Make a rule of a kind as a file would, only without tests."""
    from config.kinds import module_of
    from config.rule import Rule, Severity

    return Rule.model_construct(
        id=id, title="规则", when=module_of(kind).When(kind=kind, **when), brands=(), query=query, tests=(),
        severity=Severity.SERIOUS, channels=(), owner="值班", runbook="先看原文", quiet=6 * HOUR,
    )  # fmt: skip
