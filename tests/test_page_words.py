"""Every value that a page can show has words in both languages, and a net sentiment has one scale."""

import re
from collections.abc import Iterable
from importlib import import_module

import pytest

from config.rule import Severity
from crawlers.feeds import feeds
from crawlers.network.report import Verdict
from crawlers.post import Kind, Precision
from dashboards.boards import boards
from dashboards.kibana.columns import formula
from dashboards.names import COLUMNS, NAMES
from dashboards.page import shown
from dashboards.page.wording import worded
from dashboards.panel import Listing
from indexing.alerts.alert import State
from indexing.metrics.of.mentions import NSR, NSR_HIGH, NSR_LOW
from indexing.stories.assign import Role
from nlp.classifier.heads import EMOTIONS, INTENTS
from nlp.mention import Label


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("label", Label),
        ("kind", Kind),
        ("precision", Precision),
        ("verdict", Verdict),
        ("severity", Severity),
        ("state", State),
        ("role", Role),
        ("emotion", EMOTIONS),
        ("intent", INTENTS),
        ("feed", feeds()),
    ],
)
def test_every_value_has_words(kind: str, values: Iterable[str]) -> None:
    for value in values:
        words = NAMES[kind][str(value)]
        assert re.search("[\u4e00-\u9fff]", words.zh)
        assert words.en != str(value), "an English page shows no raw value"


def test_every_crawled_platform_has_words() -> None:
    spiders = [vars(import_module(f"crawlers.platforms.{feed}")).values() for feed in feeds()]
    platforms = {one.platform for every in spiders for one in every if isinstance(getattr(one, "platform", None), str)}
    assert platforms
    assert platforms <= set(NAMES["platform"])


def test_every_list_has_heads_in_words() -> None:
    lists = [one for board in boards().values() for one in board.panels if isinstance(one, Listing)]
    listed = {column for one in lists for column in one.columns}
    assert listed <= set(COLUMNS)


@pytest.mark.parametrize(("value", "text"), [(-0.454, "−0.45"), (1, "+1.00"), (0.004, "0.00"), (-0.004, "0.00")])
def test_net_sentiment_has_one_scale(value: float, text: str) -> None:
    assert shown.score(value) == text
    for metric in (NSR, NSR_LOW, NSR_HIGH):
        assert worded(metric, value).en == worded(metric, value).zh == text
        assert "100" not in formula(metric.of)
    assert "-1 到 1" in NSR.meaning.zh


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("买东西还不够糟心 买东西还不够糟心的呢，不省心", "买东西还不够糟心的呢，不省心"),
        ("好好好 好好好", "好好好 好好好"),
        ("标题 别的内容", "标题 别的内容"),
    ],
)
def test_a_title_is_not_said_twice(text: str, once: str) -> None:
    assert shown.once(text) == once
