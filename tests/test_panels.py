"""Every panel is sound, a wrong definition is told by the panel's name, and what is generated is what is committed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.both import Both
from dashboards.boards import boards
from dashboards.generated import generated
from dashboards.panel import Board, Control, Draw, Listing, Panel, Time, Top, panels
from dashboards.panel_errors import panel_errors
from dashboards.panel_query import Scope, listing, search
from dashboards.unheeded import marked
from indexing.metrics import Metric, metrics
from indexing.metrics.change import change
from indexing.metrics.expression import Average, Count, Median, Number, Sum, Unique
from indexing.metrics.of.accounts import REACH
from indexing.metrics.of.mentions import MENTIONS
from indexing.metrics.where import AtLeast, Exists, Is

SCOPE = Scope(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 11, 8, tzinfo=UTC))
NAME = Both("名", "name")
BARRED = ("script", "runtime_mappings", "multi_terms", "top_metrics", "scripted_metric", "bucket_script", "derivative")


def panel(**given: Any) -> Panel:
    return Panel(**{"id": "tried", "title": NAME, "question": NAME, "show": (MENTIONS,), "draw": Draw.BARS, **given})


def metric(of: Any, kind: str = "mentions") -> Metric:
    return Metric(name=NAME, meaning=NAME, kind=kind, of=of)


def board(*shown: Panel | Listing, controls: tuple[Control, ...] = ()) -> Board:
    return Board(title=NAME, purpose=NAME, order=1, panels=shown, controls=controls)


@pytest.mark.parametrize(("name", "made"), boards().items())
def test_every_panel_is_sound(name: str, made: Board) -> None:
    assert [f"{name}/{problem}" for problem in panel_errors(made)] == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (panel(by=(Top("brnd", NAME),)), "tried: there is no field brnd"),
        (panel(by=(Top("text", NAME),)), "tried: field text is text, and this takes keyword or boolean"),
        (panel(by=(Top("rating", NAME),)), "tried: field rating is double, and this takes keyword or boolean"),
        (panel(by=(Time(field="brand"),)), "tried: field brand is keyword, and this takes date"),
        (panel(show=(metric(Sum("text")),)), "tried: field text is text, and this takes long or double"),
        (panel(show=(metric(Count() / Sum("brand")),)), "tried: field brand is keyword, and this takes long or double"),
        (panel(show=(metric(Average("nowhere")),)), "tried: there is no field nowhere"),
        (panel(show=(metric(Median("emotion")),)), "tried: field emotion is keyword, and this takes long or double"),
        (panel(show=(metric(Unique("title")),)), "tried: field title is text, and this takes"),
        (panel(show=(metric(Number(3)),)), "tried: name asks for nothing"),
        (panel(show=(metric(Count(Is("text", "闪退"))),)), "tried: field text is text"),
        (panel(where=Exists("text")), "tried: field text is text"),
        (panel(where=AtLeast("brand", 3)), "tried: field brand is keyword"),
        (panel(show=(REACH,)), "tried: Reach counts accounts, and the panel reads mentions"),
        (panel(kind="mention"), "tried: there is no kind of index mention: use one of mentions, "),
        (panel(kind="stories", show=(metric(Count(), "stories"),), by=(Top("title", NAME),)), "stored and not indexed"),
        (panel(show=()), "tried: it shows nothing"),
        (panel(width=50), "tried: width 50 is not 1 to 48"),
        (panel(show=(change(MENTIONS),), by=(Top("brand", NAME),)), "tried: it compares two periods, and Lens"),
        (panel(annotated=True, where=Exists("brand")), "tried: it is annotated, and Kibana holds its condition"),
        (panel(sort=1), "tried: it is sorted by measure 1, and has 1"),
        (
            Listing(id="tried", title=NAME, question=NAME, columns=("textt",), sort="text"),
            "tried: there is no field textt",
        ),
    ],
)
def test_a_wrong_definition_is_told_by_name(wrong: Panel | Listing, says: str) -> None:
    problems = list(panel_errors(board(wrong)))
    assert any(says in problem for problem in problems), problems
    assert all(problem.startswith("tried: ") for problem in problems)


def test_what_a_board_says_twice_or_wrongly_is_told() -> None:
    assert list(panel_errors(board(panel(), panel()))) == ["tried: another panel of the board has this id too"] * 2
    assert list(panel_errors(board(panel(), controls=(Control("text", NAME),)))) == [
        "control: field text is text, and this takes keyword or boolean"
    ]


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_what_is_committed_is_what_the_definitions_say(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == generated()[path], "run `tingfeng dashboards build` and commit it"


def test_a_panel_added_is_in_all_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.kibana import build

    overview = boards()["overview"]
    added = panel(id="added", by=(Top("region", NAME),))
    every = {**boards(), "overview": replace(overview, panels=(*overview.panels, added))}
    monkeypatch.setattr(build, "boards", lambda: every)
    saved = {one["id"]: one for one in build.objects()}
    assert saved["tingfeng-overview-added"]["type"] == "lens"
    assert "tingfeng-overview-added" in {one["id"] for one in saved["tingfeng-overview"]["references"]}


def test_a_filter_that_a_panel_cannot_obey_is_named_in_its_title() -> None:
    controls = (Control("brand", Both("品牌", "Brand")), Control("sentiment.label", Both("情感", "Sentiment")))
    reach = panel(kind="accounts", show=(REACH,))
    assert marked(board(reach, controls=controls), reach).title == Both("名（不随情感筛选）", "name (not by sentiment)")
    timeless = panel(kind="customers")
    assert marked(board(timeless, controls=controls), timeless).title == Both("名（不随筛选）", "name (not filtered)")
    heeding = panel()
    assert marked(board(heeding, controls=controls), heeding) == heeding


def asked() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, made in boards().items():
        for one in made.panels:
            body = search(one, SCOPE) if isinstance(one, Panel) else listing(one, SCOPE, 10)
            yield f"{name}/{one.id}", body


def test_only_what_a_plain_cluster_offers_is_asked() -> None:
    for name, body in asked():
        text = json.dumps(body)
        assert not [word for word in BARRED if f'"{word}"' in text], name


def test_a_day_is_a_day_in_shanghai() -> None:
    timed = [body for made in boards().values() for one in panels(made) for body in [search(one, SCOPE)] if one.by]
    histograms = [text for text in map(json.dumps, timed) if '"date_histogram"' in text]
    assert histograms
    assert all('"time_zone": "Asia/Shanghai"' in text for text in histograms)


def test_each_metric_is_shown_somewhere_and_explained_in_both_languages() -> None:
    shown = {metric for made in boards().values() for one in panels(made) for metric in one.show}
    assert {name for name, one in metrics().items() if one not in shown} == set()
    assert all(one.name.zh and one.name.en and one.meaning.zh and one.meaning.en for one in metrics().values())
    for made in boards().values():
        for one in panels(made):
            assert all(metric.meaning.zh in one.description.zh for metric in one.show)
