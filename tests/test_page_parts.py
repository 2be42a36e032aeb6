"""The pieces of the page: figures with their intervals, charts' geometry, and a post's words and address."""

import itertools
import re

import pytest

from dashboards.charts import bars, lines, stacked_columns
from dashboards.page import shown
from dashboards.page.phrases import NAMES, PHRASES, Both
from indexing.metrics.wilson import net_sentiment, share


def test_a_figure_carries_its_interval() -> None:
    half, none = share(5, 10), share(0, 10)
    assert half and none
    assert (half.low, half.value, half.high) == pytest.approx((0.2366, 0.5, 0.7634), abs=1e-4)
    assert (none.low, none.value, none.high) == pytest.approx((0, 0, 0.2775), abs=1e-4)
    assert share(0, 0) is None
    assert net_sentiment(0, 0) is None
    three_to_one = net_sentiment(75, 25)
    assert three_to_one
    assert three_to_one.value == pytest.approx(0.5)
    assert three_to_one.low < three_to_one.value < three_to_one.high


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("https://weibo.example/1?a=b&c=<d>", True),
        ("http://127.0.0.1:8000/x", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" https://a.example", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("http://", False),
        ("http://[", False),
        ("https://a.example/" + "x" * 10_000, False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(address: str | None, followed: bool) -> None:
    assert shown.link(address) == (address if followed else None)


def test_a_posts_words_stay_words() -> None:
    assert shown.prose("a\x00b\n\n c") == "a\ufffdb c"
    assert shown.prose("\u202eabc\u2067") == "abc"
    assert shown.prose("字" * 10_000, 5) == "字字字字…"
    assert str(shown.say(Both("{x}", "<b>"))).count("&lt;b&gt;") == 1


def test_columns_are_as_high_as_their_counts() -> None:
    chart = stacked_columns([(10, 0, 30), (0, 0, 0), (5, 5, 5)])
    top, zero = chart.ticks[-1], chart.ticks[0]
    assert (zero.value, zero.y) == (0, chart.height)
    assert top.value >= 40
    a_mention = (zero.y - top.y) / top.value
    first, empty, last = chart.columns
    assert [part.length for part in empty.segments] == [0, 0, 0]
    assert first.segments[2].start == pytest.approx(chart.height - 40 * a_mention, abs=0.01)
    assert first.segments[0].length == pytest.approx(10 * a_mention, abs=0.01)
    assert [part.length for part in last.segments] == pytest.approx(
        [5 * a_mention, 5 * a_mention - 1, 5 * a_mention - 1], abs=0.01
    )


@pytest.mark.parametrize("columns", [1, 2, 7, 14, 30, 31, 39, 48, 90, 366])
def test_columns_and_labels_never_run_into_each_other(columns: int) -> None:
    chart = stacked_columns([(1, 1, 1)] * columns)
    for left, right in itertools.pairwise(chart.columns):
        assert left.x + left.width < right.x
    assert chart.columns[-1].x + chart.columns[-1].width <= 100
    for labelled, most in (({"always"}, 5), ({"always", "wide"}, 14)):
        places = [at for at, column in enumerate(chart.columns) if column.labelled in labelled]
        assert 1 <= len(places) <= most
        assert places[-1] == columns - 1
        assert len({b - a for a, b in itertools.pairwise(places)}) <= 1


@pytest.mark.parametrize("largest", [0, 1, 3, 9, 10, 11, 99, 1_000_001])
def test_the_scale_reaches_the_largest_column_in_few_whole_steps(largest: int) -> None:
    ticks = [tick.value for tick in stacked_columns([(largest,)]).ticks]
    assert ticks[0] == 0
    assert ticks[-1] >= largest
    assert 2 <= len(ticks) <= 7
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


def test_the_longest_bar_fills_the_width() -> None:
    (half, whole), (nothing,) = bars([(1, 1), (1, 3)]), bars([(0, 0)])
    assert [(part.start, part.length) for part in whole.segments] == [(0, 25), (25, 75)]
    assert sum(part.length for part in half.segments) == 50
    assert [part.length for part in nothing.segments] == [0, 0]


def test_every_phrase_is_said_in_both_languages() -> None:
    everything = [*PHRASES.values(), *(words for names in NAMES.values() for words in names.values())]
    for chinese, english in everything:
        assert chinese.strip()
        assert not re.search("[\u4e00-\u9fff]", english)
        assert chinese.count("{") == english.count("{")


def test_lines_keep_their_gaps_and_go_below_zero() -> None:
    made = lines([[0.5, None, -0.5, -0.25], [None, None, None, 1.0]], height=200, top=0)
    assert [tick.value for tick in made.ticks] == [-0.5, 0.0, 0.5, 1.0]
    first, second = made.lines
    assert first.heights == (66.667, None, 200.0, 166.667)
    assert first.pieces == ((2, 200.0, 166.667),), "a day without a value joins nothing"
    assert second.pieces == ()
    assert [made.middle(place) for place in range(4)] == [12.5, 37.5, 62.5, 87.5]


@pytest.mark.parametrize("values", [[], [[]], [[None, None]], [[0.0]], [[-3.0, -2.0]], [[1e9]], [[0.001, -0.002]]])
def test_any_lines_have_a_scale_that_holds_them_and_zero(values: list[list[float | None]]) -> None:
    made = lines(values)
    marks = [tick.value for tick in made.ticks]
    known = [value for line in values for value in line if value is not None]
    assert 2 <= len(marks) <= 8
    assert min([0.0, *known]) >= marks[0]
    assert max([0.0, *known]) <= marks[-1]
    assert 0 in marks
