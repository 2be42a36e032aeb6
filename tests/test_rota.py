"""Who is on duty: tables over weeks, nights, time zones, 调休 days, turns, overlaps, gaps; wrong files are refused."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from config.channel import Channel
from config.duty import on_duty
from config.load import ConfigError
from config.notify import Notify
from config.rota import Rota, check_channels, check_notify, load_rota
from config.workdays import is_workday, knows

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ROTA = """\
people:
  zhang: {name: 张三, channels: [ding]}
  li: {name: 李四, channels: [ding, mail]}
  wang: {name: 王五, channels: [mail]}
shifts:
  - {name: 白班, people: [zhang, li], days: [workdays], from: 09:00, to: 18:00}
  - {name: 夜班, people: [wang], days: [all], from: 18:00, to: "09:00"}
  - {name: 周末, people: [zhang, wang], days: [days_off], from: 09:00, to: 18:00, turn: 1w, since: 2026-10-05}
escalation:
  default:
    steps:
      - {notify: [on_duty]}
      - {notify: [wang, boss-room], wait: 15m, repeat: 2, every: 5m}
quiet_hours:
  - {from: "23:00", to: "07:00"}
"""


def rota(text: str = ROTA, **replaced: str) -> Rota:
    from tempfile import TemporaryDirectory

    for old, new in replaced.items():
        text = text.replace(old, new)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rota.yaml"
        path.write_text(text, encoding="utf-8")
        found = load_rota(path)
    assert found
    return found


def at(moment: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        ("2026-11-25 09:00", ("zhang", "li")),  # a Wednesday
        ("2026-11-25 17:59", ("zhang", "li")),
        ("2026-11-25 18:00", ("wang",)),
        ("2026-11-26 03:00", ("wang",)),  # the night that began the day before
        ("2026-11-26 08:59", ("wang",)),
        ("2026-10-10 10:00", ("zhang", "li")),  # a Saturday that is worked for the National Day (调休)
        ("2026-02-14 10:00", ("zhang", "li")),  # a Saturday that is worked for the Spring Festival
        ("2026-10-01 10:00", ("wang",)),  # a Thursday of the National Day; counted back, the turn is wang's
        ("2026-10-11 10:00", ("zhang",)),  # a Sunday in the first week of the turn
        ("2026-10-17 10:00", ("wang",)),  # the next weekend is the next one's
        ("2026-10-24 10:00", ("zhang",)),
        ("2027-11-27 10:00", ("wang",)),  # a Saturday of a year whose holidays nobody knows yet
    ],
)
def test_who_is_on_duty(moment: str, people: tuple[str, ...]) -> None:
    assert on_duty(rota(), at(moment)) == people


def test_the_moment_counts_wherever_the_clock_hangs() -> None:
    assert on_duty(rota(), at("2026-11-25 02:00", ZoneInfo("UTC"))) == ("zhang", "li")
    assert on_duty(rota(), at("2026-11-24 20:00", ZoneInfo("America/New_York"))) == ("zhang", "li")


def test_a_shift_may_have_a_zone_of_its_own_with_summer_time() -> None:
    berlin = "  - {name: Berlin, people: [wang], days: [mon], from: 09:00, to: 10:00, time_zone: Europe/Berlin}\n"
    both = rota(ROTA.replace("escalation:", berlin + "escalation:"))
    for monday in ("2026-07-06", "2026-11-23"):  # summer and winter: the same hour in Berlin, another one in Shanghai
        assert "wang" in on_duty(both, at(f"{monday} 09:30", BERLIN))
        assert "wang" not in on_duty(both, at(f"{monday} 10:00", BERLIN))
    assert at("2026-07-06 09:30", BERLIN).astimezone(SHANGHAI).hour == 15
    assert at("2026-11-23 09:30", BERLIN).astimezone(SHANGHAI).hour == 16


def test_shifts_that_overlap_are_on_duty_together_and_named_once() -> None:
    more = "  - {name: 加强, people: [li, wang], days: [wed], from: 12:00, to: 20:00}\n"
    both = rota(ROTA.replace("escalation:", more + "escalation:"))
    assert on_duty(both, at("2026-11-25 13:00")) == ("zhang", "li", "wang")
    assert on_duty(both, at("2026-11-25 19:00")) == ("wang", "li")


def test_a_fallback_stands_in_where_no_shift_is() -> None:
    text = ROTA.replace('  - {name: 夜班, people: [wang], days: [all], from: 18:00, to: "09:00"}\n', "")
    assert on_duty(rota(text + "fallback: li\n"), at("2026-11-25 22:00")) == ("li",)


def test_quiet_hours_cross_midnight() -> None:
    found = [hour for hour in range(24) if rota().is_quiet(at(f"2026-11-25 {hour:02}:30"))]
    assert found == [0, 1, 2, 3, 4, 5, 6, 23]


def test_steps_follow_next() -> None:
    text = ROTA.replace("  default:\n", "  default:\n    next: last\n")
    text = text.replace("quiet_hours:", "  last: {steps: [{notify: [zhang], wait: 1h}]}\nquiet_hours:")
    assert [step.notify for step in rota(text).steps("default")] == [("on_duty",), ("wang", "boss-room"), ("zhang",)]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("people: [zhang, li], days", "people: [zhang, zhao], days", "nobody is called 'zhao'"),
        ('from: 18:00, to: "09:00"', "from: 18:00, to: 08:30", "nobody is on duty on mon, a working day, 08:30–09:00"),
        (
            "days: [days_off], from: 09:00",
            "days: [sat, sun], from: 09:00",
            "a day off, 09:00–18:00: add a shift, or name",
        ),
        ("from: 09:00, to: 18:00}", "from: 9, to: 18:61}", "write a time of day such as 09:00"),
        ("from: 09:00, to: 18:00, turn: 1w", "from: 09:00, to: 18:00, turn: 90m", "turn: not whole days"),
        ("people:\n", "time_zone: Asia/Beijing\npeople:\n", "write a time zone such as Asia/Shanghai"),
        ("  default:\n", "  default:\n    next: default\n", "default → default never ends"),
        ("  default:\n", "  default:\n    next: more\n", "there is no escalation 'more'"),
        ("people:\n", "fallback: zhao\npeople:\n", "fallback: nobody is called 'zhao'"),
        ("shifts:\n", "shift:\n", "shift: unknown field"),
    ],
)
def test_a_wrong_rota_is_refused_with_the_remedy(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    path = tmp_path / "rota.yaml"
    assert wrong in ROTA
    path.write_text(ROTA.replace(wrong, right, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_rota(path)
    assert told in str(caught.value)
    assert f"{path}:" in str(caught.value)


def test_channels_and_escalations_that_nobody_wrote_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rota.yaml"
    path.write_text(ROTA, encoding="utf-8")
    found = load_rota(path)
    assert found
    with pytest.raises(ConfigError) as caught:
        check_channels(found, [Channel(id="ding", kind="dingtalk")], path)
    assert "people.li.channels.1: nothing is called 'mail'" in str(caught.value)
    assert "escalation.default.steps.1.notify.1: nothing is called 'boss-room'" in str(caught.value)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "burst.yaml").write_text("notify:\n  escalation: gone\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="burst.yaml:2: notify.escalation: nothing is called 'gone' .known: default"):
        check_notify({"burst": Notify(escalation="gone")}, found, [], tmp_path / "rules")


def test_what_the_documentation_shows_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parent.parent / "docs" / "alerts.md").read_text(encoding="utf-8")
    notify, written = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert Notify.model_validate(yaml.safe_load(notify)["notify"]).repeats == 3
    (tmp_path / "rota.yaml").write_text(written, encoding="utf-8")
    shown = load_rota(tmp_path / "rota.yaml")
    assert shown
    assert on_duty(shown, at("2026-10-10 10:00")) == ("zhang", "li")


def test_no_rota_is_no_fault(tmp_path: Path) -> None:
    assert load_rota(tmp_path / "rota.yaml") is None


def test_years_that_the_calendar_knows_and_others() -> None:
    assert knows(2026)
    assert not knows(2100)
    assert not is_workday(date(2026, 10, 1))
    assert is_workday(date(2026, 10, 10))
    assert is_workday(date(2100, 10, 1)) is (date(2100, 10, 1).weekday() < 5)
    with pytest.raises(TypeError, match="a moment is no day"):  # 00:30 of the holiday in Shanghai, a workday in UTC
        is_workday(datetime(2026, 9, 30, 16, 30, tzinfo=UTC))
