r"""Facebook's answers to its own pages: several JSON documents in one body, or in the scripts of a page, as one.

{"data":{"node":{"timeline_list_feed_units":{"edges":[…]}}},"extensions":{"is_final":false}}
{"label":"…$stream$…","path":["node","timeline_list_feed_units","edges",1],"data":{…},"extensions":{"is_final":true}}

<script type="application/json" data-sjs>{"require":[[…["adp_…",{"__bbox":{"result":{"data":{…},"path":…}}}]]]}</script>

What comes later belongs where its `path` says in what came first.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from crawlers.errors import CrawlError, Unreachable
from crawlers.reading.page_state import ensure_whole, within
from crawlers.reading.wire import decode_json

__all__ = ["DEEPEST", "Answer", "answer_of", "in_page"]

DEEPEST = 90
"""How deep answers are looked through; Facebook nests its sections some fifty deep."""
_SCRIPT = re.compile(r"<script\b[^<>]*\bdata-sjs\b[^<>]*>(?P<json>.*?)</script>", re.DOTALL | re.IGNORECASE)
_GUARD = re.compile(rb"\s*for\s*\(;;\);")
_STREAM = "adp_"


class Answer(msgspec.Struct):
    """What an answer holds, put together."""

    data: list[Any]
    errors: list[Any] = []
    ends_early: bool = False
    """Whether the part that is the last has not come."""


def answer_of(body: bytes) -> Answer:
    """Read a body of one JSON document or of several, one a line; of these what is whole, if the last one was cut.

    Unreachable where nothing is whole, SchemaChanged where it is none.
    """
    if guard := _GUARD.match(body):
        body = body[guard.end() :]
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].rstrip().endswith(b"}"):
        lines = [body]
    documents = [decode_json(line, dict[str, Any]) for line in lines[:-1]]
    ends_early = False
    try:
        documents.append(decode_json(lines[-1], dict[str, Any]))
    except Unreachable:
        if not documents:
            raise
        ends_early = True
    final = [within(one, "extensions", "is_final") for one in documents]
    errors = [error for one in documents for error in _errors(one)]
    ends_early = ends_early or (False in final and True not in final)
    return Answer(data=_together(documents), errors=errors, ends_early=ends_early)


def in_page(page: str) -> Answer:
    """Read what a page for people hands its scripts; Unreachable where the page was cut."""
    ensure_whole(page)
    streams: dict[str, list[dict[str, Any]]] = {}
    for match in _SCRIPT.finditer(page):
        try:
            held = decode_json(match["json"].encode("utf-8", "replace"), dict[str, Any])
        except CrawlError:  # one of some fifty, of which a few hold posts
            continue
        for stream, result in _results(held, "", 0):
            streams.setdefault(stream, []).append(result)
    documents = [one for held in streams.values() for one in held]
    errors = [error for one in documents for error in _errors(one)]
    return Answer(data=[one for held in streams.values() for one in _together(held)], errors=errors)


def _results(value: Any, stream: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents in a script, each with the name of the stream that it is a part of."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        if value and isinstance(value[0], str) and value[0].startswith(_STREAM):
            stream = value[0]
        for one in value:
            yield from _results(one, stream, depth + 1)
    elif isinstance(value, dict):
        result = within(value, "__bbox", "result")
        if isinstance(result, dict) and "data" in result:
            yield stream, result
            return
        for one in value.values():
            yield from _results(one, stream, depth + 1)


def _together(documents: Iterable[dict[str, Any]]) -> list[Any]:
    """Return the data of documents, that of the later ones where it belongs."""
    found: list[Any] = []
    root: Any = None
    for one in documents:
        path, data = one.get("path"), one.get("data")
        if isinstance(path, list) and path:
            if not _placed(root, path, data):
                found.append(data)
        elif data is not None:
            root = data
            found.append(data)
    return found


def _placed(root: Any, path: list[Any], data: Any) -> bool:
    """Put data where its path leads; say whether there is such a place."""
    for step in path[:-1]:
        root = _step(root, step)
    last = path[-1]
    held = _step(root, last)
    if isinstance(held, dict) and isinstance(data, dict):
        _merge(held, data, 0)
    elif isinstance(root, list) and isinstance(last, int) and held is None:
        root.append(data)
    elif isinstance(root, dict) and isinstance(last, str) and held is None:
        root[last] = data
    else:
        return False
    return True


def _step(value: Any, step: Any) -> Any:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and not isinstance(step, bool) and 0 <= step < len(value):
        return value[step]
    return None


def _merge(held: dict[str, Any], more: dict[str, Any], depth: int) -> None:
    for name, value in more.items():
        known = held.get(name)
        if isinstance(known, dict) and isinstance(value, dict) and depth < DEEPEST:
            _merge(known, value, depth + 1)
        elif value is not None or known is None:
            held[name] = value


def _errors(document: dict[str, Any]) -> Iterator[Any]:
    """Yield what a document says went wrong, in either of two ways."""
    listed = document.get("errors")
    yield from listed if isinstance(listed, list) else ()
    if document.get("error"):
        yield {"code": document["error"], "message": document.get("errorSummary") or document.get("errorDescription")}
