"""A person's label: kept with who and when, above the engine's, and on one side of training and measuring for good."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crawlers.storage.stage import Batch
from indexing.elasticsearch.store import Store
from indexing.mentions.corrections import WITHDRAWN, BadCorrection, Correction, correct, corrected, export, read
from indexing.mentions.drift import drift, read_anew
from indexing.mentions.index import index
from nlp.classifier.text import normalise
from nlp.mention import Mention
from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.training.corpora import Part, own, part

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SIDES: tuple[Part, ...] = ("train", "dev")
MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]


@pytest.fixture
def filled(emptied_store: Store, batch_of: BatchOf, mention_of: MentionOf) -> Store:
    """Sixty mentions of two months, all called negative by the engine."""
    months = (datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
    index(batch_of([mention_of(n, published_at=months[n % 2], title=None) for n in range(60)]), emptied_store)
    return emptied_store


def id_of(number: int) -> str:
    return f"forum:post:bbs.example.com/topic/{number}:acme"


def document(store: Store, number: int) -> dict[str, Any]:
    hits = store.client.search(index=store.alias("mentions"), query={"ids": {"values": [id_of(number)]}})["hits"][
        "hits"
    ]
    found: dict[str, Any] = hits[0]["_source"]
    return found


def test_a_label_is_stored_with_who_and_when_and_can_be_withdrawn(filled: Store) -> None:
    assert correct(filled, [Correction(id=id_of(1), label="positive", by=" 小李 ", at=NOW)]) == []
    found = document(filled, 1)
    assert found["correction"] == {"sentiment": "positive", "by": "小李", "at": "2026-11-21T00:00:00.000Z"}
    assert (found["sentiment"]["label"], found["sentiment"]["predicted"]) == ("positive", "negative")
    earlier = Correction(id=id_of(1), label="neutral", by="老王", at=NOW - timedelta(days=1))
    correct(filled, [earlier])
    assert document(filled, 1)["correction"]["by"] == "小李", "an older word never takes the place of a newer one"
    correct(filled, [Correction(id=id_of(1), label=WITHDRAWN, by="小李", at=NOW + timedelta(days=1))])
    found = document(filled, 1)
    assert found["sentiment"]["label"] == "negative"
    assert "correction" not in found


def test_a_new_analysis_leaves_the_label(filled: Store, batch_of: BatchOf, mention_of: MentionOf) -> None:
    correct(filled, [Correction(id=id_of(2), label="positive", by="小李", at=NOW)])
    anew = replace(
        mention_of(2, label="neutral", title=None),
        analysis="a2",
        emotion="angry",
        emotion_probability=0.9,
        intent="complaint",
        intent_probability=0.5,
    )
    index(batch_of([anew], window="20261121T080000Z"), filled)
    found = document(filled, 2)
    assert (found["sentiment"]["label"], found["sentiment"]["predicted"]) == ("positive", "neutral")
    assert (found["intent"], found["intent_probability"]) == ("complaint", 0.5)
    assert (found["emotion"], found["emotion_probability"]) == ("angry", 0.9)


def test_a_mention_that_is_not_there_is_told(filled: Store) -> None:
    given = [Correction(id=id_of(n), label="neutral", by="li", at=NOW) for n in (3, 99)]
    assert correct(filled, given) == [id_of(99)]
    assert document(filled, 3)["sentiment"]["label"] == "neutral"


def test_no_text_is_on_both_sides(filled: Store, tmp_path: Path) -> None:
    """What is exported for training is never what measures, and nlp.training splits the export in the same way."""
    correct(filled, [Correction(id=id_of(n), label="negative", by="li", at=NOW) for n in range(60)])
    sides = {side: [one.text for one in corrected(filled, side)] for side in SIDES}
    assert len(sides["train"]) + len(sides["dev"]) == 60
    assert 0 < len(sides["dev"]) < 20
    assert not {*sides["train"]} & {*sides["dev"]}
    for side, texts in sides.items():
        with (tmp_path / f"{side}.csv").open("w", encoding="utf-8", newline="") as out:
            assert export(corrected(filled, side), out) == len(texts)
        assert {row.part for row in own(tmp_path / f"{side}.csv")} == {side}
    again = [one for text in sides["train"] for one in (text, f" {text} ", text.replace("手", "\u200b手"))]
    assert {part(normalise(text)) for text in again} == {"train"}, "the same words, spelt otherwise"


def test_drift_is_the_share_of_labels_that_people_gave_too(filled: Store) -> None:
    labels = {n: "negative" if n % 4 else "neutral" for n in range(60)}
    correct(filled, [Correction(id=id_of(n), label=label, by="li", at=NOW) for n, label in labels.items()])
    october, november, every = drift(corrected(filled))
    assert (october.month, october.right, october.of, october.share) == ("2026.10", 15, 30, 0.5)
    assert (november.month, november.right, november.of) == ("2026.11", 30, 30)
    assert (every.month, every.right, every.of, every.model) == ("all", 45, 60, "1")
    low, high = every.interval
    assert 0.6 < low < 0.75 < high < 0.85
    anew = read_anew(list(corrected(filled)), Reader(engine("fast")))
    assert {row.model for row in drift(anew)} == {engine("fast").model}


def test_a_csv_of_labels(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("id,sentiment,by\na:b:c:d,positive,小李\ne:f:g:h,neutral,\n", encoding="utf-8-sig")
    assert [(one.id, one.label, one.by) for one in read(file, "老王")] == [
        ("a:b:c:d", "positive", "小李"),
        ("e:f:g:h", "neutral", "老王"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,sentiment\na:b,good\n", r"labels\.csv:2: a:b: sentiment 'good': write one of negative"),
        ("id,sentiment\n,neutral\n", r"csv:2: id: name the mention"),
        ("id,label\na:b,neutral\n", r"csv:1: no column sentiment: the first line must name id, sentiment"),
        ("id,sentiment,by\na:b,neutral,\n", r"csv:2: a:b: by: say who"),
        ("", r"no column id and no column sentiment"),
    ],
)
def test_a_bad_csv_names_its_line(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadCorrection, match=message):
        read(tmp_path / "labels.csv")


def test_the_commands(filled: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from indexing.elasticsearch import store as stores
    from tingfeng import app

    monkeypatch.setattr(stores, "open_store", lambda: filled)

    def run(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(app, [*words])
        return answer.exit_code, answer.output + str(answer.exception or "")

    assert run("label", id_of(4), "positive", "--by", "小李") == (0, "1 labels stored; 0 mentions are not there\n")
    assert document(filled, 4)["sentiment"]["label"] == "positive"
    table = tmp_path / "labels.csv"
    table.write_text("id,sentiment\n" + "".join(f"{id_of(n)},positive\n" for n in range(5, 60)) + "x:y:z:w,neutral\n")
    code, said = run("label", "--file", str(table), "--by", "小李")
    assert (code, "55 labels stored; 1 mentions are not there" in said, "x:y:z:w" in said) == (1, True, True)
    exported = CliRunner().invoke(app, ["label", "export", "--part", "train"]).stdout
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert {(row["sentiment"], row["target"]) for row in rows} == {("positive", "")}
    assert {part(normalise(row["text"])) for row in rows} == {"train"}
    assert "by: say who" in run("label", id_of(4), "neutral")[1]
    assert "write `tingfeng label ID negative --by NAME`" in run("label", "--by", "x")[1]
    code, said = run("models", "eval", "--on", "corrections", "--engine", "fast")
    assert code == 0
    assert "2026.10" in said
    assert "56 mentions were labelled by people" in said
