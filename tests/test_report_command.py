"""`tingfeng report` writes the brief of one's own brands, and no page leads to one that is not there."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from config.brand import Brand, load_brands
from config.load import ConfigError
from config.settings import DAY_ZONE
from tingfeng import app

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store


@pytest.fixture
def folder(emptied_store: "Store", data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path / "config", xiaomi="小米", acme="ACME 极光")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda: emptied_store)
    return data / "report"


def write(config: Path, **names: str) -> Path:
    for id, name in names.items():
        path = config / "brands" / f"{id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\nquery: 小米\n", encoding="utf-8")
    return config / "brands"


def run(*command: str) -> str:
    done = CliRunner().invoke(app, command)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_brief_is_of_one_brand_or_of_all(folder: Path, tmp_path: Path) -> None:
    run("report")
    assert all(name in (folder / "index.html").read_text(encoding="utf-8") for name in ("小米", "ACME 极光"))
    out = tmp_path / "brief.html"
    assert str(out) in run("report", "--brand", "acme极光", "--days", "7", "--language", "en", "--out", str(out))
    page = out.read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "last 7 days" in page
    assert "<title>听风 Tingfeng · ACME 极光 </title>" in page


def test_the_brief_takes_the_root_of_the_evidence_out_of_our_disks(folder: Path) -> None:
    from indexing.evidence.chain import append
    from indexing.evidence.line import Item
    from indexing.evidence.roots import seal

    run("report")
    assert "data-root" not in (folder / "index.html").read_text(encoding="utf-8"), "nothing is sealed yet"
    noon = datetime(2026, 11, 20, 12, tzinfo=DAY_ZONE)
    append([Item(kind="event", content={"event": "firing"}, keys=("a1",))], now=noon)
    (root,) = seal(noon + timedelta(days=1))
    run("report")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert f'<code data-root="2026-11-20">{root.root}</code>' in page
    (command,) = re.findall(r"<code>tingfeng (prove .*?)</code>", page)
    assert "与写入时一致" in run(*command.split())
    assert "不符" in run(*command.replace(root.root, "0" * 64).split())
    next(folder.parent.rglob("chain/2026-11-20/root.json")).write_text("{", encoding="utf-8")
    run("report")
    assert "data-root" not in (folder / "index.html").read_text(encoding="utf-8")


def test_an_unknown_brand_is_told_with_those_that_there_are(folder: Path) -> None:
    from config.errors import UserError

    with pytest.raises(UserError, match="'大米'.*ACME 极光, 小米"):
        run("report", "--brand", "大米")


def test_a_page_leads_to_the_other_one_only_where_it_lies(folder: Path) -> None:
    brief, boards = folder / "index.html", folder / "boards.html"
    run("dashboards", "page")
    assert 'href="index.html"' not in boards.read_text(encoding="utf-8")
    run("report")
    assert 'href="boards.html"' in brief.read_text(encoding="utf-8")
    run("dashboards", "page")
    assert 'href="index.html"' in boards.read_text(encoding="utf-8")
    boards.unlink()
    run("report")
    assert 'href="boards.html"' not in brief.read_text(encoding="utf-8")
    brief.write_text("<title>another site</title>", encoding="utf-8")
    run("dashboards", "page")
    assert 'href="index.html"' not in boards.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other"), [("小米", "小米"), ("Mi Home", "ＭＩｈｏｍｅ"), ("长城汽车", "長城汽車"), ("小 米", "小\u200b米")]
)
def test_two_brands_of_one_name_are_refused_with_both_files(tmp_path: Path, one: str, other: str) -> None:
    with pytest.raises(ConfigError, match=r"second\.yaml:1: name: .*first\.yaml.*another name"):
        load_brands(write(tmp_path, first=one, second=other))
    assert len(load_brands(write(tmp_path / "apart", first="小米", second="小米之家"))) == 2


def test_kibana_shows_the_names_and_keeps_the_keys() -> None:
    import json

    from dashboards.kibana.build import objects

    views = {
        one["id"]: one
        for one in objects([Brand(id="xiaomi", name="小米", query="小米")])
        if one["type"] == "index-pattern"
    }
    for kind in ("mentions", "stories", "alerts", "accounts"):
        formats = json.loads(views[f"tingfeng-{kind}"]["attributes"]["fieldFormatMap"])
        assert formats["brand"]["params"]["lookupEntries"] == [{"key": "xiaomi", "value": "小米"}]
