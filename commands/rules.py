"""`tingfeng rules`: what rules there are, whether they keep their promises, and when one would have paged."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Column, Table
from rich.text import Text

from commands.screen import console
from config.errors import UserError
from config.output import write_whole

if TYPE_CHECKING:
    from config.page_budget import PageBudget
    from config.rule import Rule
    from indexing.detection.lab import Replayed
    from indexing.detection.threshold import Threshold

app = typer.Typer(no_args_is_help=True, help="List the rules, run their tests, and replay one over the index.")


_RULE = "规则\nrule"
_HEADINGS = (
    "种类\nkind",
    "时窗\nwindow",
    "提醒\npages",
    "级别\nseverity",
    "品牌\nbrands",
    "负责\nowner",
)


class NoSuchRule(UserError):
    """Nobody has written a rule of that name; the message lists those that there are."""


@app.command("list")
def list_(
    precision: bool = typer.Option(False, help="Of the alerts that people judged, how many were right, by month."),
) -> None:
    """List every rule: what it looks for, how often it may page, how bad that is, and who answers for it."""
    from config.duration import written
    from config.rule import load_rules

    if precision:
        console.print(_precision())
        return
    table = Table(Column(_RULE, no_wrap=True), *_HEADINGS, box=None, padding=(0, 1))
    for rule in load_rules():
        brands = ", ".join(rule.brands) or "全部 all"
        when, pages = rule.when, _budget(rule)
        told = (rule.id, when.kind, written(when.window), str(pages or ""), rule.severity)
        table.add_row(*told, Text(brands), Text(rule.owner))
    console.print(table)


@app.command()
def test(rule: str = typer.Argument(None, help="Only this rule.")) -> None:
    """Run the tests inside the rules' files; a file whose tests fail is refused before this runs, with its line."""
    from config.rule import load_rules

    for one in [_named(rule)] if rule else load_rules():
        console.print(Text(one.id, style="bold"))
        for case in one.tests:
            found = one.when.judge(case)
            figures = ", ".join(f"{reading.name} {reading.value:.4g}" for reading in found.readings)
            console.print(Text(f"  {'fires ' if found.fires else 'silent'}  {case.name}  ({figures})"))


@app.command()
def replay(
    rule: str = typer.Argument(help="The rule's id: its file's name."),
    since: str = typer.Option("30d", help="How far back: 30d, 12h, or a time such as 2026-11-01."),
    incidents: Path = typer.Option(None, help="CSV of what happened: brand, begin, end, name."),
    picture: Path = typer.Option(None, help="Write a picture of it here, as SVG."),
) -> None:
    """Show from the index when a rule would have paged, what it would have missed, and what a page takes now."""
    from config.brand import load_brands
    from indexing.detection.lab import read_incidents
    from indexing.detection.lab import replay as run
    from indexing.detection.picture import counts_of, draw
    from indexing.detection.threshold import thresholds
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import past

    chosen, brands, now = _named(rule), load_brands(), datetime.now(UTC)
    known = read_incidents(incidents) if incidents else None
    store = open_store()
    store.refresh("mentions", "stories")
    replayed = run(store, chosen, brands, since=past(since, now), now=now, incidents=known)
    if replayed.pages:
        console.print(_pages(replayed))
    _summary(replayed, _budget(chosen))
    _takes(thresholds(store, chosen, brands, now=now), {brand.id: brand.name for brand in brands})
    if picture:
        counts = counts_of(store, chosen, [brand.id for brand in brands if chosen.watches(brand)], replayed)
        write_whole(picture, draw(chosen, replayed, counts, known or ()))
        console.print(f"Picture  {picture}", soft_wrap=True)


@app.command()
def limit(
    rule: str = typer.Argument(help="The rule's id: its file's name."),
    brand: str = typer.Option(..., help="The brand's name or id."),
    since: str = typer.Option("30d", help="How far back hours are tried out: 30d, or a time such as 2026-11-01."),
    speeds: str = typer.Option("15m,1h,4h", help="In which times the posts spread."),
    cascades: Path = typer.Option(None, help="CSV of real cascades: story, time. Else the brand's own stories."),
    series: Path = typer.Option(None, help="CSV of the brand's past, in place of the index: time, count, negative."),
    picture: Path = typer.Option(None, help="Write a picture of it here, as SVG."),
    json_: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say from how many negative posts on you hear of it, how surely and how soon, by day and by night.

    Posts in the course of real cascades are put into a shadow of the brand's own past, at every hour and several
    speeds, and the unchanged rule looks at it. Nothing is written to the index.
    """
    from commands.limit import Asked, run

    asked = Asked(since=since, speeds=speeds, cascades=cascades, series=series)
    run(_named(rule), brand, asked, picture=picture, json_=json_)


def _named(id: str) -> "Rule":
    from config.rule import load_rules

    rules = {rule.id: rule for rule in load_rules()}
    if id not in rules:
        raise NoSuchRule(f"rule {id!r}: nobody has written it: there are {', '.join(rules) or 'none'}")
    return rules[id]


def _precision() -> Table:
    from indexing.alerts.worth import precision
    from indexing.elasticsearch.store import open_store

    table = Table(Column(_RULE, no_wrap=True), "月\nmonth", "该叫\nright (95 %)", box=None, padding=(0, 1))
    for one in precision(open_store(), now=datetime.now(UTC)):
        table.add_row(Text(one.rule), one.month, str(one))
    if not table.row_count:
        table.add_row("还没有人评价过 nobody has judged an alert yet: tingfeng alerts judge ID --as right --by NAME")
    return table


def _budget(rule: "Rule") -> "PageBudget | None":
    """Return how often the rule may page for one brand, where it says so."""
    return getattr(rule.when, "pages", None)


def _pages(replayed: "Replayed") -> Table:
    from config.settings import DAY_ZONE

    table = Table("会叫\nwould have paged", "品牌\nbrand", "到\nuntil", "原因\nwhy", box=None, padding=(0, 1))
    if replayed.compared:
        table.add_column("事件\nincident")
    for page in replayed.pages:
        at, last = (f"{one.astimezone(DAY_ZONE):%m-%d %H:%M}" for one in (page.at, page.last_at))
        row: list[str | Text] = [at, Text(page.brand), last, Text(page.reason_zh)]
        if replayed.compared:
            row.append(Text(page.incident.name or "已知 known" if page.incident else "无：误报 none: false"))
        table.add_row(*row)
    return table


def _summary(replayed: "Replayed", budget: "PageBudget | None") -> None:
    days = max((replayed.now - replayed.since).total_seconds() / 86_400, 1e-9)
    count = len(replayed.pages)
    if budget:
        by_brand = Counter(page.brand for page in replayed.pages).most_common(1)
        zh, en = (
            (f"，其中 {by_brand[0][0]} {by_brand[0][1]} 次", f", {by_brand[0][1]} of them for {by_brand[0][0]}")
            if by_brand
            else ("", "")
        )
        console.print(Text(f"按每个品牌{budget.words.zh}，过去 {days:.3g} 天会叫您 {count} 次{zh}"), soft_wrap=True)
        told = f"With {budget.words.en} for one brand you would have been paged {count} times"
        console.print(Text(f"{told} in the last {days:.3g} days{en}"), soft_wrap=True)
    console.print(f"{days:.3g} 天 {count} 次，每天 {count / days:.2g} 次  {count} pages, {count / days:.2g} a day")
    if replayed.compared:
        known, false = replayed.found + len(replayed.missed), replayed.false
        console.print(
            f"{known} 件已知的事发现 {replayed.found} 件；{false} 次误报，{count - false} 次正确  "
            f"found {replayed.found} of {known} incidents; {false} false pages, {count - false} right ones",
            soft_wrap=True,
        )
        for incident in replayed.missed:
            console.print(Text(f"  漏报 missed  {_clock(incident.begin)}  {incident.brand}  {incident.name}"))


def _takes(found: "Sequence[Threshold]", names: Mapping[str, str]) -> None:
    """Print what each brand has at present, and what a page would take."""
    for one in found:
        zh, en = one.words
        console.print(Text(f"{names[one.brand]}  {zh}。 {en}."), soft_wrap=True)


def _clock(moment: datetime) -> str:
    from config.settings import DAY_ZONE

    return f"{moment.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
