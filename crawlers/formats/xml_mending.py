"""XML as people write it → XML: an & that means itself, names that only HTML knows, characters that XML forbids."""

import html
import html.entities
import re
from xml.sax.saxutils import escape

__all__ = ["mended"]

_MENDED = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)"
    r"|&(?:#x(?P<hex>[0-9a-f]+);?|#(?P<decimal>[0-9]+);?|(?P<name>[a-z][a-z0-9]*)(?P<end>;?))?",
    re.IGNORECASE | re.DOTALL,
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARED = re.compile(r"<!ENTITY\s+([\w.-]+)", re.IGNORECASE)


def mended(text: str) -> str:
    """Return the document with every & that means itself written as XML wants it, and no character that XML forbids."""
    declared = set(_DECLARED.findall(text))

    def mend(found: re.Match[str]) -> str:
        if found[0][0] == "<":
            opened = "<![CDATA[" if found[0].startswith("<![") else "<!--"
            closed = found[0].endswith("]]>" if opened == "<![CDATA[" else "-->")
            return found[0] if closed else found[0].removeprefix(opened)
        if digits := found["hex"] or found["decimal"]:
            return _numbered(digits, 16 if found["hex"] else 10)
        name = found["name"]
        if not name:
            return "&amp;"
        if name in ("lt", "gt", "amp", "quot", "apos"):
            return f"&{name};" if found["end"] or _ends(found) else f"&amp;{found[0][1:]}"
        if name in declared and found["end"]:
            return found[0]
        meant = html.entities.html5.get(f"{name};") if found["end"] else html.entities.html5.get(name)
        if meant is None or not (found["end"] or _ends(found)):
            return f"&amp;{found[0][1:]}"
        return escape(meant)

    return _MENDED.sub(mend, _NOT_XML.sub("", text))


def _ends(found: re.Match[str]) -> bool:
    """Say whether a reference without its semicolon ends where it may: not within an address's ?a=1&copy=2."""
    return found.string[found.end() : found.end() + 1] not in ("=", "_", "-")


def _numbered(digits: str, base: int) -> str:
    """Return a numbered reference as it is, or as U+FFFD where it names no character."""
    number = int(digits, base) if len(digits) <= 8 else 0
    if not (0 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF):
        return "\ufffd"
    if 0x80 <= number < 0xA0:  # what windows-1252 has there is meant
        return html.unescape(f"&#{number};")
    return "" if _NOT_XML.match(chr(number)) else f"&#{number};"
