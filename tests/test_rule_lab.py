"""The rule lab: a rule replayed over the index pages when it would have paged, and is held against known incidents."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from config import settings
from config.brand import Brand
from config.schema import FOLDER, schemas
from indexing.detection import detect
from indexing.detection.lab import BadIncidents, Incident, read_incidents, replay
from indexing.detection.picture import counts_of, draw
from indexing.detection.threshold import thresholds
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, mention, put, rule

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

BRAND = Brand(id="当当", name="当当", query="当当")
BURST = rule("negative_burst", min_count=10, min_share=0.5, ratio=3, season="0s", history="2d")
STORMS = (3 * DAY, 6 * DAY)
"""How long ago there was a storm of 24 negative mentions within half an hour: more than the demo's rule takes at the
least, so that it pages wherever the quarters begin."""


@pytest.fixture(scope="module")
def stormy(new_store: "Callable[[], Store]") -> "Store":
    store = new_store()
    calm = [make_post(n, ago=n * HOUR, text=f"平常的一天 {n}") for n in range(1, 24 * 10)]
    storms = [
        make_post(1_000 * (at + 1) + n, ago=ago - n * MINUTE, text=f"服务太差 {at} {n}")
        for at, ago in enumerate(STORMS)
        for n in range(24)
    ]
    put(store, [mention(post, brand="当当") for post in (*calm, *storms)])
    return store


def test_a_replay_pages_when_the_evaluations_would_have(stormy: "Store") -> None:
    replayed = replay(stormy, BURST, [BRAND], since=NOW - 8 * DAY, now=NOW)
    assert [page.brand for page in replayed.pages] == ["当当", "当当"]
    for page, ago in zip(replayed.pages, reversed(STORMS), strict=True):
        assert NOW - ago < page.at <= NOW - ago + 30 * MINUTE
        live = [detect(stormy, [BURST], [BRAND], now=page.at + late).firings for late in (timedelta(), -HOUR)]
        assert [len(firings) for firings in live] == [1, 0]
        assert live[0][0].window_end <= page.at
    assert (replayed.false, replayed.missed) == (0, ())


def test_it_is_held_against_incidents(stormy: "Store", tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    begin, quiet = (moment.isoformat() for moment in (NOW - STORMS[0], NOW - 5 * DAY))
    path.write_text(f"brand,begin,end,name\n当当,{begin},{begin},storm\n*,{quiet},{quiet},nothing\n", encoding="utf-8")
    known = read_incidents(path)
    replayed = replay(stormy, BURST, [BRAND], since=NOW - 8 * DAY, now=NOW, incidents=known)
    assert (replayed.found, replayed.false, [one.name for one in replayed.missed]) == (1, 1, ["nothing"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand,begin\nx,2026-01-01\n", "csv:1: no column end"),
        ("brand,begin,end\nx,yesterday,2026-01-01\n", "csv:2: .*write a time such as"),
        ("brand,begin,end\nx,2026-01-02,2026-01-01\n", "csv:2: write the brand's id, and an end"),
    ],
)
def test_bad_incidents_are_refused_with_their_line(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadIncidents, match=expected):
        read_incidents(path)


def test_the_picture_shows_every_page_and_incident(stormy: "Store") -> None:
    known = [Incident(brand="当当", begin=NOW - STORMS[0], end=NOW - STORMS[0] + HOUR, name="<storm>")]
    replayed = replay(stormy, BURST, [BRAND], since=NOW - 8 * DAY, now=NOW, incidents=known)
    counts = counts_of(stormy, BURST, ["当当"], replayed)
    assert sum(counts["当当"]) == pytest.approx(8 * 24 + 48, abs=2)
    root = ElementTree.fromstring(draw(BURST, replayed, counts, known))  # noqa: S314 -- our own picture
    kinds = [element.get("class") for element in root.iter() if element.get("class")]
    assert (kinds.count("p"), kinds.count("f"), kinds.count("i"), kinds.count("n")) == (1, 1, 1, 1)


def test_the_command_line_lists_tests_and_replays(
    stormy: "Store", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands.rules import app
    from indexing.elasticsearch import store as stores

    monkeypatch.setenv("TINGFENG_CONFIG", str(settings.DEMO_CONFIG))
    monkeypatch.setattr(stores, "open_store", lambda: stormy)
    run = CliRunner()
    assert "negative-burst" in run.invoke(app, ["list"]).output
    tested = run.invoke(app, ["test", "negative-burst"]).output
    assert "fires   a storm on a calm day" in tested
    assert "silent  a handful" in tested
    picture = tmp_path / "out.svg"
    since = (NOW - 8 * DAY).isoformat()
    said = run.invoke(app, ["replay", "negative-burst", "--since", since, "--picture", str(picture)])
    assert said.exit_code == 0, said.output
    assert "With 2 pages a month for one brand you would have been paged 2 times in the last" in " ".join(
        said.output.split()
    )
    assert "会叫您 2 次，其中 当当 2 次" in said.output
    assert "a page takes" in " ".join(said.output.split())
    assert "2 per month" in run.invoke(app, ["list"]).output
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    refused = run.invoke(app, ["replay", "nobody"])
    assert "there are" in str(refused.exception)


def test_what_a_page_takes_now_is_what_the_rule_itself_reckons(stormy: "Store") -> None:
    budget = rule("negative_burst", min_count=10, min_share=0.5, pages={"at_most": 2, "per": "month"})
    for when in (NOW, NOW - STORMS[0] + 20 * MINUTE):
        (told,) = thresholds(stormy, budget, [BRAND], now=when)
        fires = bool(detect(stormy, [budget], [BRAND], now=when).firings)
        enough = told.negative >= told.takes
        assert told.floor == 10
        assert fires is enough is (when < NOW)
        assert told.takes >= 10
        assert str(told.takes) in told.words.zh
        assert f"a page takes {told.takes}" in told.words.en
    (early,) = thresholds(stormy, budget, [BRAND], now=NOW - 8 * DAY)
    assert early.new
    assert "还不了解这个品牌" in early.words.zh
    slow = {"window": "1d", "history": "14d", "min_count": 30}
    both = rule("negative_burst", min_count=10, min_share=0.5, pages={"at_most": 2, "per": "month"}, slow=slow)
    assert [one.window for one in thresholds(stormy, both, [BRAND], now=NOW)] == [HOUR, DAY]
    assert thresholds(stormy, rule("frequency", min_count=3), [BRAND], now=NOW) == []


def test_the_schemas_are_those_of_the_models() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == schemas(), "run `make schemas`"


def test_the_shipped_rules_pass_the_schema() -> None:
    import yaml
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads((FOLDER / "rule.json").read_text(encoding="utf-8")))
    for path in settings.DEMO_CONFIG.glob("rules/*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert list(validator.iter_errors(yaml.safe_load(text))) == []
        assert list(validator.iter_errors({**yaml.safe_load(text), "severity": "bad"}))
