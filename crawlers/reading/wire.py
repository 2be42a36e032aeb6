"""Bodies → values: JSON of a declared shape, and text of whatever charset it really is.

Each failure says what the caller does next: a body that was cut is fetched again (Unreachable), one of another shape
needs a developer (SchemaChanged). From one day to the next interfaces write numbers as text, and flags as numbers: what
means a value of the declared type is read as it.
"""

import json
import re
from typing import Any, TypeVar

import msgspec

from crawlers.errors import SchemaChanged, Unreachable
from crawlers.post import without_lone_surrogates
from crawlers.reading.charset import decode_text
from crawlers.reading.stand_in import stand_in

__all__ = ["decode_item", "decode_json", "decode_optional", "decode_page", "looks_like_html"]

Shape = TypeVar("Shape")

_PLACE = re.compile(r"at `\$\.([\w.]+)")
_NOWHERE = object()
_NULL = msgspec.Raw(b"null")
_CALLED, _CALL_ENDS = re.compile(r"(?:/\*\*/)?\s*[\w.$]+\s*\(\s*(?=[{\[])"), re.compile(r"\s*\)\s*;?$")
_HTML_BEGINS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title", b"<div", b"<center")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def decode_json(body: bytes, shape: type[Shape]) -> Shape:
    """Read JSON as `shape`; Unreachable when the body ended early, SchemaChanged when it is not what we read.

    A stray byte and a lone surrogate become U+FFFD; `shape` may hold msgspec.Raw, which checks neither. A call around
    it (JSONP) goes.
    """
    try:
        body.decode()
        if b"\\u" not in body or _SURROGATE.search(body) is None:
            return _decode(body, shape)
    except msgspec.ValidationError as error:
        raise SchemaChanged(str(error)) from error
    except RecursionError as error:
        raise SchemaChanged("the JSON is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # mended below, where it can be
    mended = msgspec.json.encode(without_lone_surrogates(_decode_leniently(body)))
    try:
        return _decode(mended, shape)
    except msgspec.DecodeError as error:
        raise SchemaChanged(str(error)) from error


def decode_item(raw: msgspec.Raw, shape: type[Shape]) -> Shape:
    """Read one item of a page; an optional field of another type than `shape`'s is left out, and the item stays.

    msgspec.ValidationError where a required field is missing or of another type.
    """
    try:
        return _decode(raw, shape)
    except msgspec.ValidationError as error:
        value, failure = msgspec.json.decode(raw), error
    latest = failure
    while isinstance(value, dict) and _left_out(value, str(latest)):
        try:
            return msgspec.json.decode(msgspec.json.encode(value), type=shape, strict=False)
        except msgspec.ValidationError as error:
            latest = error
    raise failure


def decode_optional(raw: msgspec.Raw, shape: type[Shape]) -> Shape | None:
    """Read a part that its item can do without; None where it is null, or something else, such as "" or []."""
    if raw == _NULL:  # most often: an error that is raised and caught costs more than all the rest
        return None
    try:
        return _decode(raw, shape)
    except msgspec.ValidationError:
        return None


def decode_page(body: bytes, shape: type[Shape]) -> Shape:
    """Read a whole body as one item: as `decode_json`, but for optional fields of another type, which are left out."""
    try:
        return decode_item(decode_json(body, msgspec.Raw), shape)
    except msgspec.ValidationError as error:
        raise SchemaChanged(str(error)) from error


def _decode(raw: bytes | msgspec.Raw, shape: type[Shape]) -> Shape:
    """Read JSON as `shape`; where its types differ, as what the values mean: "12" for a number, 1 for a flag."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError:
        return msgspec.json.decode(raw, type=shape, strict=False)


def _left_out(value: dict[str, Any], failure: str) -> bool:
    """Take what a validation error names out of `value`; say whether it was there."""
    place = _PLACE.search(failure)
    names = place[1].split(".") if place else []
    for name in names[:-1]:
        within = value.get(name)
        if not isinstance(within, dict):
            break
        value = within
    else:
        return bool(names) and value.pop(names[-1], _NOWHERE) is not _NOWHERE
    return value.pop(name, _NOWHERE) is not _NOWHERE


def looks_like_html(body: bytes) -> bool:
    """Tell whether a body that should be data is a page for people."""
    start = body[:2048].lstrip().lower()
    return start.startswith(_HTML_BEGINS) or (start.startswith(b"<") and b"<html" in start)


def _decode_leniently(body: bytes) -> Any:
    try:
        text = decode_text(body).strip()
    except SchemaChanged:  # too little beyond ASCII to tell; JSON is UTF-8
        text = body.decode("utf-8-sig", "replace").strip()
    if called := _CALLED.match(text):  # JSONP: the answer as the argument of a function that the page named
        text = _CALL_ENDS.sub("", text[called.end() :])
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise SchemaChanged("the JSON is nested too deeply") from error
    except json.JSONDecodeError as error:
        inside = text.startswith(("{", "[")) and error.msg != "Extra data"
        ended = error.pos >= len(text) or error.msg.startswith("Unterminated") or not text.endswith(("}", "]"))
        if not text or (inside and ended):
            raise Unreachable(f"the answer ended early, after {len(body):,} bytes") from error
        if text.startswith("<") and (instead := stand_in(text)):
            raise instead("a page of somebody else's, instead of data") from error
        raise SchemaChanged(f"not JSON: {error.msg} at character {error.pos}: {text[:80]!r}") from error
