"""`tingfeng rota`: who is on duty, who would be told, and what holds in place of the shifts for a while."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console, not_blank, table
from commands.silences import brand_id
from config.both import Both
from config.errors import UserError
from config.output import write_whole

if TYPE_CHECKING:
    from config.override import Override
    from config.rota import Rota
    from config.rule import Severity
    from indexing.alerts.foresight import Plan, Told
    from indexing.elasticsearch.store import Store

app = typer.Typer(no_args_is_help=True, help="Who is on duty and who would be told; overrides, swaps, calendars.")

_FROM = typer.Option(None, "--from", help="When it begins, such as '2026-12-01 18:00'; now unless given.")
_UNTIL = typer.Option(..., "--until", help="When it ends, such as '2026-12-02 09:00'.")
_BY = typer.Option(..., "--by", callback=not_blank, help="Who says so: an id or name of the rota; it stays on record.")
_REASON = typer.Option(..., callback=not_blank, help="Why; it stays on record.")
_DAYS = 14
_NOBODY = Both("无人", "nobody")


class NoRota(UserError):
    """Nobody has written config/rota.yaml, or nobody of it is called so."""


@app.command()
def at(
    time: str = typer.Argument("now", help="A moment, such as '2026-12-01 03:10', in Beijing time."),
    severity: str = typer.Option("serious", help="How grave the alert is: notice, warning, serious, crisis."),
    rule: str = typer.Option(None, help="Only as this rule tells it."),
    brand: str = typer.Option("", help="Of this brand, by which silences may hold it."),
) -> None:
    """Show who would be told at this moment if an alert came, and then whom, while nobody answers."""
    from config.duty import on_duty
    from config.rota import load_rota
    from config.rule import Severity, load_rules
    from indexing.alerts import silence
    from indexing.alerts.foresight import foresee, plans_for
    from indexing.alerts.overrides import lasting

    if severity not in list(Severity):
        raise UserError(f"--severity {severity!r}: write one of {', '.join(Severity)}")
    moment, rota, store = _moment(time, "TIME"), load_rota(), _store()
    rules = [one for one in load_rules() if rule is None or one.id == rule]
    if rule and not rules:
        raise UserError(f"--rule {rule!r}: nobody has written it: `tingfeng rules list` shows those that there are")
    whose = brand_id(brand)
    overrides, silences = lasting(store, moment) if rota else [], silence.running(store, moment)
    if rota:
        duty = [_name(rota, id) for id in on_duty(rota, moment, overrides)]
        people = "、".join(duty) or f"{_NOBODY.zh} {_NOBODY.en}"
        console.print(Text(f"值班 on duty {_clock(moment)}: {people}", style="bold"))
    grave = rules[0].severity if rule else Severity(severity)
    plans = plans_for(rules, grave, rota)
    if not plans:
        console.print(
            f"没有 {grave} 级规则，值班表也没有升级步骤：不会通知任何人。 "
            f"No rule is of severity {grave}, and the rota has no escalation: nobody would be told.",
            soft_wrap=True,
        )
    for plan in plans:
        console.print(Text(_way(plan, grave, rota), style="bold"))
        told = foresee(plan, grave, rota, at=moment, brand=whose, overrides=overrides, silences=silences)
        for one in told:
            console.print(Text(f"  {_clock(one.at)}  {_told(one, rota)}"))


@app.command("list")
def list_(days: int = typer.Option(_DAYS, min=1, max=366, help="For so many days.")) -> None:
    """List who is on duty from now on, overrides included."""
    from config.duty import duties

    rota, now = _rota(), datetime.now(UTC)
    for duty in duties(rota, now, now + timedelta(days=days), _lasting(now)):
        people = "、".join(_name(rota, id) for id in duty.people) or f"{_NOBODY.zh} {_NOBODY.en}"
        console.print(Text(f"{_clock(duty.begin)} – {_clock(duty.end)}  {people}"))


@app.command()
def override(
    until: str = _UNTIL,
    by: str = _BY,
    reason: str = _REASON,
    begin: str = _FROM,
    who: str = typer.Option(None, "--who", help="Who takes over. Without --instead-of, alone."),
    instead_of: str = typer.Option(
        None, "--instead-of", help="Whose duties these are. Without --who, that person is away."
    ),
) -> None:
    """Let somebody take over for a while, or be away; refused where it would leave nobody on duty.

    It stands in the index and not in rota.yaml, so that it holds at once on every machine, and stays on record.
    """
    _begin(until, by, reason, begin, who, instead_of, swap=False)


@app.command()
def swap(
    one: str = typer.Argument(help="Somebody of the rota."),
    other: str = typer.Argument(help="And with whom they swap."),
    until: str = _UNTIL,
    by: str = _BY,
    reason: str = _REASON,
    begin: str = _FROM,
) -> None:
    """Let two people have each other's duties for a while."""
    _begin(until, by, reason, begin, one, other, swap=True)


@app.command()
def overrides(
    end: str = typer.Option(None, help="End the override of this id, or take it back before it begins."),
    by: str = typer.Option(None, "--by", callback=not_blank, help="Who ends it."),
) -> None:
    """List the overrides that hold or will, or end one."""
    from indexing.alerts import overrides as kept

    rota, now = _rota(), datetime.now(UTC)
    if end:
        if not by:
            raise UserError("--by: say who ends it; it stays on record")
        kept.end(_store(), end, rota, by=by, now=now)
    rows = {one.id: _row(one, rota) for one in kept.lasting(_store(), now)}
    if rows:
        console.print(table("值班调整 overrides", rows))
    console.print(f"{len(rows)} 条值班调整 overrides")


@app.command()
def ics(
    person: str = typer.Argument(help="An id or name of the rota."),
    out: Path = typer.Option(None, help="Write the calendar here."),
    link: bool = typer.Option(False, "--link", help="Show where the console serves it, which is that person's secret."),
) -> None:
    """Write a person's duties as a calendar, or show the address to subscribe to."""
    from config.settings import public_url
    from indexing.alerts.calendar import calendar_of, feed_address

    rota, now = _rota(), datetime.now(UTC)
    id = _id(rota, person)
    if link:
        console.print(feed_address(id), markup=False, soft_wrap=True)
        if not public_url():
            console.print(
                "只在本机有效：设 TINGFENG_PUBLIC_URL 后手机也能订阅。 On this machine alone, while `tingfeng console` "
                "runs: set TINGFENG_PUBLIC_URL for phones to subscribe to it.",
                soft_wrap=True,
            )
        return
    written = calendar_of(rota, id, now=now, overrides=_lasting(now - timedelta(days=_DAYS)))
    if out:
        write_whole(out, written, private=True)
        console.print(f"{written.count(b'BEGIN:VEVENT')} 段值班 duties: {out}", soft_wrap=True)
    else:
        typer.echo(written.decode(), nl=False)


def _begin(
    until: str, by: str, reason: str, begin: str | None, who: str | None, instead_of: str | None, *, swap: bool
) -> None:
    from config.override import Override
    from indexing.alerts.overrides import begin as write

    rota, now = _rota(), datetime.now(UTC)
    made = write(
        _store(),
        rota,
        Override(
            id="",
            made_at=now,
            begin=_moment(begin, "--from") if begin else now,
            end=_moment(until, "--until"),
            author=_id(rota, by, strict=False),
            reason=reason,
            person=_id(rota, who) if who else None,
            instead_of=_id(rota, instead_of) if instead_of else None,
            swap=swap,
        ),
    )
    console.print(Text(f"值班调整 override {made.id}: {_row(made, rota)}"))
    console.print(f"撤销 end it: `tingfeng rota overrides --end {made.id} --by …`")


def _row(one: "Override", rota: "Rota") -> str:
    times, words = f"{_clock(one.begin)} – {_clock(one.end)}", one.words(lambda id: _name(rota, id))
    return f"{times}  {words.zh} {words.en}, by {_name(rota, one.author)}: {one.reason}"


def _way(plan: "Plan", grave: "Severity", rota: "Rota | None") -> str:
    """Return by which rules or escalation people are told, and how many of them must acknowledge."""
    from config.rule import Severity
    from indexing.alerts.receivers import acks_of

    way = f"规则 rules {', '.join(plan.rules)}" if plan.rules else f"升级 escalation {plan.notify.escalation}"
    acks = acks_of(plan.notify, rota) if grave is Severity.CRISIS else 1
    return f"{way} ({grave})" + (f"，须 {acks} 人认领 until {acks} people acknowledge" if acks > 1 else "")


def _told(one: "Told", rota: "Rota | None") -> str:
    from indexing.alerts.message_names import message_name
    from indexing.alerts.reason_words import in_one

    if one.why_not:
        return f"{_NOBODY.zh} {_NOBODY.en}: " + in_one(one.why_not, partial(_name, rota))
    who = (
        channel + (f" ({'、'.join(_name(rota, id) for id in people)})" if people else "")
        for channel, people in one.channels
    )
    return f"{' '.join(message_name(one.message))}: {', '.join(who)}"


def _rota() -> "Rota":
    from config.rota import load_rota
    from config.settings import config_dir

    rota = load_rota()
    if rota is None:
        raise NoRota(f"{config_dir() / 'rota.yaml'}: there is no rota: write one (docs/alerts.md shows one)")
    return rota


def _name(rota: "Rota | None", id: str) -> str:
    return rota.people[id].name if rota and id in rota.people else id


def _id(rota: "Rota", name: str, *, strict: bool = True) -> str:
    found = next((id for id, person in rota.people.items() if name in (id, person.name)), None)
    if found is None and strict:
        known = "、".join(f"{person.name} ({id})" for id, person in rota.people.items())
        raise NoRota(f"nobody of config/rota.yaml is called {name!r}: write one of {known}")
    return found or name


def _moment(text: str, field: str) -> datetime:
    """Return a moment that is written as a clock in Beijing shows it."""
    from config.moment import written_moment

    if text == "now":
        return datetime.now(UTC)
    try:
        return written_moment(text)
    except ValueError as error:
        raise UserError(f"{field}: got {text!r}: write a time such as '2026-12-01 18:00'") from error


def _clock(moment: datetime) -> str:
    from config.settings import DAY_ZONE

    return moment.astimezone(DAY_ZONE).strftime("%m-%d %H:%M")


def _lasting(since: datetime) -> "list[Override]":
    from indexing.alerts.overrides import lasting

    return lasting(_store(), since)


def _store() -> "Store":
    from indexing.elasticsearch.store import open_store

    return open_store()
