"""`tingfeng alerts silence` and `silences`: send nothing of some alerts for a while."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console, length_of, not_blank, table
from config.errors import UserError

if TYPE_CHECKING:
    from indexing.alerts import Alert

__all__ = ["app", "brand_id"]

app = typer.Typer()

_MOST_MUTED = 20


@app.command()
def silence(
    length: str = typer.Option(..., "--for", help="How long, such as 2h or 3d."),
    reason: str = typer.Option(..., help="Why."),
    by: str = typer.Option(
        ..., "--by", callback=not_blank, help="Who says so: an id or name of the rota; it stays on record."
    ),
    rule: str = typer.Option(None, help="Only alerts of this rule."),
    brand: str = typer.Option(None, help="Only alerts of this brand."),
    story: str = typer.Option(None, help="Only alerts of this story."),
    severity: str = typer.Option(None, help="Only alerts of this severity."),
    preview: bool = typer.Option(False, "--preview", help="Only show what it would have muted; make none."),
) -> None:
    """Send nothing of the alerts that match, until the time is over; they are still raised, listed and explained.

    Says what it would have muted in the last 30 days. `longest_silence` in config/rota.yaml is how long one may be.
    """
    from config.rota import load_rota
    from config.rule import Severity
    from indexing.alerts.silence import LONGEST, NoSuchSilence, begin, check_length, would_have_muted
    from indexing.elasticsearch.store import open_store

    if severity and severity not in list(Severity):
        raise NoSuchSilence(f"severity {severity!r}: write one of {', '.join(Severity)}")
    now = datetime.now(UTC)
    matcher = {"rule": _rule(rule), "brand": brand_id(brand), "story": story, "severity": severity}
    wanted = {field: value for field, value in matcher.items() if value}
    until, rota = now + length_of(length), load_rota()
    longest = rota.longest_silence if rota else LONGEST
    check_length(until - now, longest)
    _say_muted(would_have_muted(open_store(), wanted, now=now))
    if preview:
        return
    id = begin(open_store(), wanted, until=until, author=by, reason=reason, now=now, longest=longest)
    console.print(
        f"静默 {id} 至 {_both_clocks(until)}。 Silence {id} holds for {length}, until then; "
        f"提前结束 end it: `tingfeng alerts silences --end {id} --by {by}`",
        soft_wrap=True,
    )


@app.command()
def silences(
    end: str = typer.Option(None, help="End the silence of this id."),
    by: str = typer.Option(None, "--by", callback=not_blank, help="Who ends it."),
) -> None:
    """List the silences that hold, or end one."""
    from indexing.alerts import silence as silenced
    from indexing.elasticsearch.store import open_store

    now = datetime.now(UTC)
    if end:
        if not by:
            raise UserError("--by: say who ends it; it stays on record")
        silenced.end(open_store(), end, by=by, now=now)
    rows = {
        one.id: f"{one.matcher}  至 until {_both_clocks(one.until)}, by {one.author}: {one.reason}"
        for one in silenced.running(open_store(), now)
    }
    if rows:
        console.print(table("静默 silences", rows))
    console.print(f"{len(rows)} 个静默 silences")


def brand_id(text: str) -> str:
    """Return the id of the brand that is called so, for a silence of a name would match nothing; `*` is all brands'."""
    from config.brand import find_brand, load_brands

    brands = load_brands() if text not in (None, "", "*") else []
    return find_brand(brands, text).id if brands else text


def _rule(id: str) -> str:
    """Return the rule's id; UserError where nobody has written it."""
    from config.rule import load_rules

    known = [rule.id for rule in load_rules()] if id else []
    if known and id not in known:
        raise UserError(f"--rule {id!r}: nobody has written it: write one of {', '.join(known)}")
    return id


def _both_clocks(moment: datetime) -> str:
    from indexing.alerts.facts import ZONE, clock

    return f"{clock(moment)} ({ZONE.zh} {ZONE.en})"


def _say_muted(alerts: "list[Alert]") -> None:
    """Print what a silence would have muted, those first that people were told of."""
    from indexing.alerts.worth import label_of

    told = [alert for alert in alerts if alert.told_at]
    console.print(
        f"过去 30 天它会静默 {len(alerts)} 条预警，其中 {len(told)} 条当时通知了人。 "
        f"In the last 30 days it would have muted {len(alerts)} alerts; people were told of {len(told)} of them.",
        soft_wrap=True,
    )
    for alert in sorted(alerts, key=lambda one: one.told_at is None)[:_MOST_MUTED]:
        was = "  " + " ".join(label_of(alert.worth)) if alert.worth else ""
        console.print(Text(f"  {_both_clocks(alert.raised_at)}  {alert.severity}  {alert.id}{was}"))
    if len(alerts) > _MOST_MUTED:
        console.print(f"  另有 {len(alerts) - _MOST_MUTED} 条 more")
    if worst := [alert for alert in alerts if alert.severity == "crisis" or alert.worth == "right"]:
        zh = f"其中 {len(worst)} 条是危机，或被判为该叫：范围可能太宽。"
        en = f"Of these, {len(worst)} were a crisis or judged right: it may be too wide."
        console.print(Text(f"{zh} {en}", style="bold"), soft_wrap=True)
