"""Ids and names that a spreadsheet spoilt: taken back where that is certain, else a dead row with a remedy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawlers.tables.cells import SpoiltCell, mended
from indexing.customers import import_customers, link
from indexing.people.pseudonyms import pseudonyms
from tests.test_customers import customer_documents, customers_of, dead_rows, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "value"),
    {
        "1771925961.0": "1771925961",
        "1771925961.00": "1771925961",
        "1771925961,0": "1771925961",
        '="1771925961"': "1771925961",
        '= "1771925961"': "1771925961",
        "=1771925961": "1771925961",
        "'1771925961": "1771925961",
        "\u00a01771925961\u200b ": "1771925961",
        "\ufeff1771925961\u3000": "1771925961",
        "１７７１９２５９６１": "1771925961",
        "１７７１９２５９６１．０": "1771925961",
        "1,771,925,961": "1771925961",
        "1，771，925，961": "1771925961",
        "1,771,925,961.00": "1771925961",
        "1.771925961E+09": "1771925961",
        "1.771925961e9": "1771925961",
        '="1234567890123450000"': "1234567890123450000",
        "1234567890123456": "1234567890123456",
        "00123": "00123",
        "3E10": "3E10",
        "C-001": "C-001",
        "VIP 1": "VIP 1",
        "'n Sync": "'n Sync",
        '="晴天的橘猫"': "晴天的橘猫",
        "12.5": "12.5",
        "": "",
        "\u200b": "",
    }.items(),
)
def test_what_a_cell_meant(cell: str, value: str) -> None:
    assert mended(cell) == value


@pytest.mark.parametrize(
    "cell",
    ["1.77E+09", "1,77E+09", "1.7719E9", "2E+09", "1.77192596112345678E+17", "1234567890123450000", "９．９Ｅ＋１８",
     "12345678901234567.0", "#N/A", "#REF!", "########", "#NAME?"],
)  # fmt: skip
def test_lost_digits_are_never_guessed(cell: str) -> None:
    with pytest.raises(SpoiltCell, match="format the column as text|mend its formula"):
        mended(cell)


ROWS = {
    '1771925961.0,,""': "A",
    '"1,771,925,962",,': "B",
    '="1771925963",,': "C",
    "'1771925964,,": "D",
    "\u00a01771925965\u200b,,": "E",
    "https://weibo.com/u/1771925966?refer=1,,": "F",
    "m.weibo.cn/profile/1771925967,,": "G",
    ",＠晴天的橘猫,": "H",
    ",@ 雨天的番茄 ,": "I",
    ",https://weibo.com/1771925968,": "J",
    ",https://weibo.com/n/%E5%A4%A7%E5%8F%B7%E8%AF%84%E6%B5%8B,": "K",
    ',="阴天",': "L",
    "1.771925969E+09,,": "M",
}
SPEAKERS = [mention(number, str(1771925960 + number), f"name{number}") for number in (*range(1, 9), 9)] + [
    mention(11, "1", "晴天的橘猫"), mention(12, "2", "雨天的番茄"), mention(13, "3", "大号评测", followers=50_000),
    mention(14, "4", "阴天"),
]  # fmt: skip


def listed(folder: Path, lines: list[str], header: str = "customer_id,weibo_id,weibo,tier") -> Path:
    path = folder / "shop.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_what_is_certain_is_linked(emptied_store: "Store", tmp_path: Path) -> None:
    put(emptied_store, *SPEAKERS)
    report = import_customers(emptied_store, listed(tmp_path, [f"{id},{row}" for row, id in ROWS.items()]), now=NOW)
    assert (report.read, report.stored, report.dead) == (len(ROWS), len(ROWS), 0)
    assert link(emptied_store, now=NOW).conflicts == ()
    found = customers_of(emptied_store)
    assert found == dict(zip(map(str, (*range(1, 8), 11, 12, 8, 13, 14, 9)), ROWS.values(), strict=True))


@pytest.mark.parametrize(
    ("row", "reason"),
    {
        "1.77E+09,,": "weibo_id: '1.77E+09' was rounded by a spreadsheet: format the column as text",
        "1771925961.5,,": "weibo_id: '1771925961.5' is no whole number: format",
        "nan,,": "weibo_id: 'nan' is no account's id: leave the cell empty",
        "＠晴天的橘猫,,": "weibo_id: '＠晴天的橘猫' is no id of weibo: write the id alone",
        "17719 25961,,": "weibo_id: '17719 25961' holds white space",
        "https://example.org/u/1771925961,,": "weibo_id: 'https://example.org/u/1771925961' is an address: write",
        ",https://space.bilibili.com/1,": "weibo: 'https://space.bilibili.com/1' is an address: write",
        ",＠,": "weibo: '＠' holds no name",
        ",1.2E+11,": "weibo: '1.2E+11' was rounded",
        ",#N/A,": "weibo: '#N/A' is a spreadsheet's error: mend its formula",
        ",,1.77E+09": "tier: '1.77E+09' was rounded",
    }.items(),
)
def test_what_is_lost_is_a_dead_row_with_file_line_column_and_remedy(
    emptied_store: "Store", tmp_path: Path, row: str, reason: str
) -> None:
    report = import_customers(emptied_store, listed(tmp_path, ["C1,1771925961,,", f"C2,{row}"]), now=NOW)
    assert (report.stored, report.dead) == (1, 1)
    [dead] = dead_rows(report.dead_letters)
    assert (dead["file"], dead["line"], dead["content"]) == ("shop.csv", 3, f"C2,{row}")
    assert dead["reason"].startswith(reason)


def test_a_customers_own_number_is_taken_back_too(emptied_store: "Store", tmp_path: Path) -> None:
    lines = ["1001.0,weibo,甲", '="1001",weibo,乙', "１００２,weibo,丙", "1.0E+05,weibo,丁"]
    report = import_customers(emptied_store, listed(tmp_path, lines, "customer_id,platform,handle"), now=NOW)
    assert (report.read, report.stored, report.dead) == (4, 3, 1)
    assert dead_rows(report.dead_letters)[0]["reason"].startswith("customer_id: '1.0E+05' was rounded")
    documents = customer_documents(emptied_store)
    assert {id: len(document["handles"]) for id, document in documents.items()} == {"1001": 2, "1002": 1}


def test_a_name_is_found_by_either_at_sign() -> None:
    assert pseudonyms().handles("weibo", "＠晴天的橘猫") == pseudonyms().handles("weibo", "晴天的橘猫")
