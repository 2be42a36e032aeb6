"""A file's bytes as the texts that they may be: in the encodings that tables come in, and with what JSON escapes."""

import codecs
from collections.abc import Iterator
from contextlib import suppress

__all__ = ["decoded", "readings", "unescaped"]

_HOLES = 0.05
"""Of the bytes that are no ASCII."""
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-16 by its mark, GB18030, or UTF-8 with surrogates for its holes."""
    if content.startswith(_BOMS):
        return content.decode("utf-16", "replace"), "utf-16"
    holes = content.decode("utf-8", "replace").count("\ufffd")
    if holes and holes > _HOLES * sum(byte > 127 for byte in content):  # a log that was cut has few
        with suppress(UnicodeDecodeError):
            return content.decode("gb18030"), "gb18030"
    return content.decode("utf-8", "surrogateescape"), "utf-8"


def readings(content: bytes) -> Iterator[str]:
    """Yield all that the bytes may say: a page or log may be in several encodings at once, or cut in the middle."""
    text = decoded(content)[0]
    yield text
    if "\\u" in text:
        yield unescaped(text)
    broken = content.decode("utf-8", "replace")
    if "\ufffd" in broken:
        yield broken
        yield content.decode("gb18030", "replace")


def unescaped(text: str) -> str:
    """Return a text with what JSON writes as escapes."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape", "replace")
