"""Customers' data from files: mapped, sealed, incremental, idempotent; whatever cannot be used is named."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from config.customer_source import load_source, load_sources
from config.load import ConfigError
from config.pseudonym import pseudonym_key
from config.seal import keyring
from indexing.customers import import_customers
from indexing.customers.consents import allowed
from indexing.customers.record import Consent, Membership, Order, Ticket, Visit
from indexing.customers.sources import SourceError
from indexing.customers.sync import run as running
from indexing.customers.sync.dead import dead_file, erase_dead, read_dead
from indexing.customers.sync.run import sync
from indexing.customers.sync.standing import load
from indexing.people.erased import Receipt, digest_of
from indexing.people.personal import opened
from indexing.people.pseudonyms import pseudonyms
from indexing.privacy.receipt import finish
from tests.customer_files import KEPT, customers, records, shown, source

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CRM = '''\
编号,姓名,手机,邮箱,生日,微博,等级,标签,注册时间,更新时间
C1,甲示例,139 1234 0001,Jia@Example.com,1990-08-03,晴天的橘猫,金卡,老客;爱茶,2020-01-02 08:00:00,2026-08-01 10:00:00
C2,乙示例,"=""13912340002""",,,,,,2021-05-06,2026-08-01 11:00:00
C3,丙示例,13800138000,,,,银卡,,2022/3/4 9:30,2026-08-01 12:00:00
'''
FIELDS: dict[str, Any] = {
    "customer": "编号",
    "name": {"column": "姓名", **KEPT},
    "phone": {"column": "手机", **KEPT, "retention": "730d"},
    "email": {"column": "邮箱", **KEPT, "basis": "consent", "purpose": "marketing"},
    "birthday": {"column": "生日", **KEPT, "purpose": "care"},
    "handles": {"weibo": {"column": "微博", **KEPT}},
    "tier": "等级",
    "tags": "标签",
    "registered_at": "注册时间",
    "updated_at": "更新时间",
}


@pytest.fixture
def config(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config").mkdir()
    return data / "config"


def crm(config: Path, text: str = CRM, **more: Any) -> Any:
    (config / "crm.csv").write_bytes(text.encode())
    return source(config, "crm", "customer", {"kind": "file", "path": "crm.csv"}, FIELDS, **more)


def table(config: Path, name: str, rows: str, text: str, fields: dict[str, Any], **more: Any) -> Any:
    (config / f"{name}.csv").write_bytes(text.encode())
    return source(config, name, rows, {"kind": "file", "path": f"{name}.csv"}, fields, **more)


def everything(store: "Store") -> tuple[Any, Any]:
    """Return all that the index holds, without when it was last told."""
    return (
        {id: replace(one, imported_at=NOW) for id, one in customers(store).items()},
        [replace(one, recorded_at=NOW) for one in records(store)],
    )


def versions(store: "Store") -> dict[str, tuple[int, Any]]:
    store.refresh("customers")
    hits = store.client.search(index=store.alias("customers"), version=True)["hits"]["hits"]
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def test_a_customer_is_taken_in_with_purpose_basis_and_last_day(emptied_store: "Store", config: Path) -> None:
    report = sync(emptied_store, crm(config), now=NOW)
    assert (report.read, report.stored, report.unchanged, report.dead) == (3, 3, 0, 0)
    found = customers(emptied_store)
    one = found["C1"]
    assert (one.file, one.tier, one.tags, one.active) == ("crm", "金卡", ("老客", "爱茶"), True)
    assert one.registered_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert shown(one) == {
        "name": "甲示例",
        "phone": "139 1234 0001",
        "email": "Jia@Example.com",
        "birthday": "1990-08-03",
    }
    by_kind = {str(value.kind): value for value in one.personal}
    names = pseudonyms()
    assert by_kind["phone"].token == names.of("contact:phone", "13912340001")
    assert by_kind["email"].token == names.of("contact:email", "jia@example.com")
    assert (by_kind["phone"].purpose, by_kind["phone"].basis, by_kind["phone"].source) == ("service", "contract", "crm")
    assert by_kind["phone"].keep_until == date(2028, 7, 31)
    assert by_kind["name"].keep_until is None
    assert shown(found["C2"])["phone"] == "13912340002"
    assert {str(value.kind): value.token for value in found["C3"].personal}["phone"] is None, (
        "everybody writes that number"
    )
    (handle,) = one.handles
    assert (handle.platform, handle.pseudonym) == ("weibo", names.handles("weibo", "晴天的橘猫")[1])


def test_nothing_personal_stands_in_the_index_as_it_is(emptied_store: "Store", config: Path, data: Path) -> None:
    sync(emptied_store, crm(config), now=NOW)
    emptied_store.refresh("customers")
    hits = emptied_store.client.search(index=f"{emptied_store.prefix}-v*", size=100)
    text = json.dumps(hits.body, ensure_ascii=False)
    assert '"C1"' in text
    for personal in ("示例", "1234", "example.com", "1990-08", "橘猫"):
        assert personal not in text
    kept = [path for path in data.rglob("*") if path.is_file() and config not in path.parents]
    assert not [path for path in kept if "示例".encode() in path.read_bytes() or b"13912340002" in path.read_bytes()]


def test_twice_read_writes_nothing(emptied_store: "Store", config: Path) -> None:
    stated = crm(config)
    sync(emptied_store, stated, now=NOW)
    before = versions(emptied_store)
    again = sync(emptied_store, stated, now=NOW + DAY)
    assert (again.read, again.stored, again.unchanged, again.removed) == (3, 0, 3, 0)
    moved = CRM.splitlines()
    crm(config, "\n".join([moved[0], *reversed(moved[1:])]) + "\n")
    assert sync(emptied_store, stated, now=NOW + DAY).stored == 0, "rows in another order say the same"
    assert versions(emptied_store) == before


def test_who_is_gone_is_nobodys_customer_any_more(emptied_store: "Store", config: Path) -> None:
    sync(emptied_store, crm(config), now=NOW)
    fewer = "\n".join(line for line in CRM.splitlines() if not line.startswith("C1")) + "\n"
    report = sync(emptied_store, crm(config, fewer), now=NOW + DAY)
    assert report.removed == 1
    gone = customers(emptied_store)["C1"]
    assert (gone.active, gone.handles, gone.personal) == (False, (), ())
    assert sync(emptied_store, crm(config, fewer), now=NOW + DAY).removed == 0
    assert sync(emptied_store, crm(config), now=NOW + 2 * DAY).stored == 1
    assert shown(customers(emptied_store)["C1"])["name"] == "甲示例"


def test_half_a_list_is_refused_and_changes_nothing(emptied_store: "Store", config: Path) -> None:
    head, *_ = CRM.splitlines()
    rows = [f"C{n},某{n},,,,,,,2020-01-02,2026-08-01 10:00:00" for n in range(40)]
    sync(emptied_store, crm(config, "\n".join([head, *rows]) + "\n"), now=NOW)
    before = everything(emptied_store)
    half = crm(config, "\n".join([head, *rows[:20]]) + "\n")
    with pytest.raises(SourceError, match=r"crm: 20 of 40 customers are gone.*--accept-gone"):
        sync(emptied_store, half, now=NOW + DAY)
    cut = "\n".join([head, *rows])[:-30]
    with pytest.raises(SourceError, match="ends in the middle of line 41"):
        sync(emptied_store, crm(config, cut), now=NOW + DAY)
    assert everything(emptied_store) == before
    assert "middle of line 41" in (load("crm").failure or "")
    half = crm(config, "\n".join([head, *rows[:20]]) + "\n")
    assert sync(emptied_store, half, accept_gone=True, now=NOW + DAY).removed == 20
    assert load("crm").failure is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CRM.replace("手机", "电话"), r"crm\.csv has no column '手机': mend the fields of config/customers/crm\.yaml"),
        (CRM.replace("邮箱", "手机"), "the column '手机' stands twice"),
        ("", "no line of column names"),
        (CRM.splitlines()[0] + "\n", "holds no row"),
        ("\x00\x81\xff" * 9, "neither UTF-8 nor GB18030"),
    ],
)
def test_a_table_that_is_not_what_its_file_says_changes_nothing(
    emptied_store: "Store", config: Path, text: str, told: str
) -> None:
    sync(emptied_store, crm(config), now=NOW)
    before = everything(emptied_store)
    stated = crm(config)
    (config / "crm.csv").write_bytes(text.encode("latin-1") if text.startswith("\x00") else text.encode())
    with pytest.raises(SourceError, match=told):
        sync(emptied_store, stated, now=NOW + DAY)
    assert everything(emptied_store) == before


DEAD = """\
编号,姓名,手机,邮箱,生日,微博,等级,标签,注册时间,更新时间
C1,甲示例,1.39E+10,,,,,,2020-01-02,2026-08-01 10:00:00
,乙示例,13912340002,,,,,,2020-01-02,2026-08-01 10:00:00
13912340003,丙示例,,,,,,,2020-01-02,2026-08-01 10:00:00
C4,丁示例,13912340004,,,,,,昨天吧,2026-08-01 10:00:00
C5,戊示例,13912340005,,,,,,,
C6,己示例,,,,https://weibo.com/,,,2020-01-02,2026-08-01 10:00:00
C7,庚,示例,13912340007,,,,,,2020-01-02,2026-08-01 10:00:00
C8,辛示例,13912340008,,,,,,2020-01-02,2026-08-01 10:00:00
C8,辛示例,13912340009,,,,,,2020-01-02,2026-08-01 10:00:00
C9,壬示例,13912340010.0,,,,,,2020-01-02,2026-08-01 10:00:00
C9,壬示例,13912340010.0,,,,,,2020-01-02,2026-08-01 10:00:00
"""


def test_dead_rows_are_named_with_column_reason_and_remedy(emptied_store: "Store", config: Path) -> None:
    report = sync(emptied_store, crm(config, DEAD), now=NOW)
    assert (report.read, report.stored, report.unchanged, report.dead) == (11, 2, 1, 8)
    assert sorted(customers(emptied_store)) == ["C8", "C9"]
    assert shown(customers(emptied_store)["C9"])["phone"] == "13912340010"
    dead = read_dead("crm")
    expected = [
        (1, "手机", "line 2: 手机: '1.39E+10' was rounded by a spreadsheet"),
        (2, "编号", "line 3: 编号: missing"),
        (3, "编号", "is a telephone number, which would stand in the index"),
        (4, "注册时间", "no time that can be read: write it as 2026-08-03"),
        (5, "手机", "may be kept for a time after the row's last change"),
        (6, "微博", "is an address: write the account's name or id alone"),
        (7, None, "11 cells where the header has 10"),
        (9, None, "line 10: tells of the same as row 8 and says other things"),
    ]
    for row, (number, column, reason) in zip(dead, expected, strict=True):
        assert (row.line, row.column) == (number, column)
        assert reason in row.reason
    assert [row.customer for row in dead] == ["C1", None, None, "C4", "C5", "C6", None, "C8"]
    assert dead_file("crm").stat().st_mode & 0o077 == 0
    assert erase_dead("C4") == 1
    assert erase_dead("nobody", values=["13912340002"]) == 1
    assert [row.customer for row in read_dead("crm")] == ["C1", None, "C5", "C6", None, "C8"]
    sync(emptied_store, crm(config), now=NOW)
    assert not dead_file("crm").exists()


def test_while_a_row_is_dead_nobody_is_gone(emptied_store: "Store", config: Path) -> None:
    sync(emptied_store, crm(config), now=NOW)
    assert sync(emptied_store, crm(config, CRM.replace("C1,", ",")), now=NOW + DAY).removed == 0
    assert customers(emptied_store)["C1"].active


def test_of_two_rows_the_newer_counts_in_whatever_order(emptied_store: "Store", config: Path) -> None:
    older = "C1,甲旧名,,,,,,,2020-01-02,2026-07-01 10:00:00\n"
    head, first, *rest = CRM.splitlines(keepends=True)
    for rows in ([head, older, first, *rest], [head, first, older, *rest]):
        report = sync(emptied_store, crm(config, "".join(rows)), now=NOW)
        assert (report.read, report.dead, report.read - report.stored - report.unchanged) == (4, 0, 0)
        assert shown(customers(emptied_store)["C1"])["name"] == "甲示例"
    assert report.stored == 0


def test_values_past_their_last_day_are_not_taken_in(emptied_store: "Store", config: Path) -> None:
    report = sync(emptied_store, crm(config), now=NOW + 731 * DAY)
    assert report.expired == 3
    assert "phone" not in shown(customers(emptied_store)["C1"])
    assert shown(customers(emptied_store)["C1"])["name"] == "甲示例"


def test_a_personal_field_without_a_ground_is_refused_with_what_to_write(config: Path) -> None:
    fields = {"customer": "编号", "phone": "手机", "handles": {"weibo": {"column": "微博", "purpose": "service"}}}
    with pytest.raises(ConfigError) as caught:
        source(config, "crm", "customer", {"kind": "file", "path": "crm.csv"}, fields)
    told = str(caught.value)
    assert "crm.yaml:" in told
    assert "fields.phone: is personal and does not say its purpose or basis or retention: write {column: 手机," in told
    assert "fields.handles.weibo: is personal and does not say its basis or retention" in told
    with pytest.raises(ConfigError, match="map updated_at, or write `retention: customer`"):
        source(
            config, "crm", "customer", {"kind": "file", "path": "x"},
            {"customer": "编号", "phone": {"column": "手机", **KEPT, "retention": "90d"}},
        )  # fmt: skip
    with pytest.raises(ConfigError, match="there are: crm"):
        load_source("nosuch")
    assert load_sources(config / "nothing") == []


def test_the_sources_of_one_customer_stand_beside_each_other_in_any_order(
    new_store: Any, config: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "shop.csv"
    listed.write_text("customer_id,tier,segment,weibo_id\nC1,铜卡,门店,1001\n", encoding="utf-8")
    more = table(
        config, "loyalty", "customer", "卡号,级别,备注\nC1,钻石,爱喝茶\nC7,银卡,\n",
        {"customer": "卡号", "tier": "级别", "remark": {"column": "备注", **KEPT}}, rank=10,
    )  # fmt: skip
    steps: list[Callable[[Store], Any]] = [
        lambda store: sync(store, crm(config), now=NOW),
        lambda store: sync(store, more, now=NOW),
        lambda store: import_customers(store, listed, now=NOW),
    ]
    made = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        store = new_store()
        for step in order:
            steps[step](store)
        found = customers(store)
        made.append({id: replace(one, personal=()) for id, one in found.items()})
        assert sorted(shown(found["C1"])) == ["birthday", "email", "name", "phone", "remark"]
        assert all(step(store).stored == 0 for step in steps), "each of them again changes nothing"
    assert made[0] == made[1] == made[2]
    one = made[0]["C1"]
    assert (one.tier, one.segment, one.tags, one.file) == ("钻石", "门店", ("老客", "爱茶"), "shop.csv")
    assert [(handle.kind, handle.source) for handle in one.handles] == [("id", None), ("name", "crm")]
    listed.write_text("customer_id,tier\nC9,铜卡\n", encoding="utf-8")
    assert import_customers(store, listed, now=NOW).removed == 1
    left = customers(store)["C1"]
    assert (left.active, left.segment, [handle.source for handle in left.handles]) == (True, None, ["crm"])
    assert import_customers(store, listed, now=NOW).removed == 0


def test_two_telephones_in_one_cell_are_both_kept_and_found(emptied_store: "Store", config: Path) -> None:
    text = (
        "编号,手机\nC1,13912340001/13912340002\nC2,13912340003、13912340004（妈妈）\nC3,13800138000 13912340005\n"
        "C4,13912340006/139123\n"
    )
    fields = {"customer": "编号", "phone": {"column": "手机", **KEPT}}
    stated = table(config, "crm", "customer", text, fields)
    report = sync(emptied_store, stated, now=NOW)
    assert (report.read, report.stored, report.dead) == (4, 4, 0)
    found, names, keys = customers(emptied_store), pseudonyms(), keyring()
    kept = {id: {opened(id, one, keys): one.token for one in found[id].personal} for id in found}
    token = {f"1391234000{n}": names.of("contact:phone", f"1391234000{n}") for n in range(1, 6)}
    assert kept == {
        "C1": {"13912340001": token["13912340001"], "13912340002": token["13912340002"]},
        "C2": {"13912340003": token["13912340003"], "13912340004(妈妈)": None},  # whoever answers there is another
        "C3": {"13800138000": None, "13912340005": token["13912340005"]},
        "C4": {"13912340006/139123": None},  # which of the two is cut short nobody knows
    }
    assert sync(emptied_store, stated, now=NOW).stored == 0
    fewer = table(config, "crm", "customer", text.replace("13912340001/", ""), fields)
    sync(emptied_store, fewer, now=NOW)
    assert [one.token for one in customers(emptied_store)["C1"].personal] == [token["13912340002"]]


def test_a_list_of_contacts_is_brought_up_to_as_a_whole(emptied_store: "Store", config: Path) -> None:
    text = "客户,类型,内容\nC1,手机,13912340001\nC1,手机,13912340009\nC1,weibo,晴天的橘猫\nC2,邮箱,b@example.com\n"
    fields = {
        "customer": "客户",
        "type": {"column": "类型", "values": {"手机": "phone", "邮箱": "email"}},
        "value": {"column": "内容", **KEPT},
    }
    report = sync(emptied_store, table(config, "book", "contact", text, fields), now=NOW)
    assert (report.read, report.stored, report.dead) == (4, 4, 0)
    assert [one.kind for one in customers(emptied_store)["C1"].personal] == ["phone", "phone"]
    assert sync(emptied_store, table(config, "book", "contact", text, fields), now=NOW).stored == 0
    fewer = text.replace("C1,手机,13912340001\n", "").replace("C2,邮箱,b@example.com\n", "C2,传真,1\n")
    report = sync(emptied_store, table(config, "book", "contact", fewer, fields), now=NOW)
    assert (report.dead, report.removed) == (1, 0), "while a row is dead, nobody loses a contact"
    assert "'传真' is no kind of contact: write one of name, phone" in read_dead("book")[0].reason
    fewer = fewer.replace("C2,传真,1\n", "")
    assert sync(emptied_store, table(config, "book", "contact", fewer, fields), now=NOW).removed == 2
    found = customers(emptied_store)
    assert (shown(found["C1"]), found["C2"].active) == ({"phone": "13912340009"}, False)


def test_orders_sales_visits_memberships_and_tickets_are_records(emptied_store: "Store", config: Path) -> None:
    order = {
        "customer": "客户", "number": "单号", "at": "下单", "amount": "金额", "items": "商品", "status": "状态",
        "channel": {"value": "tmall"},
    }  # fmt: skip
    text = '客户,单号,下单,金额,商品,状态\nC1,TB-2026-0011,2026-08-01 20:15:00,"￥1,299.50",手机|壳,已付\n'
    assert sync(emptied_store, table(config, "erp", "order", text, order), now=NOW).stored == 1
    till = {"customer": "会员", "number": "小票", "at": "时间", "amount": "实付", "store": {"value": "南京路店"}}
    text = "会员,小票,时间,实付\nC1,S000123,2026-08-02 11:00,-20\n"
    assert sync(emptied_store, table(config, "till", "sale", text, till), now=NOW).stored == 1
    text = "会员,时间,店\nC1,1785600000,南京路店\nC1,1785600000,徐汇店\n"
    visit = {"customer": "会员", "at": "时间", "store": "店"}
    assert sync(emptied_store, table(config, "door", "visit", text, visit), now=NOW).stored == 2
    text = '会员,级别,积分,到期,变更\nC1,金卡,"12,300",2027-01-31,2026-08-01\n'
    member = {"customer": "会员", "tier": "级别", "points": "积分", "until": "到期", "at": "变更"}
    assert sync(emptied_store, table(config, "club", "membership", text, member), now=NOW).stored == 1
    text = "客户,工单,时间,主题,状态\nC1,INC-004711,2026-08-02 09:00,甲示例 13912340001 投诉,处理中\n"
    ticket = {
        "customer": "客户", "number": "工单", "at": "时间", "status": "状态",
        "subject": {"column": "主题", **KEPT, "retention": "365d"},
    }  # fmt: skip
    desk = table(config, "desk", "ticket", text, ticket)
    assert sync(emptied_store, desk, now=NOW).stored == 1
    assert sync(emptied_store, desk, now=NOW + DAY).stored == 0, "a subject that was sealed stays"
    found = {type(one): one for one in records(emptied_store)}
    bought = [one for one in records(emptied_store) if isinstance(one, Order)]
    assert [(one.source, one.amount, one.currency, one.channel, one.store) for one in bought] == [
        ("erp", 1299.5, "CNY", "tmall", None),
        ("till", -20.0, "CNY", "till", "南京路店"),
    ]
    assert bought[0].at == datetime(2026, 8, 1, 12, 15, tzinfo=UTC)
    assert bought[0].number == pseudonyms().of("contact:order", "tb20260011")
    assert bought[0].items == ("手机", "壳")
    assert len([one for one in records(emptied_store) if isinstance(one, Visit)]) == 2
    member_ = found[Membership]
    assert isinstance(member_, Membership)
    assert (member_.tier, member_.points, member_.until) == ("金卡", 12_300, date(2027, 1, 31))
    case = found[Ticket]
    assert isinstance(case, Ticket)
    assert case.number == pseudonyms().of("contact:ticket", "inc004711")
    assert case.keep_until == date(2027, 8, 2)
    from config.seal import keyring

    assert keyring().open(case.subject or "", about=f"tickets:{case.id}") == "甲示例 13912340001 投诉"
    index = json.dumps(emptied_store.client.search(index=emptied_store.alias("customer-records"), size=50).body)
    assert not [one for one in ("TB-2026", "20260011", "S000123", "004711", "1391234") if one in index]
    (config / "desk.csv").write_text(text.replace("处理中", "已解决"), encoding="utf-8")
    assert sync(emptied_store, desk, now=NOW + DAY).stored == 1
    assert sync(emptied_store, desk, now=NOW + 400 * DAY).stored == 1, "a subject past its last day goes"
    assert [one.subject for one in records(emptied_store) if isinstance(one, Ticket)] == [None]


def test_a_withdrawn_consent_takes_its_values_back_from_then_on(emptied_store: "Store", config: Path) -> None:
    stated = crm(config)
    sync(emptied_store, stated, now=NOW)
    fields = {"customer": "客户", "purpose": "用途", "granted": "意愿", "at": "时间", "said_by": {"value": "小程序"}}
    text = "客户,用途,意愿,时间\nC1,marketing,同意,2026-07-01\nC2,marketing,同意,2026-07-01\n"
    sync(emptied_store, table(config, "consent", "consent", text, fields), now=NOW)
    assert allowed(emptied_store, ["C1", "C2", "C3"], "marketing", NOW) == {"C1", "C2"}
    text += "C1,marketing,撤回,2026-08-02\nC1,care,,2026-08-02\n"
    report = sync(emptied_store, table(config, "consent", "consent", text, fields), now=NOW)
    assert (report.stored, report.unchanged, report.dead) == (1, 2, 1)
    assert "silence is no consent" in read_dead("consent")[0].reason
    assert allowed(emptied_store, ["C1", "C2"], "marketing", NOW) == {"C2"}
    assert allowed(emptied_store, ["C1", "C2"], "marketing", datetime(2026, 8, 1, tzinfo=UTC)) == {"C1", "C2"}
    assert "email" not in shown(customers(emptied_store)["C1"])
    sync(emptied_store, stated, everything=True, now=NOW)
    assert "email" not in shown(customers(emptied_store)["C1"]), "no later reading brings it back"
    text += "C1,marketing,同意,2026-08-03\n"
    sync(emptied_store, table(config, "consent", "consent", text, fields), now=NOW + DAY)
    sync(emptied_store, stated, now=NOW + DAY)
    assert "email" in shown(customers(emptied_store)["C1"])
    assert sum(isinstance(one, Consent) for one in records(emptied_store)) == 4


def test_what_the_sources_own_words_mean_may_be_numbers_or_yes(emptied_store: "Store", config: Path) -> None:
    (config / "customers").mkdir()
    (config / "customers" / "word.yaml").write_text(
        "read: {kind: file, path: word.csv}\nrows: consent\n"
        "fields: {customer: c, at: t, purpose: {column: p, values: {1: care}},"
        " granted: {column: g, values: {7: yes, 8: no}}}\n",
        encoding="utf-8",
    )
    (config / "word.csv").write_text("c,p,g,t\nC1,1,7,2026-08-01\nC2,1,8,2026-08-01\n", encoding="utf-8")
    sync(emptied_store, load_source("word"), now=NOW)
    found = [one for one in records(emptied_store) if isinstance(one, Consent)]
    assert [(one.customer, one.purpose, one.granted) for one in found] == [("C1", "care", True), ("C2", "care", False)]


def test_whoever_is_barred_does_not_come_back(emptied_store: "Store", config: Path) -> None:
    report = sync(emptied_store, crm(config), now=NOW, barred=lambda ids: {"C2"} & set(ids))
    assert (report.read, report.stored, report.unchanged, report.barred) == (3, 2, 1, 1)
    assert sorted(customers(emptied_store)) == ["C1", "C3"]


def test_whoever_is_erased_while_a_source_is_read_is_not_taken_in(
    emptied_store: "Store", config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = running._gone

    def erased_meanwhile(*arguments: Any, **named: Any) -> Any:
        word = digest_of(pseudonym_key(), "C2")
        told: dict[str, Any] = {"by": "li", "reason": "asked", "before": {}, "after": {}, "words": (word,)}
        finish(Receipt(id="r1", asked_at=NOW, done_at=NOW, previous="", **told))
        return real(*arguments, **named)

    monkeypatch.setattr(running, "_gone", erased_meanwhile)
    assert sync(emptied_store, crm(config), now=NOW).barred == 1
    assert sorted(customers(emptied_store)) == ["C1", "C3"]


def test_ids_of_a_namespace_and_keyed_ids(emptied_store: "Store", config: Path) -> None:
    fields = {"customer": {"column": "手机", "keyed": True}, "tier": "级别"}
    text = "手机,级别\n13912340001,金卡\n"
    sync(emptied_store, table(config, "tea", "customer", text, fields, namespace="tea"), now=NOW)
    (id,) = customers(emptied_store)
    assert id.startswith("tea:")
    sale = {"customer": {"column": "会员", "keyed": True}, "number": "小票", "at": "时间"}
    text = "会员,小票,时间\n13912340001,S000123,2026-08-02\n"
    sync(emptied_store, table(config, "tea_till", "sale", text, sale, namespace="tea"), now=NOW)
    assert [one.customer for one in records(emptied_store)] == [id], "sources of one namespace speak of the same people"
    assert "1391234" not in id


@pytest.mark.parametrize("suffix", ["xlsx", "jsonl"])
def test_excel_and_json_lines_are_read_alike(emptied_store: "Store", config: Path, suffix: str) -> None:
    rows: list[list[Any]] = [
        ["编号", "手机", "注册"],
        ["C1", 13912340001, "2020-01-02"],
        ["C2", "13912340002", "2020-01-03"],
        ["C3", 1.391234000312345e17, ""],
    ]
    path = config / f"crm.{suffix}"
    if suffix == "xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    else:
        path.write_bytes(b"\n".join(msgspec.json.encode(dict(zip(rows[0], row, strict=True))) for row in rows[1:]))
    fields = {"customer": "编号", "phone": {"column": "手机", **KEPT}, "registered_at": "注册"}
    stated = source(config, "crm", "customer", {"kind": "file", "path": f"crm.{suffix}"}, fields)
    report = sync(emptied_store, stated, now=NOW)
    assert (report.stored, report.dead) == (2, 1)
    assert shown(customers(emptied_store)["C1"])["phone"] == "13912340001"
    assert "rounded" in read_dead("crm")[0].reason
    before = everything(emptied_store)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match={"xlsx": "save it as .xlsx", "jsonl": "ends in the middle of line"}[suffix]):
        sync(emptied_store, stated, now=NOW + DAY)
    assert everything(emptied_store) == before


@pytest.fixture
def contacts(config: Path) -> Iterator[Path]:
    path = config / "contacts.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, [
        {"external_userid": "wm0000001", "unionid": "oAbC000001", "name": "茶友", "type": "wechat", "gender": 2,
         "follows": [{"user_id": "li", "remark": "甲示例 徐汇", "mobiles": ["13912340001"], "tags": ["老客", "爱茶"],
                      "added_at": "2026-07-01T08:00:00Z"},
                     {"user_id": "wang", "tags": ["老客"], "added_at": "2026-06-01T08:00:00Z"}],
         "seen_at": "2026-08-01T00:00:00Z"},
        {"external_userid": "wm0000002", "name": "路人甲", "remark": "乙", "tags": ["新客"], "follow_user": [],
         "created_at": 1785542400},
        {"name": "nobody"},
    ])))  # fmt: skip
    yield path


def test_external_contacts_of_wecom_are_customers_of_a_namespace(
    emptied_store: "Store", config: Path, contacts: Path
) -> None:
    personal = {name: {"column": name, **KEPT} for name in ("name", "unionid", "external_userid", "remark", "gender")}
    fields = {
        "customer": "external_userid", **personal, "phone": {"column": "mobile", **KEPT}, "tags": "tags",
        "registered_at": "created_at",
    }  # fmt: skip
    stated = source(config, "wecom", "customer", {"kind": "wecom", "path": "contacts.jsonl"}, fields, namespace="wecom")
    report = sync(emptied_store, stated, now=NOW)
    assert (report.read, report.stored, report.dead) == (3, 2, 1)
    one = customers(emptied_store)["wecom:wm0000001"]
    assert one.tags == ("爱茶", "老客")
    assert one.registered_at == datetime(2026, 6, 1, 8, tzinfo=UTC)
    said = shown(one)
    assert (said["phone"], said["remark"], said["gender"]) == ("13912340001", "甲示例 徐汇", "女")
    tokens = {str(value.kind): value.token for value in one.personal}
    assert tokens["unionid"] == pseudonyms().of("contact:unionid", "oAbC000001")
    contacts.write_bytes(b'{"external_userid": "wm')
    with pytest.raises(SourceError, match=r"contacts\.jsonl:1: no JSON"):
        sync(emptied_store, stated, now=NOW)
