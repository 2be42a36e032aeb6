"""A page for people → its elements: bytes decoded as browsers do, a cut page told from a whole one."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from lxml import etree
from lxml import html as lxml_html

from crawlers.errors import SchemaChanged, Unreachable
from crawlers.page import Response
from crawlers.reading.charset import decode_text
from crawlers.reading.markup import text_of

__all__ = ["Element", "attribute", "classed", "each", "first", "inner", "page_of", "plain"]

Element: TypeAlias = lxml_html.HtmlElement

_PARSER = lxml_html.HTMLParser(huge_tree=True, no_network=True)
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_NOT_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def page_of(response: Response) -> tuple[Element, str]:
    """Return the page's root and its text; Unreachable when it was cut, SchemaChanged when it is none."""
    text = _NOT_HTML.sub("", decode_text(response.body, response.headers.get("content-type", "")))
    if not text.strip():
        raise Unreachable("an empty answer")
    if _END.search(text) is None:
        if "<" not in text[:2048]:
            raise SchemaChanged(f"no web page: {text.strip()[:80]!r}")
        raise Unreachable(f"the page ended early, after {len(response.body):,} bytes")
    try:
        root = lxml_html.document_fromstring(text, parser=_PARSER)
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise SchemaChanged(f"no web page that can be read: {error}") from error
    return root, text


def classed(name: str, tag: str = "*") -> str:
    """Return the XPath step for elements of a class."""
    whole = f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
    return f"{tag}[contains(@class, '{name}') and {whole}]"  # the first half spares most elements the second


def each(element: Element, path: str) -> Iterator[Element]:
    """Yield the elements at an XPath."""
    for found in _compiled(path)(element):
        if isinstance(found, lxml_html.HtmlElement):
            yield found


@lru_cache(maxsize=512)
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path)


def first(element: Element, *paths: str) -> Element | None:
    """Return the first element at the first of these XPaths that has one."""
    return next((found for path in paths for found in each(element, path)), None)


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute, without blanks around it; empty where there is none."""
    return str(element.get(name) or "").strip() if element is not None else ""


def inner(element: Element | None) -> str:
    """Return an element with what is in it as HTML; empty for none."""
    if element is None:
        return ""
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))


def plain(element: Element | None) -> str:
    """Return what a reader sees of an element; empty for none."""
    if element is None:
        return ""
    if len(element) == 0:
        return " ".join((element.text or "").split())
    return text_of(inner(element))
