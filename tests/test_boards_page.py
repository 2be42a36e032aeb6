"""The page of all dashboards: whole, in two languages, at two widths, and safe whatever posts say."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from crawlers.post import Author
from dashboards.boards import boards
from dashboards.page.boards import gather_boards
from dashboards.page.render import render_boards
from dashboards.report import write_boards
from indexing.elasticsearch.store import Store
from indexing.mentions.document import analysis_part, document_id, page_part
from indexing.mentions.search import cell
from indexing.people.pseudonyms import Pseudonyms
from tests import board_data
from tests.clicked_marks import wrong_marks
from tests.soaking import in_part

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from nlp.mention import Mention

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</script></style></title><!-- {{ 7 * 7 }} {% raw %}",
    "\u202e\u2067反写 exe.txt\u2028",
    "W" * 10_000,
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "@SUM(1)",
    "－cmd|' /C calc'!A0",
)
ADDRESSES = ("javascript:alert(4)", 'https://a.example/"onmouseover=alert(3)', "https://ok.example/1")
WIDTHS = (1440, 360)


@dataclass(frozen=True)
class Written:
    """The store and the page made of it."""

    store: Store
    path: Path


@pytest.fixture(scope="module")
def written(
    new_store: "Callable[[], Store]", mention_of: "Callable[..., Mention]", tmp_path_factory: pytest.TempPathFactory
) -> Written:
    from elasticsearch.helpers import bulk

    store = new_store()
    store.open_months({"2026.11"})
    actions: list[dict[str, Any]] = []
    for number, text in enumerate((*HOSTILE, *(f"普通的帖子{n}" for n in range(30)))):
        made = mention_of(
            number,
            text=text,
            title=text[:200],
            url=f"https://ok.example/{number}",
            brand=board_data.BRANDS[number % 3],
            region=board_data.REGIONS[number % 3],
            links=board_data.LINKS[: number % 3],
            published_at=board_data.UNTIL - timedelta(hours=number, minutes=1),
            author=Author(id=f"u{number}", name=text[:80] or "x", followers=20_000, verified=True),
        )
        source = {**analysis_part(made, board_data.UNTIL), **page_part(made, Pseudonyms(b"0123456789abcdef"))}
        source["url"] = {"full": ADDRESSES[number % 3]}
        source["sentiment"] = {"label": ("negative", "neutral", "positive")[number % 3]}
        source |= {"emotion": "angry", "intent": "complaint", "keywords": [text[:30]], "customer": {"id": text[:60]}}
        if number % 4 == 1:  # a lead is no customer
            source["intent"] = "purchase"
            del source["customer"]
        source |= {"story": {"id": "s", "role": "origin"}, "event": {"ingested": board_data.UNTIL.isoformat()}}
        source |= {"speaker": "ugc", "entities": [text[:30]]}
        actions.append({"_index": store.month_alias("2026.11"), "_id": document_id(made), "_source": source})
    for kind in board_data.KINDS:
        for id, document in board_data.others(kind):
            if kind == "stories":
                document["title"] = HOSTILE[len(id) % len(HOSTILE)]
            if kind == "notes":
                document["text"] = HOSTILE[int(id[-1]) % len(HOSTILE)]
            actions.append({"_index": store.alias(kind), "_id": id, "_source": document})
    bulk(store.client, actions, refresh=True)
    path = tmp_path_factory.mktemp("page") / "boards.html"
    return Written(store=store, path=write_boards(store, path, until=board_data.UNTIL, days=timedelta(days=14)))


@pytest.fixture(scope="module")
def opened(browser: "Browser", written: Written) -> "Callable[[int], Page]":
    """Give the page at a width; it is loaded once, for that is what takes longest."""

    @cache
    def at(width: int) -> "Page":
        made = browser.new_page(viewport={"width": width, "height": 900})
        made.goto(written.path.as_uri())
        return made

    return at


@pytest.fixture(params=WIDTHS)
def page(opened: "Callable[[int], Page]", request: pytest.FixtureRequest) -> "Page":
    """Give the page at every width, in the language and with the lists closed as when it was opened."""
    made = opened(request.param)
    made.evaluate("location.hash = ''; document.querySelector('[data-language=\"zh-CN\"]').click()")
    made.wait_for_selector("#posts", state="hidden")
    return made


def test_the_page_is_the_same_for_the_same_data(written: Written) -> None:
    data = gather_boards(written.store, until=board_data.UNTIL, days=timedelta(days=14))
    assert render_boards(data) == written.path.read_text(encoding="utf-8")


def test_every_panel_is_there_with_something_in_it_and_nothing_runs_or_overflows(page: "Page") -> None:
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.reload()
    there = page.eval_on_selector_all("[data-panel]", "all => all.map(e => e.dataset.panel)")
    assert there == [f"{id}/{panel.id}" for id, board in boards().items() for panel in board.panels]
    empty = "e => e.querySelector('[data-row], [data-document], [data-withheld]') === null"
    assert page.eval_on_selector_all("[data-panel]", f"all => all.filter({empty}).map(e => e.dataset.panel)") == []
    for language in ("zh-CN", "en"):
        page.click(f'[data-language="{language}"]')
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        heading = page.locator("#h-overview").inner_text()
        assert ("品牌总览" in heading) == (language == "zh-CN")
    assert said == []


def test_hostile_texts_stand_as_text(page: "Page") -> None:
    quoted = page.locator('[data-panel="mentions/latest-mentions"] .said').all_inner_texts()
    assert any("<script>alert(1)</script>" in text for text in quoted)
    assert any("{{ 7 * 7 }}" in text for text in quoted)
    assert not any("\u202e" in text or "\u2067" in text for text in quoted)
    addresses = page.eval_on_selector_all("main a[target]", "all => all.map(a => a.getAttribute('href'))")
    assert addresses
    assert all(address.startswith("https://") for address in addresses)
    assert page.locator("main img, main script, main iframe").count() == 0


@pytest.mark.parametrize("page", in_part(WIDTHS, 1440), indirect=True)  # the lists know nothing of the width
def test_every_figure_leads_to_as_many_posts_as_it_says(page: "Page") -> None:
    found = wrong_marks(page)
    assert found["wrong"] == []
    keys = {"brand", "customer", "emotion", "entity", "from", "indexed_from", "indexed_to", "intent", "link"}
    keys |= {"platform", "precision", "region", "role", "sentiment", "site", "speaker", "to", "voice", "word"}
    assert keys == set(found["kinds"])
    assert found["clicked"] > 100


@pytest.mark.parametrize(
    "figure",
    [
        '[data-panel="overview/mentions"] .figure .mark',
        '[data-panel="overview/platforms"] .bar .mark',
        '[data-panel="overview/sentiment-by-day"] rect.negative',
        '[data-panel="voices/words"] .name .mark',
        '[data-panel="voices/emotions-by-day"] .legend .mark',
        '[data-panel="clients/platforms"] .bar .mark',
        '[data-panel="rivals/compared"] td .mark',
        '[data-panel="overview/latest-mentions"] .more',
        '[data-panel="overview/top-stories"] .said .mark',
        '[data-panel="spread/coordination"] .said .mark',
    ],
)
def test_a_click_with_the_mouse_shows_posts(page: "Page", figure: str) -> None:
    page.locator(figure).first.click()
    page.wait_for_selector("#posts:not([hidden])")
    assert page.url.partition("#")[2].startswith("posts")


def test_share_of_voice_is_withheld_with_the_reason(written: Written, page: "Page") -> None:
    said = page.locator('[data-panel="overview/share-of-voice"] [data-withheld]').inner_text()
    assert "采集记录" in said
    assert page.locator('[data-panel="overview/share-of-voice"] [data-row]').count() == 0


def test_a_csv_holds_no_formula(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexing.mentions import search as searching
    from tingfeng import app

    documents = [{"text": text, "title": text, "author": {"name": text}, "tags": [text]} for text in HOSTILE]
    monkeypatch.setattr(searching, "search", lambda *_, **__: iter(documents))
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda: None)
    done = CliRunner().invoke(app, ["query", "x", "--format", "csv"])
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert len(rows) == 1 + len(HOSTILE)
    cells = [value for row in rows[1:] for value in row if value]
    assert not [value for value in cells if value.startswith(("=", "+", "-", "@", "－"))]
    assert cell({"tags": ["=1+1"]}, "tags") == "'=1+1"
