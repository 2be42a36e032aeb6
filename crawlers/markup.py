"""HTML → text: line breaks where a reader sees them, and an emoticon's name where its picture stood."""

import html
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

__all__ = ["text_of"]

_BREAKS = re.compile(
    r"address|article|aside|blockquote|br|dd|div|dl|dt|fig(caption|ure)|footer|form|h[1-6r]|header|li|main|nav|ol|p|pre"
    r"|section|table|tr|ul"
)
_GAPS = re.compile("td|th")
_UNSEEN = re.compile("head|iframe|noscript|object|script|style|svg|template|textarea|title")
_PARSER = lxml_html.HTMLParser(huge_tree=True, no_network=True)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")


def text_of(markup: str) -> str:
    """Return what a reader of this HTML sees; the picture of an emoticon gives its `alt`, such as [偷笑]."""
    markup = _INVISIBLE.sub("", markup)
    if "<" in markup:
        markup = "".join(_seen(_CDATA.sub("", markup)))
    elif "&" in markup:
        markup = html.unescape(markup)
    return _LINES.sub("\n", _SPACES.sub(" ", markup)).strip()


def _seen(markup: str) -> Iterator[str]:
    root = lxml_html.fragment_fromstring(
        _SPACES.sub(" ", markup.replace("\n", " ")), create_parent="div", parser=_PARSER
    )
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        starts = event == "start"
        if event in ("start", "end") and hidden is None:
            tag = element.tag
            if _BREAKS.fullmatch(tag):
                yield "\n"
            elif _GAPS.fullmatch(tag):
                yield " "
            elif starts and tag == "img":
                yield _emoticon(element)
            if starts and _UNSEEN.fullmatch(tag):
                hidden = element
            elif starts:
                yield element.text or ""
        if not starts:
            hidden = None if hidden is element else hidden
            if hidden is None and element is not root:
                yield element.tail or ""


def _emoticon(picture: etree._Element) -> str:
    """Return the `alt` of an emoticon; that of a photograph is nothing a reader sees."""
    alt = str(picture.get("alt") or "").strip()
    named = alt.startswith("[") and alt.endswith("]")
    symbol = 0 < len(alt) <= 8 and not any(character.isalnum() for character in alt)
    return alt if named or symbol or "emoji" in str(picture.get("class") or "") else ""
