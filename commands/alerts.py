"""`tingfeng alerts`: evaluate the rules now, show what is open and why, and answer it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console, table

if TYPE_CHECKING:
    from datetime import timedelta

    from indexing.alerts import Alert
    from indexing.elasticsearch.store import Store

app = typer.Typer(no_args_is_help=True, help="Evaluate the rules, list what is open with its reason, and answer it.")

_MOST_MUTED = 20
_ID = typer.Argument(help="The alert's id, as `tingfeng alerts list` shows it.")
_REASON = typer.Option(None, help="Why; it stays on record.")
_BY = typer.Option(..., "--by", help="Who says so: an id or name of the rota; it stays on record.")


@app.command()
def run() -> None:
    """Evaluate every rule on the index as it is now; deliver, repeat and escalate what is due."""
    from indexing.pipeline import watch

    show(watch())


@app.command("list")
def list_() -> None:
    """List what is open, as the last evaluation left it, and which channels were told."""
    from indexing.alerts.records import firing

    show(firing(_store()))


@app.command()
def explain(id: str = _ID) -> None:
    """Say why an alert was sent or not: all that happened to it, in order."""
    from indexing.alerts.explain import explain as lines_of

    for line in lines_of(_store(), id):
        console.print(line, markup=False, soft_wrap=True)


@app.command("why-not")
def why_not(
    brand: str = typer.Argument(help="The brand's name or id."),
    at: str = typer.Option(..., help="The minute, such as '2026-11-20 03:10' (Asia/Shanghai), or 2h ago as 2h."),
    json_: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say why nothing came at a minute: what was known by then, how near each rule was, what was held, who was told."""
    import json

    from config.brand import find_brand, load_brands
    from config.rota import load_rota
    from config.rule import load_rules
    from indexing.evidence.told import as_json, told
    from indexing.evidence.why_not import why_not as found_at
    from indexing.mentions.search import moment

    now, wanted = datetime.now(UTC), find_brand(load_brands(), brand)
    found = found_at(_store(), wanted, moment(at, now), rules=load_rules(), rota=load_rota(), now=now)
    if json_:
        console.print_json(json.dumps(as_json(found), ensure_ascii=False, default=str))
        return
    for line in told(found, wanted.name):
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def ack(ids: list[str] = typer.Argument(help="The alerts' ids; one answers for its incident."), by: str = _BY) -> None:
    """Say that you look after an alert and its incident: repeats and escalation stop.

    A crisis with `acks: 2` goes on until another person has said so too.
    """
    from indexing.alerts.answers import acknowledge

    for one in ids:
        _say(acknowledge(_store(), one, by=_counted(one, by), now=datetime.now(UTC)))


@app.command()
def assign(id: str = _ID, to: str = typer.Option(..., help="Who is to look after it."), by: str = _BY) -> None:
    """Give an alert to somebody of the rota."""
    from config.rota import load_rota
    from indexing.alerts.answers import assign as give
    from indexing.alerts.answers import person_of

    _say(give(_store(), id, to=person_of(load_rota(), to), by=_person(by), now=datetime.now(UTC)))


@app.command()
def snooze(
    id: str = _ID,
    length: str = typer.Option("1h", "--for", help="How long, such as 30m or 4h."),
    by: str = _BY,
    reason: str = _REASON,
) -> None:
    """Put an alert off; who was told is told again when the time is over and it is still open."""
    from indexing.alerts.answers import snooze as put_off

    now = datetime.now(UTC)
    _say(put_off(_store(), id, until=now + _length(length), by=_person(by), now=now, reason=reason))


@app.command()
def resolve(id: str = _ID, by: str = _BY, reason: str = _REASON) -> None:
    """Say that an alert is over."""
    from indexing.alerts.answers import resolve as end

    _say(end(_store(), id, by=_person(by), now=datetime.now(UTC), reason=reason))


@app.command()
def judge(
    id: str = _ID,
    worth: str = typer.Option(
        ..., "--as", help="right, or noise: known campaign, spam, wrong sentiment, not us, too late, other."
    ),
    by: str = _BY,
) -> None:
    """Say whether an alert was worth it, open or over; `tingfeng rules list --precision` tells what comes of it."""
    from indexing.alerts.answers import judge as say

    alert = say(_store(), id, worth, by=_person(by), now=datetime.now(UTC))
    console.print(f"{alert.id} was {alert.worth}", markup=False, soft_wrap=True)


@app.command()
def merge(
    into: str = typer.Argument(help="The alert whose incident the others join."),
    others: list[str] = typer.Argument(help="Alerts; all of their incidents move."),
    by: str = _BY,
    reason: str = _REASON,
) -> None:
    """Make one incident of several: one alert speaks for it from then on, and one answer is for all."""
    from indexing.alerts.placing import merge as join

    _say_incident(join(_store(), into, others, by=_person(by), now=datetime.now(UTC), reason=reason or ""))


@app.command()
def split(
    ids: list[str] = typer.Argument(help="The alerts that are something else."), by: str = _BY, reason: str = _REASON
) -> None:
    """Take alerts out of their incident into one of their own; it is told by itself while nobody looks after it."""
    from indexing.alerts.placing import split as part

    _say_incident(part(_store(), ids, by=_person(by), now=datetime.now(UTC), reason=reason or ""))


@app.command()
def silence(
    length: str = typer.Option(..., "--for", help="How long, such as 2h or 3d."),
    reason: str = typer.Option(..., help="Why."),
    by: str = _BY,
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
    from indexing.alerts.silence import LONGEST, NoSuchSilence, begin, would_have_muted

    if severity and severity not in list(Severity):
        raise NoSuchSilence(f"severity {severity!r}: write one of {', '.join(Severity)}")
    now = datetime.now(UTC)
    matcher = {"rule": rule, "brand": brand, "story": story, "severity": severity}
    wanted, until, rota = (
        {field: value for field, value in matcher.items() if value},
        now + _length(length),
        load_rota(),
    )
    _say_muted(would_have_muted(_store(), wanted, now=now))
    if preview:
        return
    longest = rota.longest_silence if rota else LONGEST
    id = begin(_store(), wanted, until=until, author=by, reason=reason, now=now, longest=longest)
    console.print(f"Silence {id} holds for {length}; end it with `tingfeng alerts silences --end {id} --by {by}`")


@app.command()
def silences(
    end: str = typer.Option(None, help="End the silence of this id."),
    by: str = typer.Option(None, "--by", help="Who ends it."),
) -> None:
    """List the silences that hold, or end one."""
    from indexing.alerts import silence as silenced

    now = datetime.now(UTC)
    if end:
        silenced.end(_store(), end, by=by or "somebody", now=now)
    rows = {
        one.id: f"{one.matcher} until {one.until:%Y-%m-%d %H:%M} UTC, by {one.author}: {one.reason}"
        for one in silenced.running(_store(), now)
    }
    if rows:
        console.print(table("silences", rows))
    console.print(f"{len(rows)} silences")


def show(alerts: "Iterable[Alert]") -> None:
    """Print alerts with their figures, their evidence and their delivery."""
    from indexing.alerts.facts import facts_of
    from indexing.alerts.incidents import incidents

    found = incidents(alerts)
    for alert, of in ((alert, incident) for incident in found for alert in incident.alerts):
        if alert is of.lead and len(of.alerts) > 1:
            head = f"incident {of.id}: {len(of.alerts)} alerts, {of.severity}"
            console.print(Text(head, style="bold underline"))
        receivers = ", ".join(dict.fromkeys(f"{delivery.channel} {delivery.state}" for delivery in alert.delivery))
        receivers = receivers or alert.held or "no channel"
        state = "" if alert.state == "firing" else f"  {alert.state} {alert.assignee or alert.acknowledged_by or ''}"
        if alert.state == "firing" and alert.acknowledgers:
            state = f"  {len(alert.acknowledgers)} of {alert.acks} acknowledged: {', '.join(alert.acknowledgers)}"
        console.print(Text(f"{alert.severity.upper()}  {alert.id}{state}", style="bold"))
        facts = facts_of(alert)
        words = "、".join(f"{one.word} {one.mentions}" for one in facts.words)
        console.print(Text(f"  {alert.reason_zh}\n  {alert.reason_en}"))
        console.print(Text(f"  window: {facts.window.zh}" + (f" · words: {words}" if words else "")))
        console.print(
            Text(f"  evidence: {len(alert.evidence.ids)} of {alert.evidence.total} mentions · told: {receivers}")
        )
    alone, count = len(found), sum(len(incident.alerts) for incident in found)
    console.print(f"{count} firing" + (f" in {alone} incidents" if alone < count else ""))


def _store() -> "Store":
    from indexing.elasticsearch.store import open_store

    return open_store()


def _length(text: str) -> "timedelta":
    from pydantic import TypeAdapter, ValidationError

    from config.duration import Duration
    from config.errors import UserError

    try:
        found: timedelta = TypeAdapter(Duration).validate_python(text)
    except ValidationError as error:
        raise UserError(f"--for: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    return found


def _person(by: str) -> str:
    """Return the id of the rota's person who is called so; as it is where nobody is."""
    from config.rota import load_rota

    rota = load_rota()
    people = rota.people if rota else {}
    return next((id for id, person in people.items() if by in (id, person.name)), by)


def _counted(id: str, by: str) -> str:
    """Return the person's id; where a crisis asks for two people, somebody of the rota."""
    from config.rota import load_rota
    from indexing.alerts.answers import person_of
    from indexing.alerts.records import find

    several = any(alert.acks > 1 for alert in find(_store(), [id]))
    return person_of(load_rota(), by) if several else _person(by)


def _say_incident(alerts: "Iterable[Alert]") -> None:
    first, *rest = alerts
    console.print(Text(f"incident {first.incident}: {first.id}" + "".join(f", {one.id}" for one in rest)))


def _say_muted(alerts: "list[Alert]") -> None:
    """Print what a silence would have muted, those first that people were told of."""
    from indexing.alerts.facts import ZONE, clock

    told = [alert for alert in alerts if alert.told_at]
    console.print(
        f"In the last 30 days it would have muted {len(alerts)} alerts; people were told of {len(told)} of them."
    )
    for alert in sorted(alerts, key=lambda one: one.told_at is None)[:_MOST_MUTED]:
        was = f", judged {alert.worth.replace('_', ' ')}" if alert.worth else ""
        console.print(Text(f"  {clock(alert.raised_at)} {ZONE.en}  {alert.severity}  {alert.id}{was}"))
    if len(alerts) > _MOST_MUTED:
        console.print(f"  and {len(alerts) - _MOST_MUTED} more")
    if worst := [alert for alert in alerts if alert.severity == "crisis" or alert.worth == "right"]:
        console.print(Text(f"Of these, {len(worst)} were a crisis or judged right: it may be too wide.", style="bold"))


def _say(alert: "Alert") -> None:
    from indexing.alerts.facts import ZONE, clock

    who = alert.assignee or alert.resolved_by or alert.acknowledged_by
    if alert.state == "firing" and alert.acknowledgers:
        missing = alert.acks - len(alert.acknowledgers)
        console.print(Text(f"{alert.id}: acknowledged by {', '.join(alert.acknowledgers)}, {missing} more must"))
        return
    until, reason = "", alert.resolve_reason if alert.state == "resolved" else None
    if alert.state == "snoozed" and alert.snoozed_until:
        until, reason = f" until {clock(alert.snoozed_until)} {ZONE.en}", alert.snooze_reason
    console.print(Text(f"{alert.id}: {alert.state}{until}, {who}{f': {reason}' if reason else ''}"))
