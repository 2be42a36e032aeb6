"""HTML → text: line breaks where a reader sees them, and an emoticon's name where its picture stood."""

import html
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html
from lxml.html import defs

__all__ = ["text_of", "text_of_twice_escaped"]

_BREAKS = re.compile(
    r"address|article|aside|blockquote|br|dd|div|dl|dt|fig(caption|ure)|footer|form|h[1-6r]|header|li|main|nav|ol|p|pre"
    r"|section|table|tr|ul"
)
_GAPS = re.compile("td|th")
_UNSEEN = re.compile("head|iframe|noscript|object|script|style|svg|template|textarea|title")
_PARSER = lxml_html.HTMLParser(huge_tree=True, no_network=True)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ud800-\udfff]")
_HIDDEN = re.compile("&#(?:x0*(?:200b|2060|feff)|0*(?:8203|8288|65279));?", re.IGNORECASE)
_READ = re.compile(
    "[<&\x00-\x1f\x7f\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\ud800-\udfff]|  "
)
"""What a reader sees otherwise than it is written: markup, blanks of other kinds or several, what is invisible."""
_WIDE = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_ANGLE = re.compile(r"<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/<>]*)?(?![!?])")
_COMMENT = re.compile(r"<!--(?:.*?-->|.*)|<[!?][^>]*>?", re.DOTALL)
_KNOWN = (defs.tags | {"main", "picture", "template", "svg", "wbr", "bdi", "dialog", "slot"}) - {
    "listing",
    "plaintext",
    "xmp",
}
_PAIRED = _KNOWN - {"html", "head", "body", "title", "script", "style", "textarea", "template", "input", "form"}
_VOID = re.compile(r"<(?:br|hr)\s*/?>|<img\s", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"&(?=[A-Za-z0-9]+=)")
_DEEPEST = 900
"""The parser leaves out what is nested deeper than about a thousand elements, and says nothing of it."""
_ANY_TAG = re.compile("<[^<>]*>")
_INLINE = frozenset(("a", "b", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u"))
_BLOCKS = frozenset(("blockquote", "div", "p"))
_SIMPLE = re.compile(
    rf"<(/?)({'|'.join(sorted(_INLINE | _BLOCKS | {'br', 'img'}, key=len, reverse=True))})"
    r"""((?:\s+[\w:-]+(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?)*)\s*/?>""",
    re.ASCII,
)
_ALT, _CLASS = (re.compile(rf"""\s{name}=(?:"([^"]*)"|'([^']*)'|(\S+))""") for name in ("alt", "class"))
_ODD_ENTITY = re.compile("&(?! |(?:amp|lt|gt|quot|nbsp|#39);)")
"""What two readers of HTML may read differently."""


def text_of(markup: str) -> str:
    """Return what a reader of this HTML sees; the picture of an emoticon gives its `alt`, such as [偷笑]."""
    if _READ.search(markup) is None:
        return markup.strip(" ")
    if "&#" in markup:  # a number may stand for an invisible sign as well
        markup = _HIDDEN.sub("", markup)
    markup = _INVISIBLE.sub("", markup)
    if "<" in markup and (simple := _simple(markup)) is not None:
        return _tidied(simple)
    if "&" in markup:
        markup = _IN_ADDRESS.sub("&amp;", markup)
    if "<" in markup and _depth(markup) < _DEEPEST:
        markup = _CDATA.sub("", markup)
        try:
            markup = "".join(_seen(_prose_escaped(_COMMENT.sub("", markup))))
        except (etree.LxmlError, RecursionError, ValueError):  # a document of nothing, or nested beyond all measure
            markup = html.unescape(_ANY_TAG.sub("", markup))
    else:
        markup = html.unescape(_ANY_TAG.sub("", markup))
    return _tidied(markup)


def _tidied(text: str) -> str:
    text = _WIDE.sub(" ", text)
    return (_LINES.sub("\n", text) if "\n" in text else text).strip()


def _simple(markup: str) -> str | None:
    """Return the text of the plain HTML that most platforms write; None for any that wants a parser.

    Plain are well nested tags of words and paragraphs, pictures, and entities that everybody reads alike.
    """
    pieces = _SIMPLE.split(markup.replace("\n", " "))
    if any("<" in text for text in pieces[::4]) or _ODD_ENTITY.search(markup):
        return None
    seen, within = [pieces[0]], list[str]()
    for at in range(1, len(pieces), 4):
        slash, tag, attributes, text = pieces[at : at + 4]
        if tag in ("br", "img"):
            if slash:
                return None
            seen.append("\n" if tag == "br" else _named_picture(attributes))
        elif slash:
            if not within or within.pop() != tag:
                return None
        elif tag in _BLOCKS and "p" in within:
            return None
        else:
            within.append(tag)
        if tag in _BLOCKS:
            seen.append("\n")
        seen.append(text)
    return None if within else html.unescape("".join(seen))


def _named_picture(attributes: str) -> str:
    alt, kind = (
        found[1] or found[2] or found[3] or "" if (found := name.search(attributes)) else "" for name in (_ALT, _CLASS)
    )
    return html.escape(_emoticon(html.unescape(alt), html.unescape(kind)), quote=False)


def text_of_twice_escaped(markup: str, *, plain: bool = False) -> str:
    """Return the text of HTML that may have been escaped once more than it should; of `plain` text, the text itself.

    What is escaped is markup only where its tags come in pairs; otherwise somebody writes about tags.
    """
    if plain and not _is_markup(markup):
        return markup.strip()
    text = text_of(markup)
    return text_of(text) if "<" not in markup and "<" in text and _is_markup(text) else text


def _depth(markup: str) -> int:
    """Return about how deep the tags are nested; those that never end count."""
    if markup.count("<") < _DEEPEST:
        return 0
    depth = deepest = 0
    for match in _ANGLE.finditer(markup):
        if (match["name"] or "").lower() not in defs.empty_tags:
            depth = max(0, depth - 1) if match["slash"] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _is_markup(text: str) -> bool:
    found = [(match["slash"], (match["name"] or "").lower()) for match in _ANGLE.finditer(text)]
    opened = {name for slash, name in found if not slash}
    closed = {name for slash, name in found if slash}
    return bool(opened & closed & _PAIRED) or _VOID.search(text) is not None


def _prose_escaped(markup: str) -> str:
    """Escape each < that begins no tag: 1 < 2, List<String>, and <title> where none ends and the rest would go."""
    closers = {(match["name"] or "").lower(): match.start() for match in _ANGLE.finditer(markup) if match["slash"]}

    def escape(found: re.Match[str]) -> str:
        name = (found["name"] or "").lower()
        known = name in _KNOWN or ":" in name or "-" in name
        swallows = not found["slash"] and _UNSEEN.fullmatch(name) and closers.get(name, -1) < found.start()
        return found[0] if known and not swallows else f"&lt;{found[0][1:]}"

    return _ANGLE.sub(escape, markup)


def _seen(markup: str) -> Iterator[str]:
    page = _SPACES.sub(" ", markup.replace("\n", " "))
    root = etree.fromstring(f"<html><body>{page}</body></html>", _PARSER)
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
                yield _emoticon(str(element.get("alt") or ""), str(element.get("class") or ""))
            if starts and _UNSEEN.fullmatch(tag):
                hidden = element
            elif starts:
                yield element.text or ""
        if not starts:
            hidden = None if hidden is element else hidden
            if hidden is None and element is not root:
                yield element.tail or ""


def _emoticon(alt: str, kind: str) -> str:
    """Return the `alt` of an emoticon; that of a photograph is nothing a reader sees."""
    alt = alt.strip()
    named = alt.startswith("[") and alt.endswith("]")
    symbol = 0 < len(alt) <= 8 and not any(character.isalnum() for character in alt)
    return alt if named or symbol or "emoji" in kind else ""
