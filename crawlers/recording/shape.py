"""Which fields a page has, of which types, and how often; and what is otherwise between a page and earlier ones.

JSON and JSONP: each path, such as `data.cards[].mblog.user.id`. XML: each path of tags and attributes. HTML: each tag
with its classes below the nearest one above it that has classes, and its attributes. Keys and classes that are numbers
or look made up count as one, `*`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lxml import etree, html

from crawlers.page import Response
from crawlers.reading.charset import decode_text

__all__ = ["Change", "Difference", "Seen", "Shape", "differences", "shape_of", "together"]

_JSONP = re.compile(r"\s*[\w.$]+\s*\((?P<value>[\[{].*[\]}])\s*\)\s*;?\s*", re.DOTALL)
_MADE_UP = re.compile(r"\d+|[0-9a-f]{16,}|(?=[\w-]*\d)[\w-]{20,}|(?=\w*\d)(?=\w*[A-Z])\w{8,}")
_HASHED_CLASS = re.compile(r"(?<=[_-])(?=\w*\d)\w{5,}$|\d+")


class Change(StrEnum):
    """How a field differs."""

    VANISHED = "vanished"
    TYPE = "type"
    APPEARED = "appeared"


@dataclass(slots=True)
class Seen:
    """How often a field stood where it could stand, and with which types."""

    times: int = 0
    of: int = 0
    types: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The share of places that had it, 0 to 1."""
        return self.times / self.of if self.of else 0.0


Shape = dict[str, Seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is otherwise; `share` of the places that had it before, or have it now where it appeared."""

    path: str
    change: Change
    before: tuple[str, ...]
    now: tuple[str, ...]
    share: float


def shape_of(response: Response) -> Shape:
    """Return the shape of a page in any of the formats; of bytes that are none of them, an empty one."""
    text = decode_text(response.body, response.headers.get("content-type", ""))
    shape: Shape = {}
    if (value := _json(text)) is not None:
        _walk(value, "", shape)
    elif "<html" in text[:2000].lower() or "<!doctype html" in text[:200].lower():
        with suppress(etree.ParserError):  # no tag at all
            _walk_html(html.document_fromstring(text), shape)
    elif text.lstrip()[:1] == "<":
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
        root = etree.fromstring(text.encode(), parser)
        if root is not None:
            _walk_xml(root, "", shape)
    return shape


def together(shapes: Iterable[Shape]) -> Shape:
    """Return the shape of several pages as one."""
    each = list(shapes)
    whole: Shape = {path: Seen() for shape in each for path in shape}
    for path, known in whole.items():
        for shape in each:
            if seen := shape.get(path):
                known.times, known.of = known.times + seen.times, known.of + seen.of
                known.types += seen.types
            else:
                known.of += _could_hold(path, shape)
    return whole


def _could_hold(path: str, shape: Shape) -> int:
    """Return how often a field could have stood on a page that has it nowhere."""
    above = _above(path)
    if path.endswith("[]"):
        return 0
    return shape[above].times if above in shape else int(not above)


def differences(before: Shape, now: Shape) -> list[Difference]:
    """Return what vanished, changed its type and appeared; what was there most often first.

    A field that was only sometimes there may be absent by chance: `share` tells. Below a field that is gone or new
    nothing more is told.
    """
    found = [*_vanished(before, now), *_retyped(before, now), *_vanished(now, before, Change.APPEARED)]
    return sorted(found, key=lambda one: ([*Change].index(one.change), -one.share, one.path))


def _vanished(before: Shape, now: Shape, change: Change = Change.VANISHED) -> Iterator[Difference]:
    gone = {path for path in before if path not in now}
    for path in gone:
        above = _above(path)
        if above in gone or (above and above not in now):
            continue
        if above and above in now and not _holds_children(path, now[above]):
            continue  # an empty list or object says nothing of what would stand in it
        types = tuple(sorted(before[path].types))
        was, is_ = (types, ()) if change is Change.VANISHED else ((), types)
        yield Difference(path=path, change=change, before=was, now=is_, share=before[path].share)


def _holds_children(path: str, above: Seen) -> bool:
    if path.endswith("[]"):
        return False
    return not above.types or any(kind not in ("array", "null") for kind in above.types)


def _retyped(before: Shape, now: Shape) -> Iterator[Difference]:
    for path, seen in before.items():
        if path not in now:
            continue
        was, is_ = (set(one.types) - {"null"} for one in (seen, now[path]))
        if was and is_ and not (was & is_):
            yield Difference(
                path=path, change=Change.TYPE, before=tuple(sorted(was)), now=tuple(sorted(is_)), share=seen.share
            )


def _above(path: str) -> str:
    """Return the path of what holds a field; empty at the top."""
    if path.startswith("<"):
        return path.rpartition(" @")[0]
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(" > ")[0] if " > " in path else path.rpartition(".")[0]


def _json(text: str) -> Any:
    called = _JSONP.fullmatch(text)
    try:
        value = json.loads(called["value"] if called else text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _walk(value: Any, path: str, shape: Shape) -> None:
    if isinstance(value, dict):
        parts: Counter[str] = Counter()
        for key, inner in value.items():
            name = "*" if _MADE_UP.fullmatch(key) else key
            below = f"{path}.{name}" if path else name
            parts[below] += 1
            seen = shape.setdefault(below, Seen())
            seen.types[_type(inner)] += 1
            seen.times += parts[below] == 1
            _walk(inner, below, shape)
        shape.setdefault(f"{path}\0", Seen()).of += 1
    elif isinstance(value, list):
        for inner in value:
            seen = shape.setdefault(f"{path}[]", Seen())
            seen.times, seen.of = seen.times + 1, seen.of + 1
            seen.types[_type(inner)] += 1
            _walk(inner, f"{path}[]", shape)
    if not path:
        _settle(shape)


def _settle(shape: Shape) -> None:
    """Give each field the count of the objects in which it could stand."""
    holders = {path[:-1]: shape.pop(path).of for path in [*shape] if path.endswith("\0")}
    for path, seen in shape.items():
        if not path.endswith("[]"):
            seen.of = holders.get(path.rpartition(".")[0], seen.times)


def _type(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "null")


def _walk_xml(element: Any, above: str, shape: Shape) -> None:
    if not isinstance(element.tag, str):
        return
    path = f"{above} > {_local(element.tag)}" if above else _local(element.tag)
    seen = shape.setdefault(path, Seen())
    seen.times, seen.of = seen.times + 1, seen.of + 1
    for name in element.attrib:
        attribute = shape.setdefault(f"{path} > @{_local(str(name))}", Seen())
        attribute.times, attribute.of = attribute.times + 1, seen.times
    for child in element:
        _walk_xml(child, path, shape)


def _local(tag: str) -> str:
    """Return a tag with the last part of its namespace, as prefixes are chosen freely."""
    space, _, name = tag.rpartition("}")
    return f"{space.strip('{').rstrip('/').rpartition('/')[2]}:{name}" if space else name


def _walk_html(root: Any, shape: Shape) -> None:
    waiting = [(root, "")]
    while waiting:
        element, above = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "svg", "path"):
            continue
        key = _skeleton(element)
        if key != element.tag or not above:
            path = f"{above} <{key}>".strip()
            seen = shape.setdefault(path, Seen())
            seen.times, seen.of = seen.times + 1, seen.of + 1
            for name in element.attrib:
                if name not in ("class", "id", "style"):
                    attribute = shape.setdefault(f"{path} @{_named(str(name))}", Seen())
                    attribute.times, attribute.of = attribute.times + 1, seen.times
            above = f"<{key}>"
        waiting += [(child, above) for child in element]


def _skeleton(element: Any) -> str:
    classes = sorted({_named(name) for name in (element.get("class") or "").split()})
    number = element.get("id") or ""
    own = f"#{_named(number)}" if number else ""
    return f"{element.tag}{own}{''.join(f'.{name}' for name in classes)}"


def _named(name: str) -> str:
    return _HASHED_CLASS.sub("*", name)
