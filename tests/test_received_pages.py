"""The pages of posts that speak of a brand are kept as they came, each once and without secrets; the others are not."""

import hashlib
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import msgspec
import pytest

from config.brand import Brand, Target
from crawlers.engine.run import batch_of, crawl
from crawlers.page import Request, Response
from crawlers.post import decode_post
from crawlers.spider import Job, spider_of
from crawlers.storage import files, queue, received
from crawlers.storage.compact import compact
from crawlers.storage.days import days_with_own_files
from crawlers.storage.pages import Entry, LostPage, drop, expire, find, keep, read, verify
from crawlers.storage.received import Received, Spool
from crawlers.storage.stage import Batch
from crawlers.storage.zstd import compress
from indexing.maintenance import evidence
from indexing.maintenance.evidence import keep_left_pages
from indexing.pipeline import analyse_all
from tests.crawl_server import NOTHING, Said, Server, cards, message, page_of, serving
from tests.killing import Forked, dying

XINGHE = Brand(id="xinghe", name="星河", query="星河")
WHEN = datetime(2026, 11, 22, 19, tzinfo=UTC)
BODY = "<p>星河手机</p>".encode()
DIGEST = hashlib.sha256(BODY).hexdigest()
ENTRY = Entry(
    digest=DIGEST,
    size=len(BODY),
    url="https://bbs.example.com/1",
    request_headers={},
    status=200,
    response_headers={"content-type": "text/html"},
    fetched_at=WHEN,
    last_fetched_at=WHEN,
    run_id="rss/q/w",
    platform="forum",
    posts=("forum:post:1", "forum:post:2"),
)


@pytest.fixture(params=["disk", "memory"])
def root(request: pytest.FixtureRequest, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "memory":
        monkeypatch.setenv("TINGFENG_STAGES", "memory://pages-test")
    yield request.param
    fsspec.filesystem("memory").store.clear()


def another(number: int, *posts: str, at: datetime = WHEN) -> tuple[Entry, bytes]:
    body = str(number).encode()
    digest = hashlib.sha256(body).hexdigest()
    return replace(ENTRY, digest=digest, size=len(body), posts=posts, fetched_at=at, last_fetched_at=at), body


def test_a_page_lies_there_once_and_every_post_on_it_finds_it(root: str) -> None:
    keep(ENTRY, BODY)
    keep(*another(2, "forum:post:2", "forum:post:3", at=WHEN + timedelta(hours=1)))
    later = replace(ENTRY, last_fetched_at=WHEN + timedelta(days=2), run_id="later", posts=("forum:post:9",))
    keep(later, BODY)
    known = replace(ENTRY, last_fetched_at=later.last_fetched_at, posts=(*ENTRY.posts, "forum:post:9"))
    assert find("forum:post:1") == find("forum:post:9") == [known]
    assert [entry.url for entry in find("forum:post:2")] == [ENTRY.url] * 2
    assert find("forum:post:4") == []
    assert read(DIGEST) == BODY
    assert list(verify()) == []


def test_a_dropped_post_takes_its_pages_along(root: str) -> None:
    keep(ENTRY, BODY)
    other = another(2, "forum:post:3")
    keep(*other)
    assert drop("forum:post:2") == [DIGEST]
    assert (find("forum:post:1"), find("forum:post:2")) == ([], [])
    assert find("forum:post:3") == [other[0]]
    with pytest.raises(LostPage, match="missing"):
        read(DIGEST)
    assert drop("forum:post:2") == []
    assert list(verify()) == []


def test_pages_go_by_the_day_on_which_they_came_last(root: str) -> None:
    keep(ENTRY, BODY)
    keep(*another(2, "forum:post:3"))
    keep(replace(ENTRY, last_fetched_at=WHEN + timedelta(days=9)), BODY)
    assert expire("20261122") == 0
    assert (expire("20261123", dry_run=True), len(find("forum:post:3"))) == (1, 1)
    assert expire("20261123") == 1
    assert (find("forum:post:3"), len(find("forum:post:1"))) == ([], 1)
    assert expire("20261201") == 0
    assert expire("20261202") == 1
    assert find("forum:post:1") == []


@pytest.mark.parametrize("how", ["cut", "other", "missing", "entry", "newer"])
def test_a_lost_or_damaged_page_is_named_and_can_be_kept_again(data: Path, how: str) -> None:
    keep(ENTRY, BODY)
    [body], [entry] = data.glob("pages/??/*.zst"), data.glob("pages/??/*.json")
    spoil: dict[str, Callable[[], Any]] = {
        "cut": lambda: body.write_bytes(body.read_bytes()[:-5]),
        "other": lambda: body.write_bytes(compress(b"other")),
        "missing": body.unlink,
        "entry": lambda: entry.write_bytes(b"{"),
        "newer": lambda: entry.write_bytes(msgspec.json.encode(replace(ENTRY, format=2))),
    }
    spoil[how]()
    says = {
        "cut": f"{body.name}: cut off or damaged",
        "other": f"{body.name}: damaged, it is not what its name says",
        "missing": f"{body.name}: missing: bring it back from a copy, or remove .*{entry.name} to give the page up",
        "entry": f"{entry.name}: no entry",
        "newer": f"{entry.name}: form 2, this version knows 1: use the version that wrote it",
    }[how]
    with pytest.raises(LostPage, match=says):
        find("forum:post:1")
        read(DIGEST)
    [told] = verify()
    assert entry.name in told or "use the version" in told
    keep(ENTRY, BODY)
    assert (read(DIGEST), find("forum:post:1"), list(verify())) == (BODY, [ENTRY], [])


KEEPING = """
entry, body = msgspec.json.decode(open(os.environ["PAGE"], "rb").read(), type=tuple[pages.Entry, bytes])
pages.keep(entry, body)
"""
DROPPING = 'pages.drop("forum:post:2")'


@pytest.mark.parametrize("work", [KEEPING, DROPPING])
def test_killed_at_any_step_a_page_is_whole_or_absent(data: Path, work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGE", str(data / "page.json"))
    (data / "page.json").write_bytes(msgspec.json.encode((ENTRY, BODY)))
    step = 0
    with Forked("import msgspec; from crawlers.storage import pages", work) as killed:
        while True:
            if work == DROPPING:
                keep(ENTRY, BODY)
            done = killed.run(step)
            for post in ENTRY.posts:
                assert [read(entry.digest) for entry in find(post)] in ([], [BODY])
            if work == KEEPING:
                keep(ENTRY, BODY)
                assert [read(entry.digest) for entry in find("forum:post:1")] == [BODY]
            drop("forum:post:2")
            assert not find("forum:post:1") + find("forum:post:2")
            assert not [path for path in data.glob("pages/??/*") if path.suffix != ".tmp"]
            if done == 0:
                break
            assert done == -signal.SIGKILL
            step += 1
    assert step >= 5


def test_nothing_secret_is_spooled() -> None:
    headers = {"Cookie": "a=1", "Authorization": "x", "X-Csrf-Token": "t", "X-Api-Key": "k", "Accept": "text/html"}
    said = {"set-cookie": "s", "content-type": "text/html", "content-location": "https://u:p@e.com/?access_token=1"}
    response = Response(url="https://e.com/", headers=said, body=BODY, fetched_at=WHEN)
    request = Request(url="https://me:pw@e.com/a?q=星河&access_token=42&sign=7&key=8#x", headers=headers)
    line = received.received(request, response, ["forum:post:1"], run_id="r", platform="forum")
    assert line
    page = msgspec.json.decode(line, type=Received)
    assert page.entry.request_headers == {"accept": "text/html"}
    assert page.entry.response_headers == {
        "content-type": "text/html",
        "content-location": "https://e.com/?access_token=…",
    }
    assert page.entry.url == "https://e.com/a?q=星河&access_token=…&sign=…&key=…"
    assert page.entry.method == "GET"
    posted = received.received(replace(request, body=b"q"), response, ["forum:post:1"], run_id="r", platform="forum")
    assert posted and msgspec.json.decode(posted, type=Received).entry.method == "POST"
    big = replace(response, body=b"x" * (4 * 2**20 + 1))
    assert received.received(request, big, ["forum:post:1"], run_id="r", platform="forum") is None
    assert received.received(request, response, [], run_id="r", platform="forum") is None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Three pages of ten messages; one on the second speaks of the brand."""

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        page = page_of(path)
        numbers = range(page * 10, page * 10 + 10)
        made = [message(n, n, text="星河手机又闪退" if n == 25 else f"第{n}条") for n in numbers]
        return Said(body=cards(*made) if page <= 3 else NOTHING, headers={"Set-Cookie": "secret=1"})

    with serving(answers) as one:
        yield one


@pytest.fixture(scope="module")
def once(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, Path]:
    target, folder = Target(feed="weibo_search", query="q", base_url=server.url), tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(folder))
        assert crawl(target, "20261122T190000Z").new == 30
    return batch_of(target, "20261122T190000Z"), folder


@pytest.fixture
def crawled(once: tuple[Batch, Path], fast_pipeline: None, data: Path) -> Batch:
    """What that crawl has left, in the test's own data folder."""
    shutil.copytree(once[1], data, dirs_exist_ok=True)
    return once[0]


def speaking(posts: Batch) -> str:
    return next(post.id for post in map(decode_post, posts.lines()) if "星河" in post.text)


def stored(data: Path) -> list[str]:
    return sorted(path.name for path in data.glob("pages/??/*.json"))


def test_the_page_of_a_mention_is_kept_and_reads_as_it_did(crawled: Batch, data: Path) -> None:
    [spool] = data.glob("received/*/*/*.pages.zst")
    assert stored(data) == []
    analyse_all([XINGHE], None)
    assert not spool.exists()
    [entry] = find(speaking(crawled))
    assert len(stored(data)) == 1
    assert (len(entry.posts), entry.platform) == (10, "weibo")
    assert entry.run_id == f"{crawled.feed}/{crawled.query}/{crawled.window}"
    assert "set-cookie" not in entry.response_headers
    assert "page=2" in entry.url
    response = Response(
        url=entry.url, headers=entry.response_headers, body=read(entry.digest), fetched_at=entry.fetched_at
    )
    spider = spider_of("weibo_search")(Job(feed="weibo_search", query="q", run_id="again"))
    assert [post.id for post in spider.parse_page(response).posts] == list(entry.posts)


def test_killed_between_any_two_steps_the_same_pages_are_kept(crawled: Batch, data: Path) -> None:
    steps = (evidence, "settle"), (files, "replace"), (files, "touch"), (files, "remove")
    for module, name in steps:
        with dying(0, module, name):
            analyse_all([XINGHE], None)
        assert queue.markers("analyse"), "it still waits"
    analyse_all([XINGHE], None)
    assert len(stored(data)) == len(find(speaking(crawled))) == 1
    assert not list(data.glob("received/*/*/*.zst"))
    assert not queue.markers("analyse")


def test_a_window_that_is_crawled_again_adds_nothing_twice(crawled: Batch, data: Path) -> None:
    [spool] = data.glob("received/*/*/*.pages.zst")
    before = list(received._lines(crawled))
    with closing(Spool()) as again:
        for line in [before[0], msgspec.json.encode(Received(entry=ENTRY, body=compress(BODY)))]:
            again.add(line)
        again.write(crawled)
    kept = spool.read_bytes()
    assert len(list(received._lines(crawled))) == len(before) + 1, "an earlier run's pages still wait with the new ones"
    for _ in range(2):
        analyse_all([XINGHE], None)
        spool.write_bytes(kept)
        crawled.hand_on(crawled.manifest() or pytest.fail("the posts are there"))
    analyse_all([XINGHE], None)
    assert len(stored(data)) == 1


def test_a_spoilt_spool_holds_up_no_post(crawled: Batch, data: Path, caplog: pytest.LogCaptureFixture) -> None:
    [spool] = data.glob("received/*/*/*.pages.zst")
    spool.write_bytes(spool.read_bytes()[:-20])
    assert analyse_all([XINGHE], None).books["matched"] == 1
    assert "cut off or damaged" in caplog.text and "remove it, which gives these pages up" in caplog.text
    assert list(received.faults(datetime.now(UTC) + timedelta(hours=1)))
    with closing(Spool()) as again:
        again.add(msgspec.json.encode(Received(entry=ENTRY, body=compress(BODY))))
        again.write(crawled)
    assert not list(received.faults(datetime.now(UTC) + timedelta(hours=1)))


def test_what_nobody_settled_is_settled_at_night(crawled: Batch, data: Path) -> None:
    [spool] = data.glob("received/*/*/*.pages.zst")
    kept, soon = spool.read_bytes(), datetime.now(UTC) + timedelta(hours=1)
    keep_left_pages(soon)
    assert spool.exists(), "its posts still wait"
    analyse_all([XINGHE], None)
    drop(speaking(crawled))
    spool.write_bytes(kept)
    keep_left_pages(soon - timedelta(days=1))
    assert spool.exists()
    keep_left_pages(soon)
    assert (spool.exists(), len(stored(data))) == (False, 1)


def test_a_window_keeps_so_many_pages_and_no_more(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [msgspec.json.encode(Received(entry=entry, body=body)) for entry, body in map(another, range(9))]
    monkeypatch.setattr(received, "_MOST_SPOOLED", len(lines[0]) * 3 + 9)
    posts = Batch(stage="posts", feed="rss", query="q", window="w1")
    with closing(Spool()) as spool:
        for line in [*lines, lines[0]]:
            spool.add(line)
        spool.write(posts)
    assert list(received._lines(posts)) == lines[:3]


def test_the_doctor_names_what_is_lost(data: Path) -> None:
    from commands import doctor

    keep(ENTRY, BODY)
    assert doctor._put_away() == "whole"
    [body] = data.glob("pages/??/*.zst")
    body.unlink()
    with Batch(stage="posts", feed="rss", query="q", window="20261122T190000Z").write() as writer:
        writer.add(b"{}")
    for day in days_with_own_files("posts", "20261201"):
        compact("posts", day, day.own_windows("posts"))
    [packed] = data.glob("posts/rss/q/20261122/*.zst")
    packed.write_bytes(packed.read_bytes()[:-1])
    with pytest.raises(doctor._Problem, match="2 files are lost or damaged: ") as told:
        doctor._put_away()
    assert f"{packed}: " in str(told.value) and f"{body}: missing: bring it back from a copy" in str(told.value)
