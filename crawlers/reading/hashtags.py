"""The topics that a text names itself: #topic as most of the world writes it, #话题# as Weibo does."""

import re

__all__ = ["hashtags"]

_TAG = re.compile(r"(?<![\w&/#])[#＃](?:(?P<closed>[^#＃\s][^#＃\n]{0,60}?)[#＃](?!\w)|(?P<open>[^\W_]\w{0,99}))")


def hashtags(text: str) -> tuple[str, ...]:
    """Return the topics of a text, each once, without their marks."""
    return tuple(dict.fromkeys((match["closed"] or match["open"]).strip() for match in _TAG.finditer(text)))
