"""One entry of a news feed, whatever the format: what RSS, Atom and JSON Feed have in common, as clean values."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import msgspec

from crawlers.errors import MalformedPost
from crawlers.page import Response
from crawlers.post import Precision
from crawlers.reading.dates import ReadTime, read_date
from crawlers.reading.times import read_time

__all__ = ["Entry", "distinct", "edited_at", "is_chinese", "name_of", "native_id", "published_at", "url_of"]

_GLOBAL_ID = re.compile(r"(https?://|urn:|tag:)", re.IGNORECASE)
_NO_ID = ("", "0", "-", "null", "none", "nil", "undefined", "false")
"""What programs write for a guid that they do not have."""
_LONGEST_ID = 400
_LONGEST_DATE, _LONGEST_NAME = 200, 400
_ZONE_MISTAKEN = timedelta(hours=8)
"""Feeds that stamp China's clock as UTC, and so lie ahead; of another zone it would be a guess."""
_UTC = re.compile(r"(?:\d|\b)(?:Z|GMT|UTC?|[+-]00:?00)\s*$", re.IGNORECASE)
_SKEW = timedelta(minutes=10)
_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
_NO_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}\s+\d{1,2}:\d{2}(?::\d{2})?")
_LABEL = re.compile(r"^\s*[\u4e00-\u9fff]{2,6}\s*[:：]\s*")
"""What a feed that is made of a page leaves before its time: 发布时间：."""
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile("[\u3041-\u30fa\uac00-\ud7a3]")
_AGAIN = "~"
"""Stands in an id between a guid that its feed gives to several entries and what tells them apart."""


class Entry(msgspec.Struct, kw_only=True):
    """Texts are clean, addresses and times as they were written; of times the likelier ones first."""

    id: str | None
    link: str | None
    title: str | None
    text: str
    markup: str
    """Where the links of the text stand."""
    published: Sequence[str]
    updated: Sequence[str]
    author: str | None
    tags: Iterable[str]
    language: str | None
    chinese: bool
    """Whose clock it is where a time has no zone."""
    comments: int | None = None
    pictures: Sequence[str] = ()
    """Those that stand beside the text."""


def is_chinese(language: str | None, sample: str) -> bool:
    """Say whether a feed is Chinese: by its language, or by its letters where it names none."""
    if language:
        return language.lower().startswith(("zh", "cn"))
    return bool(_HAN.search(sample)) and not _KANA_OR_HANGUL.search(sample)


def name_of(written: str | None) -> str | None:
    """Return the name alone: `a@example.org (Name)` and `Name <a@example.org>` give Name, a bare address nothing."""
    words = (written or "")[:_LONGEST_NAME].split()
    name = " ".join(word for word in words if "@" not in word).strip(" ()<>")
    return name or None


def url_of(entry: Entry, response: Response) -> str:
    """Return the entry's address, or the feed's where it has none that can be followed."""
    for candidate in (entry.link, entry.id):
        try:
            url = urljoin(response.url, (candidate or "").strip())
            if candidate and url.startswith(("https://", "http://")) and urlsplit(url).hostname:
                return url
        except ValueError:  # such as an address with half a bracket
            continue
    return response.url


def native_id(entry: Entry, feed: str) -> str:
    """Return an id that is unique in the world: the entry's own where it is such a one, else within its `feed`.

    MalformedPost for an entry that has nothing.
    """
    said = (entry.id or "").strip()
    said = (entry.link or "").strip() if said.lower() in _NO_ID else said
    if not said and not (entry.title or entry.text):
        raise MalformedPost("guid: missing, and so are link, title and text")
    found = re.sub(r"\s", "%20", said if _GLOBAL_ID.match(said) else f"{feed}#{said}")
    if said and len(found) <= _LONGEST_ID:
        return found
    digest = _digest(said or f"{entry.title}\n{entry.text}")
    return f"{feed[: _LONGEST_ID // 2]}#sha256:{digest}"


def distinct(id: str, entry: Entry) -> str:
    """Return the id of an entry whose guid stands at other entries of its feed too: its link tells them apart."""
    other = entry.link if entry.id and entry.link else f"{entry.title}\n{entry.text}\n{list(entry.published)}"
    return f"{id[: _LONGEST_ID - 40]}{_AGAIN}{_digest(other)}"


def published_at(entry: Entry, response: Response) -> ReadTime:
    """Return when the entry appeared; the fetch and UNKNOWN where it does not say, or says what cannot be."""
    latest = response.fetched_at + _SKEW
    for written in (*entry.published, *entry.updated):
        found = _read(written, entry, response)
        if found is None or found[0] < _OLDEST:
            continue
        if found[0] <= latest:
            return found
        mistaken = found[0] - _ZONE_MISTAKEN
        if mistaken <= latest and _UTC.search(written):
            return mistaken, Precision.HOUR
    return response.fetched_at, Precision.UNKNOWN


def edited_at(entry: Entry, response: Response) -> datetime | None:
    """Return when the entry was last changed, where it says so to the minute."""
    exact = (Precision.SECOND, Precision.MINUTE)
    for written in entry.updated:
        if (found := _read(written, entry, response)) and found[1] in exact and found[0] <= response.fetched_at + _SKEW:
            return found[0]
    return None


def _read(written: str, entry: Entry, response: Response) -> ReadTime | None:
    if not written or len(written) > _LONGEST_DATE:
        return None
    try:
        return read_date(written, chinese=entry.chinese)
    except (ValueError, OverflowError):
        pass
    if not (_HAN.search(written) or _NO_YEAR.fullmatch(written.strip())) or not entry.chinese:
        return None
    try:
        return read_time(_LABEL.sub("", written), response.moment)
    except (ValueError, OverflowError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
