"""The page's values become one HTML file; nothing here asks, reads a clock or draws lots: equal data give equal bytes.

Posts are taken for hostile: the templates escape everything, link only http and https, and isolate each text's
direction; the page's own script and style are named by their hash in a policy that forbids every other one, and every
request.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from config.settings import DAY_ZONE
from dashboards import charts
from dashboards.colours import css
from dashboards.names import COLUMNS, VALUES, named
from dashboards.page import shown
from dashboards.page.boards import BoardsData
from dashboards.page.cells import cell, is_number, words_of
from dashboards.page.choice import address
from dashboards.page.data import BrandFigures, PageData, PlatformFigures
from dashboards.page.embed import embedded
from dashboards.page.marks import of_document, of_listing, within
from dashboards.page.phrases import Both
from dashboards.panel import Every
from dashboards.strict import templates
from indexing.alerts.alert import Alert
from indexing.alerts.facts import facts_of
from indexing.metrics.of.customers import CUSTOMER_MENTIONS
from indexing.metrics.of.mentions import ENGAGEMENT, MENTIONS, NEGATIVE_SHARE, NSR
from indexing.metrics.wilson import share

__all__ = ["render", "render_boards"]

_TEMPLATES = Path(__file__).with_name("templates")
_LONGEST_NAME = 40


def render(data: PageData) -> str:
    """Return the page as one HTML document."""
    return _environment().get_template("page.html").render(data=data, policy=_policy("page.js", "page.css"))


def render_boards(data: BoardsData) -> str:
    """Return all dashboards as one HTML document."""
    policy = _policy("boards.js", "boards.css")
    return _environment().get_template("boards.html").render(data=data, policy=policy)


def _reason(alert: Alert) -> Markup:
    return shown.say(Both(alert.reason_zh, alert.reason_en))


def _timeline(brand: BrandFigures) -> charts.Columns:
    return charts.stacked_columns([bucket.split.parts for bucket in brand.timeline])


def _bucket_label(moment: datetime, interval: str) -> str:
    local = moment.astimezone(DAY_ZONE)
    return f"{local:%m-%d}" if interval == "day" or local.hour == 0 else f"{local:%H:00}"


def _platform_bars(platforms: tuple[PlatformFigures, ...]) -> tuple[charts.Bar, ...]:
    return charts.bars([platform.split.parts for platform in platforms])


def _balance(books: Mapping[str, int], whole: str, *parts: str) -> bool:
    return books.get(whole, 0) == sum(books.get(part, 0) for part in parts)


_PARTS: Mapping[str, tuple[str, ...]] = {
    "page.css": ("page.css", "posts.css"),
    "boards.css": ("page.css", "boards.css", "posts.css"),
    "page.js": ("language.js", "posts.js", "page.js"),
    "boards.js": ("language.js", "posts.js"),
}
"""What each page's one style and one script are made of."""


@cache
def _own(name: str) -> str:
    text = "".join((_TEMPLATES / part).read_text(encoding="utf-8") for part in _PARTS[name])
    return f"{text}{css()}" if name == "boards.css" else text


def _policy(script: str, style: str) -> str:
    def digest(name: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(_own(name).encode()).digest()).decode()}'"

    allowed = f"script-src {digest(script)}; style-src {digest(style)}; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    made = templates(_TEMPLATES)
    made.filters |= _FILTERS
    made.globals |= _GLOBALS
    return made


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": shown.number,
    "percent": shown.percent,
    "score": shown.score,
    "shanghai": shown.shanghai,
    "day": shown.day,
    "prose": shown.prose,
    "link": shown.link,
    "request": shown.request,
    "moment": lambda text: shown.shanghai(datetime.fromisoformat(text), "%m-%d %H:%M"),
    "plain": lambda row: json.dumps([list(row.keys), list(row.values)], ensure_ascii=False),
}
_GLOBALS: Mapping[str, Any] = {
    "say": shown.say,
    "address": address,
    "embedded": embedded,
    "document_mark": of_document,
    "listing_mark": of_listing,
    "within": lambda start, interval: within(start, Every(interval)),
    "reason": _reason,
    "named": named,
    "facts_of": facts_of,
    "share": share,
    "own": lambda name: Markup(_own(name)),  # noqa: S704 -- the page's own script and style
    "timeline": _timeline,
    "bucket_label": _bucket_label,
    "platform_bars": _platform_bars,
    "split_bar": lambda split: charts.bars([split.parts])[0],
    "word_bars": lambda words: charts.bars([[word.mentions] for word in words]),
    "balance": _balance,
    "name_length": _LONGEST_NAME,
    "values_of": VALUES,
    "cell": cell,
    "both": Both,
    "once": shown.once,
    "is_number": is_number,
    "words_of": words_of,
    "metrics": (MENTIONS, NEGATIVE_SHARE, NSR, ENGAGEMENT, CUSTOMER_MENTIONS),
    "heading": lambda column: COLUMNS.get(column, Both(column, column)),
    "labels": ("negative", "neutral", "positive"),
}
