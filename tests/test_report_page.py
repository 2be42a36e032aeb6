"""The page shows what the index holds, stands alone, and is safe whatever posts say."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from config.settings import DAY_ZONE
from dashboards.page import read
from dashboards.report import QuestionRefused, gather, render, write_page
from indexing.elasticsearch.store import Store
from tests.clicked_marks import count_behind, listed, wrong_marks

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch
    from playwright.sync_api import Browser, Dialog, Page

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=DAY_ZONE)
SINCE = datetime(2026, 11, 9, tzinfo=DAY_ZONE)
BRANDS = [Brand(id=id, name=name, query=name) for id, name in (("chenxing", "晨星"), ("yunque", "云雀"))]
LABELS = ("negative", "neutral", "positive")
SAID = {
    "negative": ("更新以后相机一直闪退，客服只会说重启", "刚买一个月就死机，门店退款推来推去", "续航虚标，充电发烫"),
    "neutral": ("新机下周三预售", "有人对比过两代屏幕吗", "第三季度出货量环比持平"),
    "positive": ("夜景细节好看，旅行够用", "手感顺滑，系统流畅", "客服当天换了新机，推荐"),
}
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> 晨星",
    "</script></style></title><!-- {{ 7 * 7 }} {% raw %} 晨星",
    "\u202e\u2067反写 exe.txt\u2028晨星 \x00\x07",
    "W" * 10_000,
    "👩‍👩‍👧‍👦🇨🇳 مرحبا 晨星",
)
ADDRESSES = (
    'https://a.example/"onmouseover=alert(3)',
    "javascript:alert(4)",
    "https://ok.example/\u202e",
    "http://",
    None,
)

TOPIC = {
    "@timestamp": "2026-11-21T16:00:00.000Z",
    "brand": "chenxing",
    "written_at": "2026-11-22T07:04:00.000Z",
    "what": "topic",
    "topic": "t1",
    "name": "闪退、重启",
    "words": ["闪退", "重启"],
    "mentions": 7,
    "negative": 5,
    "usual": 1.2,
    "significance": 30.5,
    "first_at": "2026-11-21T16:00:00.000Z",
}

Document = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """An index with known documents, and the page made of it."""

    store: Store
    documents: dict[str, Document]
    path: Path

    def of(self, brand: str, label: str | None = None) -> list[Document]:
        """Count by hand: the brand's documents of the period."""
        return [
            document
            for document in self.documents.values()
            if document["brand"] == brand
            and SINCE <= _time(document) < NOW
            and label in (None, document["sentiment"]["label"])
        ]


def test_the_page_is_the_same_for_the_same_data(written: Written) -> None:
    first, second = (render(gather(written.store, brands=BRANDS, now=NOW)) for _ in range(2))
    assert first == second == written.path.read_text(encoding="utf-8")
    assert len(first.encode()) < 1_000_000


def test_every_figure_equals_a_count_by_hand(written: Written, page: "Page") -> None:
    for brand in ("chenxing", "yunque"):
        documents = written.of(brand)
        split = Counter(document["sentiment"]["label"] for document in documents)
        nsr = (split["positive"] - split["negative"]) / (split["positive"] + split["negative"])
        expected = {
            "mentions": f"{len(documents):,}",
            **{label: f"{split[label]:,}" for label in LABELS},
            "negative-share": f"{100 * split['negative'] / len(documents):.1f}%",
            "nsr": f"{nsr:+.2f}".replace("-", "−"),
            "authors": f"{len({(d['platform'], d['author']['id']) for d in documents if 'author' in d}):,}",
            "engagement": f"{sum(d.get('engagement', {}).get('total', 0) for d in documents):,}",
            "customer-mentions": f"{sum('customer' in d for d in documents):,}",
        }
        row = page.locator(f'.overview tr[data-brand="{brand}"]')
        figures = {figure: row.locator(f'[data-figure="{figure}"]').inner_text() for figure in expected}
        assert figures == expected
        assert all(row.locator(f'[data-figure="{figure}"]').get_attribute("data-query") for figure in expected)


def test_every_day_platform_and_word_equals_a_count_by_hand(written: Written, page: "Page") -> None:
    for brand in ("chenxing", "yunque"):
        documents = written.of(brand)
        days = Counter((_time(d).astimezone(DAY_ZONE).date(), d["sentiment"]["label"]) for d in documents)
        section = f'section.brand[data-brand="{brand}"]'
        rows = page.eval_on_selector_all(
            f"{section} tbody tr", "rows => rows.map(r => [r.dataset.start, ...[...r.cells].map(c => c.textContent)])"
        )
        assert [row[0][:10] for row in rows] == [f"2026-11-{day:02d}" for day in range(9, 23)]
        for start, _, *counts, total in rows:
            by_hand = [days[datetime.fromisoformat(start).date(), label] for label in LABELS]
            assert [*map(int, counts), int(total)] == [*by_hand, sum(by_hand)]
        platforms = Counter(d["platform"] for d in documents)
        on_page = page.eval_on_selector_all(
            f"{section} [data-platform]", "all => all.map(e => [e.dataset.platform, e.querySelector('b').textContent])"
        )
        assert {name: int(count) for name, count in on_page} == platforms
        for label in ("negative", "positive"):
            of_label = written.of(brand, label)
            words = page.eval_on_selector_all(
                f'{section} [data-words="{label}"] li',
                "all => all.map(e => [...e.querySelectorAll('bdi, b, .value .soft')].map(part => part.textContent))",
            )
            assert words
            for word, count, lift in words:
                inside, anywhere = (sum(word in d["tokens"] for d in some) for some in (of_label, documents))
                assert int(count) == inside
                assert lift == f"×{(inside / len(of_label)) / (anywhere / len(documents)):.1f}"


def test_the_table_shows_the_latest(written: Written, page: "Page") -> None:
    shown = page.eval_on_selector_all(".mentions tbody tr", "rows => rows.map(r => r.dataset.id)")
    newest = sorted([*written.of("chenxing"), *written.of("yunque")], key=_time, reverse=True)
    assert shown == [_id(document) for document in newest[:20]]


def test_every_figure_leads_to_as_many_posts_as_it_says(page: "Page") -> None:
    found = wrong_marks(page)
    assert found["wrong"] == []
    assert found["kinds"] == ["brand", "customer", "from", "platform", "sentiment", "to", "token"]
    assert found["clicked"] > 100


@pytest.mark.parametrize(
    "figure",
    [
        '.overview tr[data-brand="chenxing"] [data-figure="mentions"] .mark',
        '.overview tr[data-brand="yunque"] .bar .mark',
        '.overview tr[data-brand="chenxing"] [data-figure="customer-mentions"] .mark',
        'section[data-brand="chenxing"] .column .mark[tabindex]',
        'section[data-brand="chenxing"] [data-platform="forum"] .name .mark',
        'section[data-brand="chenxing"] [data-words="negative"] .mark',
        'section[data-brand="chenxing"] .time .legend .mark',
    ],
)
def test_a_click_with_the_mouse_shows_the_posts(page: "Page", figure: str) -> None:
    said, behind = count_behind(page, figure)
    assert said == behind > 0
    assert page.locator("#posts-count").inner_text() == f"共 {behind} 条"


def test_the_posts_are_filtered_by_day_brand_platform_and_sentiment(written: Written, page: "Page") -> None:
    page.click("header .all-posts")
    assert listed(page) == len(written.of("chenxing")) + len(written.of("yunque"))
    page.select_option('#posts-form [name="brand"]', "yunque")
    page.select_option('#posts-form [name="platform"]', "forum")
    page.select_option('#posts-form [name="sentiment"]', "positive")
    page.fill('#posts-form [name="from"]', "2026-11-15")
    page.fill('#posts-form [name="to"]', "2026-11-18")
    page.locator('#posts-form [name="to"]').dispatch_event("change")
    fitting = [
        document
        for document in written.of("yunque", "positive")
        if document["platform"] == "forum"
        and 15 <= _time(document).astimezone(DAY_ZONE).day <= 18
        and _time(document).astimezone(DAY_ZONE).month == 11
    ]
    page.wait_for_selector(f'#posts-count[data-count="{len(fitting)}"]')
    texts = page.locator("#posts-list .said").all_inner_texts()
    assert texts == [d["text"] for d in sorted(fitting, key=_time, reverse=True)][: len(texts)]


def test_a_view_can_be_sent_and_the_way_back_works(browser: "Browser", written: Written, page: "Page") -> None:
    assert listed(page) == -1
    _, first = count_behind(page, '.overview tr[data-brand="yunque"] [data-figure="negative"] .mark')
    _, second = count_behind(page, 'section[data-brand="chenxing"] [data-words="negative"] .mark')
    assert first != second
    sent = browser.new_page()
    sent.goto(page.url)
    assert listed(sent) == second
    sent.close()
    page.go_back()
    assert listed(page) == first
    page.go_forward()
    assert listed(page) == second
    page.locator(".chip").click()
    assert listed(page) == len(written.of("chenxing", "negative"))
    page.keyboard.press("Escape")
    page.wait_for_selector("#posts", state="hidden")


def test_the_posts_are_reached_by_the_keyboard_alone(page: "Page") -> None:
    page.locator('.overview tr[data-brand="yunque"] [data-figure="negative"] .mark').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#posts:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "h-posts"
    assert page.locator("#posts-count").get_attribute("aria-live") == "polite"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "posts-close"
    page.keyboard.press("Enter")
    page.wait_for_selector("#posts", state="hidden")
    assert page.evaluate("document.activeElement.classList.contains('mark')")


def test_a_page_that_leaves_posts_out_says_so(browser: "Browser", written: Written, tmp_path: Path) -> None:
    data = gather(written.store, brands=BRANDS, now=NOW)
    kept = replace(data.posts, hits=data.posts.hits[:50])
    path = tmp_path / "page.html"
    path.write_text(render(replace(data, posts=kept)), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{path.as_uri()}#posts?brand=yunque&sentiment=negative")
    sources = [hit["_source"] for hit in kept.hits]
    among = sum(d["brand"] == "yunque" and d["sentiment"]["label"] == "negative" for d in sources)
    assert page.locator("#posts-count").inner_text() == f"最新 50 条中有 {among} 条"
    assert f"{data.posts.total:,} 条中最新的 50 条" in page.locator("#posts-left").inner_text()
    console = page.locator("#posts-left a").get_attribute("href")
    assert console == ("http://127.0.0.1:8090/posts?brand=yunque&sentiment=negative&from=2026-11-09&to=2026-11-22")
    page.close()


def test_three_thousand_long_posts_stay_small_and_quick(browser: "Browser", written: Written, tmp_path: Path) -> None:
    data = gather(written.store, brands=BRANDS, now=NOW)
    first = data.posts.hits[0]
    one = {**first, "_source": {**first["_source"], "text": "长" * 5_000, "title": "题" * 500}}
    many = replace(data.posts, total=41_200, hits=(one,) * 3_000)
    path = tmp_path / "page.html"
    path.write_text(render(replace(data, posts=many)), encoding="utf-8")
    assert path.stat().st_size < 3_000_000
    page = browser.new_page()
    page.goto(f"{path.as_uri()}#posts")
    assert page.locator("#posts-list li").count() < 500, "rows are drawn as they come into sight"
    assert 2_000 < listed(page) <= 3_000
    page.close()


def test_both_languages_are_there_without_a_reload(page: "Page") -> None:
    heading = page.locator("#h-overview")
    assert heading.inner_text().startswith("概览")
    page.click('[data-language="en"]')
    assert heading.inner_text().startswith("Overview")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "概览" not in page.inner_text("main")
    page.click('[data-language="zh-CN"]')
    assert heading.inner_text().startswith("概览")


def test_the_chart_reads_out_the_column_under_the_pointer(written: Written, page: "Page") -> None:
    panel = page.locator('section.brand[data-brand="chenxing"] .panel.time')
    before = panel.locator(".legend").inner_text()
    panel.locator(".column .hover").last.hover()
    today = [d for d in written.of("chenxing", "negative") if _time(d) >= NOW.replace(hour=0, minute=0)]
    assert panel.locator(".legend .one").inner_text() == "11-22"
    assert panel.locator(".key.negative b").inner_text() == str(len(today))
    page.mouse.move(0, 0)
    assert panel.locator(".legend").inner_text() == before


def test_the_alert_stands_with_its_figures_and_evidence(written: Written, page: "Page") -> None:
    alert = page.locator('[data-alert="burst.chenxing.1"]')
    assert "晨星 负面 40 条" in alert.inner_text()
    assert alert.locator('[data-figure="share"]').inner_text() == "80%"
    quotes = alert.locator("blockquote").all_inner_texts()
    assert quotes == [written.documents[id]["text"] for id in _quoted(written.documents)], "what the alert quotes"
    for part in ("突出的词", "闪退", "另有 2 件事，9 条提及", "11-2", "北京时间", "burst.chenxing.0", "误会已澄清"):
        assert part in (alert.text_content() or ""), part
    assert alert.locator('[data-figure="threshold"]').count() == 0
    assert alert.locator(".ids li").all_text_contents() == _evidence(written.documents)
    alert.locator(".mark").click()
    evidence = [written.documents[id] for id in _evidence(written.documents)]
    assert listed(page) == sum(SINCE <= _time(document) < NOW for document in evidence)
    links = alert.locator(".evidence a").evaluate_all("all => all.map(a => [a.href, a.rel])")
    assert links
    assert all(address.startswith("https://weibo.example/") for address, _ in links)
    assert {rel for _, rel in links} == {"noopener noreferrer nofollow"}


def test_hostile_posts_show_as_text(page: "Page") -> None:
    # the fixture fails on any dialog, console message or request
    assert page.evaluate(
        "[document.scripts.length, document.querySelectorAll('main img, main script, main style').length]"
    ) == [2, 0]
    page.click("header .all-posts")
    assert page.evaluate("document.querySelectorAll('aside img, aside script, aside style').length") == 0
    quoted = page.locator("#posts-list .said").all_inner_texts()
    assert any("<script>alert(1)</script><img src=x onerror=alert(2)> 晨星" in text for text in quoted)
    texts = page.locator(".mentions .said").all_inner_texts()
    assert any("<script>alert(1)</script><img src=x onerror=alert(2)> 晨星" in text for text in texts)
    assert any("</script></style></title><!-- {{ 7 * 7 }} {% raw %} 晨星" in text for text in texts)
    assert any(text.endswith("…") and len(text) == 280 for text in texts)
    assert any("👩‍👩‍👧‍👦🇨🇳 مرحبا 晨星" in text for text in texts)
    assert page.evaluate(
        "[...document.querySelectorAll('main *')].every(e => ![...e.attributes].some(a => a.name.startsWith('on')))"
    )
    assert page.evaluate("[...document.links].every(a => /^(https?|file):/.test(a.protocol))")
    assert "\u202e" not in page.inner_text("body")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_screen(browser: "Browser", written: Written, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(5_000)
    page = context.new_page()
    page.goto(written.path.as_uri())
    for language in ("zh-CN", "en"):
        page.click(f'[data-language="{language}"]')
        page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        outside = "all => all.filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth).length"
        assert page.eval_on_selector_all("h1, h2, h3, td, li, button, .columns", outside) == 0
    context.close()


def test_every_request_on_the_page_can_be_sent_again(written: Written, page: "Page") -> None:
    requests = page.locator(".question pre").all_text_contents()
    assert len(requests) == 10
    for request in requests:
        line, body = request.split("\n", 1)
        index = line.removeprefix("GET /").removesuffix("/_search")
        assert written.store.client.search(index=index, body=json.loads(body))["hits"]["total"]["value"] > 0


def test_incomplete_coverage_is_said_first(written: Written, page: "Page") -> None:
    notice = page.locator('[data-notice="blind"]')
    assert "论坛 https://forum.example" in notice.inner_text()
    assert "cut" not in page.locator('[data-source="weibo_search"]').inner_text()
    assert page.locator('[data-notice="replayed"]').inner_text().count("region") == 1
    assert page.locator('[data-books="posts"] b').all_inner_texts() == ["300", "200", "90", "10"]
    data = gather(written.store, brands=BRANDS, now=NOW)
    complete = tuple(replace(source, complete=True) for source in data.coverage.sources)
    calm = render(replace(data, coverage=replace(data.coverage, sources=complete)))
    assert 'data-notice="blind"' not in calm
    unknown = render(replace(data, coverage=replace(data.coverage, sources=())))
    assert 'data-notice="unknown-coverage"' in unknown


def test_an_empty_index_says_what_to_do(es: "Elasticsearch", tmp_path: Path) -> None:
    path = write_page(Store(es, prefix="absent"), tmp_path / "page.html", brands=BRANDS, now=NOW, language="en")
    assert "tingfeng crawl" in path.read_text(encoding="utf-8")
    assert 'lang="en"' in path.read_text(encoding="utf-8")
    write_page(Store(es, prefix="absent"), path, brands=[], now=NOW)


def test_a_failure_leaves_the_page_that_was_there(written: Written, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("yesterday's", encoding="utf-8")
    client = written.store.client
    client.indices.create(index="broken-mentions", mappings={"properties": {"brand": {"type": "text"}}})
    try:
        with pytest.raises(QuestionRefused, match=r"broken-mentions.*Q1.*rebuild"):
            write_page(Store(client, prefix="broken"), path, brands=BRANDS, now=NOW)
    finally:
        client.indices.delete(index="broken-mentions")
    assert path.read_text(encoding="utf-8") == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def _time(document: Document) -> datetime:
    return datetime.fromisoformat(document["@timestamp"])


def _id(document: Document) -> str:
    return f"{document['platform']}:{document['kind']}:{document['native_id']}:{document['brand']}"


def _documents() -> dict[str, Document]:
    """Make mentions as the index holds them, some of them before the period."""
    chance = random.Random(7)  # noqa: S311
    made = []
    for number in range(1200):
        label = chance.choice(LABELS)
        text = chance.choice(SAID[label])
        platform = chance.choice(["weibo", "weibo", "forum"])
        made.append(
            {
                "brand": chance.choice(["chenxing", "chenxing", "yunque"]),
                "platform": platform,
                "native_id": f"{5000 + number}",
                "url": {"full": f"https://{platform}.example/{number}"},
                "text": f"{text} {number % 50}",
                "tokens": [*dict.fromkeys(text[at : at + 2] for at in range(0, len(text) - 1, 2))],
                "@timestamp": (NOW - timedelta(seconds=chance.randrange(16 * 86400) + number / 2000)).isoformat(),
                "sentiment": {"label": label, "model": "tiny 1"},
                "author": {"id": str(chance.randrange(300)), "name": "用户0a1b2c3d"},
                "engagement": {"total": chance.randrange(100)},
                "synthetic": ["region"] if number % 10 == 0 else [],
                "time_precision": "second",
                **({"customer": {"id": f"c{number % 3}"}} if number % 40 == 0 else {}),
            }
        )
    for number, (text, url) in enumerate(zip(HOSTILE, ADDRESSES, strict=True)):
        last = {**made[0], "native_id": f"h{number}", "brand": "chenxing", "text": text, "tokens": [text[:900]] * 4}
        name = {"id": f"h{number}", "name": "<i onclick=alert(5)>\u202e" * 9}
        at = (NOW - timedelta(milliseconds=number + 1)).isoformat()
        made.append(
            {**last, "url": {"full": url} if url else {}, "author": name, "@timestamp": at, "platform": "weibo"}
        )
    return {_id(document): document for document in ({"kind": "post", **document} for document in made)}


def _evidence(documents: dict[str, Document]) -> list[str]:
    return [id for id, d in documents.items() if d["text"].endswith(" 7") and d["platform"] == "weibo"][:40]


def _quoted(documents: dict[str, Document]) -> list[str]:
    """Return the first mentions of the evidence that say different things."""
    return list({documents[id]["text"]: id for id in reversed(_evidence(documents))}.values())[::-1][:3]


def _alert(documents: dict[str, Document]) -> Document:
    then = NOW.isoformat()
    return {
        **{"rule": "burst", "kind": "negative_burst", "title": "负面突增", "brand": "chenxing"},
        **{"severity": "serious", "state": "firing", "owner": "值班", "runbook": "https://ok.example/runbook"},
        **dict.fromkeys(("@timestamp", "began_at", "last_at", "evaluated_at", "window_end"), then),
        "window_start": (NOW - timedelta(hours=1)).isoformat(),
        "figures": {
            **{"count": 50, "negative": 40, "share": 0.8, "usual": 4.0, "mad": 1.0, "times": 10.0},
            **{"threshold": 20.0, "past_windows": 100, "relative": True, "fires": True},
        },
        "reason_zh": "近 1 小时，晨星 负面 40 条",
        "reason_en": "晨星: 40 negative mentions in the last hour",
        "evidence": {
            **{"ids": _evidence(documents), "total": 40, "more_stories": 2, "more_mentions": 9},
            "words": [{"word": "闪退", "mentions": 30, "usual": 31}],
            "quotes": [
                {"id": id, "platform": "weibo", "published_at": then, "text": documents[id]["text"]}
                for id in _quoted(documents)
            ],
        },
        "earlier": [
            {
                **{"id": "burst.chenxing.0", "raised_at": then, "state": "resolved", "resolved_at": then},
                **{"resolved_by": "li", "reason": "误会已澄清"},
            }
        ],
    }


def test_how_a_source_stands_is_told_by_its_last_live_crawl() -> None:
    def last(verdict: str) -> dict[str, Any]:
        told = {"verdict": verdict, "complete": verdict == "ok", "finished_at": NOW.isoformat()}
        return {"last": {"hits": {"hits": [{"_source": told}] if verdict else []}}}

    def source(live: str) -> str:
        counts = {"doc_count": 2, "incomplete": {"doc_count": 1}, "posts": {"value": 5}}
        bucket = {"key": "晨星", **counts, "live": last(live), **last("ok")}
        feeds = {"feeds": {"buckets": [{"key": "weibo_search", "queries": {"buckets": [bucket]}}]}}
        return read.coverage({"aggregations": feeds}, {}).sources[0].verdict

    assert source("blocked") == "blocked", "a backfill that ended later hides nothing"
    assert source("") == "ok", "where nothing but a backfill ran, it is told"


def _run(feed: str, query: str, hours_ago: int, *, complete: bool) -> Document:
    ended = (NOW - timedelta(hours=hours_ago)).isoformat()
    return {
        **{"@timestamp": ended, "finished_at": ended, "feed": feed, "query": query, "complete": complete, "new": 50},
        **{"verdict": "ok" if complete else "cut_short", "message": "" if complete else "stopped after 9 pages"},
        "analyse": {"posts": 100, "matched": 67 if hours_ago else 66, "unmatched": 30, "dead": 3 if hours_ago else 4},
        "index": {"mentions": 70, "held": 69, "dead": 1},
    }


@pytest.fixture(scope="module")
def written(es: "Elasticsearch", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Fill an index of its own and write the page of it."""
    from elasticsearch.helpers import bulk

    store, documents = Store(es, prefix="page"), _documents()
    store.ensure()
    store.open_months({f"{_time(d).astimezone(UTC):%Y.%m}" for d in documents.values()})
    runs = [
        _run("weibo_search", "晨星", 2, complete=False),
        _run("weibo_search", "晨星", 1, complete=True),
        _run("nodebb", "https://forum.example", 0, complete=False),
    ]
    actions = [{"_index": store.month_alias("2026.11"), "_id": id, "_source": d} for id, d in documents.items()]
    actions += [{"_index": store.alias("runs"), "_source": run} for run in runs]
    actions += [{"_index": store.alias("alerts"), "_id": "burst.chenxing.1", "_source": _alert(documents)}]
    actions += [{"_index": store.alias("topics"), "_id": "chenxing:2026-11-22:t1", "_source": TOPIC}]
    bulk(es, actions)
    path = tmp_path_factory.mktemp("page") / "page.html"
    yield Written(store=store, documents=documents, path=write_page(store, path, brands=BRANDS, now=NOW))
    es.indices.delete(index=[index.name for index in store.indices()] + ["page-state"])
    for template in es.indices.get_index_template(name="page-*")["index_templates"]:
        es.indices.delete_index_template(name=template["name"])


@pytest.fixture
def page(browser: "Browser", written: Written) -> "Iterator[Page]":
    """Open the page, and fail on any request but for the page itself, any console message, error or dialog."""
    context, noise = browser.new_context(), list[str]()
    context.set_default_timeout(5_000)
    opened = context.new_page()

    def dismiss(dialog: "Dialog") -> None:
        noise.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    opened.on("console", lambda message: noise.append(f"console: {message.text}"))
    opened.on("pageerror", lambda error: noise.append(f"error: {error}"))
    opened.on("dialog", dismiss)
    opened.on("request", lambda request: noise.append(f"request: {request.url}"))
    opened.goto(written.path.as_uri())
    yield opened
    context.close()
    assert noise == [f"request: {written.path.as_uri()}"]
