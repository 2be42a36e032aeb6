"""The form in which words are compared: what people see as one text is one text, in queries, posts and the index."""

import re

__all__ = ["PICTURES", "fold", "plain"]

PICTURES = (
    "©®‼⁉™ℹ↔-↙↩↪⌚⌛⌨⎈⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾☀-★☇-☒☔-⚅⚐-✅✈-✒✔✖✝✡✨✳✴❄❇❌❎❓-❕❗❣-❧➕-➗➡➰➿⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙"
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f249-\U0001f53d"
    "\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f"
    "\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a"
    "\U0001f93c-\U0001f945\U0001f947-\U0001fffd"
)
"""The pictures among the characters (Unicode's Extended_Pictographic), in the notation of `re`."""

_FULL_WIDTH = {full: full - 0xFEE0 for full in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
# Soft hyphen, zero-width space and non-joiner, direction marks, word joiner, byte order mark: seen by nobody.
_INVISIBLE = dict.fromkeys([0xAD, 0x61C, 0x180E, 0xFEFF, 0x200B, 0x200C, 0x200E, 0x200F])
_INVISIBLE |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2060, 0x2070)])
_CONTROL = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)], " ")
_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE = {**_FULL_WIDTH, **_INVISIBLE, **_CONTROL, **_LONE_SURROGATES}
_STRAY_JOINER = re.compile(f"(?<![{PICTURES}\ufe0f])\u200d+|\u200d+(?![\u200d{PICTURES}])")
_LATIN = "A-Za-z\u00c0-\u024f"
# Unicode joins "15，2天" and "OPPO：Find" to one word, as if they were 1,000 or Swedish; nobody here means that.
# The punctuation stands first, so that `re` looks for it and not, at every character, for what is before it.
_NO_JOINT = re.compile(f"[，；:：](?:(?<=[0-9][，；])(?=[0-9])|(?<=[{_LATIN}][:：])(?=[{_LATIN}]))")


def plain(text: str) -> str:
    """Return the text with half-width letters and digits, without invisible or control characters."""
    if text.isascii() and text.isprintable():
        return text
    kept = text.translate(_TABLE)
    return _STRAY_JOINER.sub("", kept) if "\u200d" in kept else kept


def fold(text: str) -> str:
    """Return the plain text with a space behind punctuation that would join two words.

    Other punctuation, case and line ends stay: people read this text, and the words' comparison passes over them.
    """
    return _NO_JOINT.sub(r"\g<0> ", plain(text))
