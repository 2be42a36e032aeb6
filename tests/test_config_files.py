"""A file of config/ that nothing would read is told, and what YAML reads otherwise than a person wrote it too."""

from pathlib import Path

import pytest

from config.case_rules import load_case_rules
from config.channel import load_channels
from config.files import FILES, FOLDERS, check_files
from config.load import ConfigError
from config.privacy import load_privacy
from config.rota import check_channels, load_rota
from config.rule import load_rules
from indexing.alerts.channels import check_kinds
from indexing.people.roles import check_roles
from indexing.pipeline import load_config

BRAND = "name: 星河\nquery: 星河\n"
ROTA = """\
people:
  lin: {name: 林, channels: [ops]}
shifts:
  - {name: 全天, people: [lin], from: 00:00, to: 24:00}
"""
RULE = """\
title: 突增
when: {kind: KIND}
severity: notice
owner: 客服
runbook: 看
tests:
  - {name: 多, fires: true, count: 5}
  - {name: 少, fires: false, count: 0}
"""


def put(folder: Path, name: str, text: str = BRAND) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("brands/a.YAML", "rename it to a.yaml"),
        ("brands/a.yaml.txt", "rename it to a.yaml"),
        ("brands/old/a.yaml", "move it into"),
        ("brand/a.yaml", "rename it to brands"),
        ("Rules/a.yaml", "rename it to rules"),
        ("rules", "is a folder with one file for each"),
        ("rota.yml", "rename it to rota.yaml"),
        ("retentoin.yaml", "rename it to retention.yaml"),
        ("Privacy.yaml", "rename it to privacy.yaml"),
    ],
)
def test_a_file_that_nothing_reads_is_told(tmp_path: Path, name: str, remedy: str) -> None:
    put(tmp_path, name)
    with pytest.raises(ConfigError, match=remedy) as told:
        check_files(tmp_path)
    assert str(told.value).startswith(f"{tmp_path / Path(name).parts[0]}")


def test_what_is_read_and_what_is_somebody_elses_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    put(tmp_path, "brands/a.yaml")
    put(tmp_path, "brands/._a.yaml", "\x00\x05")  # what another system leaves beside each file
    put(tmp_path, "brands/.#b.yaml", "half a fi")
    put(tmp_path, "customers/orders.csv", "id\n")
    put(tmp_path, "compose.yaml", "services: {}\n")
    put(tmp_path, "notes/a.yaml")
    assert [brand.name for brand in load_config()] == ["星河"]


def test_all_that_has_a_schema_has_its_place(tmp_path: Path) -> None:
    for name in FILES:
        put(tmp_path, name)
    for name in FOLDERS:
        put(tmp_path, f"{name}/a.yml")
    check_files(tmp_path)


@pytest.mark.parametrize("name", ["pictures.yaml", "imports/a.yaml", "cases.yaml", "campaigns/a.yaml"])
def test_every_file_is_checked_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    put(tmp_path, "brands/a.yaml")
    put(tmp_path, name, "nonsense: 1\n")
    with pytest.raises(ConfigError, match=f"{name}:1: nonsense: unknown field"):
        load_config()


def test_working_hours_are_read_as_they_are_usually_written(tmp_path: Path) -> None:
    for begin, end in (("09:00", "18:30"), ("9:00", "18:30"), ("'09:00'", "'18:30'")):
        put(tmp_path, "cases.yaml", f"hours: {{begin: {begin}, end: {end}}}\n")
        hours = load_case_rules(tmp_path / "cases.yaml").hours
        assert (hours.begin, hours.end) == (9 * 60, 18 * 60 + 30)
    put(tmp_path, "cases.yaml", "hours:\n  begin: 9\n")
    with pytest.raises(ConfigError, match=r"cases.yaml:2: hours.begin: got 9: write a time of day such as 09:00"):
        load_case_rules(tmp_path / "cases.yaml")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ROTA + "time_zone: [Asia/Shanghai]\n", "5: time_zone: got .*write a time zone"),
        (ROTA.replace("[lin]", "[wu]"), "3: shifts: 全天: nobody is called 'wu'"),
        (ROTA.replace("24:00", "18:00"), "3: shifts: nobody is on duty"),
        (ROTA.replace("lin", "on_duty"), "2: people: on_duty: is what escalations call"),
        (ROTA + "fallback: wu\n", "5: fallback: nobody is called"),
        (ROTA.replace("lin", "no"), "2: people.no: YAML reads this key as yes or no, .*in 'no':"),
        (ROTA + "quiet_hours: [{days: [on], from: 22:00, to: 8:00}]\n", "5: quiet_hours.0.days.0: must be 'mon'"),
    ],
)
def test_a_rotas_fault_is_told_in_its_line(tmp_path: Path, text: str, fault: str) -> None:
    put(tmp_path, "rota.yaml", text)
    with pytest.raises(ConfigError, match=f"rota.yaml:{fault}") as told:
        load_rota(tmp_path / "rota.yaml")
    assert len(str(told.value).splitlines()) == 1


def test_a_person_is_not_called_as_a_channel(tmp_path: Path) -> None:
    put(tmp_path, "channels/ops.yaml", "kind: webhook\n")
    put(tmp_path, "rota.yaml", ROTA.replace("lin", "ops"))
    rota = load_rota(tmp_path / "rota.yaml")
    assert rota
    with pytest.raises(ConfigError, match=r"rota.yaml:2: people.ops: a channel is called so too"):
        check_channels(rota, load_channels(tmp_path / "channels"), tmp_path / "rota.yaml")


@pytest.mark.parametrize("instead", ["ops", "opx"])
def test_a_channel_that_stands_in_is_another_one(tmp_path: Path, instead: str) -> None:
    put(tmp_path, "ops.yaml", f"kind: webhook\ninstead: {instead}\n")
    put(tmp_path, "mail.yaml", "kind: email\ninstead: ops\n")
    with pytest.raises(ConfigError, match=f"ops.yaml:2: instead: '{instead}' is no other channel: there are mail"):
        check_kinds(load_channels(tmp_path), tmp_path)


def test_a_role_sees_kinds_of_values_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "privacy.yaml"
    put(tmp_path, path.name, "roles:\n  operator: {sees: [all]}\n  shop: {sees: [name, phnoe]}\n")
    with pytest.raises(ConfigError, match=r"privacy.yaml:3: roles.shop.sees.1: 'phnoe' is no kind .*phone"):
        check_roles(load_privacy(path), path)


def test_of_a_rule_of_no_kind_the_kind_alone_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", RULE.replace("KIND", "frequncy"))
    with pytest.raises(ConfigError, match=r"a.yaml:2: when.kind: there is no kind 'frequncy'") as told:
        load_rules(tmp_path)
    assert len(str(told.value).splitlines()) == 1
