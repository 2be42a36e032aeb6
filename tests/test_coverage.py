"""What was covered is told as it is: gaps that are open, lost, and read since, in the index and by the rules."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from config.kinds.absence import Facts, When
from config.settings import DAY_ZONE
from crawlers.network.report import CrawlReport, Gap, Verdict
from crawlers.slicing import Slice
from indexing.coverage import Covered, coverage, subtracted
from indexing.elasticsearch.documents import put
from indexing.elasticsearch.store import Store
from indexing.mentions.runs import runs_of
from tingfeng import app

DAY = datetime(2026, 11, 20, tzinfo=DAY_ZONE)
HOUR = timedelta(hours=1)


def report(at: datetime, **fields: Any) -> CrawlReport:
    """Return what one crawl told."""
    told: dict[str, Any] = {
        "feed": "weibo_html",
        "query": "小米",
        "platform": "weibo",
        "window": f"{at:%Y%m%dT%H%M%SZ}",
        "pages": 2,
        "posts": 5,
        "new": 3,
        "known": 2,
        "dead": 0,
        "verdict": Verdict.OK,
        "complete": True,
        **fields,
    }
    return CrawlReport(
        run_id=f"{told['feed']}/{told['query']}/{told['window']}/{at}", started_at=at, finished_at=at, **told
    )


def kept(store: Store, *reports: CrawlReport) -> None:
    """Put runs into the index as the stage does."""
    from crawlers.network.report import encode_report
    from crawlers.storage.stage import Batch

    documents = []
    for number, one in enumerate(reports):
        batch = Batch(stage="posts", feed=one.feed, query=f"q{number}", window="20261120T000000Z")
        with batch.to("runs").write() as writer:
            writer.add(encode_report(one))
        documents += runs_of(batch)
    put(store, "runs", documents)
    store.refresh("runs")


def covered(store: Store) -> Covered:
    """Return the one target's day."""
    (one,) = coverage(store, DAY, DAY + timedelta(days=1))
    return one


def gap(first: float, last: float, *, lost: bool = False) -> Gap:
    """Return a gap from one hour of the day to another."""
    return Gap(start=DAY + first * HOUR, end=DAY + last * HOUR, lost=lost)


def blocked(at: float, first: float) -> CrawlReport:
    """Return a crawl that was refused, and what it leaves open."""
    fields = {"verdict": Verdict.BLOCKED, "complete": False, "posts": 0, "new": 0, "known": 0, "pages": 0}
    return report(DAY + at * HOUR, gap=gap(first, at), **fields)


def test_times_that_were_read_are_taken_out_of_gaps() -> None:
    left = subtracted([gap(2, 8), gap(7, 9)], [(DAY + 3 * HOUR, DAY + 4 * HOUR)])
    assert left == (gap(2, 3), gap(4, 9))
    assert subtracted([gap(2, 8)], [(DAY, DAY + 24 * HOUR)]) == ()
    assert subtracted([gap(2, 3, lost=True), gap(3, 4)], []) == (gap(2, 3, lost=True), gap(3, 4))
    assert subtracted([], [(DAY, DAY + HOUR)]) == ()


def test_a_day_counts_its_crawls_and_the_gap_that_is_open(emptied_store: Store, data: object) -> None:
    kept(emptied_store, report(DAY + 9 * HOUR), blocked(10, 9), blocked(11, 9))
    one = covered(emptied_store)
    assert (one.runs, one.complete_runs, one.pages, one.new, one.known) == (3, 1, 2, 3, 2)
    assert dict(one.verdicts) == {"blocked": 2, "ok": 1}
    assert one.last_success == DAY + 9 * HOUR
    assert one.gaps == (gap(9, 11),) and not one.complete


def test_a_gap_that_a_later_crawl_closed_is_none(emptied_store: Store, data: object) -> None:
    kept(emptied_store, blocked(10, 9), report(DAY + 12 * HOUR))
    assert covered(emptied_store).complete


def test_what_is_lost_stays_until_somebody_reads_it(emptied_store: Store, data: object) -> None:
    lost = report(DAY + 10 * HOUR, verdict=Verdict.CUT_SHORT, complete=False, gap=gap(2, 8, lost=True), capped=1)
    later = report(DAY + 11 * HOUR)
    kept(emptied_store, lost, later)
    one = covered(emptied_store)
    assert (one.gaps, one.capped, one.complete) == ((gap(2, 8, lost=True),), 1, False)
    part = Slice(start=DAY + HOUR, end=DAY + 5 * HOUR)
    region = Slice(start=DAY + 5 * HOUR, end=DAY + 8 * HOUR, region="44")
    read = [
        report(DAY + 40 * HOUR, slice=part, purpose="backfill"),
        report(DAY + 41 * HOUR, slice=region, purpose="backfill"),
    ]
    kept(emptied_store, lost, later, *read)
    assert covered(emptied_store).gaps == (gap(5, 8, lost=True),), "one region of an hour is not the hour"


def test_a_day_that_brings_less_than_expected_is_short(
    emptied_store: Store, data: object, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "config" / "platforms"
    folder.mkdir(parents=True)
    (folder / "weibo_html.yaml").write_text("minimum_per_day: 100\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    kept(emptied_store, report(DAY + 9 * HOUR))
    one = covered(emptied_store)
    assert (one.minimum, one.short, one.complete) == (100, True, True)


def test_a_backfill_of_that_day_is_no_crawl_of_the_day(emptied_store: Store, data: object) -> None:
    part = Slice(start=DAY - 240 * HOUR, end=DAY - 239 * HOUR)
    asked = report(DAY + 10 * HOUR, slice=part, purpose="backfill", new=500, posts=502, pages=40)
    closing = report(DAY + 11 * HOUR, slice=Slice(start=DAY, end=DAY + HOUR), purpose="gap", new=4)
    kept(emptied_store, report(DAY + 9 * HOUR), asked, closing)
    one = covered(emptied_store)
    assert (one.runs, one.new, one.pages, one.last_success) == (2, 7, 4, DAY + 11 * HOUR)
    assert (one.backfills, one.backfilled) == (1, 500)


def test_the_command_shows_a_day(emptied_store: Store, data: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda: emptied_store)
    kept(emptied_store, report(DAY + 9 * HOUR), blocked(11, 9))
    shown = CliRunner().invoke(app, ["coverage", "--day", "2026-11-20"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "11-20 09:00 – 11-20 11:00 not covered yet" in shown.output and "1 blocked" in shown.output
    (plain,) = json.loads(CliRunner().invoke(app, ["coverage", "--day", "2026-11-20", "--json"]).stdout)
    assert (plain["runs"], plain["complete"], len(plain["gaps"])) == (2, False, 1)
    none = CliRunner().invoke(app, ["coverage", "--day", "2026-11-02"])
    assert none.exit_code == 1 and "No crawl on record" in none.output


def test_an_absence_fires_for_a_long_gap_and_only_if_it_is_asked_to() -> None:
    facts = Facts(runs=6, seeing=6, posts=40, gap=3.0)
    assert not When(kind="absence").judge(facts).fires
    assert When(kind="absence", max_gap="2h").judge(facts).fires
    assert not When(kind="absence", max_gap="4h").judge(facts).fires
