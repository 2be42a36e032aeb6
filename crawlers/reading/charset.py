"""Bytes → text in the charset that they are really in, by the names that browsers give to charsets.

In this order: a byte order mark, UTF-8 where the bytes are such, what the document or the server says, and what
charset-normalizer takes them for. A page that says gb2312 holds GBK, one that says Big5 holds Hong Kong's letters too.
"""

import codecs
import re

from charset_normalizer import from_bytes
from w3lib.encoding import resolve_encoding

from crawlers.errors import SchemaChanged
from crawlers.post import without_lone_surrogates

__all__ = ["decode_text"]

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARED_IN_HTML = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_SENT = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_EAST_ASIAN = ["gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"]
_ESCAPING = ("iso2022", "hz")
"""Charsets whose every byte is ASCII."""
_OF_BROWSERS = re.compile(
    r"gb18030|gbk|hz|big5(hkscs)?|cp9(32|49|50)|euc[_-](jp|kr)|shift[_-]jis|iso2022[_-](jp|kr)|iso8859-\d+|cp125\d|cp8(66|74)"
    r"|koi8-[ru]|mac-(roman|cyrillic)|utf-8"
)
"""Codecs of text; Python has others, such as punycode, that no page is in."""
_STRAY = 0.02
"""The share of letters beyond ASCII that may be broken."""
_BROKEN = 0.2
"""The share of such letters that may be broken where the others are well-formed UTF-8."""
_UNUSUAL = 0.4
"""The share of Han characters beyond the usual ones from which a declared charset is doubted."""
_FEW = 16
"""Fewer letters beyond ASCII tell little of their charset."""
_APART = 0.03
_NONSENSE = 0.3
_SPOILT = re.compile("[\x80-\xff\u0152-\u017e\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{6,}|\ufffd+|(?:锟斤拷)+|[烫屯]{3,}")
_LEFT_BEHIND = re.compile("[\x80-\xff\u0152-\u017e\u02c6\u02dc\u2013-\u203a\u20ac\u2122\ufffd锟斤拷烫屯]")
"""Each letter of the above: the search for one letter is many times as fast."""
_BIG5_RARE = bytes(range(0xC7, 0x100))
"""The first bytes of Big5's second half, which holds its rarer letters."""
_HAN = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\ue000-\uf8ff]")


def decode_text(body: bytes, content_type: str = "") -> str:
    """Return the text of a body; SchemaChanged when it is in no charset that gives sense, or was spoilt before."""
    text = _decoded(body, content_type)
    if _is_nonsense(text):
        raise SchemaChanged("the text is nonsense, written by somebody who read it in another charset: tell its owner")
    return text


def _decoded(body: bytes, content_type: str) -> str:
    for mark, name in _BOMS.items():
        if body.startswith(mark):
            return body.decode(name, "replace")
    named = _named(body, content_type)
    looks_like_ascii = any(codec.startswith(_ESCAPING) for codec in named)
    text = _strictly(body, named[0]) if looks_like_ascii else _utf_8(body)
    if text is not None:
        return text
    if named and (plainly := _plainly(body, named[0])) is not None:
        return plainly
    taken = _detected(body) or _detected_in_part(body)
    texts = (_declared(body, codec, taken) for codec in named)
    if (said_so := next((text for text in texts if text is not None), None)) is not None:
        return said_so
    for codec in (taken, *named):
        if codec and _is_mostly_whole(lenient := body.decode(codec, "replace")) and not _is_odd(lenient):
            return lenient
    other = _western(body) or (from_bytes(body).best() if _high(body) >= _FEW else None)
    if other is not None and not _is_odd(str(other)):
        return str(other)
    said = f"it says {named[0]}, and is not" if named else "let it say which"
    raise SchemaChanged(f"the text is in no charset that gives sense: {said}")


def _utf_8(body: bytes) -> str | None:
    """Return the text where it is UTF-8 but for some broken characters: other bytes are hardly ever such by chance."""
    if (strict := _strictly(body, "utf-8")) is not None:
        return strict
    try:
        whole: str = without_lone_surrogates(body.decode("utf-8", "surrogatepass"))
        return whole
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd") - body.count("\ufffd".encode())
    return text if broken <= _BROKEN * _beyond_ascii(text) else None


def _named(body: bytes, content_type: str) -> list[str]:
    """Return Python's names of the charsets that the document and the server say, the document's first."""
    declared = _DECLARED.search(body[:1024]) or _DECLARED_IN_HTML.search(body[:1024])
    sent = _SENT.search(content_type)
    names = [declared[1].decode("latin-1")] if declared else []
    names += [sent[1]] if sent else []
    return [codec for name in names if (codec := _of_browsers(name)) and codec != "utf-8"]


def _of_browsers(name: str) -> str | None:
    """Return the codec of a label; None for what browsers do not know, and for UTF-16, which ASCII cannot declare."""
    codec = resolve_encoding({"x-cp1252": "cp1252", "latin": "latin-1"}.get(name.lower(), name))
    return codec if codec and _OF_BROWSERS.fullmatch(codec) else None


def _plainly(body: bytes, codec: str) -> str | None:
    """Return the text where the declared charset of Chinese gives usual words: then nothing has to be guessed."""
    if codec not in ("gb18030", "big5hkscs"):
        return None
    texts = (_strictly(body, same) for same in _same(codec))
    text = next((text for text in texts if text is not None), None)
    return None if text is None or _is_unusual(text, codec) else text


def _same(codec: str) -> tuple[str, ...]:
    return (codec, "cp950") if codec == "big5hkscs" else (codec,)


def _western(body: bytes) -> str | None:
    """Return the text of a page in which letters beyond ASCII are few and far apart, as in French; None for another."""
    runs = re.findall(rb"[\x80-\xff]+", body)
    few = sum(map(len, runs)) < len(body) / 10 and all(len(run) <= 2 for run in runs)
    return _strictly(body, "cp1252") if few else None


def _is_odd(text: str) -> bool:
    """Say whether what was read holds letters that nobody writes, as when one charset is read as another."""
    han = _HAN.findall(text)
    private = sum("\ue000" <= letter <= "\uf8ff" for letter in han)
    neither = "".join(letter for letter in set(han) if _unusual(letter, "gb18030") and _unusual(letter, "big5hkscs"))
    rare = sum(map(han.count, neither)) if neither else 0
    return private > 0 or (len(han) >= _FEW and rare > _UNUSUAL * len(han))


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (LookupError, UnicodeError):
        return None


def _declared(body: bytes, codec: str, taken: str | None) -> str | None:
    """Return the text in the charset that is said, where that gives sense; a stray byte becomes U+FFFD."""
    if codec in ("cp1252", "iso8859-1") and taken and _western(body) is None:
        return None  # every byte is a letter there, so it fits whatever the bytes are; and it is everybody's default
    for same in _same(codec):
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
    return _unusual("".join(han), codec) / len(han) > _UNUSUAL


def _unusual(letters: str, codec: str) -> int:
    """Return how many of these Han characters are none of the usual ones of a charset."""
    encoded = letters.encode("gb2312" if codec == "gb18030" else "big5", "ignore")[::2]
    usual = encoded if codec == "gb18030" else encoded.translate(None, _BIG5_RARE)
    return len(letters) - len(usual)


def _is_mostly_whole(text: str) -> bool:
    beyond = _beyond_ascii(text)
    return text.count("\ufffd") <= max(2, _STRAY * beyond) and text.count("\ufffd") < max(1, beyond)


def _detected(body: bytes) -> str | None:
    """Return the East Asian charset that the bytes are in; None for none, or when it cannot be told."""
    found = [one for one in from_bytes(body, cp_isolation=_EAST_ASIAN) if one.encoding in _EAST_ASIAN]
    if len(found) > 1 and _high(body) < _FEW and found[1].chaos - found[0].chaos < _APART:
        return None  # so few letters are words in several languages
    return found[0].encoding if found else None


def _detected_in_part(body: bytes) -> str | None:
    """Return what one half is in, where a broken byte spoils the whole; a cut may part a letter's bytes."""
    middle = len(body) // 2
    if _high(body) < 2 * _FEW:
        return None
    parts = (body[:middle], body[: middle - 1], body[middle:], body[middle + 1 :])
    return next((codec for part in parts if (codec := _detected(part))), None)


def _beyond_ascii(text: str) -> int:
    """Return how many letters are none of ASCII's."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _high(body: bytes) -> int:
    return sum(byte > 0x7F for byte in body[: 1_000 * _FEW])


def _is_nonsense(text: str) -> bool:
    """Say whether much of the text is what charsets read as each other leave behind: ä½ å¥½, Ð¡Ã×, 锟斤拷."""
    beyond = _beyond_ascii(text)
    if beyond < _FEW or len(_LEFT_BEHIND.findall(text)) <= _NONSENSE * beyond:
        return False
    spoilt = sum(len(found[0]) for found in _SPOILT.finditer(text))
    return spoilt > _NONSENSE * beyond
