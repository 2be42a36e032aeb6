"""The labelling room: a sample of every stratum, two people blind to each other, and how often the engine is right."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as with_any
from hypothesis import settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.labelling import items as items_module
from indexing.labelling.agreement import Drawn, kappa, weighted_share
from indexing.labelling.draw import NothingToDraw, allocated, draw
from indexing.labelling.items import Item, NoSuchSample, give, items, next_of
from indexing.labelling.results import export, keep, latest, results
from indexing.mentions.index import index
from indexing.mentions.sample import scanned
from indexing.metrics.wilson import share
from nlp.mention import Label, Mention, Sentiment
from tingfeng import app

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAYS: dict[str, Any] = {"since": NOW - timedelta(days=28), "until": NOW}
MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]


@pytest.fixture
def filled(emptied_store: Store, batch_of: BatchOf, mention_of: MentionOf) -> Store:
    """Three hundred mentions on two platforms: most neutral, 60 negative, of which 20 sure; every tenth text twice."""
    mentions = []
    for number in range(300):
        label, probability = ("neutral", 0.7)
        if number % 5 == 0:
            label, probability = "negative", 0.9 if number % 3 == 0 else 0.65
        platform = "weibo" if number % 2 else "forum"
        text = f"手机第{number - number % 10 if number % 10 == 1 else number}次说"
        mention = mention_of(number, text=text, title=None, platform=platform, published_at=NOW - timedelta(days=3))
        sentiment = Sentiment(label=Label(label), probability=probability, score=0.0, engine="fast", model="fast-1")
        mentions.append(replace(mention, sentiment=sentiment))
    index(batch_of(mentions), emptied_store)
    return emptied_store


def test_a_sample_has_of_every_stratum_some_and_is_the_same_again(filled: Store) -> None:
    name = draw(filled, "acme", 60, **DAYS)
    drawn = items(filled, name)
    assert len(drawn) == 60
    assert [one.place for one in drawn] == list(range(1, 61))
    strata = {one.stratum for one in drawn}
    assert {"negative sure forum", "negative sure weibo", "neutral likely forum", "neutral likely weibo"} <= strata
    assert sum(one.predicted == "negative" for one in drawn) > 60 * 60 / 300, "rare answers are seen more often"
    assert sum(one.weight for one in drawn) == pytest.approx(270, abs=0.5), "each text counts once"
    again = draw(filled, "acme", 60, **DAYS)
    assert (again, [one.mention for one in items(filled, again)]) == (name, [one.mention for one in drawn])
    other = draw(filled, "acme", 60, **DAYS, seed="2")
    assert {one.mention for one in items(filled, other)} != {one.mention for one in drawn}


def test_a_sample_stays_as_it_was_drawn_and_a_killed_draw_goes_on(
    filled: Store, batch_of: BatchOf, mention_of: MentionOf
) -> None:
    name = draw(filled, "acme", 20, **DAYS)
    drawn = {one.id: one.stratum for one in items(filled, name)}
    gone = sorted(drawn)[0]
    filled.client.delete(index=filled.alias("labelling"), id=gone, refresh=True)
    draw(filled, "acme", 20, **DAYS)
    assert {one.id: one.stratum for one in items(filled, name)} == drawn
    late = [
        mention_of(n, text=f"迟到的第{n}条", title=None, published_at=NOW - timedelta(days=2)) for n in range(900, 960)
    ]
    index(batch_of(late, window="20261120T090000Z"), filled)
    draw(filled, "acme", 20, **DAYS)
    assert {one.id: one.stratum for one in items(filled, name)} == drawn, "what came late is in the next sample"


@pytest.mark.parametrize(
    ("size", "strata"),
    [
        (1, {"all"}),
        (4, {"negative", "neutral"}),
        (6, {"negative sure", "negative likely", "neutral likely"}),
        (11, {"negative sure", "negative likely", "neutral likely"}),
    ],
)
def test_a_sample_smaller_than_the_strata_stands_for_all_of_the_brand(
    filled: Store, size: int, strata: set[str]
) -> None:
    drawn = items(filled, draw(filled, "acme", size, **DAYS))
    assert len(drawn) == size
    assert {one.stratum for one in drawn} == strata
    assert sum(one.weight for one in drawn) == pytest.approx(270, abs=0.5)


@with_any(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 500), min_size=1, max_size=8), st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_what_is_allocated_is_there_and_adds_up(sizes: dict[str, int], size: int) -> None:
    size = max(size, sum(min(count, 2) for count in sizes.values())) if len(sizes) > 1 else size
    found = allocated(sizes, size)
    assert sum(found.values()) == min(size, sum(sizes.values()))
    assert all(0 <= found[name] <= count for name, count in sizes.items())


def test_two_people_label_blind_and_a_third_settles(filled: Store) -> None:
    name = draw(filled, "acme", 10, **DAYS)
    first = items(filled, name)[0].mention
    assert next_of(items(filled, name), "li").mention == first  # type: ignore[union-attr]
    one = give(filled, name, first, "neutral", " li ")
    assert one.settled is None
    assert next_of(items(filled, name), "li").mention != first  # type: ignore[union-attr]
    give(filled, name, first, "negative", "li")  # thought better of it
    two = give(filled, name, first, "positive", "wang")
    assert two.differ
    assert two.settled is None
    with pytest.raises(NoSuchSample, match="li has labelled it, and so has another: a third person settles it"):
        give(filled, name, first, "positive", "li")
    everything_else = [one for one in items(filled, name) if one.mention != first]
    for one in everything_else:
        for person in ("li", "wang"):
            give(filled, name, one.mention, "neutral", person)
    assert next_of(items(filled, name), "li") is None
    assert next_of(items(filled, name), "zhao").mention == first  # type: ignore[union-attr]
    three = give(filled, name, first, "negative", "zhao")
    assert three.settled
    assert (three.settled.label, three.settled.by) == ("negative", "zhao")
    assert [given.label for given in three.given] == ["neutral", "negative", "positive", "negative"], "all on record"
    with pytest.raises(NoSuchSample, match="settled by zhao: correct it with"):
        give(filled, name, first, "positive", "sun")


def test_no_label_is_lost_where_two_write_at_once(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = draw(filled, "acme", 5, **DAYS)
    mention = items(filled, name)[0].mention
    raced: list[bool] = []
    real = items_module._read

    def slow(store: Store, sample: str, mention: str) -> tuple[Item, Mapping[str, Any]]:
        """Between reading and writing, another person is faster."""
        found = real(store, sample, mention)
        if not raced:
            raced.append(True)
            give(store, sample, mention, "negative", "wang")
        return found

    monkeypatch.setattr(items_module, "_read", slow)
    given_last = give(filled, name, mention, "negative", "li")
    assert set(given_last.by_person) == {"li", "wang"}
    assert given_last.settled


def test_settled_labels_count_and_the_figures_reach_the_boards(filled: Store) -> None:
    name = draw(filled, "acme", 60, **DAYS)
    for number, one in enumerate(items(filled, name)):
        truth = "unrelated" if number % 20 == 0 else "neutral" if number % 4 == 1 else one.predicted
        give(filled, name, one.mention, truth, "li")
        give(filled, name, one.mention, truth if number % 10 else "positive", "wang")
    found = keep(filled, name)
    assert (found.drawn, found.both, found.settled) == (60, 60, 54)
    assert found.differ == 6
    assert found.right
    assert found.right.low < found.right.value < found.right.high
    assert found.kappa
    assert 0.5 < found.kappa.low <= found.kappa.value <= found.kappa.high < 1
    held = {
        one["id"]: one for one in scanned(filled, {"exists": {"field": "correction.by"}}, ("correction", "sentiment"))
    }
    related = [one for one in items(filled, name) if one.settled and one.settled.label != "unrelated"]
    assert {one.mention: one.settled.label for one in related if one.settled} == {
        id: one["sentiment"]["label"] for id, one in held.items()
    }
    assert {one["correction"]["by"] for one in held.values()} == {"li+wang"}
    document = filled.client.get(index=filled.alias("quality"), id=name)["_source"]
    assert document["right"] == found.right.value
    assert (document["settled"], document["brand"]) == (54, "acme")
    assert latest(filled, "acme") == name
    assert keep(filled, name).right == found.right, "the same again changes nothing"
    out = io.StringIO()
    assert export(items(filled, name), out) == 120
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert {row["by"] for row in rows} == {"li", "wang"}


def test_kappa_is_cohens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The textbook's 50 grants: 20 yes-yes, 15 no-no, 5 and 10 apart: 0.4."""
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    found = kappa(pairs)
    assert found
    assert found.value == pytest.approx(0.4)
    # Fleiss, Cohen and Everitt's standard error for this table is 0.128
    assert found.low == pytest.approx(0.4 - 1.96 * 0.128, abs=0.05)
    assert found.high == pytest.approx(0.4 + 1.96 * 0.128, abs=0.05)
    assert kappa([]) is None
    assert kappa([("y", "y")] * 9) is None, "nothing beyond chance to agree on"


def test_the_weighted_share_is_right_as_often_as_it_says() -> None:
    """A made-up brand in three strata, drawn 400 times: the interval holds the truth in about 95 of 100."""
    chance = np.random.default_rng(4)
    strata = {"a": (8_000, 0.9, 60), "b": (1_500, 0.6, 30), "c": (500, 0.3, 20)}
    truth = sum(size * p for size, p, _ in strata.values()) / 10_000
    hits, plain = 0, 0
    for _ in range(400):
        drawn = [
            Drawn(stratum=name, weight=size / n, holds=bool(chance.random() < p))
            for name, (size, p, n) in strata.items()
            for _ in range(n)
        ]
        found = weighted_share(drawn)
        assert found
        hits += found.low <= truth <= found.high
        naive = share(sum(one.holds for one in drawn), len(drawn))
        plain += bool(naive and naive.low <= truth <= naive.high)
    assert 0.92 <= hits / 400 <= 0.99
    assert plain / 400 < 0.85, "without weights the sample speaks of another brand"


def test_one_stratum_alone_is_wilson() -> None:
    simple = [Drawn(stratum="a", weight=1.0, holds=n < 40) for n in range(50)]
    found, known = weighted_share(simple), share(40, 50)
    assert found
    assert known
    assert (found.value, found.low, found.high) == pytest.approx((known.value, known.low, known.high), abs=0.01)
    sure = weighted_share([Drawn(stratum="a", weight=2.0, holds=True) for _ in range(10)])
    assert sure
    assert sure.low < 0.8, "ten of ten prove little"


def test_bad_input_is_told(filled: Store) -> None:
    with pytest.raises(NothingToDraw, match="--size 0: draw 1 to 2,000"):
        draw(filled, "acme", 0, **DAYS)
    with pytest.raises(NothingToDraw, match="nobody: no mention with a text"):
        draw(filled, "nobody", 10, **DAYS)
    with pytest.raises(NoSuchSample, match="no sample 'x': there are: none"):
        items(filled, "x")
    name = draw(filled, "acme", 5, **DAYS)
    mention = items(filled, name)[0].mention
    for label, by, why in (("bad", "li", "write one of"), ("neutral", " ", "say who"), ("neutral", "li+wang", r"a \+")):
        with pytest.raises(NoSuchSample, match=why):
            give(filled, name, mention, label, by)
    with pytest.raises(NoSuchSample, match="was not drawn"):
        give(filled, name, "weibo:post:1:acme", "neutral", "li")
    assert results(filled, name).right is None


def test_who_labels_is_known_by_one_name_and_what_has_gone_is_left_out(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda **_: filled)
    name = draw(filled, "acme", 3, **DAYS)
    gone = items(filled, name)[0].mention
    hits = filled.client.search(index=filled.alias(MONTHLY), query={"ids": {"values": [gone]}})["hits"]["hits"]
    assert send(filled.client, [Action(operation="delete", index=hits[0]["_index"], id=gone)])[0].done
    run = CliRunner().invoke
    shown = run(app, ["label", "work", name, "--by", " 小 李  "], input="1\n1\n1\n1\n")
    assert "is not in the index any more" in shown.output
    assert "2 of 3 labelled by 小 李" in shown.output, shown.output
    bad = run(app, ["label", "work", name, "--by", "li+wang"], input="1\n")
    assert isinstance(bad.exception, NoSuchSample), "before anybody has read a text"


def test_the_commands(data: Path, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "config" / "brands"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text("name: 小米\nquery: 小米\n", encoding="utf-8")
    for name, value in {"TINGFENG_CONFIG": data / "config", "TINGFENG_ENGINE": "fast"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda **_: filled)
    run = CliRunner().invoke
    drawn = run(app, ["label", "plan", "--brand", "小米", "--size", "6", "--since", "2026-10-24"])
    assert drawn.exit_code == 0, drawn.output
    sample = next(word for word in drawn.output.split() if word.startswith("acme-"))
    shown = run(app, ["label", "work", sample, "--by", "li"], input="1\n9\n2\ns\nq\n")
    assert shown.output.count("负面 negative") == 5
    assert "'9': type one of" in shown.output
    assert "2 of 6 labelled by li" in shown.output
    for stratum in ("sure", "likely", "fast-1", "0.9", "0.65"):
        assert stratum not in shown.output, "what the engine says must not sway who labels"
    other = run(app, ["label", "work", sample, "--by", "wang"], input="2\n2\n2\n2\n2\n2\n")
    assert "1 settled; 1 wait for a third person" in other.output, other.output
    third = run(app, ["label", "work", sample, "--by", "zhao"], input="q\n")
    assert "negative / neutral" not in third.output, "mentions that want a second label come first"
    report = run(app, ["label", "report", sample])
    assert "agreement of two people, kappa" in report.output
    card = run(app, ["models", "card", "--brand", "小米", "--since", "2026-10-24"]).output
    assert f"Sample `{sample}`" in card
    assert "No prior" in card
    assert "platforms: " in card
    exported = run(app, ["label", "export", "--sample", sample, "--output", str(data / "labels.csv")])
    assert "8 labels of" in exported.output
