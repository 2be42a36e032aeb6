"""`tingfeng customers`: what people see, never a value as it is; and the links that a source's handles make."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import tingfeng
from config.errors import UserError
from indexing.customers import link, link_new
from indexing.customers.link_records import read_links
from indexing.customers.sync.run import sync
from indexing.customers.sync.trying import masked
from tests.customer_files import KEPT, source
from tests.test_customers import customers_of, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
TEXT = """\
编号,姓名,手机,邮箱,微博,工单主题
C1,甲示例,13912340001,jia@example.com,晴天的橘猫,x
C2,乙示例,1.39E+10,,,x
C3,丙示例,1.38E+10,,,x
"""
FIELDS: dict[str, Any] = {
    "customer": "编号",
    "name": {"column": "姓名", **KEPT},
    "phone": {"column": "手机", **KEPT},
    "email": {"column": "邮箱", **KEPT, "basis": "consent", "purpose": "marketing"},
    "handles": {"weibo": {"column": "微博", **KEPT}},
}


@pytest.fixture
def config(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config").mkdir()
    return data / "config"


def crm(config: Path, text: str = TEXT) -> Any:
    (config / "crm.csv").write_text(text, encoding="utf-8")
    return source(config, "crm", "customer", {"kind": "file", "path": "crm.csv"}, FIELDS)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(tingfeng.app, ["customers", *words], env={"COLUMNS": "200"})
    if isinstance(done.exception, UserError):
        raise done.exception
    return done.exit_code, done.output


def test_a_trial_shows_what_would_be_kept_and_nobodys_values(config: Path, data: Path) -> None:
    crm(config)
    code, told = run("try", "crm")
    assert code == 1
    assert "139********" in told
    assert "(sealed; service, contract, while a customer)" in told
    assert "read 3 = usable 1 + dead 2; nothing was written" in told
    assert "dead: 2 × 手机: '…' was rounded by a spreadsheet" in told
    for personal in ("甲示例", "13912340001", "jia@", "橘猫", "1.39E"):
        assert personal not in told
    assert not (data / "dead").exists()
    assert not (data / "watermarks").exists()


def test_sources_are_listed_with_what_came_of_them(config: Path) -> None:
    with pytest.raises(UserError, match="no source yet: write one as docs/customer-sources"):
        run("sources")
    crm(config)
    code, told = run("sources")
    assert code == 0
    assert told.splitlines()[1].split()[:4] == ["crm", "customer", "file", "never"]


def test_a_faulty_source_is_told_before_anything_runs(config: Path) -> None:
    crm(config)
    path = config / "customers" / "crm.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("basis: contract", "base: contract"), encoding="utf-8")
    with pytest.raises(UserError, match=r"crm\.yaml:\d+: fields\.name: is personal and does not say its basis"):
        run("sources")


@pytest.mark.parametrize("value", ["13912340001", "甲示例", "a@example.com", "甲", "+85251239876", "北京市海淀区"])
def test_a_masked_value_is_never_the_value(value: str) -> None:
    assert value not in masked(value)


def test_a_handle_that_a_source_states_links_with_the_source_as_evidence(emptied_store: "Store", config: Path) -> None:
    put(emptied_store, mention(1, "1001", "晴天的橘猫"))
    stated = crm(config)
    sync(emptied_store, stated, now=NOW)
    assert link(emptied_store, now=NOW).made == 1
    ((one,),) = ([found.link for found in read_links(emptied_store).values()],)
    assert one.evidence
    assert (one.customer, one.evidence.file, one.evidence.line, one.evidence.column) == ("C1", "crm", 1, "微博")
    sync(emptied_store, crm(config, TEXT.replace("晴天的橘猫", "").replace("E+10", "")), now=NOW)
    assert link_new(emptied_store, now=NOW).revoked == 1
    assert customers_of(emptied_store) == {"1": None}
