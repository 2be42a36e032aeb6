"""Emoji as Weibo's own emoticons, which the models have read often: 🤮 says what [吐] says."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

__all__ = ["FILE", "emoticons"]

FILE = Path(__file__).parent.parent / "models" / "emoji.txt"
"""An emoji and its emoticon a line; `nlp.training.emoji` learns it."""
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")


def emoticons(text: str) -> str:
    """Return a normalised text with each emoji that is used as an emoticon in its place; skin tones say nothing."""
    if text.isascii():
        return text
    known, found = _known()
    return found.sub(lambda match: known[match[0]], _TONES.sub("", text))


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    known = dict(line.split(" ") for line in lines)
    return known, re.compile(f"[{''.join(known)}]" if known else "(?!)")
