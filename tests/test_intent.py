"""Intents: rules that anybody can read and change, beside the engine, measured on cases of our own."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from nlp.classifier.judge import load
from nlp.intent import INTENTS, BadLexicon, intents
from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.stance.scene import SentimentTarget
from nlp.training.measure import accuracy, calibration_error, macro_f1
from tests import intent_blind, intent_cases
from tests.other_hands import kept, mended

BLIND = intent_cases.rows(intent_blind.CASES)
HELD = [
    (text, intent)
    for text, intent in intent_cases.rows(intent_cases.CASES)
    if hashlib.sha256(text.encode()).digest()[0] % 2
]
NEUTRAL = np.asarray([[0.1, 0.8, 0.1]], np.float32)


@pytest.mark.parametrize("cases", [HELD, BLIND], ids=["held apart", "blind"])
def test_cases_that_nothing_learnt_from_are_read_as_measured(cases: list[tuple[str, str]]) -> None:
    assert len(cases) > 100
    texts = [text for text, _ in cases]
    read = load().answers(texts)
    found = intents().probabilities(texts, read.sentiment, read.intent)
    labels = np.asarray([INTENTS.index(intent) for _, intent in cases])
    assert accuracy(found, labels) > 0.8
    assert macro_f1(found, labels) > 0.8
    assert calibration_error(found, labels, 8) < 0.1


def test_the_rules_alone_are_right_as_often_as_measured() -> None:
    texts = [text for text, _ in HELD]
    found = intents().probabilities(texts, load().answers(texts).sentiment)
    labels = np.asarray([INTENTS.index(intent) for _, intent in HELD])
    assert accuracy(found, labels) > 0.62
    assert macro_f1(found, labels) > 0.65
    assert calibration_error(found, labels, 8) < 0.12


@pytest.mark.parametrize(
    ("text", "intent"),
    {
        "要求退款，客服没人理": "complaint",
        "请问这款支持快充吗？": "question",
        "建议增加夜间模式": "suggestion",
        "等发工资就下单": "purchase",
        "强烈推荐，已经回购三次": "praise",
        "据悉，该公司净利润同比增长": "news",
        "今天天气": "other",
        "請問這款支持快充嗎": "question",
        "希望下一代能支持快充": "suggestion",
    }.items(),
)
def test_plain_cases(text: str, intent: str) -> None:
    found = intents().probabilities([text], NEUTRAL)
    assert INTENTS[int(found.argmax())] == intent
    assert found.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", ["default", "fast"])
def test_intent_and_sentiment_are_of_one_mind(name: str) -> None:
    """Where a rule decides on the sentiment, it has a say in what is meant: who sells or announces praises nothing."""
    posts = [case for case in (*mended(), *kept()) if case.kind in {"hope", "advertising", "official_voice"}]
    found = Reader(engine(name)).read(
        [case.text for case in posts], [SentimentTarget.of(case.target) for case in posts]
    )
    sellers = [one for one in found if one.why in {"advertising", "official"}]
    assert len(sellers) > 10
    assert {one.intent for one in sellers} <= {"news", "other"}
    wanting = [one.intent for one in found if one.why == "wanting"]
    assert wanting.count("purchase") >= 0.8 * len(wanting) > 3


def test_ones_own_cues_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    assert INTENTS[int(intents().probabilities(["阿巴阿巴"], NEUTRAL).argmax())] == "other"
    (tmp_path / "complaint.txt").write_text("# mine\n阿巴\t5\n", encoding="utf-8")
    own = intents(tmp_path)
    assert INTENTS[int(own.probabilities(["阿巴阿巴"], NEUTRAL).argmax())] == "complaint"
    assert own.version != intents().version


@pytest.mark.parametrize(
    ("line", "reason"), [("坏\tmuch", "line 2: 'much' is no weight"), ("…坏", "line 2: a cue begins")]
)
def test_a_bad_line_is_named(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(f"# mine\n{line}\n", encoding="utf-8")
    with pytest.raises(BadLexicon, match=reason):
        intents(tmp_path)
