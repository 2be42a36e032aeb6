"""What people would read of a message of WeCom's, whatever its kind: its text, a file's name, the title of a card."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

__all__ = ["words_of"]

_HOLDERS = {"docmsg": "doc", "markdown": "info", "news": "info", "qydiskfile": "info"}
"""Where the contents of a kind stand that are not called after it."""
_READ = (
    *("head_content", "content", "title", "votetitle", "topic", "name", "filename", "nickname", "sph_name", "wish"),
    *("desc", "description", "feed_desc", "product_titles", "address", "corpname", "displayname", "userid"),
    *("url", "link_url", "remarks", "ques"),
)
_CHOICES = "voteitem"
_LISTS = ("item", "list", _CHOICES, "details")
"""What holds more of a message: messages within it, what a menu offers, what a vote or a form asks."""
_LAST = "tail_content"
_DEEPEST = 4


def words_of(kind: str, message: Mapping[str, Any]) -> str:
    """Return the words of a message; empty for a picture, a voice or a film."""
    return " ".join(_words(message.get(_HOLDERS.get(kind, kind)), _DEEPEST))


def _words(holder: Any, depth: int) -> Iterator[str]:
    if not isinstance(holder, dict) or depth == 0:
        return
    for name in _READ:
        said = holder.get(name)
        if isinstance(said, str) and said.strip():
            yield said.strip()
    for name in _LISTS:
        items = holder.get(name)
        for item in items if isinstance(items, list) else ():
            yield from [item] if name == _CHOICES and isinstance(item, str) else _item(item, depth - 1)
    if isinstance(said := holder.get(_LAST), str) and said.strip():
        yield said.strip()


def _item(item: Any, depth: int) -> Iterator[str]:
    """Yield the words of a message within another: its contents are JSON once more, or stand there as they are."""
    written = item.get("content", item.get("msg_content")) if isinstance(item, dict) else None
    if not isinstance(written, str):
        chosen = item.get(item.get("type")) if isinstance(item, dict) and isinstance(item.get("type"), str) else None
        yield from _words(chosen if isinstance(chosen, dict) else item, depth)
        return
    try:
        inner = msgspec.json.decode(written)
    except msgspec.DecodeError:
        yield written.strip()
        return
    kind = inner.get("msgtype") if isinstance(inner, dict) else None
    held = inner.get(kind) if isinstance(kind, str) else None
    yield from _words(held if isinstance(held, dict) else inner, depth)
