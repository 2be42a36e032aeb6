"""What one of Facebook's stories or comments says: who, when, where, how many, and what is attached to it."""

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from crawlers.errors import MalformedPost
from crawlers.formats.facebook_story import Parts, decoded, media_of, number
from crawlers.post import Author
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.flags import flag
from crawlers.reading.page_state import within
from crawlers.reading.times import ReadTime, stamped

__all__ = [
    "BODIES",
    "address_in",
    "address_of",
    "answered_by",
    "author_of",
    "comment_named",
    "comments_in",
    "count_in",
    "created_in",
    "likes_of",
    "linked_from",
    "named",
    "owner_of",
    "pictures_in",
    "replies_of",
    "text_in",
    "time_of",
]

BODIES = ("body", "preferred_body", "body_renderer")
"""Under which names a comment's words stand."""
_HOME = "https://www.facebook.com"
_MOST_PICTURES = 30
_PICTURES = (
    *("viewer_image", "photo_image", "large_share_image", "image", "previewImage", "preferred_thumbnail"),
    *("first_frame_thumbnail", "thumbnailImage", "placeholder_image"),
)
_POST_ADDRESS = re.compile(
    r"https://(?:www|m|web)\.facebook\.com/\S*(?:posts|permalink|videos|reel|photo|story_fbid|watch)\S*"
)
_GROUP = re.compile(r"facebook\.com/groups/(\d+)/")
_CAME_BY = re.compile(r"[?&]__.*", re.DOTALL)
_OWNER_IN_ADDRESS = re.compile(r"facebook\.com/(?:groups/)?(\d{5,})/(?:posts|permalink|videos)/|[?&]id=(\d{5,})")


def named(story: dict[str, Any], parts: Parts) -> tuple[str | None, str]:
    """Return the page, group or person that a story stands with, and its own number."""
    told = decoded(story.get("id"))
    by_id = [one for one in told if one.isdecimal()]
    id = number(parts.first("post_id")) or (by_id[-1] if by_id else None)
    if id is None:
        raise MalformedPost("post_id: missing")
    for place in ("to", "target_group", "associated_group"):
        if owner := number(within(parts.first(place), "id")):
            return owner, id
    if match := _GROUP.search(address_in(parts) or ""):
        return match[1], id
    actor = next((one for one in parts.first("actors") or () if isinstance(one, dict)), None)
    owner = number(within(actor, "delegate_page", "id")) or number(within(actor, "id"))
    owner = owner or next((one.removeprefix("_I") for one in told if re.fullmatch(r"_I\d+", one)), None)
    return owner, id


def comment_named(comment: dict[str, Any]) -> tuple[str, str]:
    """Return the number of the post that a comment stands below, and the comment's own."""
    post, _, own = "".join(decoded(comment.get("id"))[1:2]).partition("_")
    told = "".join(decoded(within(comment, "parent_feedback", "id"))[1:2])
    id, post_id = number(own) or number(comment.get("legacy_fbid")), number(post) or number(told)
    if id is None or post_id is None:
        raise MalformedPost("id: names no post and no comment")
    return post_id, id


def answered_by(comment: dict[str, Any], post_id: str) -> str | None:
    """Return the comment that a comment answers, by its id."""
    for name in ("comment_direct_parent", "comment_parent"):
        told = decoded(within(comment, name, "id"))
        if len(told) > 1 and told[0] == "comment" and told[1].startswith(f"{post_id}_"):
            return told[1]
    return None


def owner_of(comment: dict[str, Any]) -> str | None:
    """Return the page or group that a comment's post stands with, where the comment tells it."""
    for place in (
        ("group_comment_info", "group"),
        ("parent_feedback", "associated_group"),
        ("parent_feedback", "owning_profile"),
    ):
        if owner := number(within(comment, *place, "id")):
            return owner
    match = _OWNER_IN_ADDRESS.search(str(comment.get("url") or within(comment, "feedback", "url") or ""))
    return (match[1] or match[2]) if match else None


def created_in(comment: dict[str, Any]) -> Any:
    """Return when a comment says that it was written."""
    return _of_comment(comment, "created_time")


def _of_comment(comment: dict[str, Any], *names: str) -> Any:
    """Return what a comment says of itself, or what the links below it say of it."""
    links = comment.get("comment_action_links")
    told = [comment, *(within(one, "comment") for one in (links if isinstance(links, list) else ()))]
    return next((found for one in told if (found := within(one, *names)) is not None), None)


def likes_of(comment: dict[str, Any]) -> int | None:
    """Return how many like a comment."""
    for names in (("reactors", "count"), ("reaction_count", "count"), ("reactors", "count_reduced")):
        if (found := count(_of_comment(comment, "feedback", *names))) is not None:
            return found
    return None


def replies_of(comment: dict[str, Any]) -> int | None:
    """Return how many answers a comment has."""
    for names in (("replies_fields", "total_count"), ("replies_connection", "total_count"), ("total_reply_count",)):
        if (found := count(within(comment, "feedback", *names))) is not None:
            return found
    return None


def text_in(parts: Parts) -> str:
    """Return a story's words; those on a coloured ground stand elsewhere."""
    if (message := within(parts.first("message"), "text")) is not None:
        return str(message)
    rich = parts.first("rich_message") or ()
    return "\n".join(str(one["text"]) for one in rich if isinstance(one, dict) and one.get("text"))


def time_of(said: Any) -> ReadTime:
    """Return the time of a story or a comment, in Unix seconds; MalformedPost where there is none."""
    found = stamped(said) if isinstance(said, int | float | str) and not isinstance(said, bool) else None
    if found is None:
        raise MalformedPost(f"creation_time: {said!r:.40} is no time")
    return found


def address_in(parts: Parts) -> str | None:
    """Return a story's address, without what tells how somebody came there."""
    told = [*parts.get("permalink_url", ()), *parts.get("wwwURL", ()), *parts.get("url", ())]
    found = next((one for one in told if isinstance(one, str) and _POST_ADDRESS.fullmatch(one)), None)
    return _CAME_BY.sub("", found) if found else None


def address_of(comment: dict[str, Any]) -> str | None:
    """Return a comment's address, without what tells how somebody came there."""
    told = comment.get("url") or within(comment, "feedback", "url")
    return _CAME_BY.sub("", told) if _is_address(told) else None


def _is_address(said: Any) -> TypeGuard[str]:
    return isinstance(said, str) and said.startswith("https://") and said.isprintable()


def author_of(told: Any) -> Author | None:
    """Return the account that speaks: a page by the number that it has as one."""
    page = number(within(told, "delegate_page", "id"))
    id = page or number(within(told, "id"))
    if id is None:
        return None
    url, name = told.get("url"), told.get("name")
    pictures = (within(told, one, "uri") for one in ("profile_picture", "profile_picture_depth_0", "displayPicture"))
    return Author(
        id=id,
        name=name if isinstance(name, str) and name else None,
        url=url if _is_address(url) else f"{_HOME}/{id}",
        verified=flag(told.get("is_verified")),
        organisation=True if page or told.get("__typename") == "Page" else None,
        avatar=next((one for said in pictures if (one := avatar(said))), None),
    )


def count_in(parts: Parts, *names: str) -> int | None:
    """Return the first count under these names."""
    for one in (held for name in names for held in parts.get(name, ())):
        if (found := count(within(one, "count") if isinstance(one, dict) else one)) is not None:
            return found
    return None


def comments_in(parts: Parts) -> int | None:
    """Return how many comments there are, with their answers."""
    held = (
        *parts.get("comment_rendering_instance", ()),
        *parts.get("comment_rendering_instance_for_feed_location", ()),
    )
    told = [*(within(one, "comments", "total_count") for one in held), *parts.get("total_comment_count", ())]
    return next((found for one in told if (found := count(one)) is not None), None)


def linked_from(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the addresses that words or attachments lead to."""
    if depth > 12:
        return
    if isinstance(value, list):
        for one in value:
            yield from linked_from(one, depth + 1)
    if not isinstance(value, dict):
        return
    for name in ("external_url", "unshimmed_url"):
        if isinstance(value.get(name), str):
            yield value[name]
    for name, one in value.items():
        if name == "web_link" and isinstance(within(one, "url"), str):
            yield one["url"]
        elif isinstance(one, dict | list):
            yield from linked_from(one, depth + 1)


def pictures_in(attached: Any) -> tuple[str, ...]:
    """Return the addresses of what is attached, one a picture or film, each the largest that is named."""
    found: dict[str, tuple[int, str]] = {}
    for media in media_of(attached):
        named = (within(media, name, "uri") or within(media, name, "image", "uri") for name in _PICTURES)
        best = next(((rank, address) for rank, address in enumerate(named) if _is_address(address)), None)
        if best:
            key = str(media.get("id") or best[1])
            found[key] = min(best, found.get(key, best))
    return tuple(dict.fromkeys(address for _, address in found.values()))[:_MOST_PICTURES]
