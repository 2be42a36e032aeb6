"""A replay can end now: all times move together, ids that carry a time move with them, and the ending is remembered."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.formats import weibo_id
from crawlers.post import Kind, Post
from crawlers.replay import SourceError, anchor, shifted

WHOLE_SECONDS = st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
CHECKOUT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def a_post(published_at: datetime, low: int, **changes: object) -> Post:
    mid = str(weibo_id.mid_at(published_at, low))
    fields: dict[str, object] = {
        "platform": "weibo",
        "feed": "weibo_search",
        "kind": Kind.POST,
        "native_id": mid,
        "url": f"https://m.weibo.cn/detail/{mid}",
        "text": "屏幕很好",
        "published_at": published_at,
        "fetched_at": published_at + timedelta(hours=1),
        "query": "小米",
        "run_id": "r1",
    }
    return Post(**{**fields, **changes})  # type: ignore[arg-type]


@given(st.integers(1, 10**17))
def test_base_62_and_back(mid: int) -> None:
    assert weibo_id.from_base62(weibo_id.to_base62(mid)) == mid


@pytest.mark.parametrize(("short", "mid"), [("z0JH2lOMb", 3501756485200075), ("10000", 10_000_000), ("Z", 61)])
def test_base_62_is_weibos_own(short: str, mid: int) -> None:
    assert (weibo_id.from_base62(short), weibo_id.to_base62(mid)) == (mid, short)


@pytest.mark.parametrize("wrong", ["", "z0-H2", "发", "z0 H2"])
def test_what_is_no_base_62_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no base 62"):
        weibo_id.from_base62(wrong)


@given(WHOLE_SECONDS, st.integers(0, 2**22 - 1), st.integers(-(10**8), 10**8))
def test_an_id_carries_its_time_and_moves_with_it(moment: datetime, low: int, seconds: int) -> None:
    mid = weibo_id.moved(weibo_id.mid_at(moment, low), seconds)
    assert weibo_id.published(mid) == moment + timedelta(seconds=seconds)
    assert mid & (2**22 - 1) == low


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(WHOLE_SECONDS, st.integers(0, 2**22 - 1)), min_size=1, max_size=20, unique=True))
def test_moving_keeps_intervals_and_ids_agree_with_times(drawn: list[tuple[datetime, int]]) -> None:
    posts = [a_post(moment, low) for moment, low in drawn]
    moved = shifted(posts, NOW)
    assert max(post.published_at for post in moved) == NOW
    gaps = {after.published_at - before.published_at for before, after in zip(posts, moved, strict=True)}
    assert len(gaps) == 1
    for before, after in zip(posts, moved, strict=True):
        assert weibo_id.published(int(after.native_id)) == after.published_at
        assert (int(after.native_id) ^ int(before.native_id)) & (2**22 - 1) == 0
        assert after.fetched_at - after.published_at == before.fetched_at - before.published_at
        assert after.url.endswith(after.native_id)
        assert after.text == before.text
    assert len({post.id for post in moved}) == len({post.id for post in posts})


def test_references_follow_also_to_what_is_not_there() -> None:
    start = datetime(2013, 1, 1, tzinfo=UTC)
    root, absent = a_post(start, 5), a_post(start, 6)
    reposts = [
        a_post(start + timedelta(hours=1), low, kind=Kind.REPOST, parent_id=of.native_id, root_id=of.id)
        for low, of in ((1, root), (2, absent))
    ]
    moved_root, first, second = shifted([root, *reposts], NOW)
    assert (first.root_id, first.parent_id) == (moved_root.id, moved_root.native_id)
    of_absent = (second.root_id or "").removeprefix("weibo:post:")
    assert second.parent_id == of_absent
    assert weibo_id.published(int(of_absent)) == moved_root.published_at


def test_an_id_that_never_carried_its_time_does_so_afterwards_and_stays_the_same_for_references() -> None:
    old = a_post(datetime(2011, 3, 1, tzinfo=UTC), 0, native_id="5612814510546515491")
    answer = a_post(datetime(2011, 3, 2, tzinfo=UTC), 7, kind=Kind.REPOST, parent_id=old.native_id, root_id=old.id)
    moved, after = shifted([old, answer], NOW)
    assert weibo_id.published(int(moved.native_id)) == moved.published_at == NOW - timedelta(days=1)
    assert (after.parent_id, after.root_id) == (moved.native_id, moved.id)


def test_what_moved_is_named() -> None:
    post = a_post(datetime(2013, 1, 1, tzinfo=UTC), 5, synthetic=("author",))
    assert shifted([post], NOW)[0].synthetic == ("author", "native_id", "published_at", "url")
    assert shifted([post], post.published_at) == [post]


def test_ids_without_a_time_stay() -> None:
    changes = {
        "platform": "forum",
        "feed": "nodebb",
        "native_id": "bbs.example/topic/3",
        "url": "https://bbs.example/3",
    }
    post = shifted([a_post(datetime(2013, 1, 1, tzinfo=UTC), 5, **changes)], NOW)[0]
    assert (post.native_id, post.published_at) == ("bbs.example/topic/3", NOW)


def test_nothing_moves_to_nothing() -> None:
    assert shifted([], NOW) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return tmp_path


def test_the_first_ending_is_kept_for_its_source(folder: Path) -> None:
    assert anchor("snownlp", NOW) == NOW
    assert anchor("snownlp", NOW + timedelta(days=3)) == NOW
    assert anchor("research", NOW + timedelta(days=3)) == NOW + timedelta(days=3)
    assert [path for path in folder.rglob("*") if path.suffix == ".tmp"] == []


def test_a_fresh_ending_takes_its_place(folder: Path) -> None:
    anchor("snownlp", NOW)
    later = NOW + timedelta(days=3)
    assert anchor("snownlp", later, fresh=True) == later
    assert anchor("snownlp") == later


@pytest.mark.parametrize("content", ["soon", "2026-11-22T20:00:00", ""])
def test_a_spoilt_ending_is_named_with_its_remedy(folder: Path, content: str) -> None:
    anchor("snownlp", NOW)
    next(folder.rglob("anchor-*")).write_text(content)
    with pytest.raises(SourceError, match=r"anchor-snownlp.*--fresh"):
        anchor("snownlp")
    assert anchor("snownlp", NOW, fresh=True) == NOW


def test_replays_that_start_at_once_agree(folder: Path) -> None:
    code = (
        "import sys, datetime as d; from crawlers.replay.timeline import anchor;"
        "print(anchor('snownlp', d.datetime.fromtimestamp(1_800_000_000 + int(sys.argv[1]), d.UTC)))"
    )
    asking = [
        subprocess.Popen([sys.executable, "-c", code, str(number)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
        for number in range(3)
    ]
    assert len({process.communicate()[0] for process in asking}) == 1
