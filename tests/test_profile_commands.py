"""The commands of profiles, segments, cases and effect, as a colleague types them."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from crawlers.storage import objections
from indexing.cases import records, update_cases
from indexing.elasticsearch import store as store_module
from indexing.people.personal import PersonalKind
from indexing.people.pseudonyms import pseudonyms
from tests.customer_data import personal, said, speak, write_shop
from tests.test_profiles import customer, order
from tests.test_segments import consent
from tingfeng import app

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

GOLD = "name: 金卡不满\nprofile: {field: tier, is: 金卡}\nmentions: {query: 'sentiment:negative', since: 3650d}\n"
SUMMER = """\
name: 夏日清凉节
brand: xinghe
begin: 2026-07-01
end: 2026-07-14
treated: {segment: gold}
control: {segment: rest}
"""


@pytest.fixture
def folder(emptied_store: "Store", data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a configuration with a segment and a campaign, and a store with a gold customer who complains."""
    config = tmp_path / "config"
    for name, text in {
        "segments/gold.yaml": GOLD,
        "segments/rest.yaml": "name: 其余\nprofile: {not: {field: tier, is: 金卡}}\n",
        "campaigns/summer.yaml": SUMMER,
    }.items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(config))
    monkeypatch.setenv("TINGFENG_PERSONAL_KEYS", "t:" + bytes(range(32)).hex())
    monkeypatch.setattr(store_module, "open_store", lambda **_: emptied_store)
    now = datetime.now(UTC)
    month = f"{now.month:02}-{now.day:02}"
    kept = (personal("C1", PersonalKind.BIRTHDAY, f"1990-{month}"), personal("C1", PersonalKind.PHONE, "=13800001"))
    people = [customer(1, 1, tier="金卡", personal=kept), customer(2, 2, tier="普通")]
    write_shop(emptied_store, people, [order(1, 88), consent(1), consent(2, granted=False)])
    at: dict[str, Any] = {"fetched_at": now}
    speak(
        emptied_store,
        [
            said(1, 1, "坏了", label="negative", **at),
            said(2, 3, "想买", intent="purchase", label="neutral", **at),
            *(said(n, 2, "好", label="positive", **at) for n in (3, 4)),
        ],
    )
    update_cases(emptied_store, now=datetime(2026, 8, 4, tzinfo=UTC))
    return tmp_path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_customers_segments_and_effect(folder: Path) -> None:
    assert "2 (all)" in run("customers", "profiles")
    assert json.loads(run("customers", "profile", "C1"))["tier"] == "金卡"
    assert "金卡不满" in run("segments", "list")
    assert "1 customers" in run("segments", "show", "gold")
    out = folder / "list.csv"
    told = run("segments", "export", "gold", "--for", "marketing", "--out", str(out), "--contact", "phone")
    assert "members" in told
    with out.open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["customer"], row["personal.phone"], row["purchases.orders"]) == ("C1", "'=13800001", "1")
    assert "marketing" in run("segments", "exports")
    care = folder / "care.xlsx"
    assert "on record" in run("customers", "care", "--days", "3", "--out", str(care), "--format", "xlsx")
    assert care.stat().st_size > 0
    told = run("effect", "summer", "--out", str(folder / "effect"))
    assert "不下结论" in told
    assert json.loads((folder / "effect" / "effect.json").read_text(encoding="utf-8"))["customers"]["treated"] == 0


def test_whoever_objects_is_no_lead_and_whoever_refuses_a_profile_no_advocate(folder: Path) -> None:
    """What is left of a lead waits to be erased, as after a kill."""
    days = str((datetime.now(UTC) - datetime(2026, 8, 1, tzinfo=UTC)).days + 1)
    objections.add(pseudonyms().of("weibo", "u3"))
    assert "example.org/2" not in run("leads", "--days", days)
    assert "C2" in run("advocates", "--days", days)
    run("privacy", "consent", "C2", "profiling", "--withdrawn")
    assert "C2" not in run("advocates", "--days", days)


def test_leads_advocates_and_cases(folder: Path, emptied_store: "Store") -> None:
    days = str((datetime.now(UTC) - datetime(2026, 8, 1, tzinfo=UTC)).days + 1)
    assert "example.org/2" in run("leads", "--days", days)
    assert "C2" in run("advocates", "--days", days)
    [case] = records.cases_where(emptied_store, {"match_all": {}})
    assert case.id in run("cases", "list")
    shown = run("cases", "show", case.id)
    assert "坏了" in shown
    assert "opened by tingfeng" in shown
    assert "with li" in run("cases", "assign", case.id, "--to", "li", "--by", "zhang")
    for action, state in (("answer", "answered"), ("resolve", "resolved"), ("reopen", "assigned")):
        assert f"is {state}" in run("cases", action, case.id, "--note", "已致电")
    assert "answer" in run("cases", "times", "--since", "3000d")
    assert "0 cases" in run("cases", "list", "--state", "new")
