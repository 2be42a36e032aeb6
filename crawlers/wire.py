"""Bodies → values: JSON of a declared shape, and text of whatever charset it really is.

Each failure says what the caller does next: a body that was cut is fetched again (Unreachable), one of another shape
needs a developer (SchemaChanged).
"""

import codecs
import json
import re
from typing import Any, TypeVar

import msgspec

from crawlers.errors import SchemaChanged, Unreachable
from crawlers.post import without_lone_surrogates

__all__ = ["decode_json", "decode_text", "looks_like_html"]

Shape = TypeVar("Shape")

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARED_IN_HTML = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_SENT = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "ascii": "utf-8"}
"""Charsets that pages name although they use a wider one."""


def decode_json(body: bytes, shape: type[Shape]) -> Shape:
    """Read JSON as `shape`; Unreachable when the body ended early, SchemaChanged when it is not what we read.

    A byte that is no UTF-8 and a lone surrogate become U+FFFD; `shape` may hold msgspec.Raw, which checks neither.
    """
    try:
        body.decode()
        if _SURROGATE.search(body) is None:
            return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise SchemaChanged(str(error)) from error
    except RecursionError as error:
        raise SchemaChanged("the JSON is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # mended below, where it can be
    mended = msgspec.json.encode(without_lone_surrogates(_decode_leniently(body)))
    try:
        return msgspec.json.decode(mended, type=shape)
    except msgspec.DecodeError as error:
        raise SchemaChanged(str(error)) from error


def decode_text(body: bytes, content_type: str = "") -> str:
    """Return the text of an XML or HTML body, in the first charset that fits: BOM, UTF-8, declared, sent, GB 18030."""
    for mark, name in _BOMS.items():
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _DECLARED.search(body[:1024]) or _DECLARED_IN_HTML.search(body[:1024])
    sent = _SENT.search(content_type)
    named = [match[1].decode() if isinstance(match[1], bytes) else match[1] for match in (declared, sent) if match]
    charsets = [_WIDER.get(name.lower(), name) for name in named]
    like_ascii = any(charset.lower().startswith(("iso-2022", "hz", "utf-7")) for charset in charsets)
    charsets = [*charsets, "utf-8"] if like_ascii else ["utf-8", *charsets]
    known = [charset for charset in [*charsets, "gb18030"] if _is_known(charset)]
    for charset in known:
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    return min((body.decode(charset, "replace") for charset in known), key=lambda text: text.count("\ufffd"))


def looks_like_html(body: bytes) -> bool:
    """Tell whether a body that should be data is a page for people."""
    start = body[:2048].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<html" in start)


def _is_known(charset: str) -> bool:
    try:
        b"a".decode(charset)
    except LookupError:
        return False
    return True


def _decode_leniently(body: bytes) -> Any:
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise SchemaChanged("the JSON is nested too deeply") from error
    except json.JSONDecodeError as error:
        inside = text.startswith(("{", "[")) and error.msg != "Extra data"
        ended = error.pos >= len(text) or error.msg.startswith("Unterminated") or not text.endswith(("}", "]"))
        if not text or (inside and ended):
            raise Unreachable(f"the answer ended early, after {len(body):,} bytes") from error
        raise SchemaChanged(f"not JSON: {error.msg} at character {error.pos}: {text[:80]!r}") from error
