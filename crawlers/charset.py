"""Bytes → text in the charset that they are really in, by the names that browsers give to charsets.

In this order: a byte order mark, UTF-8 where the bytes are such, what the document or the server says, and what
charset-normalizer takes them for. A page that says gb2312 holds GBK, one that says Big5 holds Hong Kong's letters too.
"""

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import resolve_encoding

from crawlers.errors import SchemaChanged

__all__ = ["decode_text"]

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARED_IN_HTML = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_SENT = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_EAST_ASIAN = ["gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"]
_ESCAPING = ("iso2022", "iso-2022", "hz", "utf_7", "utf-7")
"""Charsets whose every byte is ASCII."""
_SINGLE = re.compile(r"cp125\d|iso8859.*|latin.*|koi8.*|cp8\d\d|mac.*")
_STRAY = 0.02
"""The share of letters beyond ASCII that may be broken."""
_UNUSUAL = 0.4
"""The share of Han characters beyond the usual ones from which a declared charset is doubted."""
_FEW = 16
"""Fewer letters tell nothing of their charset; the likeliest one serves."""
_HAN = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\ue000-\uf8ff]")


def decode_text(body: bytes, content_type: str = "") -> str:
    """Return the text of a body; SchemaChanged when it is in no charset that gives sense."""
    for mark, name in _BOMS.items():
        if body.startswith(mark):
            return body.decode(name, "replace")
    named = _named(body, content_type)
    looks_like_ascii = any(codec.startswith(_ESCAPING) for codec in named)
    if (text := _strictly(body, named[0] if looks_like_ascii else "utf-8")) is not None:
        return text
    taken = _detected(body)
    texts = (_declared(body, codec, taken) for codec in named)
    if (said_so := next((text for text in texts if text is not None), None)) is not None:
        return said_so
    for codec in (taken, "utf-8", "gb18030", *named):
        if codec and _is_mostly_whole(lenient := body.decode(codec, "replace")):
            return lenient
    if (anything := from_bytes(body).best()) is not None:
        return str(anything)
    said = f"it says {named[0]}, and is not" if named else "let it say which"
    raise SchemaChanged(f"the text is in no charset that gives sense: {said}")


def _named(body: bytes, content_type: str) -> list[str]:
    """Return Python's names of the charsets that the document and the server say, the document's first."""
    declared = _DECLARED.search(body[:1024]) or _DECLARED_IN_HTML.search(body[:1024])
    sent = _SENT.search(content_type)
    names = [declared[1].decode("latin-1")] if declared else []
    names += [sent[1]] if sent else []
    return [codec for name in names if (codec := resolve_encoding(name)) and codec != "utf-8"]


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (LookupError, UnicodeError):
        return None


def _declared(body: bytes, codec: str, taken: str | None) -> str | None:
    """Return the text in the charset that is said, where that gives sense; a stray byte becomes U+FFFD."""
    if _SINGLE.fullmatch(codec) and taken:
        return None  # every byte is a letter there, so it fits whatever the bytes are
    for same in (codec, "cp950") if codec == "big5hkscs" else (codec,):
        if (text := _strictly(body, same)) is not None:
            return None if taken not in (None, codec) and _is_unusual(text, codec) else text
    try:
        text = body.decode(codec, "replace")
    except LookupError:
        return None
    return text if _is_mostly_whole(text) and not _is_unusual(text, codec) else None


def _is_unusual(text: str, codec: str) -> bool:
    """Say whether the letters are such as nobody writes in this charset: those of another one, read wrongly."""
    han = _HAN.findall(text)
    if codec not in ("gb18030", "big5hkscs") or len(han) < _FEW:
        return False
    rare = sum(not _is_usual(letter, codec) for letter in han)
    return rare / len(han) > _UNUSUAL


def _is_usual(letter: str, codec: str) -> bool:
    try:
        encoded = letter.encode("gb2312" if codec == "gb18030" else "big5")
    except UnicodeEncodeError:
        return False
    return codec == "gb18030" or encoded[0] <= 0xC6  # Big5's second half holds its rarer letters


def _is_mostly_whole(text: str) -> bool:
    beyond = sum(character > "\x7f" for character in text)
    return text.count("\ufffd") <= max(2, _STRAY * beyond) and text.count("\ufffd") < max(1, beyond)


def _detected(body: bytes) -> str | None:
    """Return the East Asian charset that the bytes are in; None for none, or when it cannot be told."""
    if sum(byte > 0x7F for byte in body[: 100 * _FEW]) < _FEW:
        return None
    best = from_bytes(body, cp_isolation=_EAST_ASIAN).best()
    return best.encoding if best is not None and best.encoding in _EAST_ASIAN else None
