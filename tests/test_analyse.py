"""Posts become mentions: the books balance, the same again gives the same, and nothing is done twice."""

import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from config.brand import Account, Brand, Target
from crawlers.post import Author, Kind, Post, decode_post, encode_post
from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch, Manifest
from nlp import analyse as stage
from nlp.analyse import RootBrands, analyse
from nlp.classifier.predictions import Predictions
from nlp.mention import MatchedBy, Mention, decode_mention
from nlp.sentiment import UnknownEngine

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 1, tzinfo=UTC)
XINGHE = Brand(id="xinghe", name="星河", query="星河 NOT 星河粥", own_accounts=(Account(platform="weibo", id="100"),))
YUNHAI = Brand(id="yunhai", name="云海", query="云海", words=("云海秒充",))
BRANDS = [XINGHE, YUNHAI]
BATCH = Batch(stage="posts", feed="weibo_search", query="xinghe", window="20260301T000000Z")


class Counting:
    """An engine that finds everything negative and remembers what it was asked."""

    name = "counting"

    def __init__(self, model: str = "counting-1") -> None:
        self.model, self.asked = model, list[list[str]]()

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        self.asked.append(list(texts))
        return Predictions.of(np.tile(np.array([[0.6, 0.3, 0.1]], dtype=np.float32), (len(texts), 1)))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(stage, "load_engine", lambda name: counting)
    return counting


def post(native_id: str, text: str, **fields: Any) -> Post:
    made = Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id=native_id, url=f"https://example.org/{native_id}",
        text=text, author=Author(id="7"), published_at=NOW, fetched_at=NOW, query="q", run_id="r",
    )  # fmt: skip
    return replace(made, **fields)


def write(*posts: Post | bytes, batch: Batch = BATCH, complete: bool = True) -> Batch:
    with batch.write("crawl") as writer:
        writer.complete = complete
        for item in posts:
            writer.add(item if isinstance(item, bytes) else encode_post(item))
    return batch


def mentions(batch: Batch = BATCH) -> list[Mention]:
    return [decode_mention(line) for line in batch.to("mentions").lines()]


def test_a_mention_for_each_brand_that_a_post_speaks_of(engine: Counting) -> None:
    books = analyse(write(post("1", "星河比云海好"), post("2", "天气好"), post("3", "云海")), BRANDS).books
    assert books == {"posts": 3, "matched": 2, "unmatched": 1, "dead": 0, "own": 0, "mentions": 3}
    assert [mention.id for mention in mentions()] == [
        "weibo:post:1:xinghe",
        "weibo:post:1:yunhai",
        "weibo:post:3:yunhai",
    ]


def test_what_a_mention_says(engine: Counting) -> None:
    text = "云海秒充太慢，充电发烫，充电半天[怒] http://t.cn/A6x //@路人甲:云海秒充很快"
    written = post("1", text, title="云海 测评")
    analyse(write(written), BRANDS)
    [mention] = mentions()
    assert mention.post == decode_post(encode_post(written))
    assert (mention.brand, mention.matched_by, mention.matched) == ("yunhai", MatchedBy.QUERY, ("云海",))
    assert engine.asked == [["云海 测评\n云海秒充太慢，充电发烫，充电半天[怒]"]]
    assert mention.tokens == (
        "云海", "测评", "云海秒充", "太慢", "充电", "发烫", "充电", "半天", "[怒]",
    )  # fmt: skip
    assert mention.keywords == ("充电", "测评", "云海秒充", "太慢", "发烫", "半天")
    # as the engine says: 0.6, 0.3, 0.1
    assert mention.sentiment.label == "negative"
    assert [mention.sentiment.probability, mention.sentiment.score] == pytest.approx([0.6, -0.5])
    assert (mention.mood, mention.mood_probability) == ("negative", 0.6)
    assert (mention.sentiment.engine, mention.sentiment.model) == ("counting", "counting-1")
    assert (mention.emotion, mention.emotion_probability) == (None, None), "this engine does not answer it"
    assert mention.intent == "complaint"


def test_a_title_that_the_text_repeats_is_read_once(engine: Counting) -> None:
    analyse(write(post("1", "云海上市了，价格未定", title="云海上市了")), BRANDS)
    assert engine.asked == [["云海上市了，价格未定"]]


def test_answers_inherit_the_brands_of_their_first_post(engine: Counting) -> None:
    answer = {"kind": Kind.REPOST, "root_id": "weibo:post:1"}
    analyse(
        write(
            post("5", "转发微博", **answer),
            post("1", "星河发布会"),
            post("6", "云海更好", **answer),
            post("7", "星河粥好喝", **answer),
            post("8", "说得对", kind=Kind.COMMENT, root_id="weibo:post:404"),
        ),
        BRANDS,
    )
    found = {mention.id: (mention.matched_by.value, mention.matched) for mention in mentions()}
    assert found == {
        "weibo:repost:5:xinghe": ("root", ()),
        "weibo:post:1:xinghe": ("query", ("星河",)),
        "weibo:repost:6:yunhai": ("query", ("云海",)),
        "weibo:repost:6:xinghe": ("root", ()),
        "weibo:repost:7:xinghe": ("root", ()),
    }
    bare = next(mention for mention in mentions() if mention.post.native_id == "5")
    assert (bare.sentiment.label, round(bare.sentiment.probability, 3)) == ("neutral", 0.333)


def test_answers_inherit_from_roots_outside_the_batch(engine: Counting) -> None:
    asked: list[Collection[str]] = []

    def roots(ids: Collection[str]) -> Mapping[str, Collection[str]]:
        asked.append(ids)
        return {"weibo:post:1": {"yunhai", "xinghe", "a_brand_that_is_gone"}}

    written = [post(str(i), "好", kind=Kind.COMMENT, root_id=f"weibo:post:{i % 2 + 1}") for i in range(10, 13)]
    books = analyse(write(*written, post("3", "星河"), b"{"), BRANDS, roots=roots).books
    assert asked == [["weibo:post:1", "weibo:post:2"]]
    assert [mention.id for mention in mentions()][:2] == ["weibo:comment:10:xinghe", "weibo:comment:10:yunhai"]
    assert books == {"posts": 5, "matched": 3, "unmatched": 1, "dead": 1, "own": 0, "mentions": 5}


def test_an_own_accounts_post_is_no_mention_but_answers_to_it_are(engine: Counting) -> None:
    own = {"author": Author(id="100")}
    books = analyse(
        write(
            post("1", "大家早上好", **own),
            post("2", "星河和云海", **own),
            post("3", "早", kind=Kind.COMMENT, root_id="weibo:post:1"),
            post("4", "谢谢支持", kind=Kind.COMMENT, root_id="weibo:post:1", **own),
        ),
        BRANDS,
    ).books
    assert {mention.id for mention in mentions()} == {"weibo:post:2:yunhai", "weibo:comment:3:xinghe"}
    assert books == {"posts": 4, "matched": 2, "unmatched": 2, "dead": 0, "own": 2, "mentions": 2}


def test_a_malformed_post_is_set_aside_with_its_reason(engine: Counting) -> None:
    good = encode_post(post("1", "星河"))
    wrong = {
        b"{not json": "JSON is malformed",
        b"\xff\xfe": "",
        good.replace(b'"text":', b'"txt":'): "missing required field `text`",
        good.replace(b"https://", b"javascript://"): "url: must begin with http",
        good.replace(b'"native_id":"1"', b'"native_id":1'): "`$.native_id`",
        b"[]": "Expected `object`",
    }
    books = analyse(write(*wrong, good), BRANDS).books
    assert books == {"posts": 7, "matched": 1, "unmatched": 0, "dead": 6, "own": 0, "mentions": 1}
    letters = list(BATCH.to("mentions").dead_letters())
    assert [letter.content for letter in letters] == [line.decode(errors="replace") for line in wrong]
    for letter, reason in zip(letters, wrong.values(), strict=True):
        assert reason in letter.reason
        assert letter.stage == "mentions"


def test_odd_texts_are_mentions_like_all_others(engine: Counting) -> None:
    odd = [
        "星河" + tail
        for tail in ("😀" * 500, "\u0000\u001f", "x" * 100_000, "\ufffd", "[" * 999, "\u202e\u200b", "//@")
    ]
    assert analyse(write(*(post(str(i), text) for i, text in enumerate(odd))), BRANDS).books["matched"] == len(odd)


def test_an_empty_batch_is_a_batch(engine: Counting) -> None:
    assert analyse(write(), BRANDS).books == dict.fromkeys(
        ["posts", "matched", "unmatched", "dead", "own", "mentions"], 0
    )


def many(count: int = 2_500) -> list[Post]:
    texts = ("星河很好", "云海一般", "今天下雨", "转发微博//@路人甲:星河")
    return [post(str(i), f"{texts[i % 4]}{i % 30}") for i in range(count)]


def test_the_same_again_gives_the_same_bytes(engine: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for name in ("one", "other"):
        monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / name))
        analyse(write(*many()), BRANDS)
        written.append(Path(f"{BATCH.to('mentions').path}.jsonl").read_bytes())
    assert written[0] == written[1] != b""


def test_the_engine_gets_batches_of_different_texts_and_progress_is_told(engine: Counting) -> None:
    steps: list[tuple[int, int]] = []
    analyse(write(*many()), BRANDS, progress=lambda done, of: steps.append((done, of)))
    assert steps == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    asked = [text for texts in engine.asked for text in texts]
    assert len(asked) == len(set(asked)) < 100


def test_what_was_done_is_not_done_again(engine: Counting) -> None:
    first = analyse(write(*many(20)), BRANDS)
    asked = len(engine.asked)
    again = [brand.model_copy(update={"crawl": (Target(feed="rss", query="x"),)}) for brand in BRANDS]
    assert analyse(BATCH, again) == first
    assert len(engine.asked) == asked


def nowhere(ids: Collection[str]) -> Mapping[str, Collection[str]]:
    return {}


@pytest.mark.parametrize("change", ["brand", "model", "posts", "stop words", "damage", "loss", "roots"])
def test_it_is_done_again_when_something_has_changed(
    engine: Counting, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, brands = analyse(write(*many(20)), BRANDS), BRANDS
    roots: RootBrands | None = None
    lines = Path(f"{BATCH.to('mentions').path}.jsonl")
    if change == "brand":
        brands = [XINGHE]
    elif change == "model":
        engine.model = "counting-2"
    elif change == "posts":
        write(*many(21))
    elif change == "stop words":
        monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
        (tmp_path / "lexicons").mkdir()
        (tmp_path / "lexicons" / "stopwords.txt").write_text("很好\n", encoding="utf-8")
    elif change == "damage":
        lines.write_bytes(lines.read_bytes()[:-9])
    elif change == "loss":
        lines.unlink()
    else:
        roots = nowhere
    asked = len(engine.asked)
    second = analyse(BATCH, brands, roots=roots)
    assert second.made_at > first.made_at
    assert len(engine.asked) > asked
    assert len(mentions()) == second.count
    if change == "roots":
        assert analyse(BATCH, brands) == second, "what was done with the index is not done again without it"


def test_posts_that_are_not_there_or_not_whole_are_refused(engine: Counting) -> None:
    with pytest.raises(BrokenBatch, match="crawl this window first"):
        analyse(BATCH, BRANDS)
    write(*many(20))
    with Path(f"{BATCH.path}.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(BrokenBatch, match="changed since it was written"):
        analyse(BATCH, BRANDS)
    assert BATCH.to("mentions").manifest() is None


def test_books_that_do_not_balance_are_an_error_and_write_nothing(engine: Counting) -> None:
    manifest = write(*many(20)).manifest()
    assert manifest is not None
    Path(f"{BATCH.path}.manifest").write_bytes(msgspec.json.encode(replace(manifest, count=21)))
    with pytest.raises(BooksDoNotBalance, match="21 posts came in"):
        analyse(BATCH, BRANDS)
    assert BATCH.to("mentions").manifest() is None


def test_a_cut_short_crawl_gives_a_cut_short_batch(engine: Counting) -> None:
    assert analyse(write(*many(20), complete=False), BRANDS).complete is False
    assert analyse(write(*many(21)), BRANDS).complete is True


def test_an_unknown_engine_is_refused_before_anything_is_read() -> None:
    write(*many(20))
    with pytest.raises(UnknownEngine):
        analyse(BATCH, BRANDS, engine="nothing")


def test_the_default_engine_reads_the_mood() -> None:
    bad, good = "星河太差了，屏幕坏了，客服态度恶劣，再也不买了", "星河屏幕漂亮，物流很快，非常满意"
    analyse(write(post("1", bad), post("2", good), post("3", "转发微博", root_id="weibo:post:1")), BRANDS)
    assert [mention.sentiment.label for mention in mentions()] == ["negative", "positive", "neutral"]
    assert {mention.sentiment.engine for mention in mentions()} == {"default"}


def test_killed_in_the_middle_and_run_again_it_gives_the_same(engine: Counting, tmp_path: Path) -> None:
    write(*many())
    code = (
        "import time, tests.test_analyse as t\n"
        "t.stage.load_engine = lambda name: t.Counting()\n"
        "t.analyse(t.BATCH, t.BRANDS, progress=lambda done, of: (print(done, flush=True), time.sleep(60)))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "1000\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert BATCH.to("mentions").manifest() is None
    interrupted: Manifest = analyse(BATCH, BRANDS)
    undisturbed = analyse(write(*many(), batch=replace(BATCH, window="20260302T000000Z")), BRANDS)
    assert (interrupted.sha256, interrupted.books) == (undisturbed.sha256, undisturbed.books)
