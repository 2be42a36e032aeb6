"""How single values appear on the page: a post's words, an address, a number, a time, a phrase in two languages."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from config.settings import DAY_ZONE
from dashboards.page.data import Question
from dashboards.page.phrases import PHRASES, Both

__all__ = ["day", "link", "number", "once", "percent", "prose", "request", "say", "score", "shanghai"]

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTIONS = re.compile(
    "[\u202a-\u202e\u2066-\u2069]"
)  # an open one would end <bdi>'s isolation and turn what follows
_TWICE = re.compile(r"^\s*(.{4,200}?)\s+(?=\1)", re.DOTALL)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST_TEXT, _LONGEST_URL = 280, 2000


def prose(value: str, longest: int = _LONGEST_TEXT) -> str:
    """Return what a post says as one line without control and direction characters, cut to `longest` characters."""
    line = " ".join(_UNSEEN.sub("\ufffd", _DIRECTIONS.sub("", value[: 4 * longest])).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def link(url: str | None) -> str | None:
    """Return the address when a reader may follow it, which is http and https with a host; else None."""
    if not url or len(url) > _LONGEST_URL or not url.startswith(("https://", "http://")) or _UNSEEN.search(url):
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


def say(phrase: str | Both, **values: Any) -> Markup:
    """Return a phrase in both languages, of which the style shows one; a value may itself be in both."""
    both = PHRASES[phrase] if isinstance(phrase, str) else phrase
    parts = []
    for number, (code, words) in enumerate(zip(("zh-CN", "en"), both, strict=True)):
        filled = {name: value[number] if isinstance(value, Both) else value for name, value in values.items()}
        parts.append(
            Markup('<span class="{}" lang="{}">{}</span>').format(
                code[:2], code, words.format(**filled) if values else words
            )
        )
    return Markup("").join(parts)


def number(value: float) -> str:
    """Return a number with its thousands apart, and two decimals where it is not whole."""
    rounded = round(float(value), 2)
    return f"{rounded:,.0f}" if rounded.is_integer() else f"{rounded:,.2f}"


def percent(value: float) -> str:
    """Return a share of 1 in percent."""
    return f"{100 * value:.1f}%"


def signed(value: float, unit: str) -> str:
    """Return a difference with its sign, one decimal, and its unit."""
    rounded = round(value, 1)
    return f"{rounded:+,.1f}{unit}".replace("-", "−") if rounded else f"0.0{unit}"


def score(value: float) -> str:
    """Return a value of -1 to 1 with its sign and two decimals."""
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0.00"


def once(text: str) -> str:
    """Return a text without a title before it that it begins with itself."""
    return _TWICE.sub("", text, count=1)


def shanghai(moment: datetime, layout: str = "%Y-%m-%d %H:%M") -> str:
    """Return a time as Asia/Shanghai's clocks show it."""
    return moment.astimezone(DAY_ZONE).strftime(layout)


def day(moment: datetime) -> Both:
    """Return the day in Asia/Shanghai."""
    local = moment.astimezone(DAY_ZONE)
    return Both(f"{local.year}年{local.month}月{local.day}日", f"{local.day} {_MONTHS[local.month - 1]} {local.year}")


def request(question: Question) -> str:
    """Return the request as Kibana's console takes it."""
    body = json.dumps(question.body, ensure_ascii=False, indent=1)
    return f"GET /{question.index}/_search\n{body}"
