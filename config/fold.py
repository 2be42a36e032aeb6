"""The form in which words are compared: what people see as one text is one text, in queries, posts and the index."""

import re

__all__ = ["fold"]

_FULL_WIDTH = {0xFF10 + i: 0x30 + i for i in range(10)}
_FULL_WIDTH |= {0xFF21 + i: 0x41 + i for i in range(26)} | {0xFF41 + i: 0x61 + i for i in range(26)}
# Soft hyphen, zero-width space and non-joiner, direction marks, word joiner, byte order mark: seen by nobody.
_INVISIBLE = dict.fromkeys([0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)])
_INVISIBLE |= dict.fromkeys(range(0x2060, 0x2070))
del _INVISIBLE[0x200D]  # the joiner holds emoji families together; elsewhere _STRAY_JOINER removes it
_CONTROL = {code: " " for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in "\t\n\r"}
_TABLE = {**_FULL_WIDTH, **_INVISIBLE, **_CONTROL, **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
_STRAY_JOINER = re.compile("(?<![\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d+|\u200d+(?=[\\s\u200d]|$)")


def fold(text: str) -> str:
    """Return the text with half-width letters and digits, without invisible or control characters.

    Punctuation, case and line ends stay: people read this text, and the words' comparison passes over them.
    """
    return _STRAY_JOINER.sub("", text.translate(_TABLE))
