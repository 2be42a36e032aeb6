"""`tingfeng models predict`: a row for a row, in order, whatever stands in it; whole or not at all."""

import gzip
import json
import os
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from config.output import NotWritten
from nlp import predict as stage
from nlp.classifier.heads import EMOTIONS, POLES, SENTIMENTS
from nlp.intent import INTENTS
from nlp.predict import NotAFile, predict
from nlp.reader import Reader
from nlp.sentiment import engine

ODD = (
    "", "   ", "！！！", "好" * 100_000, "a" * 100_000, "😀😀😀", "\x00\x01\x7f", "\ud800坏\udfff", "\u200b\ufeff",
    "안녕하세요", "Это плохо", "http://t.cn/x @某人 ", "[doge][doge]", "▁<mask><pad>", "\ue000比\ue001好",
    "🏳️‍🌈", "((((" * 500, "ﷺ" * 3_000,
)  # fmt: skip


@pytest.fixture(scope="module", params=["fast", "default"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return Reader(engine(request.param))


@pytest.fixture(scope="module")
def fast() -> Reader:
    return Reader(engine("fast"))


def answers(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def check(answer: dict[str, Any]) -> None:
    assert answer["sentiment"] in SENTIMENTS
    assert answer["binary"] in POLES
    assert answer["emotion"] in EMOTIONS
    assert answer["intent"] in INTENTS
    assert 1 / 3 - 1e-6 <= answer["probability"] <= 1
    assert answer["model"].startswith(answer["engine"])


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_rows_are_answered_in_order(suffix: str, fast: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_AT_ONCE", 7)
    texts = ["太差了，退货" if number % 3 else "非常喜欢，推荐" for number in range(100)]
    source, target = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    lines = "".join(json.dumps({"text": text, "id": 1}, ensure_ascii=False) + "\n" for text in texts)
    source.write_bytes(gzip.compress(lines.encode()) if suffix.endswith("gz") else lines.encode())
    steps: list[tuple[int, int]] = []
    done = predict(source, target, fast, lambda rows, of: steps.append((rows, of)))
    found = answers(target)
    assert [one["sentiment"] for one in found] == ["negative" if "退货" in text else "positive" for text in texts]
    assert (done.rows, done.malformed, steps[-1]) == (100, 0, (100, 100))
    assert done.speed > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_odd_texts_have_an_answer_and_take_no_longer_than_plain_ones(reader: Reader, tmp_path: Path) -> None:
    """Several times a plain post's work is what a pattern that runs back and forth in a long text would take."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"

    def work(texts: Sequence[str]) -> float:
        rows = [{"text": text, "target": aim} for text in texts for aim in (None, "小米", text)]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        began = time.process_time()
        assert predict(source, target, reader).malformed == 0
        spent = time.process_time() - began
        found = answers(target)
        assert len(found) == len(rows)
        for answer in found:
            check(answer)
        return spent

    work(["好"])  # what is loaded at first sight
    plain = work([f"{number} 太差了，" + "用了两天就坏，客服不理人。" * 150 for number in range(len(ODD))])
    assert work(ODD) < 3 * plain


def test_real_posts_have_answers_of_every_kind(fast: Reader, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    posts = Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "replay" / "weibo_ced_posts.jsonl.gz"
    with gzip.open(posts, "rb") as lines:
        source.write_bytes(b"".join(islice(lines, 1_500)))
    assert predict(source, target, fast).malformed == 0
    found = answers(target)
    assert len(found) == 1_500
    assert {one["sentiment"] for one in found} == {*SENTIMENTS}
    assert {one["intent"] for one in found} == {*INTENTS}
    assert len({one["emotion"] for one in found}) >= 5


def test_a_malformed_row_is_answered_and_named(fast: Reader, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        b'{"text":"\xe5\xa5\xbd"}', b"", b'{"text":3}', b"{nope", b"[]", b'{"target":"x"}',
        b'{"text":"a","target":[1]}',
        b'{"text":"\xff\xfe bad bytes"}', b'{"text":"\\ud800"}', b"[" * 100_000, b'{"text":"\xe5\xa5\xbd"}',
    ]  # fmt: skip
    source.write_bytes(b"\n".join(lines))
    done = predict(source, target, fast)
    found = answers(target)
    assert [answer.get("error", "")[:7] for answer in found] == [
        "", "line 3:", "line 4:", "line 5:", "line 6:", "line 7:", "", "", "line 10", "",
    ]  # fmt: skip
    assert (done.rows, done.malformed, len(done.problems)) == (10, 6, 6)
    assert found[0] == found[-1]
    for answer in found:
        check(answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=8), st.text(max_size=5))
def test_any_texts_are_answered(fast: Reader, tmp_path: Path, texts: list[str], aim: str) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"text": text, "target": aim}) + "\n" for text in texts), encoding="utf-8")
    assert predict(source, target, fast).rows == len(texts)
    for answer in answers(target):
        check(answer)


def test_the_input_is_no_place_for_the_answers(fast: Reader, tmp_path: Path) -> None:
    both = tmp_path / "posts.jsonl"
    both.write_text('{"text": "很好"}\n', encoding="utf-8")
    with pytest.raises(NotAFile, match="name another file"):
        predict(both, tmp_path / "." / "posts.jsonl", fast)
    assert both.read_text(encoding="utf-8") == '{"text": "很好"}\n'


def test_what_was_there_stays_when_it_fails(fast: Reader, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("before", encoding="utf-8")
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(b'{"text":"a"}\n' * 9_000)[:-30])
    for source in (tmp_path / "nothing.jsonl", tmp_path, torn):
        with pytest.raises(NotAFile, match=r"cannot be read .*: give a file"):
            predict(source, target, fast)
    with pytest.raises(NotWritten, match="name another place"):
        torn.write_bytes(gzip.compress(b'{"text":"a"}\n'))
        predict(torn, target / "no" / "folder.jsonl", fast)
    assert target.read_text(encoding="utf-8") == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"out.jsonl", "torn.jsonl.gz"}


def test_the_commands_tell_speed_engines_and_faults(tmp_path: Path) -> None:
    from tingfeng import app

    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text":"很好"}\n{"txt":"很好"}\n', encoding="utf-8")
    given_ = ["models", "predict", "--input", str(source), "--output", str(target), "--engine", "fast"]
    answer = CliRunner().invoke(app, given_)
    assert answer.exit_code == 1
    assert "posts/s" in answer.stdout
    assert "line 2: text" in answer.stderr
    listed = CliRunner().invoke(app, ["models", "list"]).stdout
    assert "default*" in listed
    assert "snownlp" in listed
