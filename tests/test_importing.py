"""Tables of posts: CSV, Excel and JSON Lines become the same posts, with books that balance, and nobody is lost."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from config.import_map import import_map
from config.load import ConfigError
from crawlers.imports import table as imports
from crawlers.imports.table import import_posts, read_posts
from crawlers.post import Kind, Post, decode_post
from crawlers.storage import queue
from crawlers.storage.stage import batches
from crawlers.tables import UnusableTable, records, sheet
from tests.killing import dying
from tingfeng import app

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
MAP = """\
source: 星河旗舰店评价
platform: shop
columns:
  text: [评价内容, 追评]
  title: 标题
  time: 评价时间
  id: 评价编号
  author: 用户
  rating: 星级
  tags: 标签
"""
ROWS = [
    ["评价编号", "评价内容", "追评", "标题", "评价时间", "用户", "星级", "标签", "内部备注"],
    ["1001", "用了两天就黑屏", "客服没有回音", "失望", "2026-11-28 20:15", "买家甲", "1星", "质量;售后", "x"],
    ["1002", "拍照很好", "", "", "2026/11/29 08:00:30", "买家乙", "5", "", ""],
    ["1002", "拍照很好", "", "", "2026/11/29 08:00:30", "买家乙", "5", "", ""],
    ["1003", "", "", "", "2026-11-29", "买家丙", "3", "", ""],
    ["1004", "一般", "", "", "", "买家丁", "3", "", ""],
    ["1005", "一般", "", "", "昨天 10:00", "", "9", "", ""],
    ["1002", "另一句话", "", "", "2026-11-29", "", "", "", ""],
    ["1.77E+18", "编号坏了", "", "", "2026-11-29", "", "", "", ""],
    ["1006", "=cmd()", "", "", "前天 10:00", "", "", "", ""],
]


@pytest.fixture(autouse=True)
def _config(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config" / "imports").mkdir(parents=True)
    (tmp_path / "config" / "imports" / "reviews.yaml").write_text(MAP, encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))


def as_csv(folder: Path) -> Path:
    path = folder / "reviews.csv"
    path.write_bytes("\n".join(",".join(row) for row in ROWS).encode("gb18030"))
    return path


def as_sheet(folder: Path) -> Path:
    path = folder / "reviews.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number, row in enumerate(ROWS):
            page.write_row(number, 0, [], None)
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
        page.write_number(1, 0, 1001)  # what Excel itself makes of such columns
        page.write_datetime(1, 4, datetime(2026, 11, 28, 20, 15), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        page.write_number(8, 0, 1771925961234567890)
    return path


def as_json_lines(folder: Path) -> Path:
    path = folder / "reviews.jsonl"
    lines = [json.dumps(dict(zip(ROWS[0], row, strict=True)), ensure_ascii=False) for row in ROWS[1:]]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def posts() -> list[Post]:
    return [decode_post(line) for batch in batches("posts") for line in batch.lines()]


@pytest.mark.parametrize("write", [as_csv, as_sheet, as_json_lines])
def test_a_table_becomes_posts_with_books(write: Any, tmp_path: Path) -> None:
    report = import_posts(write(tmp_path), import_map("reviews"), now=NOW)
    assert (report.rows, report.posts, report.duplicates, report.dead) == (9, 3, 1, 5)
    first, second, last = posts()
    assert first.id == "shop:review:reviews/1001"
    assert (first.kind, first.site, first.title) == (Kind.REVIEW, "星河旗舰店评价", "失望")
    assert first.text == "用了两天就黑屏\n客服没有回音"
    assert first.published_at == datetime(2026, 11, 28, 12, 15, tzinfo=UTC)
    assert first.author is not None
    assert (first.author.name, first.rating, first.tags) == ("买家甲", 0.2, ("质量", "售后"))
    assert second.published_at == datetime(2026, 11, 29, 0, 0, 30, tzinfo=UTC)
    assert last.text == "=cmd()", "a formula is a text"
    (batch,) = batches("posts")
    reasons = [letter.reason for letter in batch.dead_letters()]
    for part in (
        "评价内容 + 追评 (text): empty",
        "评价时间 (time): empty",
        "scale of 5",
        "with another text",
        "rounded",
    ):
        assert any(part in reason for reason in reasons), part
    assert all(reason.startswith("reviews.") for reason in reasons), "each names the file and the line"
    assert [marker.batch for marker in queue.markers("analyse")] == [str(batch)]


@pytest.mark.parametrize("number", [14, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])
def test_a_day_in_a_format_of_a_chinese_excel_is_a_day(number: int, tmp_path: Path) -> None:
    """Such a cell names its format by number alone (ECMA-376 Part 1, 18.8.30); not every reader knows the numbers.

    findings/openpyxl-chinese-dates.sh shows which ones do not.
    """
    path = tmp_path / "reviews.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["评价编号", "评价内容", "追评", "标题", "评价时间", "用户", "星级", "标签"])
        page.write_row(1, 0, ["1", "用了两天就黑屏", "", ""])
        page.write_number(1, 4, 46354, book.add_format({"num_format": number}))
    report = import_posts(path, import_map("reviews"), now=NOW)
    assert (report.posts, report.dead) == (1, 0)
    assert posts()[0].published_at == datetime(2026, 11, 27, 16, tzinfo=UTC), "midnight of the 28th in Shanghai"


def test_a_row_without_an_id_is_the_same_post_every_time(tmp_path: Path) -> None:
    path = tmp_path / "config" / "imports" / "reviews.yaml"
    path.write_text(MAP.replace("  id: 评价编号\n", ""), encoding="utf-8")
    table = as_csv(tmp_path)
    import_posts(table, import_map("reviews"), now=NOW)
    import_posts(table, import_map("reviews"), now=NOW.replace(hour=2))
    ids = [post.id for post in posts()]
    assert len(ids) == 2 * len(set(ids)) > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty: begin with a line of column names"),
        ("评价内容,评价时间\n好,今天", "column '追评' (text) is missing: the table has 评价内容, 评价时间"),
        (",".join([*ROWS[0], "用户"]), "column '用户' (author) is there twice"),
    ],
)
def test_a_table_that_does_not_fit_changes_nothing(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableTable) as refused:
        import_posts(path, import_map("reviews"), now=NOW)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert batches("posts") == []
    assert queue.markers("analyse") == []


def test_half_a_file_and_one_that_unpacks_to_too_much_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = as_sheet(tmp_path)
    half = tmp_path / "half.xlsx"
    half.write_bytes(whole.read_bytes()[:-400])
    with pytest.raises(UnusableTable, match=r"half\.xlsx: not to be read .*save it as \.xlsx"):
        list(records(half))
    monkeypatch.setattr(sheet, "_MOST_BYTES", 1_000)
    with pytest.raises(UnusableTable, match="unpacks to .* bytes"):
        list(records(whole))
    assert zipfile.is_zipfile(whole)


def test_what_other_systems_write_for_nothing_is_nothing(tmp_path: Path) -> None:
    path, said = tmp_path / "odd.csv", [("好", "今天"), ("不好", "2026-11-29")]
    never = ("0001-01-01 00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00")
    for second, (text, time) in enumerate([*said, *(("坏", time) for time in never)]):
        path.write_text(f'{",".join(ROWS[0])}\n="",{text},,,{time},,,,\n', encoding="utf-8")
        import_posts(path, import_map("reviews"), now=NOW.replace(second=second))
    assert len(posts()) == len({post.id for post in posts()}) == 2, "an empty id is no id, and year 1 is no time"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bom.csv", b"\xef\xbb\xbfa,b\n1,\xff\n", "begins as UTF-8-SIG and does not go on so: save it as"),
        ("utf-16.csv", "\ufeffa,b\n".encode("utf-16-le") + b"\n", "begins as UTF-16 and does not go on so"),
        ("gbk.jsonl", '{"text": "很好"}\n'.encode("gb18030"), "gbk.jsonl:1: not UTF-8: save it as UTF-8"),
        ("list.json", b'[{"text": "a"},\n{"text": "b"}]\n', r"list.json:1: no line is a JSON object: .*without \[ \]"),
        ("odd.xlsx", b"PK\x03\x04" + b"a" * 99 + b"PK\x05\x06" + b"\xff" * 18, "not to be read .*save it as .xlsx"),
    ],
)
def test_a_file_of_broken_characters_or_parts_is_refused_whole(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnusableTable, match=said):
        list(records(path))


def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    path, mapping = as_csv(tmp_path), import_map("reviews")
    with dying(2, imports, "encode_post"):
        import_posts(path, mapping, now=NOW)
    assert batches("posts") == []
    assert import_posts(path, mapping, now=NOW).posts == 3


def test_maps_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.yaml: missing: .*there are: reviews"):
        import_map("nothing")
    path = tmp_path / "config" / "imports" / "reviews.yaml"
    path.write_text(MAP.replace("标题", "用户"), encoding="utf-8")
    with pytest.raises(ConfigError, match="'用户' stands for two fields"):
        import_map("reviews")


def test_the_command_shows_first_and_then_imports(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["import", "posts", str(as_csv(tmp_path)), "--as", "reviews", "--check"])
    assert "用了两天就黑屏" in run.output
    assert batches("posts") == []
    done = CliRunner().invoke(app, ["import", "posts", str(tmp_path / "reviews.csv"), "--as", "reviews"])
    assert done.exit_code == 1, "some rows are dead"
    assert "duplicates" in done.output
    assert "dead: reviews.csv:5:" in done.output
    assert len(batches("posts")) == 1


def test_the_first_posts_can_be_looked_at(tmp_path: Path) -> None:
    shown, report = read_posts(as_csv(tmp_path), import_map("reviews"), now=NOW)
    assert [post.native_id for post in shown] == ["reviews/1001", "reviews/1002", "reviews/1006"]
    assert report.rows == report.posts + report.duplicates + report.dead
