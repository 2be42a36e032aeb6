"""JSON Feed 1.0 and 1.1: a field of another type than the format's is left out, and the entry stays."""

import codecs
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from crawlers.errors import SchemaChanged, Unreachable
from crawlers.formats.feed_entry import Entry, is_chinese, name_of
from crawlers.page import Dead, Response
from crawlers.reading.markup import text_of
from crawlers.reading.wire import decode_json
from crawlers.spider import PlatformSpider

__all__ = ["looks_like_json", "read_json_feed"]

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LATEST = 10**14
"""Milliseconds since 1970 of a year that nobody writes."""


class _Feed(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]
    language: Any = None
    title: Any = None
    author: Any = None
    authors: Any = None


def looks_like_json(body: bytes) -> bool:
    """Say whether a document is meant to be JSON."""
    return _utf_8(body).lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"{")


def read_json_feed(response: Response) -> tuple[list[Entry], list[Dead], bool]:
    """Return the entries, what of them is none, and whether the document ends in the middle, its last entry cut.

    SchemaChanged or Unreachable when it is no such feed, or when nothing of it is whole.
    """
    body, cut, ends_early = _utf_8(response.body), "", False
    try:
        feed = decode_json(body, _Feed)
    except Unreachable as error:
        whole = _closed(body.decode("utf-8", "replace"))
        if whole is None:
            raise
        try:
            feed, cut, ends_early = decode_json(whole[0].encode(), _Feed), whole[1], True
        except SchemaChanged:  # what says that it is a feed is in the part that is missing
            raise error from None
    if "jsonfeed.org/version/" not in feed.version:
        raise SchemaChanged(f"version {feed.version[:80]!r} is no JSON Feed")
    entries, dead = PlatformSpider.read_each(feed.items, partial(_entry, feed))
    if cut:
        dead.append(Dead(reason="the document ends in the middle of this entry", content=cut[:100_000]))
    return entries, dead, ends_early


def _utf_8(body: bytes) -> bytes:
    """Return the document in UTF-8; some servers write UTF-16, with its mark."""
    return body.decode("utf-16", "replace").encode() if body.startswith(_UTF_16) else body


def _closed(text: str) -> tuple[str, str] | None:
    """Return a cut document closed behind its last whole item, and the rest; None where no item is whole."""
    begin = _ITEMS.search(text)
    if begin is None:
        return None
    decoder, end = json.JSONDecoder(), begin.end()
    while True:
        try:
            _, next_end = decoder.raw_decode(text, _BETWEEN.match(text, end).end())  # type: ignore[union-attr]
        except (ValueError, RecursionError):
            break
        end = next_end
    rest = text[end:].lstrip(", \r\n\t")
    return (f"{text[:end]}]}}", "" if rest.startswith("]") else rest) if end > begin.end() else None


def _entry(feed: _Feed, raw: msgspec.Raw) -> Entry:
    item = msgspec.json.decode(raw, type=dict[str, Any])
    markup = _text(item.get("content_html"))
    text = text_of(markup) if markup else _text(item.get("content_text")) or _text(item.get("summary")) or ""
    language = _text(item.get("language")) or _text(feed.language)
    title = _text(item.get("title"))
    id = item.get("id")
    return Entry(
        id=str(id) if isinstance(id, str | int | float) and not isinstance(id, bool) else None,
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=title.strip() or None if title else None,
        text=text.strip(),
        markup=markup or text,
        published=_times(item.get("date_published")),
        updated=_times(item.get("date_modified")),
        author=next(_names(item.get("authors"), item.get("author"), feed.authors, feed.author), None),
        tags=[tag for tag in _list(item.get("tags")) if isinstance(tag, str)],
        language=language,
        chinese=is_chinese(language, f"{title} {text[:2_000]} {_text(feed.title)}"),
        pictures=list(_pictures(item)),
    )


def _pictures(item: dict[str, Any]) -> Iterator[str]:
    for value in (item.get("image"), item.get("banner_image")):
        if isinstance(value, str):
            yield value
    for one in _list(item.get("attachments")):
        if isinstance(one, dict) and str(one.get("mime_type")).startswith("image/") and (url := _text(one.get("url"))):
            yield url


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _times(value: Any) -> list[str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number:
        return [f"{value:.0f}"] if abs(value) < _LATEST else []
    return [value] if isinstance(value, str) else []


def _names(*said: Any) -> Iterator[str]:
    """Yield the authors' names: 1.0 has one author, 1.1 a list, and people write plain strings for both."""
    for value in said:
        for one in _list(value):
            written = one.get("name") if isinstance(one, dict) else one
            if isinstance(written, str) and (name := name_of(written)):
                yield name
