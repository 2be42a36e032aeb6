"""Facebook's stories and comments within an answer: each found with what belongs to it, and no more.

A story's words, time and counts stand many sections deep, and where changes from month to month; what is always the
same is the name under which a thing stands, and that it is not within a shared story, a comment or an attachment.
"""

import base64
import binascii
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crawlers.formats.facebook_documents import DEEPEST
from crawlers.reading.page_state import within

__all__ = ["Found", "Parts", "Shown", "decoded", "found_in", "media_of", "number"]

_ADVERTISED = "SPONSORED"
_SHARED = "attached_story"
_OTHERS = frozenset(
    ("edges", "nodes", "author", "owner", "owning_profile", "interesting_top_level_comments", "display_comments")
)
"""Under these names stands what is not the story's own."""
_UNTOLD = re.compile("track|token|cursor|encrypted|^__(?!typename)|viewer|^serialized$")
"""Names of fields that tell of the one who looked, or are of no use to a reader."""
_TRACKED = re.compile(r"[?&]__(?:cft|tn)__.*", re.DOTALL)
_NARROW = re.compile("^(?:friends|only_me|custom|acquaintances|close_friends|family|specific)")
"""What the audiences are called that are not everybody."""
_DECODED = re.compile(r"(?:feedback|comment|S):[\w:]+", re.ASCII)


def _has_text(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("text"), str)


def _is_listed(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _is_held(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _is_told(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


_WANTED: dict[str, Callable[[Any], bool]] = {
    "message": _has_text,
    "rich_message": _is_listed,
    "actors": _is_listed,
    "attachments": _is_listed,
    _SHARED: _is_held,
    "to": _is_held,
    "target_group": _is_held,
    "associated_group": _is_held,
    "privacy_scope": _is_held,
    "sponsored_data": _is_held,
    "reaction_count": _is_held,
    "share_count": _is_held,
    "comment_rendering_instance": _is_held,
    "comment_rendering_instance_for_feed_location": _is_held,
    "post_id": _is_told,
    "creation_time": _is_told,
    "permalink_url": _is_told,
    "wwwURL": _is_told,
    "url": _is_told,
    "i18n_reaction_count": _is_told,
    "i18n_share_count": _is_told,
    "total_comment_count": _is_told,
    "video_view_count": _is_told,
}
"""What is looked for in a story, by its name and by what makes it that."""


class Parts(dict[str, list[Any]]):
    """What a story says, by name, what stands least deep first."""

    @classmethod
    def of(cls, story: Any) -> "Parts":
        """Look through a story."""
        found, waiting = cls(), deque([(story, 0)])
        while waiting:
            value, depth = waiting.popleft()
            inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            for name, one in inner:
                wanted = _WANTED.get(name) if isinstance(name, str) else None
                if wanted and wanted(one):
                    found.setdefault(str(name), []).append(one)
                elif name not in _OTHERS and isinstance(one, dict | list) and depth < DEEPEST:
                    waiting.append((one, depth + 1))
        return found

    def first(self, *names: str) -> Any:
        """Return the first thing under the first of these names that there is; None for none."""
        return next((self[name][0] for name in names if self.get(name)), None)

    def shared(self) -> list[Any]:
        """Return the story that this one shares: its pieces, which stand in several places."""
        return [_inmost(one) for one in self.get(_SHARED, ())]

    def is_for_everybody(self) -> bool:
        """Say whether everybody may see it, as far as it tells."""
        named = (within(one, "icon_image", "name") for one in self.get("privacy_scope", ()))
        return not any(isinstance(name, str) and _NARROW.match(name) for name in named)


def _inmost(section: dict[str, Any]) -> Any:
    """Return the shared story of a section that is named as the story itself is."""
    return within(section, "story", _SHARED) or section


@dataclass(slots=True)
class Found:
    """The stories of an answer, and its comments, each with the story and the comment that it stands below."""

    stories: list[dict[str, Any]] = field(default_factory=list)
    comments: list[tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any]]] = field(default_factory=list)
    is_empty: bool = False
    """Whether there is a list that has nothing in it."""


def found_in(data: Any) -> Found:
    """Return what an answer holds, without advertisements."""
    found = Found()
    _look(data, found, None, None, 0)
    return found


def _look(value: Any, found: Found, story: dict[str, Any] | None, comment: dict[str, Any] | None, depth: int) -> None:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            _look(one, found, story, comment, depth + 1)
    if not isinstance(value, dict) or value.get("category") == _ADVERTISED:
        return
    if story is None and _is_story(value):
        found.stories.append(value)
        story = value
    elif _is_comment(value):
        found.comments.append((story, comment, value))
        comment = value
    found.is_empty = found.is_empty or (value.get("edges") == [] and "page_info" in value)
    for name, one in value.items():
        if name != _SHARED and isinstance(one, dict | list):
            _look(one, found, story, comment, depth + 1)


def _is_story(value: dict[str, Any]) -> bool:
    if value.get("__typename") == "Story":
        return any(name in value for name in ("post_id", "comet_sections", "creation_time"))
    return "post_id" in value and "comet_sections" in value


def _is_comment(value: dict[str, Any]) -> bool:
    named = value.get("__typename") == "Comment" or "legacy_fbid" in value
    return named and ("body" in value or "author" in value)


def decoded(id: Any) -> list[str]:
    """Return the parts of an id that is written as base64: feedback:12, comment:12_34, S:_I56:12:12; else none."""
    if not isinstance(id, str) or not id.isascii() or len(id) > 400:
        return []
    try:
        plain = base64.b64decode(id + "=" * (-len(id) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return []
    return plain.split(":") if _DECODED.fullmatch(plain) else []


def number(said: Any) -> str | None:
    """Return a number as its digits; None for what is none."""
    written = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    return written if written.isascii() and written.isdecimal() and len(written) < 40 else None


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A story or a comment as it is set aside where it cannot be read: without what tells of the one who looked."""

    value: dict[str, Any]

    def __repr__(self) -> str:
        return msgspec.json.encode(_public(self.value, 0)).decode()


def _public(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        return [_public(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {name: _public(one, depth + 1) for name, one in value.items() if not _UNTOLD.search(name)}
    return _TRACKED.sub("", value) if isinstance(value, str) else value


def media_of(attachments: Any) -> Iterator[dict[str, Any]]:
    """Yield the pictures and films that are attached."""
    waiting = deque([(attachments, 0)])
    while waiting:
        value, depth = waiting.popleft()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, one in inner:
            if name == "media" and isinstance(one, dict):
                yield one
            if isinstance(one, dict | list) and name != "creation_story" and depth < DEEPEST:
                waiting.append((one, depth + 1))
