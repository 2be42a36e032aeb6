"""Backfills that did not end: listed, gone on with, given up, and dropped when nobody has come back for long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.brand import Target
from config.errors import UserError
from crawlers.engine.plan import Begun, Plan, Purpose, begun, expire, new_plan, save
from crawlers.slicing import Slice
from crawlers.storage.stage import query_folder
from tingfeng import app

START = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = Slice(start=START, end=START + timedelta(days=7))


def kept(query: str, *, purpose: Purpose = Purpose.BACKFILL, at: datetime = START) -> Target:
    target = Target(feed="weibo_html", query=query, base_url="http://127.0.0.1:1")
    save(target, new_plan(target, WHOLE, host="127.0.0.1", purpose=purpose, now=at, name="20261108T000000Z"))
    return target


def names() -> list[tuple[str, str | None]]:
    return [(one.feed, one.plan.query) for one in begun()]


def test_they_are_listed_and_given_up(data: Path) -> None:
    assert "0 plans" in CliRunner().invoke(app, ["plans", "list"]).output
    kept("小米"), kept("红米")
    listed = CliRunner().invoke(app, ["plans", "list"], env={"COLUMNS": "200"}).output
    assert "小米" in listed and "100%" in listed and "2 plans" in listed
    several = CliRunner().invoke(app, ["plans", "drop", "20261108T000000Z"])
    assert "say --feed or --query" in str(several.exception) and len(names()) == 2
    done = CliRunner().invoke(app, ["plans", "drop", "20261108T000000Z", "--query", "红米"])
    assert done.exit_code == 0 and names() == [("weibo_html", "小米")]
    assert "no such plan" in str(CliRunner().invoke(app, ["plans", "drop", "x"]).exception)


def test_one_is_gone_on_with_by_its_name(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[list[Target], datetime, datetime, int | None]] = []
    monkeypatch.setattr("commands.past.read_past", lambda *told: asked.append(told))
    target = kept("小米")
    done = CliRunner().invoke(app, ["plans", "resume", "20261108T000000Z", "--pages", "3"])
    assert done.exit_code == 0, done.output
    assert asked == [([target], WHOLE.start, WHOLE.end, 3)]


def test_a_gap_is_the_next_crawl_s(data: Path) -> None:
    kept("小米", purpose=Purpose.GAP)
    refused = CliRunner().invoke(app, ["plans", "resume", "20261108T000000Z"])
    assert "the next crawl of weibo_html 小米 reads on" in str(refused.exception)


def test_those_that_nobody_comes_back_for_go_and_gaps_and_broken_ones_stay(data: Path) -> None:
    kept("小米"), kept("红米", purpose=Purpose.GAP)
    broken = data / "slices" / "weibo_html" / query_folder("小米") / "20261101T000000Z.json"
    broken.write_bytes(b"{")
    now = datetime.now(UTC)
    assert expire(now - timedelta(days=1)) == 0, "it was read on just now"
    assert expire(now + timedelta(days=1), dry_run=True) == 1
    assert expire(now + timedelta(days=1)) == 1
    assert broken.exists()
    broken.unlink()
    assert names() == [("weibo_html", "红米")]


def test_one_of_before_names_were_kept_can_be_dropped_alone() -> None:
    old = Plan(name="n", host="h", purpose=Purpose.BACKFILL, whole=WHOLE, made_at=START, waiting=(WHOLE,))
    with pytest.raises(UserError, match="does not tell its query"):
        _ = Begun(feed="weibo_html", plan=old, path="p").target
