"""Sentiment towards a target: rules that are right where they speak, and a model for the rest."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.brand import Brand
from crawlers.post import Kind, Post
from nlp.mention import MatchedBy, Mention
from nlp.mentions import Analyser, names_of
from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.stance.polarity import lexicon, names
from nlp.stance.rules import decide
from nlp.stance.scene import SentimentTarget, scene
from tests.stance_cases import Case, blind, cases, fresh

LABELS = ("negative", "neutral", "positive")
SPOKEN = {
    "comparison": 0.9,
    "beats": 0.9,
    "switch": 0.9,
    "preference": 0.9,
    "equality": 0.9,
    "wish": 0.8,
    "question": 0.9,
}
"""Of these kinds, the share of cases in which a rule speaks at least."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(engine("default"))


def verdict(case: Case) -> str | None:
    found = decide(scene(case.text, SentimentTarget.of(case.target), names()), lexicon())
    return LABELS[found.fate + 1] if found else None


def test_there_are_many_cases_of_each_kind() -> None:
    kinds = Counter(case.kind for case in cases())
    assert sum(kinds.values()) > 150
    assert min(kinds.values()) >= 8


@pytest.mark.parametrize("case", [*cases()], ids=lambda case: f"{case.kind}: {case.text} → {case.target}")
def test_a_rule_that_speaks_is_right(case: Case) -> None:
    assert verdict(case) in (None, case.label)


def test_rules_speak_of_most_cases_of_their_kinds() -> None:
    spoken = defaultdict(list)
    for case in cases():
        spoken[case.kind].append(verdict(case) is not None)
    assert {kind: sum(found) / len(found) >= SPOKEN[kind] for kind, found in spoken.items() if kind in SPOKEN} == (
        dict.fromkeys(SPOKEN, True)
    )


@pytest.mark.parametrize(("made", "least"), [(cases, 0.9), (fresh, 0.72), (blind, 0.55)])
def test_with_the_model_most_cases_are_read_as_people_read_them(
    made: Callable[[], Sequence[Case]], least: float, reader: Reader
) -> None:
    found = list(made())
    readings = reader.read([case.text for case in found], [SentimentTarget.of(case.target) for case in found])
    right = [reading.best()[0] == case.label for reading, case in zip(readings, found, strict=True)]
    assert sum(right) / len(right) >= least


def test_praise_of_another_is_no_praise_and_the_answer_says_why(reader: Reader) -> None:
    text = "比小米好用多了"
    [whole, towards] = reader.read([text, text], [None, SentimentTarget.of("小米")])
    assert (whole.best()[0], whole.why) == ("positive", None)
    assert (towards.best()[0], towards.why, towards.binary) == ("negative", "comparison", "negative")
    assert sum(towards.sentiment) == pytest.approx(1, abs=1e-5)


def test_a_name_is_found_however_it_is_spelt() -> None:
    for text in ("比Ｘiaomi好用多了", "比XIAOMI好用多了"):
        found = decide(scene(text, SentimentTarget(target="小米", names=("小米", "xiaomi"))), lexicon())
        assert found is not None
        assert found.fate == -1
    traditional = decide(scene("比華為好用多了", SentimentTarget.of("华为")), lexicon())
    assert traditional is not None
    assert traditional.fate == -1


def test_a_target_that_is_not_named_is_left_to_the_model() -> None:
    assert decide(scene("比它好用多了", SentimentTarget.of("小米")), lexicon()) is None


MI = Brand(id="mi", name="小米", query="(小米 OR redmi) NOT 小米粥", words=("澎湃OS",))
HW = Brand(id="hw", name="华为", query="华为 AND (手机 OR 平板)")


def mentions(reader: Reader, text: str, *brands: Brand) -> list[Mention]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    post = Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id="1", url="https://example.org/1", text=text,
        published_at=now, fetched_at=now, query="q", run_id="r",
    )  # fmt: skip
    analyser = Analyser(brands, reader, frozenset(), "v")
    return list(analyser.mentions([(post, {brand.id: (MatchedBy.QUERY, ()) for brand in brands})]))


def test_a_brands_names_are_those_that_match_by_themselves() -> None:
    assert names_of(MI) == ("小米", "澎湃os", "redmi")
    assert names_of(HW) == ("华为",)


def test_two_brands_in_one_post_fare_differently(reader: Reader) -> None:
    mi, hw = mentions(reader, "华为手机比小米流畅多了", MI, HW)
    assert (mi.sentiment.label, mi.sentiment.target, mi.sentiment.why) == ("negative", "小米", "comparison")
    assert (hw.sentiment.label, hw.sentiment.target, hw.sentiment.why) == ("positive", "华为", "comparison")
    assert mi.emotion == hw.emotion, "the author's mood is one"


def test_a_post_about_one_brand_alone_is_judged_as_a_whole(reader: Reader) -> None:
    [mention] = mentions(reader, "小米太好用了，强烈推荐给大家", MI)
    assert (mention.sentiment.label, mention.sentiment.target, mention.sentiment.why) == ("positive", None, None)


def test_a_brand_may_have_its_own_line_of_neutral(reader: Reader) -> None:
    text = "小米今天发布了新手机，还行吧"
    scores = [mentions(reader, text, MI.model_copy(update={"neutral": n}))[0].sentiment for n in (0.1, 1.0, 10.0)]
    assert scores[2].label == "neutral"
    assert scores[2].probability > 0.8
    assert abs(scores[0].score) >= abs(scores[1].score) >= abs(scores[2].score)


WORDS = re.split(" ", "小米 华为 比 不如 好用 垃圾 ， 。 ？ 但是 没有 从 换到 和 都 一样 要是 就好了 [doge] a")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=60),
    st.sampled_from(["小米", "华为", "", "a", "[", "\ue000", "。"]),
)
def test_any_text_and_any_target_have_an_answer(parts: list[str], target: str) -> None:
    found = decide(scene("".join(parts), SentimentTarget.of(target), names()), lexicon())
    assert found is None or found.fate in (-1, 0, 1)


@pytest.mark.parametrize(
    "piece", ["小米比", "小米", "比小米", "从小米换", "小米和", "，", "但是", "没有小米", "小米不如", "a"]
)
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    decide(scene(piece * (100_000 // len(piece)), SentimentTarget.of("小米"), names()), lexicon())
    assert time.process_time() - began < 1


def test_most_of_what_the_rules_say_of_unseen_cases_is_right() -> None:
    said = [(found, case.label) for case in blind() if (found := verdict(case))]
    assert len(said) >= 15
    assert sum(found == label for found, label in said) / len(said) >= 0.8
