"""The learnt head: judges windows in any company alike, hears the rules, and reads a hand that it never saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.stance.scene import SentimentTarget
from nlp.stance.verdict import Verdict

LEAST = {
    ("fourth_hand", "default"): 0.75,
    ("fourth_hand", "fast"): 0.72,
    ("last_hand", "default"): 0.81,
    ("last_hand", "fast"): 0.74,
    ("exam_hand", "default"): 0.84,
    ("exam_hand", "fast"): 0.79,
}


def hand(name: str) -> list[tuple[str, str, str, str]]:
    """Return kind, text, target and label of each judgement."""
    rows, kind = [], ""
    for line in Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kind = line[2:]
            continue
        text, *pairs = line.split(" ‖ ")
        for target, sign in (pair.rsplit(" ", 1) for pair in pairs):
            rows.append((kind, text, target, {"-": "negative", "0": "neutral", "+": "positive"}[sign]))
    return rows


@pytest.mark.parametrize(("which", "name"), LEAST)
def test_a_hand_that_was_kept_apart_is_read_as_measured(which: str, name: str) -> None:
    rows = hand(which)
    readings = Reader(engine(name)).read([row[1] for row in rows], [SentimentTarget.of(row[2]) for row in rows])
    by_kind = defaultdict(list)
    for row, reading in zip(rows, readings, strict=True):
        by_kind[row[0]].append(reading.best()[0] == row[3])
    print(which, name, {kind: round(sum(right) / len(right), 2) for kind, right in by_kind.items()})  # noqa: T201
    assert len(rows) > 300
    assert max(Counter(row[3] for row in rows).values()) < 0.5 * len(rows)
    assert sum(map(sum, by_kind.values())) / len(rows) >= LEAST[which, name]


@pytest.mark.parametrize("name", ["default", "fast"])
def test_a_windows_answer_hangs_on_nothing_beside_it(name: str) -> None:
    texts = ["小米这手机卡得要命", "昨天路过小米之家，进去吹了会儿空调", "小米比华为顺手", "一句没有牌子的话"]
    subject = SentimentTarget.of("小米")
    together = Reader(engine(name)).read(texts, [subject] * len(texts))
    for text, found in zip(texts, together, strict=True):
        [alone] = Reader(engine(name)).read([text], [subject])
        assert alone.sentiment == pytest.approx(found.sentiment, abs=1e-5)
        assert sum(alone.sentiment) == pytest.approx(1, abs=1e-5)


def test_a_verdict_weighs_less_beside_what_knows_of_it() -> None:
    verdict = Verdict(fate=-1, why="comparison")
    model = (0.1, 0.2, 0.7)
    unknown, known = (verdict.beside(model, known=known)[0] for known in (False, True))
    assert unknown > known > model[0]
