"""The rota as people live it: overrides and swaps, calendars, two who must acknowledge, and who would be told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from config.brand import load_brands
from config.duty import duties, on_duty
from config.load import ConfigError
from config.notify import Notify
from config.override import Override
from config.rota import load_rota
from config.rule import Severity
from indexing.alerts import answers, overrides, records, spool
from indexing.alerts.alert import Alert, State
from indexing.alerts.calendar import calendar_of, feed_address, token
from indexing.alerts.explain import explain
from indexing.alerts.foresight import Plan, foresee
from indexing.alerts.links import Action
from indexing.alerts.overrides import NotPossible, check
from indexing.alerts.policy import decide
from indexing.alerts.reason_words import said
from indexing.alerts.silence import NoSuchSilence, Silence, begin, would_have_muted
from indexing.alerts.situation import Situation
from indexing.elasticsearch.store import Store
from tests.alert_examples import example
from tests.console_server import serving_console
from tests.killing import dying
from tests.test_rota import ROTA, at, rota

if TYPE_CHECKING:
    pass

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WEDNESDAY = at("2026-11-25 00:00")


def override(begin: str, end: str, **fields: object) -> Override:
    made = {"id": "o1", "made_at": WEDNESDAY, "author": "boss", "reason": "换班", "begin": at(begin), "end": at(end)}
    return Override(**{**made, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "moment", "people"),
    [
        ({"person": "wang", "instead_of": "zhang"}, "2026-11-25 10:00", ("wang", "li")),
        ({"person": "wang", "instead_of": "zhang"}, "2026-11-25 08:59", ("wang",)),
        ({"person": "wang", "instead_of": "zhang"}, "2026-11-26 10:00", ("zhang", "li")),
        ({"person": "li", "instead_of": "zhang"}, "2026-11-25 10:00", ("li",)),
        ({"person": "zhang"}, "2026-11-25 10:00", ("zhang",)),
        ({"person": "zhang"}, "2026-11-25 23:00", ("zhang",)),
        ({"instead_of": "zhang"}, "2026-11-25 10:00", ("li",)),
        ({"person": "wang", "instead_of": "zhang", "swap": True}, "2026-11-25 10:00", ("wang", "li")),
        ({"person": "wang", "instead_of": "zhang", "swap": True}, "2026-11-25 23:00", ("zhang",)),
    ],
)
def test_an_override_changes_who_is_on_duty_for_its_time(
    fields: dict[str, object], moment: str, people: tuple[str, ...]
) -> None:
    held = override("2026-11-25 09:00", "2026-11-26 09:00", **fields)
    assert on_duty(rota(), at(moment), [held]) == people


def test_later_overrides_are_applied_to_what_earlier_ones_left_and_the_fallback_stays() -> None:
    first = override("2026-11-25 09:00", "2026-11-25 18:00", person="wang", instead_of="zhang")
    second = replace(first, id="o2", made_at=WEDNESDAY + HOUR, person="zhang", instead_of="wang")
    assert on_duty(rota(), at("2026-11-25 10:00"), [second, first]) == ("zhang", "li")
    away = override("2026-11-25 18:00", "2026-11-26 09:00", instead_of="wang")
    assert on_duty(rota(ROTA + "fallback: li\n"), at("2026-11-25 20:00"), [away]) == ("li",)
    alone = replace(away, id="o3", instead_of="li")
    with pytest.raises(NotPossible, match="nobody would be on duty"):
        check(rota(ROTA + "fallback: li\n"), alone, [away])


def test_an_override_of_which_the_file_knows_nobody_leaves_the_shifts() -> None:
    """The file was changed since: somebody is told all the same."""
    gone = override("2026-11-25 09:00", "2026-11-26 09:00", person="hong", instead_of="wang")
    assert on_duty(rota(), at("2026-11-25 20:00"), [gone]) == ("wang",)
    away = override("2026-11-25 09:00", "2026-11-26 09:00", instead_of="wang")
    assert on_duty(rota(), at("2026-11-25 20:00"), [away]) == ("wang",)


def test_duties_are_cut_where_anything_changes() -> None:
    held = override("2026-11-25 20:00", "2026-11-25 22:00", person="zhang", instead_of="wang")
    found = [
        (f"{one.begin.astimezone(WEDNESDAY.tzinfo):%H:%M}", one.people)
        for one in duties(rota(), WEDNESDAY, WEDNESDAY + 24 * HOUR, [held])
    ]
    assert found == [
        ("00:00", ("wang",)), ("09:00", ("zhang", "li")), ("18:00", ("wang",)), ("20:00", ("zhang",)),
        ("22:00", ("wang",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"instead_of": "wang"}, "nobody would be on duty 2026-11-25 18:00 – 2026-11-26 09:00: name who takes over"),
        ({"person": "hong"}, "--who: nobody of config/rota.yaml is called 'hong': write one of 张三 (zhang)"),
        ({"person": "li", "instead_of": "li"}, "are both li"),
        ({}, "name who takes over"),
        ({"person": "li", "end": at("2026-11-25 01:00")}, "--until is not after --from"),
        ({"person": "li", "end": at("2028-11-25 01:00")}, "more than a year"),
    ],
)
def test_what_cannot_be_is_refused_with_its_remedy(fields: dict[str, object], told: str) -> None:
    with pytest.raises(NotPossible, match=re.escape(told)):
        check(rota(), replace(override("2026-11-25 09:00", "2026-11-26 09:00"), **fields), [])  # type: ignore[arg-type]


def test_two_who_are_away_at_once_leave_nobody() -> None:
    first = override("2026-11-25 09:00", "2026-11-25 18:00", instead_of="zhang")
    check(rota(), first, [])
    with pytest.raises(NotPossible, match="nobody would be on duty 2026-11-25 12:00 – 2026-11-25 13:00"):
        check(rota(), override("2026-11-25 12:00", "2026-11-25 13:00", id="o2", instead_of="li"), [first])


def test_overrides_last_are_ended_and_outlive_the_index(emptied_store: "Store", data: Path) -> None:
    now = datetime.now(UTC)
    made = overrides.begin(
        emptied_store,
        rota(),
        replace(override("2026-11-25 09:00", "2026-11-26 09:00", person="li"), id="", begin=now, end=now + 9 * HOUR),
    )
    assert overrides.lasting(emptied_store, now) == [made]
    assert overrides.lasting(emptied_store, now + 9 * HOUR) == []
    spool.keep(emptied_store)
    assert [one.id for one in overrides.kept()] == [made.id], "who is on duty is known without the index"
    ended = overrides.end(emptied_store, made.id, rota(), by="zhang", now=now + HOUR)
    assert (ended.end, ended.ended_by) == (now + HOUR, "zhang")
    with pytest.raises(NotPossible, match="no override"):
        overrides.end(emptied_store, made.id, rota(), by="zhang", now=now + 2 * HOUR)
    (data / "outbox" / "overrides.json").write_text("[{", encoding="utf-8")
    assert overrides.kept() == [], "half a file is no reason to tell nobody"


# two who must acknowledge

CRISIS = example(severity=Severity.CRISIS, acks=2, step=0)


def test_a_crisis_goes_on_until_two_different_people_have_it(emptied_store: "Store") -> None:
    records.begin(emptied_store, CRISIS)
    one = answers.acknowledge(emptied_store, CRISIS.id, by="li", now=CRISIS.raised_at)
    again = answers.acknowledge(emptied_store, CRISIS.id, by="li", now=CRISIS.raised_at + MINUTE)
    assert (one.state, again.acknowledgers) == (State.FIRING, ("li",)), "the same person counts once"
    assert Action.ACKNOWLEDGE in answers.possible(again)
    for early in (Action.SNOOZE, Action.RESOLVE):
        with pytest.raises(answers.NotPossible, match="2 different people must acknowledge"):
            answers.answer(emptied_store, CRISIS.id, early, by="li", now=CRISIS.raised_at)
    both = answers.acknowledge(emptied_store, CRISIS.id, by="zhang", now=CRISIS.raised_at + 2 * MINUTE)
    assert (both.state, both.acknowledgers, both.acknowledged_by) == (State.ACKNOWLEDGED, ("li", "zhang"), "li")
    history = "\n".join(explain(emptied_store, CRISIS.id))
    assert "by li · 2 人中的第 1 人 1 of 2 people" in history
    assert "by zhang" in history


def test_a_second_person_may_resolve_what_the_first_acknowledged(emptied_store: "Store") -> None:
    records.begin(emptied_store, CRISIS)
    answers.acknowledge(emptied_store, CRISIS.id, by="li", now=CRISIS.raised_at)
    done = answers.resolve(emptied_store, CRISIS.id, by="zhang", now=CRISIS.raised_at)
    assert (done.state, done.acknowledgers) == (State.RESOLVED, ("li", "zhang"))


def test_an_answer_that_is_killed_counts_nobody_twice(emptied_store: "Store") -> None:
    records.begin(emptied_store, CRISIS)
    for step in range(3):
        with dying(step, records, "send"):
            answers.acknowledge(emptied_store, CRISIS.id, by="li", now=CRISIS.raised_at, key="link:1")
    assert answers.acknowledge(emptied_store, CRISIS.id, by="li", now=CRISIS.raised_at).acknowledgers == ("li",)


def two(severity: Severity) -> tuple[Alert, Situation]:
    both = rota(ROTA.replace("  default:\n", "  default:\n    acks: 2\n"))
    fresh = example("burst.xinghe.1", (), severity=severity, step=-1, step_at=None, raised_at=at("2026-11-25 10:00"))
    here = Situation(now=fresh.raised_at, plans={"burst": Notify(escalation="default")}, rota=both)
    return fresh, here


@pytest.mark.parametrize(("severity", "people", "escalated"), [
    (Severity.CRISIS, ("li",), True), (Severity.CRISIS, ("li", "zhang"), False), (Severity.SERIOUS, ("li",), False),
])  # fmt: skip
def test_steps_go_on_until_both(severity: Severity, people: tuple[str, ...], escalated: bool) -> None:
    fresh, here = two(severity)
    first = decide(fresh, here)
    assert first.acks == (2 if severity is Severity.CRISIS else 1)
    seen = replace(first, acknowledgers=people, acknowledged_by=people[0])
    later = decide(seen, replace(here, now=here.now + 16 * MINUTE))
    assert any(one.message == "step.2" for one in later.delivery) is escalated
    assert (later.state is State.ACKNOWLEDGED) is not escalated


# who would be told


def seen_ahead(severity: Severity, moment: str, *held: Override, silences: tuple[Silence, ...] = ()) -> list[str]:
    plan = Plan(rules=("burst",), notify=Notify(escalation="default"))
    told = foresee(plan, severity, rota(), at=at(moment), brand="xinghe", overrides=held, silences=silences)
    return [
        f"{one.at.astimezone(WEDNESDAY.tzinfo):%H:%M} "
        + (
            (one.why_not and said(one.why_not).en)
            or f"{one.message} " + ",".join(channel for channel, _ in one.channels)
        )
        for one in told
    ]


def test_who_would_be_told_at_this_moment_and_then_whom() -> None:
    assert seen_ahead(Severity.CRISIS, "2026-11-25 03:10") == [
        "03:10 raised mail", "03:25 step.2 mail,boss-room", "03:30 repeat.2.1 mail,boss-room",
        "03:35 repeat.2.2 mail,boss-room",
    ]  # fmt: skip
    night = seen_ahead(Severity.SERIOUS, "2026-11-25 03:10")
    assert night[:2] == ["03:10 quiet hours, which only a crisis breaks", "07:00 raised mail"]
    held = override("2026-11-25 00:00", "2026-11-25 09:00", person="zhang", instead_of="wang")
    assert seen_ahead(Severity.CRISIS, "2026-11-25 03:10", held)[0] == "03:10 raised ding"
    silence = Silence(
        id="s1", made_at=WEDNESDAY, until=at("2026-11-25 03:20"), author="li", reason="发布会", brand="xinghe"
    )
    quiet = seen_ahead(Severity.CRISIS, "2026-11-25 03:10", silences=(silence,))
    assert quiet[0].startswith("03:10 silence s1")
    assert quiet[1] == "03:20 raised mail"


# calendars


def test_a_calendar_holds_a_persons_duties_with_overrides() -> None:
    from icalendar import Calendar

    now = at("2026-11-25 12:00")
    held = override("2026-11-25 20:00", "2026-11-25 22:00", person="zhang", instead_of="wang")
    written = calendar_of(rota(), "zhang", now=now, overrides=[held], before=timedelta(0), ahead=timedelta(days=2))
    found = [
        (event.decoded("dtstart"), event.decoded("dtend"), str(event["summary"]), str(event["uid"]))
        for event in Calendar.from_ical(written).walk("VEVENT")
    ]
    times = [(begin, end) for begin, end, _, _ in found]
    assert times == [
        (at("2026-11-25 09:00"), at("2026-11-25 18:00")),
        (at("2026-11-25 20:00"), at("2026-11-25 22:00")),
        (at("2026-11-26 09:00"), at("2026-11-26 18:00")),
    ]
    assert {summary for _, _, summary, _ in found} == {"值班 on call: 张三"}
    again = calendar_of(rota(), "zhang", now=now + HOUR, overrides=[held], before=timedelta(0), ahead=timedelta(days=2))
    assert all(uid.encode() in again for *_, uid in found), "a duty keeps its UID"


def test_the_console_gives_a_calendar_to_its_person_alone(
    emptied_store: "Store", data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config").mkdir()
    (data / "config" / "rota.yaml").write_text(ROTA, encoding="utf-8")
    with serving_console(emptied_store) as address:
        monkeypatch.setenv("TINGFENG_PUBLIC_URL", address)
        got = httpx.get(feed_address("zhang"))
        assert (got.status_code, got.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert got.text.startswith("BEGIN:VCALENDAR")
        assert "值班 on call: 张三" in got.text
        for wrong in (f"/rota/li.ics?key={token('zhang')}", "/rota/zhang.ics", "/rota/zhang.ics?key=1%C3%BC"):
            assert httpx.get(f"{address}{wrong}").status_code == 403
        monkeypatch.setenv("TINGFENG_CALENDAR_KEY", "another-key-another-key")
        old = got.request.url
        assert httpx.get(old).status_code == 403, "a new key makes old addresses void"


# silences


def test_a_silence_shows_what_it_would_have_muted_and_is_never_too_long(emptied_store: "Store") -> None:
    now = datetime.now(UTC)
    for number, days in enumerate((1, 10, 29, 31)):
        raised = example(f"burst.xinghe.{number}", raised_at=now - timedelta(days=days))
        records.begin(emptied_store, raised)
    records.begin(emptied_store, example("burst.yinhe.1", brand="yinhe", raised_at=now))
    found = [alert.id for alert in would_have_muted(emptied_store, {"brand": "xinghe"}, now=now)]
    assert found == ["burst.xinghe.0", "burst.xinghe.1", "burst.xinghe.2"]
    with pytest.raises(NoSuchSilence, match="lasts 1w at most, lest it be forgotten"):
        begin(emptied_store, {"brand": "xinghe"}, until=now + 8 * 24 * HOUR, author="li", reason="x", now=now)
    long = timedelta(days=9)
    assert begin(
        emptied_store, {"brand": "x"}, until=now + 8 * 24 * HOUR, author="li", reason="x", now=now, longest=long
    )


# files


@pytest.mark.parametrize(
    ("brands", "told"),
    [
        ({"a": "b", "b": "a"}, r"a\.yaml:3: parent: a → b → a is a circle: leave one `parent` out"),
        ({"a": "a"}, r"a\.yaml:3: parent: a → a is a circle"),
        ({"a": "none"}, r"a\.yaml:3: parent: no brand has the id 'none' \(known: none yet\): mend its spelling"),
        (
            {"a": "b", "b": "c", "c": "d", "d": None},
            r"a\.yaml:3: parent: d → c → b → a are 4 levels, and 3 are the most",
        ),
    ],
)
def test_a_tree_of_brands_that_cannot_be_is_refused(tmp_path: Path, brands: dict[str, str], told: str) -> None:
    for id, parent in brands.items():
        above = f"parent: {parent}\n" if parent else ""
        (tmp_path / f"{id}.yaml").write_text(f"name: 品牌{id}\nquery: 词{id}\n{above}", encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        load_brands(tmp_path)


def test_a_tree_of_three_levels_is_read(tmp_path: Path) -> None:
    for id, parent in (("line", "brand"), ("brand", "group"), ("group", None)):
        above = f"parent: {parent}\n" if parent else ""
        (tmp_path / f"{id}.yaml").write_text(f"name: 品牌{id}\nquery: 词{id}\n{above}", encoding="utf-8")
    assert [brand.parent for brand in load_brands(tmp_path)] == ["group", None, "brand"]


def test_more_acknowledgements_than_people_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rota.yaml").write_text(ROTA.replace("  default:\n", "  default:\n    acks: 4\n"), encoding="utf-8")
    with pytest.raises(ConfigError, match="acks: 4 different people must acknowledge a crisis, and there are 3"):
        load_rota(tmp_path / "rota.yaml")
