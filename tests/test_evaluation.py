"""`tingfeng models eval`: every engine on the same rows, with figures that a person could work out by hand."""

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from nlp.classifier.predictions import Predictions
from nlp.evaluation import run as running
from nlp.evaluation.curve import curve
from nlp.evaluation.run import NoSuchSet, evaluate, markdown, named, write
from nlp.evaluation.score import interval, score
from nlp.evaluation.sets import Set, sets, some
from nlp.reader import Reader

GOOD, BAD = "非常喜欢，推荐购买", "质量太差，坚决退货"
FILES = {
    "weibo_emotion6_usual_dev": ["label,text", f"1,{BAD}一", f"2,{GOOD}一", "0,今天开会一", "5,居然这样"],
    "weibo_emotion6_usual_train": ["label,text", f"1,{BAD}一", f"2,{GOOD}二"],
    "weibo_emotion6_virus_dev": ["label,text", f"1,{BAD}三"],
    "weibo_emotion6_virus_train": ["label,text", f"1,{BAD}四"],
    "weibo_sentence_emotion8_2013": ["label,text", *(f"like,{GOOD}{n}甲" for n in range(60))],
    "weibo_binary_2018": ["label,text", *(f"0,{BAD}{n}乙" for n in range(60))],
    "weibo_emotion7_covid": ["label,text", *(f"4,谢谢{n}" for n in range(60))],
    "review_hotel": ["label,text", *(f"1,{GOOD}{n}丙" for n in range(60))],
    "review_takeaway": ["label,text", *(f"1,{GOOD}{n}丁" for n in range(60))],
    "review_products_2014": ["label,text", *(f"1,{GOOD}{n}戊" for n in range(60))],
    "review_shopping_9_categories": ["label,cat,text", *(f"{n % 2},书籍,{(BAD, GOOD)[n % 2]}{n}" for n in range(90))],
    "car_target_aspect": ["label,subject,text", *(f"-1,油耗,油耗太高{n}" for n in range(60))],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("research")
    for name, lines in FILES.items():
        with gzip.open(made / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(line.split(",") for line in (one.replace("，", "、") for one in lines))
    return made


class Scripted:
    """An engine that finds 好 positive with 0.8 and all else negative with 0.6."""

    name, model, size = "scripted", "scripted-1", 2_000_000

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        return Predictions.of(
            np.asarray([(0.1, 0.1, 0.8) if "好" in t else (0.6, 0.3, 0.1) for t in texts], np.float32)
        )


def made(task: str, texts: Sequence[str], labels: Sequence[int]) -> Set:
    return Set(name="own", task=task, texts=tuple(texts), subjects=(None,) * len(texts), labels=tuple(labels))


def test_figures_are_those_one_works_out_by_hand() -> None:
    texts = ["好一", "好二", "好三", "坏一"]
    asked = made("sentiment", texts, [2, 2, 0, 0])
    found = score(asked, "scripted", Reader(Scripted()).read(texts))
    assert (found.accuracy, found.rows) == (0.75, 4)
    assert found.by_class == {"negative": 2 / 3, "neutral": 0.0, "positive": 0.8}
    assert found.macro_f1 == pytest.approx((2 / 3 + 0 + 0.8) / 3)
    assert found.calibration_error == pytest.approx(0.75 * (0.8 - 2 / 3) + 0.25 * 0.4, abs=1e-4)


def test_what_an_engine_does_not_answer_has_no_figure() -> None:
    found = score(made("emotion", ["好"], [2]), "scripted", Reader(Scripted()).read(["好"]))
    assert (found.accuracy, found.macro_f1, found.by_class, found.calibration_error) == (None, None, None, None)


def test_only_dev_parts_are_asked_and_no_text_twice(folder: Path) -> None:
    found = {one.title: one for one in sets(folder)}
    assert found["usual sentiment"].labels == (0, 2, 1)
    assert found["usual emotion"].labels == (1, 2, 0, 5)
    assert {"2013 sentiment", "weibo2018 binary", "hotel binary", "shopping binary", "cars target"} <= found.keys()
    assert "covid binary" not in found
    assert all(ask and ask.target == "油耗" for ask in found["cars target"].subjects)
    assert 0 < len(found["hotel binary"].texts) < 30
    assert not any("甲" in text for text in found["usual sentiment"].texts)


def test_some_rows_are_always_the_same_ones(folder: Path) -> None:
    whole = next(one for one in sets(folder) if one.title == "shopping binary")
    few = some(whole, 3)
    assert (len(few.texts), few) == (3, some(whole, 3))
    assert [whole.labels[whole.texts.index(text)] for text in few.texts] == [*few.labels]


def test_a_set_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    with pytest.raises(NoSuchSet, match=r"no set 'cats': use one of .*usual.*, or corrections"):
        named(sets(folder), ["cats"])
    assert {one.task for one in named(sets(folder), ["usual"])} == {"sentiment", "emotion"}


def test_engines_stand_side_by_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = Scripted()
    other.name = "other"
    monkeypatch.setattr(running, "engine", lambda name: Scripted() if name == "scripted" else other)
    asked = [made("sentiment", ["好一", "坏一"], [2, 1]), made("emotion", ["好一"], [2])]
    steps: list[tuple[str, int, int]] = []
    report = evaluate(["scripted", "other"], asked, progress=lambda name, done, of: steps.append((name, done, of)))
    assert steps == [("scripted", 1, 2), ("scripted", 2, 2), ("other", 1, 2), ("other", 2, 2)]
    lines = markdown(report).splitlines()
    assert [line.split(" | ")[2] for line in lines if "own | sentiment" in line] == ["scripted", "other"]
    assert any("scripted-1" in line and line.endswith("| 2.0 |") for line in lines)
    paths = write(report, tmp_path / "eval")
    assert [path.name for path in paths] == ["eval.json", "eval.md", "curve.svg"]
    assert json.loads(paths[0].read_text())["scores"][0]["accuracy"] == 0.5


def test_the_picture_is_well_formed_and_shows_every_engine() -> None:
    root = ElementTree.fromstring(curve([("a<b", 40, 0.4), ("fast", 9_000, 0.8), ("default", 300, 0.85)]))  # noqa: S314
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 3
    by_speed = sorted(circles, key=lambda circle: float(circle.attrib["cx"]))
    heights = [float(circle.attrib["cy"]) for circle in by_speed]
    assert heights[0] > heights[2] > heights[1], "the slow one is the least right, the middle one the most"
    assert ElementTree.fromstring(curve([])).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize(("right", "of", "low", "high"), [(0, 0, 0, 1), (8, 10, 0.490, 0.943), (0, 10, 0, 0.278)])
def test_an_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert [*interval(right, of)] == pytest.approx([low, high], abs=1e-3)


def test_the_command_writes_its_tables(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingfeng import app

    monkeypatch.setenv("TINGFENG_RESEARCH_DATA", str(folder))
    wanted = ["models", "eval", "--on", "usual", "--engine", "fast", "--out", str(tmp_path)]
    answer = CliRunner().invoke(app, wanted)
    assert answer.exit_code == 0, answer.output
    assert "| usual | sentiment | fast | 3 |" in answer.stdout
    assert (tmp_path / "curve.svg").exists()
    monkeypatch.delenv("TINGFENG_RESEARCH_DATA")
    assert "TINGFENG_RESEARCH_DATA: name the folder" in CliRunner().invoke(app, wanted).stderr
