"""`make bench`: evaluations with their records beside an earlier build, the proof's speed, the limit's promise.

`TINGFENG_BENCH_MENTIONS` (1,000,000), `TINGFENG_BENCH_LINES` (200,000), `TINGFENG_BENCH_LIMIT_DAYS` (30): the sizes.
"""

import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from config.settings import DAY_ZONE
from indexing.evidence.chain import append
from indexing.evidence.evaluations import keep
from indexing.evidence.line import Item
from indexing.evidence.prove import prove
from indexing.evidence.roots import seal
from indexing.evidence.segments import KEPT, LINES, compact, days, segments, writers
from indexing.evidence.why_not import why_not
from indexing.limit.cascades import halves, made_up, of_research
from indexing.limit.counts import Counts
from indexing.limit.limit import find_limit
from indexing.limit.told import rows, sentences
from indexing.limit.trials import delays, occasions
from indexing.metrics.wilson import share
from tests.burst_series import companies
from tests.earlier_build import ROOT, earlier_build, run
from tests.story_posts import DAY, HOUR, MINUTE, NOW, rule
from tests.test_detection_speed import BRANDS, MENTIONS, RULES, a_thousand_rules, mentions

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
LINE_COUNT = int(os.environ.get("TINGFENG_BENCH_LINES", "200000"))
LIMIT_DAYS = int(os.environ.get("TINGFENG_BENCH_LIMIT_DAYS", "30"))
TURNS = 3
BURST = rule("negative_burst", min_count=5, min_share=0.3, pages={"at_most": 2, "per": "month"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    yield tmp_path


def written(what: str) -> int:
    """Count the bytes of the chain's files of a kind."""
    return sum(
        Path(one.path).stat().st_size for day in days() for who in writers(day) for one in segments(day, who, what)
    )


def test_a_day_is_proven_at_100_000_lines_a_second() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=DAY_ZONE)
    for begin in range(0, LINE_COUNT, 5_000):
        items = [
            Item(kind="event", content={"number": n, "event": "updated", "detail": "负面 30 条"}, keys=(f"a{n % 500}",))
            for n in range(begin, min(begin + 5_000, LINE_COUNT))
        ]
        append(items, now=noon)
    seal(noon + DAY)
    for name in ("as written", "compressed"):
        took = min(_timed(lambda: prove("2026-11-20")) for _ in range(3))
        print(f"\nprove, {name}: {LINE_COUNT / took:,.0f} lines/s of {LINE_COUNT:,}, contents too")  # noqa: T201
        assert prove("2026-11-20").wrong == []
        assert LINE_COUNT / took >= 100_000
        compact("2026-11-21")


def _timed(work: object) -> float:
    begun = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - begun


def test_records_make_evaluations_no_slower(empty_es: "Elasticsearch", es_url: str, tmp_path: Path) -> None:
    """A thousand rules over a million mentions: an earlier build, this one, and this one with records, in turn."""
    from indexing.elasticsearch.store import Store

    store = Store(empty_es)
    begun = time.perf_counter()
    fill(store)
    print(f"\n{MENTIONS:,} mentions in {time.perf_counter() - begun:.0f} s")  # noqa: T201
    took: dict[str, list[dict[str, float]]] = {}
    with earlier_build(tmp_path / "earlier") as earlier:
        builds = {"an earlier build": (earlier, ()), "this one": (ROOT, ()), "with records": (ROOT, ("records",))}
        minutes = itertools.count(0, 2)  # each its own: what was asked before would come from the node's memory
        for name, (root, more) in [*builds.items()] * TURNS:
            if root:
                took.setdefault(name, []).append(evaluated(root, es_url, tmp_path, str(next(minutes)), *more))
    least = {name: min(spent(one) for one in turns) for name, turns in took.items()}
    for name, turns in took.items():
        best = min(turns, key=spent)
        print(  # noqa: T201
            f"{RULES:,} rules over {MENTIONS:,} mentions, {name}: {spent(best):.1f} s of processor time "
            f"({best['here']:.1f} s of it outside of Elasticsearch), {min(one['seconds'] for one in turns):.1f} s by "
            f"the clock, {spent(best) / least['this one']:.2f} ×; {best['fired']:.0f} fired"
        )
        assert not any(one["failed"] for one in turns)
    print(f"{TURNS} records: {written(KEPT):,} bytes")  # noqa: T201
    begun = time.perf_counter()
    found = why_not(store, BRANDS[1], NOW + 3 * MINUTE, rules=a_thousand_rules(), rota=None, now=NOW + DAY)
    asked = time.perf_counter() - begun
    print(f"why-not: {asked:.2f} s, {len(found.standings)} rules")  # noqa: T201
    assert asked <= 2
    assert least["with records"] <= 1.1 * least.get("an earlier build", least["this one"])


def fill(store: "Store") -> None:
    """Index the mentions in large pieces, without a refresh or a flush in between."""
    from elasticsearch.helpers import bulk

    store.ensure()
    store.open_months({"2026.08"})
    index = store.month_alias("2026.08")
    quick = {"index.refresh_interval": "-1", "index.translog.durability": "async"}
    store.client.indices.put_settings(index=index, settings=quick)
    chance = random.Random(7)  # noqa: S311
    bulk(store.client, ({"_index": index, "_source": one} for one in mentions(chance)), chunk_size=5_000)
    store.refresh("mentions")


def evaluated(root: Path, address: str, folder: Path, *more: str) -> dict[str, float]:
    """Evaluate once in a process of that build's own; return what it took."""
    driver = ROOT / "tests" / "evaluations.py"
    said = run(str(root / ".venv" / "bin" / "python"), str(driver), address, *more, cwd=root, TINGFENG_DATA=str(folder))
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def spent(told: dict[str, float]) -> float:
    """Return the processor time of an evaluation, here and in Elasticsearch."""
    return told["here"] + told["inside"]


def test_a_year_of_unchanged_evaluations_is_small(empty_es: "Elasticsearch") -> None:
    """720 evaluations a day whose figures move now and then: bytes a day as written, and compressed."""
    from indexing.detection.detect import Detected
    from indexing.detection.nearness import Near, Nearness
    from indexing.elasticsearch.store import Store

    store, dice = Store(empty_es), random.Random(3)  # noqa: S311
    store.ensure()
    from config.kinds import Bound

    rules = [rule("frequency", id=f"r{number}", min_count=40) for number in range(RULES)]
    near = {one.id: Nearness(one.when) for one in rules}
    levels = {(one.id, brand.id): dice.paretovariate(1) for one in rules for brand in BRANDS[:10]}
    noon = datetime(2026, 11, 20, 0, 1, tzinfo=DAY_ZONE)
    turns = 72
    for turn in range(turns):
        for (id, brand), level in levels.items():
            count = float(max(0, round(level * dice.lognormvariate(0, 0.1))))
            near[id].brands[brand] = Near(bound=Bound("count", count, 40.0))
        detected = Detected(firings=(), evaluated=frozenset(near), failures={}, nearness=near)
        keep(store, detected, now=noon + turn * 2 * MINUTE)
    plain = written(KEPT) + written(LINES)
    compact("2026-11-21")
    packed = written(KEPT) + written(LINES)
    a_year = packed * 720 / turns * 365
    print(  # noqa: T201
        f"\n{RULES:,} rules × 10 brands: {plain / turns:,.0f} bytes an evaluation, {packed / turns:,.0f} compressed: "
        f"{a_year / 1e9:.2f} GB a year of evaluations every two minutes"
    )


def a_brand() -> Counts:
    """Make a brand of 100,000 mentions in 30 days from a company's real volumes, a third of them negative."""
    company = sorted(companies(), key=lambda one: sum(one.counts.values()))[2]
    length = int(max(company.counts)) + 1
    whole = np.zeros(length, dtype=np.int64)
    for steps, value in company.counts.items():
        whole[length - 1 - int(steps)] = int(value)
    days_ = length * company.step / DAY
    dice = np.random.default_rng(1)
    wanted = 100_000 / 30 * days_
    count = dice.poisson(whole * wanted / max(1, whole.sum()))
    negative = dice.binomial(count, 1 / 3)
    return Counts(
        begin=company.start, step=company.step, count=count.astype(np.int64), negative=negative.astype(np.int64),
        known_from=company.start, incidents=company.incidents,
    )  # fmt: skip


def test_the_promise_of_95_percent_holds_on_other_cascades() -> None:
    """Draw the limit from every second cascade, and hold its promise against the others, an hour apart from those."""
    known, others = halves(of_research() or made_up())
    counts = a_brand()
    since = counts.end - LIMIT_DAYS * DAY
    clock, begun = time.perf_counter(), time.process_time()
    found = find_limit(counts, BURST, "x", known, since=since)
    took, passed = time.process_time() - begun, time.perf_counter() - clock
    print(f"\nlimit: {took:.0f} s of one core, {passed:.0f} s by the clock")  # noqa: T201
    print(f"{LIMIT_DAYS} days, {found.mentions:,} mentions, {found.left_out} hours left out")  # noqa: T201
    for one in sentences(found):
        print(one.en)  # noqa: T201
    for row in rows(found):
        print("  ".join(row))  # noqa: T201
    held = []
    for seconds in (900, 3600, 14400):
        speed = timedelta(seconds=seconds)
        curve = found.curve(f"speed {speed}")
        assert curve
        if curve.posts is None:
            continue
        tried = list(
            occasions(counts, BURST, "x", others, speeds=[speed], since=found.since + HOUR / 2, every=3 * HOUR)
        )
        heard = sum(after is not None for _, after in delays(counts, BURST, "x", tried, curve.posts))
        truth = share(heard, len(tried))
        assert truth
        print(  # noqa: T201
            f"promised 95 % at {curve.posts} ({curve.low} to {curve.high}) in {speed}: held in {heard} of {len(tried)} "
            f"= {truth.value:.1%} ({truth.low:.1%} to {truth.high:.1%})"
        )
        held.append(truth.high >= 0.95)
    assert held
    assert all(held)
    assert took <= 600
