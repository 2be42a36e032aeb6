"""Words that an engine for Chinese would cut: Latin ones, kana, accents, numerals, signs, names with a space."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["WholeWords"]

_KANA, _HANGUL = (
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "\u1100-\u11ff\uac00-\ud7a3",
)
_LETTERS = (
    "\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u03ff\u0400-\u052f\u1e00-\u1fff\u2160-\u2188"
)
_EMOTICON = r"\[[^\[\]\s]{1,10}\]"
_MARKS = "\u0300-\u036f\u3099\u309a"
_FOREIGN = (
    f"[{_KANA}{_MARKS}]{{2,}}|[{_HANGUL}]+"
    f"|(?<![A-Za-z0-9{_LETTERS}])[A-Za-z0-9]*[{_LETTERS}][A-Za-z0-9{_LETTERS}{_MARKS}]*"
)
"""Runs of letters that Chinese does not use, Latin ones with accents among them, in the notation of `re`."""
_WRITTEN = (" \u00a0\u3000", "·•・‧∙⋅･", "'’‘ʼ＇´`", "-‐‑–—−－", "&＆", "+＋", ".．", "/／", "!！", "™®©")
"""Signs that people write for each other in a name."""
_AS_PICTURE = "\ufe0f"
"""Asks for a sign's coloured form; some keyboards write it, others do not."""
_ALIKE = {sign: signs for signs in _WRITTEN[:-1] for sign in signs}
_LETTER = f"A-Za-z0-9{_LETTERS}{_MARKS}"
# LV is no part of LVMH, C of C++ or C#, M of H&M, JD of JD.com, don of don't; 11 is none of 7-11, 11.5 or 11%.
_NOT_BEFORE_LETTERS = f"(?<![{_LETTER}_])(?<![{_LETTER}][&＆'’.])"
_NOT_AFTER_LETTERS = f"(?![{_LETTER}_+＋#]|[&＆'’.][{_LETTER}])"
_NOT_BEFORE_DIGITS, _NOT_AFTER_DIGITS = r"(?<![0-9][-.,:/])", r"(?![-.,:/][0-9]|[%％])"


class WholeWords:
    """Words to be found whole, each in any case and in any of its signs' ways to be written.

    `pattern` finds them, foreign words and [emoticons], from left to right.
    """

    def __init__(self, words: Iterable[str]) -> None:
        kept = {_key(word): word for word in words if _key(word)}
        self._spelt = {key: word.lower() for key, word in kept.items()}
        longest = sorted((word.replace(_AS_PICTURE, "") for word in kept.values()), key=lambda word: (-len(word), word))
        firsts = "".join({sign for word in longest for sign in _ALIKE.get(word[0], word[0])})
        known = (f"(?=[{re.escape(firsts)}])(?:{'|'.join(map(_pattern, longest))})",) if longest else ()
        # Most characters begin nothing of all this: asked first, that is the quicker way to pass over them.
        begins = re.escape(f"[{firsts}") + f"A-Za-z0-9{_KANA}{_HANGUL}{_LETTERS}{_MARKS}"
        self.pattern = re.compile(f"(?=[{begins}])(?:{'|'.join((_EMOTICON, *known, _FOREIGN))})", re.IGNORECASE)

    def spelt(self, found: str) -> str | None:
        """Return the word that a piece of text is, in lower case; None for a piece that is none of them."""
        return self._spelt.get(_key(found))


def _pattern(word: str) -> str:
    """Return what finds the word, and not in the middle of another: a letter beside it makes another of it."""
    written = r"\s+".join("".join(map(_char, part)) for part in word.split())
    before, after = "", ""
    if _is_letter(word[0]):
        before = _NOT_BEFORE_LETTERS + (_NOT_BEFORE_DIGITS if word[0].isdigit() else "")
    if _is_letter(word[-1]):
        after = _NOT_AFTER_LETTERS + (_NOT_AFTER_DIGITS if word[-1].isdigit() else "")
    elif word[-1] in "+＋#":
        after = f"(?![+＋#{_LETTER}])"
    return f"{before}{written}{after}"


def _char(char: str) -> str:
    if char in _ALIKE:
        return f"[{re.escape(_ALIKE[char])}]"
    return re.escape(char) + ("" if char.isalnum() else f"{_AS_PICTURE}?")


def _is_letter(char: str) -> bool:
    return re.match(f"[{_LETTER}]", char) is not None


def _key(text: str) -> str:
    lower = unicodedata.normalize("NFC", text).lower().replace(_AS_PICTURE, "")
    return " ".join("".join(_ALIKE.get(char, char)[0] for char in lower).split())
