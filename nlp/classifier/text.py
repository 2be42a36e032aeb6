"""One spelling for what the models read: the same cleaning in training and in use."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["LONGEST", "normalise", "simplify"]

LONGEST = 2_000
"""Characters of a post that are looked at; a longer one is cut to its first and last thousand."""

_INVISIBLE = re.compile("[\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0e\ufe0f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_LINK = re.compile(r"(?:https?://|www\.|t\.cn/)[\w./?=&%#~:+-]*", re.ASCII)
_NAME = re.compile(r"@[\w\-·]{1,30}")
_TOPIC = re.compile(r"\{%#|#%\}")
_RUN = re.compile(r"(.)\1{3,}")


def normalise(text: str) -> str:
    """Return `text` in NFKC and simplified characters on one line, without links, names and what nobody sees.

    Runs of one character are cut to three; emoji and [emoticons] stay.
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = simplify(_CONTROL.sub(" ", _TOPIC.sub("#", text)))
    text = _NAME.sub("@", _LINK.sub("", text))
    return _RUN.sub(r"\1\1\1", text).strip()[:LONGEST]


def simplify(text: str) -> str:
    """Return `text` (without lone surrogates) in simplified characters, as OpenCC's `t2s` writes them."""
    return text if text.isascii() else _opencc().convert(text)


@lru_cache(maxsize=1)
def _opencc() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
