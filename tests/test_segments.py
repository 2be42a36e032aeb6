"""A segment is whom its file says; out of it go only those who agree, and each export is on record."""

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from commands.tables import Sheet, write_rows
from config.load import ConfigError, load
from config.segment import Segment
from indexing.customers.asker import Asker, NotAllowed
from indexing.customers.record import Consent, Record
from indexing.customers.records import write_records
from indexing.elasticsearch.documents import put as put_documents
from indexing.people.lunar import LunarDay, parse_lunar
from indexing.people.personal import PersonalKind
from indexing.profiles.birthdays import SolarDay, parse_birthday
from indexing.profiles.care import care
from indexing.profiles.festivals import festivals
from indexing.profiles.leads import advocates, leads
from indexing.profiles.update import update_profiles
from indexing.segments.check import check_segments
from indexing.segments.members import members
from indexing.segments.outreach import exported_in, rows, take_out
from tests.customer_data import DAY, KEYS, NOW, personal, said, speak, write_shop
from tests.story_posts import documents
from tests.test_profiles import customer, order

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

ME = Asker(name="zhang", role="operator")
GOLD = """\
name: 金卡，30 天内有负面
profile: {field: tier, is: 金卡}
mentions: {query: 'sentiment:negative brand:xinghe', since: 30d}
"""


def written(folder: Path, text: str, name: str = "gold") -> Segment:
    path = folder / "segments" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path, Segment)


def consent(number: int, *, granted: bool = True, purpose: str = "marketing", ago: float = 9) -> Consent:
    return Consent(
        id=f"crm:consent:{number}-{purpose}-{ago}", source="crm", customer=f"C{number}", at=NOW - DAY * ago,
        recorded_at=NOW, purpose=purpose, granted=granted,
    )  # fmt: skip


@pytest.fixture
def shop(emptied_store: "Store", monkeypatch: pytest.MonkeyPatch) -> "Store":
    """Give six gold customers who complain but for C6, and C7 of silver who complains."""
    from config import seal

    monkeypatch.setattr(seal, "key_of", lambda *_: "t:" + bytes(range(32)).hex())
    people = [
        customer(
            n, n, tier="银卡" if n == 7 else "金卡", personal=(personal(f"C{n}", PersonalKind.PHONE, f"1380000{n}"),)
        )
        for n in range(1, 8)
    ]
    records: list[Record] = [
        consent(1),
        consent(2, granted=False),
        consent(3),
        consent(3, granted=False, ago=1),  # withdrawn since
        consent(4, purpose="service"),
        consent(5),
        consent(5, granted=False, purpose="profiling"),
        consent(7),
        order(1, 88, customer="C1"),
    ]
    write_shop(emptied_store, people, records)
    speak(emptied_store, [said(n, n, "坏了", label="positive" if n == 6 else "negative") for n in range(1, 8)])
    update_profiles(emptied_store, now=NOW)
    return emptied_store


def test_only_those_who_agree_go_out_and_the_books_balance(shop: "Store", tmp_path: Path) -> None:
    segment = written(tmp_path, GOLD)
    assert members(shop, segment, now=NOW) == ["C1", "C2", "C3", "C4", "C5"]
    done = take_out(shop, segment, ME, "marketing", form="csv", now=NOW)
    assert (done.members, done.customers, done.without_consent, done.refused) == (5, ("C1",), 1, 3)
    [(id, noted)] = documents(shop, "exports").items()
    assert (noted["by"], noted["purpose"], noted["segment"], noted["customers"]) == (
        "zhang",
        "marketing",
        "gold",
        ["C1"],
    )
    assert noted["members"] == noted["exported"] + noted["without_consent"] + noted["refused"]
    assert exported_in(shop, id) == ("C1",)
    write_records(shop, [consent(1, granted=False, ago=0)])  # from then on, whatever the profile still says
    assert take_out(shop, segment, ME, "marketing", form="csv", now=NOW).customers == ()


def test_contacts_are_added_on_record_and_by_those_who_may(shop: "Store", tmp_path: Path) -> None:
    segment = written(tmp_path, GOLD)
    done = take_out(shop, segment, ME, "marketing", form="csv", contacts=[PersonalKind.PHONE], now=NOW)
    [row] = rows(shop, done, ME)
    assert (row["personal.phone"], row["purchases"]["orders"]) == (["13800001"], 1)
    assert [(look["who"], look["customer"]) for look in documents(shop, "looks").values()] == [("zhang", "C1")]
    with pytest.raises(NotAllowed, match="export"):
        take_out(shop, segment, Asker(name="li", role="reader"), "marketing", form="csv", now=NOW)
    assert len(documents(shop, "exports")) == 1


CONDITIONS: Sequence[tuple[str, list[str]]] = (
    ("{field: tier, is: [银卡]}", ["C7"]),
    ("{not: {field: tier, is: [金卡]}}", ["C7"]),
    ("{all: [{field: tier, is: 金卡}, {field: voice.negative, at_most: 0}]}", ["C6"]),
    ("{field: purchases.orders, at_least: 1}", ["C1"]),
    ("{field: purchases.last_at, ago: {since: 20, until: 5}}", ["C1"]),
    ("{field: purchases.last_at, ago: {since: 5}}", []),
    ("{any: [{field: purchases.orders, exists: true}, {field: tier, is: 银卡}]}", ["C1", "C7"]),
)


def test_conditions_mean_what_they_say(shop: "Store", tmp_path: Path) -> None:
    for number, (text, wanted) in enumerate(CONDITIONS):
        segment = written(tmp_path, f"name: n\nprofile: {text}\n", f"s{number}")
        assert members(shop, segment, now=NOW) == wanted, text
    said_so = written(tmp_path, "name: n\nmentions: {query: 坏了, since: 2d, at_least: 1}\n", "said")
    assert len(members(shop, said_so, now=NOW)) == 7
    twice = written(tmp_path, "name: n\nmentions: {query: 坏了, since: 2d, at_least: 2}\n", "twice")
    assert members(shop, twice, now=NOW) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name: n\n", "everybody"),
        ("name: n\nprofile: {field: tier}\n", "exactly one of is"),
        ("name: n\nprofile: {field: tier, is: 金卡, at_least: 1}\n", "exactly one of is"),
        ("name: n\nprofile: {is: 金卡}\n", "write `field`"),
        ("name: n\nprofile: {field: teir, is: 金卡}\n", "did you mean tier"),
        ("name: n\nprofile: {field: tier, at_least: 3}\n", "is no number"),
        ("name: n\nprofile: {field: voice.nsr, is: low}\n", "is no word"),
        ("name: n\nmentions: {query: 'a AND'}\n", "query"),
    ],
)
def test_a_faulty_segment_is_named(tmp_path: Path, text: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    with pytest.raises(ConfigError, match=rf"gold\.yaml:\d+(.|\n)*{fault}"):
        written(tmp_path, text)
        check_segments([])


def test_no_cell_is_a_formula_and_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    hostile = [
        {"a": text, "b.c": ["=1+1", "x"], "n": {"m": -3}} for text in ("=1+1", "+1", "-1", "@x", "＝1", "\t=1", "好")
    ]
    columns = ("a", "b.c", "n.m")
    out = tmp_path / "list.csv"
    assert write_rows(out, Sheet.CSV, columns, hostile) == 7
    with out.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    assert [row[0][0] for row in found[1:]] == ["'"] * 6 + ["好"]
    assert found[1][1:] == ["'=1+1, x", "-3"]  # a number is one
    assert out.stat().st_mode & 0o077 == 0
    write_rows(tmp_path / "list.xlsx", Sheet.XLSX, columns, hostile)
    sheet = zipfile.ZipFile(tmp_path / "list.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet

    def torn() -> Any:
        yield hostile[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_rows(out, Sheet.CSV, columns, torn())
    assert len(out.read_text(encoding="utf-8").splitlines()) == 8
    assert {path.name for path in tmp_path.iterdir()} == {"list.csv", "list.xlsx"}


@pytest.mark.parametrize(
    ("text", "born"),
    [("1990-03-08", (3, 8)), ("1990/3/8", (3, 8)), ("19900308", (3, 8)), ("3月8日", (3, 8)), ("03-08", (3, 8)),
     ("1990-03-08T00:00:00", (3, 8)), ("2000-02-29", (2, 29)), ("1990-13-08", None), ("保密", None), ("", None)],
)  # fmt: skip
def test_birthdays_are_read_as_they_are_written(text: str, born: tuple[int, int] | None) -> None:
    assert parse_birthday(text) == (born and SolarDay(month=born[0], day=born[1]))


def test_the_29th_of_february_is_kept_every_year() -> None:
    assert SolarDay(month=2, day=29).next(date(2027, 1, 1)) == date(2027, 2, 28)
    assert SolarDay(month=2, day=29).next(date(2028, 2, 28)) == date(2028, 2, 29)
    assert SolarDay(month=8, day=2).next(date(2026, 8, 3)) == date(2027, 8, 2)


@pytest.mark.parametrize(
    ("text", "born"),
    [("农历八月十五", (None, 8, 15, False)), ("八月初一", (None, 8, 1, False)), ("腊月廿三", (None, 12, 23, False)),
     ("农历1978-08-01", (1978, 8, 1, False)), ("1978-08-01（农历）", (1978, 8, 1, False)),
     ("農曆：1965.7.5", (1965, 7, 5, False)), ("一九七八年八月初一", (1978, 8, 1, False)),
     ("闰六月初二", (None, 6, 2, True)), ("阴历 12月30日", (None, 12, 30, False)),
     ("农历13月1日", None), ("农历2月31日", None), ("农历", None)],
)  # fmt: skip
def test_birthdays_of_the_traditional_calendar_are_never_read_as_the_common_ones(
    text: str, born: tuple[int | None, int, int, bool] | None
) -> None:
    wanted = born and LunarDay(year=born[0], month=born[1], day=born[2], leap=born[3])
    assert parse_birthday(text) == wanted


def test_a_day_of_the_traditional_calendar_comes_every_year() -> None:
    told = {text: parse_lunar(text) for text in ("八月十五", "农历八月十五", "腊月三十", "闰六月初二", "正月初一")}
    assert told.pop("八月十五") is None, "nothing says by which calendar"
    coming = {text: day.next(date(2026, 9, 26)).isoformat() for text, day in told.items() if day}
    assert coming == {
        "农历八月十五": "2027-09-15",  # the one of 2026 was the day before
        "腊月三十": "2027-02-05",  # that month has but 29 days
        "闰六月初二": "2027-07-05",  # 2027 has no second sixth month
        "正月初一": "2027-02-06",
    }
    first = LunarDay(year=1978, month=8, day=1)
    assert (first.solar, LunarDay(year=1978, month=4, day=1, leap=True).solar) == (date(1978, 9, 3), None)


def test_festivals_come_once_with_their_first_day() -> None:
    found, unknown = festivals(date(2025, 9, 20), 30)
    assert ([(day.isoformat(), name.zh) for day, name in found], unknown) == ([("2025-10-06", "中秋节")], [])
    assert [name.zh for _, name in festivals(date(2025, 1, 1), 40)[0]] == ["元旦", "春节"]
    assert festivals(date(2025, 1, 30), 3)[0] == []  # in the midst of it
    assert festivals(date(2099, 1, 1), 3) == ([], [2099])


def test_the_care_list_names_those_who_agree_and_whose_day_is_near(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    from config import seal

    monkeypatch.setattr(seal, "key_of", lambda *_: "t:" + bytes(range(32)).hex())
    days = {1: "1990-08-05", 2: "1990-08-05", 3: "1985/12/1", 4: "无", 5: "08-03"}
    people = [
        replace(customer(n), personal=(personal(f"C{n}", PersonalKind.BIRTHDAY, text),)) for n, text in days.items()
    ]
    agreed: Sequence[Record] = [
        *(consent(n, purpose="care") for n in (1, 3, 4, 5)),
        consent(2),
        consent(2, purpose="care", granted=False),  # its own word goes before that on marketing
    ]
    write_shop(emptied_store, people, agreed)
    found = care(emptied_store, ME, days=14, now=NOW)
    assert [(one.day.isoformat(), one.customer) for one in found.birthdays] == [
        ("2026-08-03", "C5"),
        ("2026-08-05", "C1"),
    ]
    assert (found.members, len(found.greeted), found.without_consent, found.refused, found.unreadable) == (
        5,
        4,
        0,
        1,
        1,
    )
    assert {look["customer"] for look in documents(emptied_store, "looks").values()} == {"C1", "C5"}  # who was shown
    assert KEYS.newest == "t"


def test_leads_want_to_buy_and_are_no_customers(emptied_store: "Store") -> None:
    write_shop(emptied_store, [customer(1, 1)], [])
    speak(
        emptied_store,
        [
            said(1, 1, "想买净水器", intent="purchase", label="neutral"),  # a customer
            said(2, 2, "想买净水器", intent="purchase", label="neutral", followers=70),
            said(3, 2, "求推荐", intent="purchase", label="neutral", ago=2 * DAY),
            said(4, 3, "不错", intent="praise"),
            said(5, 4, "想买", intent="purchase", label="neutral", ago=90 * DAY),
            said(6, 5, "想买但是太差", intent="purchase", label="negative"),
            said(7, 6, "想买", intent="purchase", label="neutral", brand="qingshan"),
        ],
    )
    found = leads(emptied_store, brand="xinghe", now=NOW)
    assert [(one.mentions, one.followers, one.links) for one in found] == [
        (2, 70, ("https://example.org/2", "https://example.org/3"))
    ]
    assert found[0].name.startswith("用户")
    assert "u2" not in found[0].id
    assert len(leads(emptied_store, now=NOW)) == 2
    id = found[0].id
    put_documents(emptied_store, "accounts", [("a", {"account": id, "coordination": {"score": 0.8}})])
    emptied_store.refresh("accounts")
    assert leads(emptied_store, brand="xinghe", now=NOW) == []  # looks arranged


def test_advocates_praise_more_than_they_blame_and_are_heard(emptied_store: "Store") -> None:
    write_shop(emptied_store, [customer(n, n) for n in (1, 2, 3)], [])
    good = [said(10 * n + part, n, "好用", label="positive", followers=10**n) for n in (1, 2, 3) for part in (0, 1)]
    speak(
        emptied_store,
        [*good, said(1, 2, "差", label="negative"), said(2, 2, "差", label="negative", ago=timedelta(hours=2))],
    )
    update_profiles(emptied_store, now=NOW)
    emptied_store.refresh("profiles")
    found = advocates(emptied_store, now=NOW)
    assert [one.id for one in found] == ["C3", "C1"]
    assert found[0].influence and len(found[0].links) == 2
