"""`tingfeng alerts`: evaluate the rules now, show what is open and why, and answer it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console, length_of, not_blank

if TYPE_CHECKING:
    from indexing.alerts import Alert
    from indexing.elasticsearch.store import Store

app = typer.Typer(no_args_is_help=True, help="Evaluate the rules, list what is open with its reason, and answer it.")

_STATES = {
    "pending": "待发 pending",
    "sending": "正在发送 sending",
    "sent": "已送达 sent",
    "given_up": "已放弃 given up",
}
"""What a channel's state is called."""
_ID = typer.Argument(help="The alert's id, as `tingfeng alerts list` shows it.")
_REASON = typer.Option(None, help="Why; it stays on record.")
_BY = typer.Option(..., "--by", callback=not_blank, help="Who says so: an id or name of the rota; it stays on record.")


@app.command()
def run() -> None:
    """Evaluate every rule on the index as it is now; deliver, repeat and escalate what is due."""
    from indexing.alerts.records import find
    from indexing.pipeline import watch

    show(find(_store(), [alert.id for alert in watch()]))  # with what has become of telling them since


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
    _say(put_off(_store(), id, until=now + length_of(length), by=_person(by), now=now, reason=reason))


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
    from indexing.alerts.worth import label_of

    alert = say(_store(), id, worth, by=_person(by), now=datetime.now(UTC))
    console.print(f"{alert.id}: {' '.join(label_of(alert.worth or ''))}", markup=False, soft_wrap=True)


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


def show(alerts: "Iterable[Alert]") -> None:
    """Print alerts with their figures, their evidence and their delivery."""
    from indexing.alerts.facts import facts_of
    from indexing.alerts.incidents import incidents

    found = incidents(alerts)
    for alert, of in ((alert, incident) for incident in found for alert in incident.alerts):
        if alert is of.lead and len(of.alerts) > 1:
            head = f"警情 incident {of.id}: {len(of.alerts)} 条预警 alerts, {of.severity}"
            console.print(Text(head, style="bold underline"))
        state = "" if alert.state == "firing" else f"  {alert.state} {alert.assignee or alert.acknowledged_by or ''}"
        if alert.state == "firing" and alert.acknowledgers:
            seen = ", ".join(alert.acknowledgers)
            state = f"  {len(alert.acknowledgers)}/{alert.acks} 人已认领 acknowledged: {seen}"
        console.print(Text(f"{alert.severity.upper()}  {alert.id}{state}", style="bold"))
        facts = facts_of(alert)
        words = "、".join(f"{one.word} {one.mentions}" for one in facts.words)
        told = f"  证据 evidence: {len(alert.evidence.ids)}/{alert.evidence.total} · {_telling(alert)}"
        window = f"  时段 window: {facts.window.zh}" + (f" · 突出的词 words: {words}" if words else "")
        for line in (f"  {alert.reason_zh}", f"  {alert.reason_en}", window, told):
            console.print(Text(line), soft_wrap=True)
    alone, count = len(found), sum(len(incident.alerts) for incident in found)
    console.print(f"{count} 条未解除 firing" + (f"，{alone} 个警情 in {alone} incidents" if alone < count else ""))


def _telling(alert: "Alert") -> str:
    """Return which channels were told and how that stands, or why none was."""
    from indexing.alerts.reason_words import in_one

    if told := dict.fromkeys(f"{one.channel} {_STATES[one.state]}" for one in alert.delivery):
        return f"已通知 told: {', '.join(told)}"
    return f"未通知 not told: {in_one(alert.why_held) if alert.why_held else '没有通道 no channel'}"


def _store() -> "Store":
    from indexing.elasticsearch.store import open_store

    return open_store()


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
    console.print(Text(f"警情 incident {first.incident}: {first.id}" + "".join(f", {one.id}" for one in rest)))


def _say(alert: "Alert") -> None:
    from indexing.alerts.facts import ZONE, clock

    who = alert.assignee or alert.resolved_by or alert.acknowledged_by
    if alert.state == "firing" and alert.acknowledgers:
        missing = alert.acks - len(alert.acknowledgers)
        console.print(
            Text(f"{alert.id}: {', '.join(alert.acknowledgers)} 已认领 acknowledged, 还需 {missing} 人 more must")
        )
        return
    until, reason = "", alert.resolve_reason if alert.state == "resolved" else None
    if alert.state == "snoozed" and alert.snoozed_until:
        until, reason = f" until {clock(alert.snoozed_until)} {ZONE.en}", alert.snooze_reason
    console.print(Text(f"{alert.id}: {alert.state}{until}, {who}{f': {reason}' if reason else ''}"))
