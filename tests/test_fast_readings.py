"""What is read a short way says the same as the long way: plain HTML, the usual dates, counts in digits."""

import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.platforms import x_search
from crawlers.reading import dates, markup
from crawlers.recording.record import outcome, read_case

PIECES = (
    *("<p>", "</p>", "<br>", "<br/>", "<a href='/n/x'>", '<a href="/x?a=1&amp;b=2">', "</a>", "<div>", "</div>"),
    *('<span class="url-icon">', "</span>", '<img alt="[笑]" src="x">', "<img alt='😀'>", "<img alt=[x]>", "<img alt>"),
    *('<img class="emoji" alt="ok ">', '<img alt="[&amp;lt;]">', "<em class=k>", "</em>", "<b>", "</b>", "<u>", "</u>"),
    *(
        " ",
        "\n",
        "\t",
        "  ",
        "\xa0",
        "\u3000",
        "\u200b",
        "&nbsp;",
        "&amp;",
        "&lt;b&gt;",
        "&amp;lt;",
        "&#39;",
        "& ",
        "&",
    ),
    *(
        "a&b=c",
        "<",
        ">",
        "文字",
        "word",
        "<!-- c -->",
        "<li>",
        "</li>",
        "<title>",
        "&copy",
        "<blockquote>",
        "</blockquote>",
    ),
)


def tree(luck: random.Random, depth: int = 0) -> str:
    """Return nested HTML as platforms write it."""
    made = ""
    for _ in range(luck.randint(0, 4)):
        if luck.random() < 0.4 or depth > 3:
            made += luck.choice(("文字", " ", "\n", "<br>", '<img alt="[笑]">', "&amp;", "&lt;", "&nbsp;", "@x"))
        else:
            tag = luck.choice(("p", "a", "span", "em", "div", "blockquote", "b", "font"))
            made += f'<{tag} class="k">{tree(luck, depth + 1)}</{tag}>'
    return made


def test_plain_html_reads_as_it_does_through_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = random.Random(14)  # noqa: S311
    pages = [tree(luck) for _ in range(600)]
    pages += ["".join(luck.choices(PIECES, k=luck.randint(1, 9))) for _ in range(600)]
    short = [markup.text_of(page) for page in pages]
    taken = sum(markup._simple(page) is not None for page in pages if "<" in page)
    monkeypatch.setattr(markup, "_simple", lambda page: None)
    assert short == [markup.text_of(page) for page in pages]
    assert taken > 300, "most pages go the short way"


def test_text_that_reads_as_it_is_written_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [around.format(chr(code)) for code in range(0x11000) for around in ("文{}b", "{}b ", "a {}")]
    short = [markup.text_of(text) for text in texts]
    monkeypatch.setattr(markup, "_READ", re.compile(""))
    assert short == [markup.text_of(text) for text in texts]


def test_a_page_of_x_reads_in_one_go_as_post_by_post(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [read_case(path.parent) for path in (Path(__file__).parent / "fixtures" / "x_search").glob("*/posts.json")]
    pages = [(spider, page) for spider, page in cases if page.status == 200 and b'"data":' in page.body]
    short = [outcome(*page) for page in pages]
    monkeypatch.setattr(x_search, "whole", lambda body: None)
    assert short == [outcome(*page) for page in pages]
    assert sum("posts" in page for page in short) > 2


@pytest.mark.parametrize(
    "written",
    [
        "Sat Jan 14 18:39:37 +0800 2023",
        "Thu Feb 29 23:59:59 +0000 2024",
        "2023-01-14T10:39:37.000Z",
        "2023-01-14T10:39:37+0800",
        "2023-01-14T10:39:37.123456-05:30",
        "2026-12-31T23:59:59Z",
    ],
)
def test_the_usual_dates_are_read_the_short_way_as_the_long_one(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = dates.read_usual(written)
    monkeypatch.setattr(dates, "read_usual", lambda written: None)
    assert short == dates.read_date(written) and short[0].tzinfo is UTC


@pytest.mark.parametrize(
    "written", ["2023-02-30T10:39:37Z", "2016-12-31T23:59:60Z", "Sat Jan 14 25:39:37 +0800 2023", ""]
)
def test_what_is_no_time_in_the_usual_form_is_left_to_the_long_way(written: str) -> None:
    assert dates.read_usual(written) is None


def test_a_card_that_cannot_be_read_is_set_aside_with_its_html() -> None:
    spider, response = read_case(Path(__file__).parent / "fixtures" / "weibo_html" / "malformed")
    page = spider.parse_page(response)
    assert page.dead and all(re.match(r'<div class="card-wrap"', dead.content) for dead in page.dead)
    assert response.fetched_at > datetime(2020, 1, 1, tzinfo=UTC)
