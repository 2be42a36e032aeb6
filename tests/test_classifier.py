"""The project's own models answer anything, in time, and the same in any company."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from nlp.classifier.grams import grams
from nlp.classifier.judge import Default, Fast, NoModel, load
from nlp.classifier.pieces import END, SPECIAL, START, Pieces, frame
from nlp.classifier.text import LONGEST, normalise

ODD = (
    "", "   ", "好" * 100_000, "a" * 100_000, "😀😀😀", "\x00\x01\x7f", "\ud800坏\udfff", "\u200b\ufeff", "안녕하세요",
    "http://t.cn/x @某人 ", "[doge][doge]", "▁<mask><pad>",
)  # fmt: skip


@pytest.fixture(scope="module", params=["fast", "default"])
def engine(request: pytest.FixtureRequest) -> Default | Fast:
    return load(request.param)


def test_odd_texts_have_probabilities_within_seconds(engine: Default | Fast) -> None:
    began = time.monotonic()
    found = engine.answers(ODD, ["小米"] * len(ODD))
    assert time.monotonic() - began < 10
    for part, width in ((found.sentiment, 3), (found.binary, 2), (found.emotion, 6), (found.target, 3)):
        assert part.shape == (len(ODD), width)
        assert np.allclose(part.sum(axis=1), 1, atol=1e-4)
    assert found.intent.shape == (len(ODD), 7 if isinstance(engine, Default) else 0)
    assert np.allclose(found.intent.sum(axis=1), found.intent.shape[1] > 0, atol=1e-4)


def test_no_text_gives_no_row(engine: Default | Fast) -> None:
    assert engine.score([]).shape == (0, 3)
    assert engine.towards([], []).shape == (0, 3)


def test_a_text_is_judged_the_same_alone_and_in_company(engine: Default | Fast) -> None:
    texts = ["太难用了,再也不买", "今天的发布会两点开始", "这家店真的很好吃,下次还来"]
    alone = np.concatenate([engine.score([text]) for text in texts])
    assert np.allclose(alone, engine.score([*texts, *ODD])[:3], atol=1e-6)


def test_plain_praise_and_plain_complaint(engine: Default | Fast) -> None:
    found = engine.binary(["质量太差了,客服态度恶劣,坚决退货", "非常喜欢,质量很好,物流也快,推荐购买"])
    assert found.argmax(axis=1).tolist() == [0, 1]


def test_two_aspects_of_one_post_are_told_apart() -> None:
    found = load().towards(["这车空间大,但是油耗太高"] * 2, ["油耗", "空间"])
    assert found.argmax(axis=1).tolist() == [0, 2]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"calibration\.json: missing"):
        load(folder=tmp_path)


def test_cleaning_keeps_what_speaks_and_drops_what_does_not() -> None:
    assert normalise("@小明 看http://t.cn/abc  ＡＢＣ{%#话题#%}哈哈哈哈哈哈[泪]\u200b") == "@ 看 ABC#话题#哈哈哈[泪]"
    assert len(normalise("长" * 99 + "短文" * 100_000)) <= LONGEST


def test_pieces_are_characters_emoticons_and_parts_of_words() -> None:
    pieces = Pieces([*SPECIAL, "好", "用", "iphone", "app", "##le", "[", "偷", "笑", "[泪]"])

    def cut(text: str) -> list[str]:
        return [pieces.pieces[number] for number in pieces.cut(text)]

    assert cut("好用[泪]") == ["好", "用", "[泪]"]
    assert cut("iPhone APPLE app") == ["iphone", "app", "##le", "app"]
    assert cut("[偷笑]☃") == ["[", "偷", "笑", "[UNK]", "[UNK]"]


def test_a_long_text_keeps_head_and_tail() -> None:
    framed = frame(list(range(10, 60)), 20, [7])
    assert framed[:3] == [START, 7, END]
    assert framed[-2:] == [59, END]
    assert framed[3] == 10
    assert len(framed) == 20


def test_the_places_of_a_target_are_marked_in_the_text() -> None:
    framed = frame([10, 11, 12, 13, 11, 12], 20, [11, 12])
    marked = [START, 11, 12, START]
    assert framed == [START, 11, 12, END, 10, *marked, 13, *marked, END]


def test_grams_do_not_cross_texts() -> None:
    both, one, two = grams(["好", "坏"]), grams(["好"]), grams(["坏"])
    assert sorted(both.bucket[: both.start[1]]) == sorted(one.bucket)
    assert sorted(both.bucket[both.start[1] :]) == sorted(two.bucket)
