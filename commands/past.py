"""`tingfeng crawl --from --to`: a time that is over, read in parts that the platform shows whole."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.screen import bars, console, errors, with_notes
from config.errors import UserError
from config.settings import DAY_ZONE

if TYPE_CHECKING:
    from config.brand import Target
    from crawlers.engine.plan import Plan
    from crawlers.engine.sliced import Backfilled

__all__ = ["crawl_past", "moment_of", "read_past"]

_HOUR = 3600
_YEARS = range(1990, 9999)


def crawl_past(
    wanted: "Sequence[Target]",
    feed: str | None,
    query: str | None,
    since: str | None,
    until: str | None,
    pages: int | None,
) -> None:
    """Read a time of each target, and tell how whole it is; what was not read to its end ends the command so."""
    from config.brand import Target
    from config.load import asked

    if not since:
        raise UserError("--to: needs --from beside it, such as --from 2026-11-01")
    targets = list(wanted) or ([asked(Target, feed=feed, query=query)] if feed and query else [])
    if not targets:
        raise UserError("Nothing to crawl: name a feed and a --query, such as `tingfeng crawl weibo_html --query 小米`")
    now = datetime.now(UTC).replace(microsecond=0)
    end = min(moment_of(until, "--to", last=True), now) if until else now
    read_past(targets, moment_of(since, "--from"), end, pages)


def read_past(targets: "Sequence[Target]", start: datetime, end: datetime, pages: int | None) -> None:
    """Read a time of each target, and tell how whole it is; what was not read to its end ends the command so."""
    done, refused = _backfilled(targets, start, end, pages)
    if done:
        console.print(_table(done))
    for reason in refused:
        errors.print(reason, markup=False, soft_wrap=True)
    if refused or any(one.plan.waiting or one.plan.capped for one in done):
        raise typer.Exit(1)


def _backfilled(
    targets: "Sequence[Target]", start: datetime, end: datetime, pages: int | None
) -> tuple[list["Backfilled"], list[str]]:
    """Read the time of each target; return how far each has come, and why others cannot be read so."""
    from crawlers.engine.sliced import backfill
    from crawlers.slicing import Slice

    done: list[Backfilled] = []
    refused: list[str] = []
    with bars() as show:
        for target in targets:

            def progress(plan: "Plan", target: "Target" = target) -> None:
                regions = regions_of(target.feed)
                whole, left = plan.whole.seconds(1), sum(one.seconds(regions) for one in plan.waiting)
                show(f"{target.feed} {target.query}"[:28], round((whole - left) / _HOUR), max(1, round(whole / _HOUR)))

            try:
                done.append(backfill(target, Slice(start=start, end=end), max_pages=pages, progress=progress))
            except UserError as error:
                refused.append(str(error))
    return done, refused


def regions_of(feed: str) -> int:
    """Return into how many regions a feed's search can be cut."""
    from crawlers.spider import spider_of

    slicing = spider_of(feed).by_date
    return len(slicing.regions) if slicing else 0


def moment_of(text: str, option: str, *, last: bool = False) -> datetime:
    """Return the aware time that a person means, in Asia/Shanghai; of a bare day its start, or with `last` its end."""
    found = _moment(text, option, last=last)
    if found.year not in _YEARS:
        raise UserError(f"{option} {text}: no time at which anybody posts: give a day such as 2026-11-01")
    return found


def _moment(text: str, option: str, *, last: bool) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        start = datetime(day.year, day.month, day.day, tzinfo=DAY_ZONE)
        return start + timedelta(days=1) if last and day < date.max else start
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{option} {text}: no time: give a day such as 2026-11-01, or 2026-11-01T08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=DAY_ZONE)


def _table(done: "Sequence[Backfilled]") -> Group:
    made = Table("feed", "query", "parts", "posts", "new", "whole", box=None, padding=(0, 1))
    notes = []
    for one in done:
        plan, target = one.plan, one.target
        state = "not yet" if plan.waiting else f"but for {len(plan.capped)} parts" if plan.capped else "yes"
        counts = (f"{count:,}" for count in (plan.taken, plan.posts, plan.new))
        made.add_row(target.feed, Text(target.query), *counts, state)
        if one.stopped:
            notes.append(f"{target.feed} {target.query}: {one.stopped.verdict}: {one.stopped.message}")
        if plan.waiting:
            notes.append(
                f"{target.feed} {target.query}: left: {plan.left}: run the same command again,"
                f" or `tingfeng plans resume {plan.name}`"
            )
        notes += [f"{target.feed} {target.query}: more than the search shows: {part}" for part in plan.capped[:20]]
        if len(plan.capped) > 20:
            notes.append(f"and {len(plan.capped) - 20} more")
    return with_notes(made, notes)
