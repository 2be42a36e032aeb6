"""The command line as people use it: what it says, what it refuses, and what other programs read from it."""

import csv
import html
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import tingfeng
from crawlers.feeds import feeds
from crawlers.replay import Replay, Staging, load

DEMO = Path(__file__).resolve().parent.parent / "config" / "demo"
COMMANDS = (
    ["demo"],
    ["init", "星河"],
    ["doctor"],
    ["up"],
    ["crawl"],
    ["analyse"],
    ["index"],
    ["backfill"],
    ["brands", "diff", "x.yaml"],
    ["query", "星河"],
    ["alerts", "run"],
    ["channels", "list"],
    ["console"],
    ["links", "run"],
    ["models", "list"],
    ["es", "status"],
    ["replay", "snownlp"],
    ["rebuild"],
    ["backup"],
    ["restore", "x"],
)

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command; give its exit code and what it said on both channels."""

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["tingfeng", *arguments])
        capfd.readouterr()
        code: object = 0
        try:
            tingfeng.main()
        except SystemExit as ended:
            code = ended.code
        said = capfd.readouterr()
        return int(str(code or 0)), said.out + said.err

    return call


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    now = datetime.now(UTC).replace(microsecond=0)
    with Replay(load("snownlp", limit=400, ending=now, staging=Staging(terms=("携程",), share=1.0))) as server:
        yield server


@pytest.fixture
def on_replay(emptied_es: object, es_url: str, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the commands at the replay server, an empty index, and a data folder of their own."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.setenv("TINGFENG_CONFIG", str(DEMO))
    monkeypatch.setenv("TINGFENG_REPLAY_URL", replay.url)
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)


def test_help_teaches_where_to_begin() -> None:
    shown = CliRunner().invoke(tingfeng.app, ["--help"]).output
    for word in ("tingfeng demo", "tingfeng init", "TINGFENG_CONFIG", "TINGFENG_DATA"):
        assert word in " ".join(shown.split())
    for command, *_ in COMMANDS:
        assert command in shown


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_has_a_help_of_its_own(command: list[str]) -> None:
    shown = CliRunner().invoke(tingfeng.app, [command[0], "--help"])
    assert shown.exit_code == 0
    assert len(shown.output) > 200


@pytest.mark.parametrize(
    "command",
    [command for command in COMMANDS if command[0] != "es"],  # what a person may need just then
    ids=lambda command: command[0],
)
def test_every_command_refuses_a_malformed_brand(
    command: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = tmp_path / "config", tmp_path / "data"
    (folder / "brands").mkdir(parents=True)
    (folder / "brands" / "broken.yaml").write_text("name: 星河\nquery: 星河 AND (崩溃\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(folder))
    monkeypatch.setenv("TINGFENG_DATA", str(data))
    code, said = run(*command)
    assert code == 1
    assert f"{folder / 'brands' / 'broken.yaml'}:2: query: " in said
    assert "Traceback" not in said
    assert not data.exists(), "something ran before the fault was told"


def test_a_malformed_rule_is_refused_too(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "wrong.yaml").write_text("title: x\nwehn: {}\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    code, said = run("doctor")
    assert code == 1
    assert f"{tmp_path / 'rules' / 'wrong.yaml'}:2: wehn: unknown field" in said


def test_the_doctor_says_the_remedy_of_what_fails(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "nothing"))
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("TINGFENG_DATA", str(in_the_way / "data"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TINGFENG_SEGMENTER", "hanlp")
    code, said = run("doctor")
    assert code == 1
    assert "set TINGFENG_DATA to a folder of yours" in said
    assert "write jieba or rjieba, or unset it" in said
    assert "tingfeng init 小米" in said


def test_the_doctor_looks_at_the_rest_where_something_cannot_be_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version has written the queue, the segmenter is unknown: the checks behind them are made all the same."""
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "nothing"))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.setenv("TINGFENG_SEGMENTER", "hanlp")
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "format").write_text("99")
    code, said = run("doctor")
    assert code == 1
    assert f"{tmp_path / 'queue' / 'format'}: form '99'" in said and "use the version that wrote it" in said
    assert "write jieba or rjieba, or unset it" in said
    assert "Airflow" in said and "3 to mend" in said, said


def test_the_doctor_is_content_with_the_demonstration(run: Run, on_replay: None) -> None:
    code, said = run("doctor")
    assert code == 0, said


def test_a_query_that_cannot_be_read_is_drawn(run: Run, on_replay: None) -> None:
    code, said = run("query", "小米 AND (崩溃")
    assert code == 1
    assert "^" in said
    assert "Traceback" not in said


def test_a_configuration_that_is_not_there_is_no_empty_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in TINGFENG_CONFIG would leave nothing to crawl and no rule that pages, without a word."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "nothing", tmp_path / "file"):
        monkeypatch.setenv("TINGFENG_CONFIG", str(place))
        for command in (["rules", "list"], ["crawl"], ["up"], ["analyse"]):
            code, said = run(*command)
            assert (code, "TINGFENG_CONFIG" in said, str(place) in said) == (1, True, True), said


@pytest.mark.parametrize(
    "command",
    [
        *(["backfill"], ["brands", "diff", str(DEMO / "brands" / "当当.yaml")], ["cases", "times"], ["notes", "list"]),
        *(["label", "plan", "--brand", "当当"], ["sentiment", "learn", "--brand", "当当", "--by", "li"]),
        *(["models", "card", "--brand", "当当"], ["rules", "replay", "negative-burst"], ["query", "当当"]),
        ["rules", "limit", "negative-burst", "--brand", "当当"],
    ],
    ids=" ".join,
)
def test_a_past_that_has_not_come_yet_is_refused(run: Run, on_replay: None, command: list[str]) -> None:
    year = f"{datetime.now(UTC).year + 1}-01-02"
    code, said = run(*command, "--since", year)
    assert code == 1, said
    assert f"--since {year}" in said and ("not come yet" in said or "not before now" in said), said


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (["brands", "suggest", "当当", "--most", "-5"], "greater than or equal to 1"),
        (["brands", "lint", "--most", "0"], "greater than or equal to 1"),
        (["label", "plan", "--brand", "当当", "--size", "2001"], "less than or equal to 2000"),
        (["leads", "--format", "xlsx"], "--format xlsx: needs the file to write, such as --out list.xlsx"),
        (["advocates", "--format", "csv"], "--format csv: needs the file to write, such as --out list.csv"),
        (["customers", "care", "--format", "xlsx"], "--format xlsx: needs the file to write"),
        (["rota", "at", "--brand", "nobody"], "no brand is called 'nobody'"),
        (["privacy", "no", "weibp", "1", "--reason", "wrote to us"], "platform weibp: nothing is read from there"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None,
)
def test_what_cannot_be_meant_is_told_before_anything_is_shown(
    run: Run, on_replay: None, command: list[str], wanted: str
) -> None:
    code, said = run(*command)
    assert code in (1, 2), said
    assert wanted in " ".join(said.replace("│", " ").split()), said
    assert code == 2 or len(said.strip().splitlines()) == 1, said


_TABLES = {
    ("label", "--by", "li", "--file"): "id,sentiment",
    ("rules", "replay", "negative-burst", "--incidents"): "brand,begin,end",
    ("rules", "limit", "negative-burst", "--brand", "当当", "--series"): "time,count,negative",
    ("rules", "limit", "negative-burst", "--brand", "当当", "--cascades"): "story,time",
}


@pytest.mark.parametrize("command", _TABLES, ids=" ".join)
def test_a_table_that_is_none_is_told_alike_everywhere(
    run: Run, on_replay: None, tmp_path: Path, command: tuple[str, ...]
) -> None:
    kinds = {"empty": b"", "bytes": b"\xff\xfe\x00", "other": b"a,b\n1,2\n", "head": _TABLES[command].encode()}
    for name, content in kinds.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    (tmp_path / "folder.csv").mkdir()
    for name, wanted in {
        "nothing": "cannot be read (No such file or directory)", "folder": "cannot be read (Is a directory)",
        "empty": "no column", "other": "no column", "bytes": "no CSV in UTF-8", "head": "no rows below the first line",
    }.items():  # fmt: skip
        path = tmp_path / f"{name}.csv"
        code, said = run(*command, str(path))
        assert code == 1, said
        assert f"{path}:" in said and wanted in said, said
        assert said.count(": ") >= 2 and len(said.strip().splitlines()) == 1, said


def test_a_column_that_is_not_there_numbers_no_rows(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(DEMO))
    table = tmp_path / "rows.csv"
    table.write_text("number,name\n1,张三\n2,李四\n", encoding="utf-8")
    code, said = run("links", "match", str(table), "--id", "nmber")
    assert (code, "--id nmber: there is no such column: write one of number, name" in said) == (1, True), said
    code, said = run("links", "match", str(table), "--map", "name")
    assert (code, "--map name: write COLUMN=KIND, such as --map 顾客=name" in said) == (1, True), said


def test_init_writes_a_brand_and_tries_it(
    run: Run, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    arguments = ("init", "服务", "--query", "服务 NOT 服务区", "--crawl", f"rss={replay.url}/feeds/all.json")
    code, said = run(*arguments)
    assert code == 0, said
    brand = tmp_path / "config" / "brands" / "服务.yaml"
    assert "query: 服务 NOT 服务区" in brand.read_text(encoding="utf-8")
    numbers = re.search(r"Of ([\d,]+) posts at hand the query takes ([\d,]+)", " ".join(said.split()))
    assert numbers, said
    assert 0 < int(numbers[2]) < int(numbers[1])
    assert list((tmp_path / "config" / "rules").glob("*.yaml"))
    assert run("doctor")[0] == 0
    code, said = run(*arguments)
    assert code == 1
    assert "exists already" in said


def test_init_leaves_nothing_of_a_query_that_cannot_be_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    code, said = run("init", "星河", "--query", "星河 AND")
    assert code == 1
    assert "星河.yaml: was left as it is" in said and "line 4: query: " in said
    for odd in ("rss", "rss=", "news=星河"):
        code, said = run("init", "星河", "--crawl", odd)
        assert code == 1
        assert f"--crawl {odd}: give feed=query" in said
    assert not list(tmp_path.rglob("*.*"))


def as_files(run: Run, folder: Path, documents: list[dict[str, Any]]) -> None:
    """The workbook and the Parquet file hold the same mentions, their ids as text."""
    book, table = folder / "m.xlsx", folder / "m.parquet"
    for path in (book, table):
        code, said = run("query", "携程", "--limit", "1000", "--format", path.suffix[1:], "--out", str(path))
        assert code == 0, said
    rows = parquet.read_table(table).to_pylist()
    assert [row["id"] for row in rows] == [document["id"] for document in documents]
    assert [row["@timestamp"] for row in rows] == [datetime.fromisoformat(one["@timestamp"]) for one in documents]
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(documents) + 1
    assert "<f>" not in sheet, "no cell is a formula"
    assert html.escape(documents[0]["id"]) in sheet


def test_a_table_at_80_columns_shows_the_text(run: Run, on_replay: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in ("crawl", "analyse", "index"):
        assert run(step)[0] == 0
    monkeypatch.setenv("COLUMNS", "80")
    code, said = run("query", "携程", "--limit", "3")
    assert code == 0, said
    assert "Asia/Shanghai" in said
    _, lines = run("query", "携程", "--limit", "3", "--format", "jsonl")
    texts = ["".join(json.loads(line)["text"].split()) for line in lines.splitlines()]
    bare = "".join(said.split())
    assert all(text[:12] in bare for text in texts), said


def test_from_crawl_to_answer(run: Run, on_replay: None, tmp_path: Path) -> None:
    """Crawl, analyse and index by hand; ask in three forms; rebuild, back up and restore: the answer stays the same."""
    for step in ("crawl", "analyse", "index"):
        code, said = run(step)
        assert code == 0, said
    code, lines = run("query", "携程", "--format", "jsonl", "--limit", "1000")
    documents = [json.loads(line) for line in lines.splitlines()]
    assert code == 0
    assert len(documents) > 5
    assert all("携程" in document["text"] for document in documents)
    times = [document["@timestamp"] for document in documents]
    assert times == sorted(times, reverse=True)

    _, table = run("query", "携程 AND sentiment:negative", "--since", "1d")
    assert "negative" in table
    assert "mentions shown" in table
    _, cells = run("query", "携程", "--format", "csv", "--limit", "1000")
    assert cells.startswith("\ufeff"), "without it Excel reads no Chinese"
    rows = list(csv.DictReader(io.StringIO(cells.removeprefix("\ufeff"))))
    assert [row["id"] for row in rows] == [document["id"] for document in documents]
    assert all(row["@timestamp"].endswith("+08:00") for row in rows)
    assert {"emotion", "intent", "story.id", "customer.id"} < set(rows[0])
    as_files(run, tmp_path, documents)
    for arguments, said_so in {
        ("platform:微博",): r"no mention has platform:微博 \(did you mean weibo\?\); the index has .*weibo",
        ("携程", "--brand", "携城"): r"no such brand \(did you mean 携程\?\): known are .*当当",
        ("携程", "--since", "1d", "--until", "2d"): r"--since 1d is not before --until 2d",
        ("携程", "--since", "2100-01-01"): r"--since 2100-01-01 is not before now",
        ("携程", "--format", "xlsx"): r"name a file, such as --out mentions.xlsx",
    }.items():
        code, said = run("query", *arguments)
        assert re.search(said_so, said), said
        assert code == (0 if arguments[0].startswith("platform") else 1)
    assert [row["url.full"] for row in rows] == [document["url"]["full"] for document in documents]

    assert run("links", "import", str(DEMO / "customers.csv"))[0] == 0
    code, said = run("backup", "kept")
    assert code == 0, said
    for command in (("rebuild",), ("restore", "kept")):
        code, said = run(*command)
        assert code == 0, said
        _, again = run("query", "携程", "--format", "jsonl", "--limit", "1000")
        assert [json.loads(line)["url"] for line in again.splitlines()] == [one["url"] for one in documents]


def test_a_changed_brand_is_tried_told_and_brought_to_older_posts(
    run: Run, on_replay: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    shutil.copytree(DEMO, config)
    monkeypatch.setenv("TINGFENG_CONFIG", str(config))
    monkeypatch.setenv("COLUMNS", "300")
    for step in ("crawl", "analyse", "index"):
        assert "backfill" not in run(step)[1]
    assert "携程 NOT 酒店" not in (config / "brands" / "携程.yaml").read_text(encoding="utf-8")
    draft = tmp_path / "携程.yaml"
    draft.write_text("name: 携程\nquery: 携程 NOT 酒店\n", encoding="utf-8")
    code, said = run("brands", "diff", str(draft))
    assert code == 0, said
    numbers = re.search(r"Of [\d,]+ posts, held against 携程: (\d+) stay mentions\s+\+ 0 gained\s+- (\d+) lost", said)
    assert numbers, said
    assert min(map(int, numbers.groups())) > 0
    before = len(run("query", "携程", "--brand", "携程", "--format", "jsonl", "--limit", "1000")[1].splitlines())
    shutil.copyfile(draft, config / "brands" / "携程.yaml")
    assert "run `tingfeng backfill`" in run("analyse")[1]
    assert "run `tingfeng backfill`" in run("doctor")[1]
    page = tmp_path / "page.html"
    assert run("report", "--out", str(page))[0] == 0
    assert 'data-notice="changed"' in page.read_text(encoding="utf-8")
    assert re.search(r"[1-9]\d* batches were analysed by another version", run("backfill", "--later")[1])
    code, said = run("backfill", "--fresh")
    assert code == 0, said
    after = len(run("query", "携程", "--brand", "携程", "--format", "jsonl", "--limit", "1000")[1].splitlines())
    assert before - after == int(numbers[2])
    assert "backfill" not in run("analyse")[1]
    assert run("report", "--out", str(page))[0] == 0
    assert 'data-notice="changed"' not in page.read_text(encoding="utf-8")
    code, said = run("doctor")
    assert code == 0, said
    assert "0 batches were analysed by another version" in said
    assert run("brands", "diff", str(tmp_path / "none.yaml"))[0] == 1


def test_the_doctor_refuses_what_a_crawl_refuses_with_file_and_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    for folder in ("brands", "platforms"):
        (config / folder).mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_CONFIG", str(config))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "1000")
    brand = config / "brands" / "xinghe.yaml"
    brand.write_text(
        "name: 星河\nquery: 星河\ncrawl:\n  - {feed: weibo, query: 星河}\n  - {feed: rss, query: 星河}\n"
        "  - {feed: nodebb, query: 星河}\n  - {feed: weibo_search, query: 星河}\n",
        encoding="utf-8",
    )
    platform = config / "platforms" / "weibo_search.yml"
    platform.write_text("delay: 1\ncookie_env: WEIBO_COOKIE\n")
    code, said = run("doctor")
    assert code == 1
    assert f"{brand}:4: crawl.0: feed 'weibo': no such feed: use one of {', '.join(feeds())}" in said
    assert f"{brand}:5: crawl.1: rss '星河': give the address of a feed" in said
    assert f"{brand}:6: crawl.2: " in said
    assert f"{platform}:2: cookie_env: WEIBO_COOKIE is not set: export it" in said
    refused = run("crawl")
    assert refused[0] == 1
    monkeypatch.setenv("WEIBO_COOKIE", "SUB=1")
    assert "cookie_env" not in run("doctor")[1]
    platform.write_text("cookie_env: ABCDEF0123456789\n")
    for command in ("doctor", "crawl"):
        assert "ABCDEF0123456789" not in run(command)[1]
    platform.rename(config / "platforms" / "weibo.yaml")
    for command in ("doctor", "crawl"):
        code, said = run(command)
        assert code == 1
        assert f"{config / 'platforms' / 'weibo.yaml'}:1: 'weibo' is no feed: name the file after one of" in said
