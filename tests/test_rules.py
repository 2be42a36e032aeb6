"""Rules are code: each carries its tests, and one that fails them or cannot be read is refused before anything runs."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from config import settings
from config.brand import Brand
from config.channel import Channel, load_channels
from config.kinds.negative_burst import When
from config.load import ConfigError, load
from config.rule import Rule, Severity, check_references, load_rules
from indexing.alerts.channels import check_kinds, kinds

GOOD = """\
title: 负面突增
when:
  kind: negative_burst
  window: 1h
  history: 14d
  min_count: 20
  min_share: 0.5
  ratio: 3
severity: serious
channels: [on-call]
owner: 客服值班
runbook: https://example.org/runbook
quiet: 6h
tests:
  - {name: storm, history: [2, 1, 0, 3, 2, 2, 1, 0, 1, 2, 2, 3], now: {count: 40, negative: 30}, fires: true}
  - {name: evening, history: [12, 9, 9, 11, 9, 12, 9, 9, 10, 9, 11, 9], now: {count: 44, negative: 24}, fires: false}
"""
RULES = sorted([*settings.DEMO_CONFIG.glob("rules/*.yaml"), *(settings.DEMO_CONFIG.parent / "rules").glob("*.yaml")])


def written(folder: Path, text: str, name: str = "rules/burst.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_shipped_rule_keeps_its_promises(path: Path) -> None:
    rule = load(path, Rule)
    for case in rule.tests:
        assert rule.when.judge(case).fires is case.fires, case.name
    assert {case.fires for case in rule.tests} == {True, False}


def test_there_is_a_rule_to_sweep() -> None:
    assert RULES


def test_a_right_rule_is_read(tmp_path: Path) -> None:
    rule = load(written(tmp_path, GOOD), Rule)
    assert rule.id == "burst"
    assert isinstance(rule.when, When)
    assert (rule.when.window, rule.when.history, rule.when.late) == tuple(timedelta(hours=h) for h in (1, 336, 6))
    assert rule.severity is Severity.SERIOUS
    assert rule.parsed is None
    assert rule.watches(Brand(id="any", name="x", query="x"))


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (
            "now: {count: 40, negative: 30}, fires: true",
            "now: {count: 40, negative: 30}, fires: false",
            15,
            "'storm' is to",
        ),
        ("min_count: 20", "min_count: 31", 15, "would stay silent"),
        ("ratio: 3", "ratio: 1", 16, "would fire"),
        ("{name: evening", "{name: ''", 16, "tests.1.name"),
        ("fires: false", "fires: true", 16, "'evening' is to fire"),
        ("count: 40, negative: 30", "count: 29, negative: 30", 15, "no more than `count`"),
        ("title: 负面突增", "title: 负面突增\nwindow: 1h", 2, "unknown field"),
        ("kind: negative_burst", "kind: burst", 3, "no kind 'burst': write one of absence, any,"),
        ("window: 1h", "window: 1", 4, "such as 30m"),
        ("window: 1h", "window: 1 fortnight", 4, "such as 30m"),
        ("window: 1h", "window: 30s", 4, "1m or more"),
        ("history: 14d", "history: 11h", 2, "12 to 2,000"),
        ("history: 14d", "history: 9999999d", 5, "ten years"),
        ("min_share: 0.5", "min_share: 50", 7, "less than or equal to 1"),
        ("  ratio: 3\n", "", 2, "pages: missing: add `pages: {at_most: 2, per: month}`"),
        ("ratio: 3", "ratio: 50\n  pages: {at_most: 2, per: month}", 2, "write 42.56 or less, or leave it out"),
        ("ratio: 3", "season: 4w\n  pages: {at_most: 2, per: month}", 2, "leave one of the two out"),
        ("ratio: 3", "pages: {at_most: 20, per: day}", 2, "write at most 8 per day"),
        ("ratio: 3", "pages: {at_most: 0, per: day}", 8, "greater than 0"),
        ("ratio: 3", "pages: {at_most: 2, per: fortnight}", 8, "'day', 'week', 'month' or 'year'"),
        (
            "window: 1h\n  history: 14d",
            "window: 2m\n  history: 12h\n  pages: {at_most: 2, per: month}",
            2,
            "write 5m or more",
        ),
        ("severity: serious", "severity: bad", 9, "'crisis'"),
        ("severity: serious", "severity: serious\nquery: 星河 AND (", 10, "character"),
        ("owner: 客服值班\n", "", 1, "owner: missing"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, told: str
) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_rules(path.parent)
    message = str(caught.value)
    assert f"{path}:{line}: " in message
    assert told in message


@pytest.mark.parametrize("fires", [True, False])
def test_a_rule_needs_a_case_of_each_verdict(tmp_path: Path, fires: bool) -> None:
    cases = [case for case in yaml.safe_load(GOOD)["tests"] if case["fires"] is not fires]
    text = GOOD.partition("tests:")[0] + yaml.safe_dump({"tests": cases})
    with pytest.raises(ConfigError, match=f"fires: {str(fires).lower()}"):
        load(written(tmp_path, text), Rule)


def test_the_faults_of_all_rules_are_told_together(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("severity: serious", "severity: bad"), "rules/one.yaml")
    written(tmp_path, GOOD.replace("quiet: 6h", "quiet: never"), "rules/two.yaml")
    with pytest.raises(ConfigError) as caught:
        load_rules(tmp_path / "rules")
    assert "one.yaml:9: severity" in str(caught.value)
    assert "two.yaml:13: quiet" in str(caught.value)


def test_a_rule_may_name_only_what_there_is(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("severity: serious", "brands: [xinghe, yinhe]\nseverity: serious"))
    brand = Brand(id="xinghe", name="星河", query="星河")
    channel = Channel(id="on-call", kind="webhook")
    with pytest.raises(ConfigError) as caught:
        check_references(load_rules(path.parent), [brand], [], path.parent)
    message = str(caught.value)
    assert f"{path}:9: brands.1: nothing is called 'yinhe' (known: xinghe)" in message
    assert f"{path}:11: channels.0: nothing is called 'on-call' (known: none yet)" in message
    assert "brands.0" not in message
    there = [brand, Brand(id="yinhe", name="银河", query="银河")]
    check_references(load_rules(path.parent), there, [channel], path.parent)


def test_without_folders_there_are_no_rules_and_no_channels(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "rules") == []
    assert load_channels(tmp_path / "channels") == []


def test_a_channel_file_names_variables_and_never_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "kind: webhook\nsecret_env: HOOK_KEY\n", "channels/on-call.yaml")
    (channel,) = load_channels(tmp_path / "channels")
    assert channel.url_variable == "TINGFENG_CHANNEL_ON_CALL_URL"
    assert (channel.url, channel.secret) == (None, None)
    monkeypatch.setenv("TINGFENG_CHANNEL_ON_CALL_URL", "https://hooks.example/token-123")
    monkeypatch.setenv("HOOK_KEY", "k")
    assert (channel.url, channel.secret) == ("https://hooks.example/token-123", "k")
    assert "token-123" not in repr(channel)
    path = written(tmp_path, "kind: webhook\nurl: https://hooks.example/token-123\n", "channels/on-call.yaml")
    with pytest.raises(ConfigError, match=f"{path}:2: url: unknown field") as caught:
        load_channels(tmp_path / "channels")
    assert "token-123" not in str(caught.value)


def test_a_channel_of_no_kind_is_refused(tmp_path: Path) -> None:
    assert kinds() == ["apprise", "dingtalk", "email", "feishu", "webhook", "wecom"]
    written(tmp_path, "kind: pigeon\n", "channels/on-call.yaml")
    with pytest.raises(
        ConfigError, match="on-call.yaml:1: kind: there is no kind 'pigeon': write one of apprise, dingtalk, email"
    ):
        check_kinds(load_channels(tmp_path / "channels"), tmp_path / "channels")
