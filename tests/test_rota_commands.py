"""The commands of the rota, of incidents and of silences, in an installation of the test's own."""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tingfeng
from config import settings
from config.rule import Severity
from config.settings import DAY_ZONE
from indexing.alerts import records
from indexing.elasticsearch.store import Store
from tests.alert_examples import example
from tests.test_alerts import RULE
from tests.test_rota import ROTA

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    data: Path,
    es_url: str,
    emptied_es: "Elasticsearch",
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Run one command in an installation of the test's own; give its exit code and what it said on both channels."""
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    monkeypatch.setenv("COLUMNS", "200")
    (data / "config" / "channels").mkdir(parents=True)
    for name in ("ding", "mail", "boss-room"):
        (data / "config" / "channels" / f"{name}.yaml").write_text("kind: dingtalk\n", encoding="utf-8")
    (data / "config" / "rota.yaml").write_text(ROTA, encoding="utf-8")

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


def test_people_swap_look_ahead_and_subscribe(run: Run, data: Path) -> None:
    day = datetime.now(DAY_ZONE).date() + timedelta(days=2)
    tuesday = day + timedelta(days=(1 - day.weekday()) % 7)
    saturday = tuesday + timedelta(days=4)
    t, d = f"{tuesday}", f"{tuesday:%m-%d}"
    assert f"值班 on duty {d} 10:00: 张三、李四" in run("rota", "at", f"{t} 10:00")[1]
    swapped = run(
        "rota", "swap", "张三", "wang", "--from", t, "--until", f"{tuesday + timedelta(days=1)}", "--by", "li",
        "--reason", "看病",
    )  # fmt: skip
    assert swapped[0] == 0, swapped[1]
    assert "张三 ⇄ 王五 swap, by 李四: 看病" in swapped[1]
    code, said = run("rota", "at", f"{t} 03:10", "--severity", "crisis")
    assert (code, f"值班 on duty {d} 03:10: 张三" in said, "首次通知 first message: ding (张三)" in said) == (
        0,
        True,
        True,
    )
    assert "第 2 步 step 2: mail (王五), boss-room" in said
    away = run(
        "rota", "override", "--instead-of", "wang", "--from", f"{saturday} 18:00",
        "--until", f"{saturday + timedelta(days=1)}", "--by", "li",
        "--reason", "病假",
    )  # fmt: skip
    assert away[0] == 1
    left = f"{saturday} 18:00 – {saturday + timedelta(days=1)} 00:00"
    assert f"nobody would be on duty {left}: name who takes over with --who" in away[1]
    (id,) = re.findall(r"override (\w+):", swapped[1])
    assert id in run("rota", "overrides")[1]
    assert f"{d} 00:00 – {d} 09:00  张三" in run("rota", "list", "--days", "30")[1]
    assert run("rota", "ics", "张三", "--out", str(data / "zhang.ics"))[0] == 0
    assert b"BEGIN:VEVENT" in (data / "zhang.ics").read_bytes()
    link = run("rota", "ics", "zhang", "--link")[1]
    assert f"{settings.LOCAL_CONSOLE}/rota/zhang.ics?key=" in link
    assert "set TINGFENG_PUBLIC_URL for phones" in link
    assert run("rota", "ics", "hong")[0] == 1
    assert "0 条值班调整 overrides" in run("rota", "overrides", "--end", id, "--by", "li")[1]


def test_alerts_are_merged_split_and_silenced_by_hand(run: Run, emptied_es: "Elasticsearch") -> None:
    store = Store(emptied_es)
    store.ensure()
    records.begin(store, example("burst.xinghe.1", incident="burst.xinghe.1"))
    records.begin(store, example("burst.xinghe.2", incident="burst.xinghe.2", severity=Severity.SERIOUS))
    code, said = run("alerts", "merge", "burst.xinghe.1", "burst.xinghe.2", "--by", "张三", "--reason", "同一件事")
    assert (code, "incident burst.xinghe.1: burst.xinghe.1, burst.xinghe.2" in said) == (0, True), said
    listed = run("alerts", "list")[1]
    assert "警情 incident burst.xinghe.1: 2 条预警 alerts, crisis" in listed
    assert "2 条未解除 firing，1 个警情 in 1 incidents" in listed
    assert "by zhang" in run("alerts", "explain", "burst.xinghe.2")[1]
    assert run("alerts", "split", "burst.xinghe.2", "--by", "li")[0] == 0
    assert run("alerts", "merge", "burst.xinghe.1", "nothing.1", "--by", "li")[0] == 1
    code, said = run("alerts", "silence", "--brand", "xinghe", "--for", "8d", "--by", "li", "--reason", "x")
    assert (code, "lasts 1w at most" in said) == (1, True)
    code, said = run(
        "alerts", "silence", "--brand", "xinghe", "--for", "3h", "--by", "li", "--reason", "x", "--preview"
    )
    assert (code, "it would have muted 2 alerts" in said, "1 were a crisis" in said) == (0, True, True)
    assert "0 个静默 silences" in run("alerts", "silences")[1]


def test_a_silence_is_of_the_brand_that_people_mean_and_of_none_that_there_is_not(run: Run, data: Path) -> None:
    """Alerts bear the brand's id: a silence of its name, or of a misspelt one, would quietly match nothing."""
    for folder, id, content in (
        ("brands", "xinghe", "name: 星河\nquery: 星河\n"),
        ("rules", "burst", json.dumps(RULE.model_dump(mode="json", exclude={"id", "channels"}, exclude_defaults=True))),
    ):
        (data / "config" / folder).mkdir(exist_ok=True)
        (data / "config" / folder / f"{id}.yaml").write_text(content, encoding="utf-8")
    silence = ("alerts", "silence", "--for", "2h", "--reason", "发布会", "--by", "li")
    made = run(*silence, "--brand", "星河")
    assert made[0] == 0, made[1]
    assert "brand = xinghe  至 until" in run("alerts", "silences")[1]
    for wrong, said in (
        (("--brand", "星何"), "no brand is called '星何'"),
        (("--rule", "brust"), "write one of burst"),
    ):
        code, answer = run(*silence, *wrong)
        assert (code, said in answer) == (1, True), answer
    (id,) = re.findall(r"Silence (\w+) holds", made[1])
    code, answer = run("alerts", "silences", "--end", id)
    assert (code, "--by: say who ends it" in answer) == (1, True), answer
