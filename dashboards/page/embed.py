"""The newest posts as JSON within the page's file, so that a click shows them without a server.

A file holds those that the index gave, and fewer where they would take more than `_LARGEST` bytes; the page says how
many it leaves out. Values that many posts share stand once, in `values`; a post has their places.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from config import settings
from dashboards.names import VALUES, named
from dashboards.page import shown
from dashboards.page.choice import ANY, FIELDS, PLACES
from dashboards.page.data import Posts
from dashboards.page.phrases import PHRASES, Both
from indexing.mentions.titled import own_title
from indexing.metrics.where import All, Exists, Is, Not, Where
from indexing.metrics.where import Any as Either

__all__ = ["embedded"]

_LARGEST = 2_000_000
_LONGEST_TEXT, _LONGEST_TITLE, _LONGEST_NAME = 160, 60, 40
_SAYS = (
    *("posts_all", "posts_some", "posts_none", "posts_left", "posts_console", "posts_customer", "posts_remove"),
    *("open", "no_link", "corrected", "engagement", "all"),
)
_OTHER_LABELS = {
    "voice": Both("发声者", "Who speaks"),
    "alert": Both("预警", "Alert"),
    "from": Both("自", "From"),
    "to": Both("至", "To"),
    "indexed_from": Both("入库自", "Indexed from"),
    "indexed_to": Both("入库至", "Indexed to"),
}
_VOICES = {"pgc": Both("机构与认证账号", "Organisations and verified"), "ugc": Both("普通用户", "Everyone else")}


def embedded(posts: Posts) -> Markup:
    """Return the posts as JSON that no text of theirs can end: every `<` and line separator is written as an escape."""
    places: dict[str, dict[str, int]] = {key: {} for key in posts.keys}
    rows, size = [], 0
    for hit in posts.hits:
        row = _row(posts, hit, places)
        size += len(_json(row).encode())
        if size > _LARGEST:
            break
        rows.append(row)
    data = {
        "total": posts.total,
        "keys": posts.keys,
        "values": {key: list(values) for key, values in places.items()},
        "names": {key: _names(posts, key, values) for key, values in places.items()},
        "labels": {**{key: name for key, (_, name) in FIELDS.items()}, **_OTHER_LABELS},
        "says": {name: PHRASES[name] for name in _SAYS},
        "period": posts.period,
        "console": f"{settings.public_url() or settings.LOCAL_CONSOLE}/posts",
        "posts": rows,
    }
    safe = _json(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 -- escaped above


def _row(posts: Posts, hit: Mapping[str, Any], places: dict[str, dict[str, int]]) -> list[Any]:
    document = hit["_source"]
    text = document.get("text") or ""
    codes = []
    for key in posts.keys:
        known = places[key]
        codes.append([known.setdefault(value, len(known)) for value in _values(posts, key, hit)])
    ingested = _at(document, "event.ingested") if posts.indexed else None
    return [
        _seconds(document["@timestamp"]),
        shown.link(_at(document, "url.full")) or 0,
        shown.prose(own_title(document.get("title"), text) or "", _LONGEST_TITLE),
        shown.prose(text, _LONGEST_TEXT),
        _at(document, "engagement.total"),
        1 if _at(document, "correction.sentiment") else 0,
        [code[0] if len(code) == 1 else code for code in codes],
        *([_seconds(ingested)] if ingested else []),
    ]


def _values(posts: Posts, key: str, hit: Mapping[str, Any]) -> list[str]:
    document = hit["_source"]
    if key == "token":
        return list(hit.get("matched_queries", ()))
    if key == "alert":
        return [alert for alert, evidence in posts.alerts.items() if hit["_id"] in evidence]
    if key == "voice":
        return [name for name, where in PLACES.items() if _holds(where, document)]
    found = _at(document, FIELDS[key][0])
    values = [str(value) for value in (found if isinstance(found, list) else [found]) if value is not None]
    if key == "word":
        return [value for value in values if value in posts.words]
    if key == "customer" and not posts.customers:
        return [ANY] if values else []
    return values


def _holds(where: Where, document: Mapping[str, Any]) -> bool:
    match where:
        case Is(field, values):
            return _at(document, field) in values
        case Exists(field):
            return _at(document, field) is not None
        case Not(of):
            return not _holds(of, document)
        case All(parts):
            return all(_holds(part, document) for part in parts)
        case Either(parts):
            return any(_holds(part, document) for part in parts)
        case _:
            raise TypeError(f"{where}: no post is held against this")


def _names(posts: Posts, key: str, values: Iterable[str]) -> dict[str, Both]:
    """Return what people read for the values that have words of their own."""
    if key == "brand":
        return {value: Both(name, name) for value in values if (name := posts.names.get(value))}
    if key == "voice":
        return _VOICES
    if key in FIELDS and (kind := VALUES.get(FIELDS[key][0])):
        return {value: named(kind, value) for value in values}
    return {}


def _at(document: Mapping[str, Any], field: str) -> Any:
    value: Any = document
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
