"""Posts → RSS 2.0, Atom and JSON Feed 1.1."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

import msgspec

from config.settings import DAY_ZONE
from crawlers.post import Post
from crawlers.replay.markup import html_of

__all__ = ["atom", "json_feed", "rss"]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
}
_NAMESPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in _SPACES.items())
_SUMMARY = 100


def rss(name: str, posts: Sequence[Post]) -> bytes:
    """Return an RSS 2.0 document: `content:encoded` holds the text, `description` its beginning."""
    about = (
        _tag("title", name) + _tag("link", _site(posts)) + _tag("description", name) + _tag("language", _common(posts))
    )
    head = [_DECLARATION, f'<rss version="2.0" {_NAMESPACES}><channel>', about]
    return "\n".join([*head, *map(_item, posts), "</channel></rss>"]).encode()


def atom(name: str, posts: Sequence[Post]) -> bytes:
    """Return an Atom document."""
    language = f' xml:lang="{_plain(common)}"' if (common := _common(posts)) else ""
    updated = max((post.edited_at or post.published_at for post in posts), default=datetime.now(UTC))
    about = _tag("title", name) + _tag("id", f"{_site(posts)}/{name}") + _tag("updated", _iso(updated))
    head = [_DECLARATION, f'<feed xmlns="{_SPACES["atom"]}" {_NAMESPACES}{language}>', about]
    return "\n".join([*head, *map(_entry, posts), "</feed>"]).encode()


def json_feed(name: str, posts: Sequence[Post]) -> bytes:
    """Return a JSON Feed 1.1 document."""
    items = [_json_item(post) for post in posts]
    about = {"version": "https://jsonfeed.org/version/1.1", "title": name, "home_page_url": _site(posts)}
    return msgspec.json.encode({**about, "items": items})


def _item(post: Post) -> str:
    permanent = str(post.native_id == post.url).lower()
    edited = post.edited_at
    parts = [
        _tag("title", escape(post.title) if post.title else None),
        _tag("link", post.url),
        f'<guid isPermaLink="{permanent}">{_plain(post.native_id)}</guid>',
        _tag("pubDate", format_datetime(post.published_at.astimezone(DAY_ZONE))),
        _tag("atom:updated", _iso(edited) if edited else None),
        _tag("dc:creator", _name(post)),
        *(_tag("category", tag) for tag in post.tags),
        _tag("slash:comments", _comments(post)),
        _tag("description", f"<p>{html_of(post.text[:_SUMMARY])}</p>"),
        _tag("content:encoded", f"<p>{html_of(post.text)}</p>"),
    ]
    return f"<item>{''.join(parts)}</item>"


def _entry(post: Post) -> str:
    parts = [
        f'<title type="html">{_plain(escape(post.title or ""))}</title>',
        _tag("id", post.native_id),
        f'<link rel="alternate" href="{_plain(post.url)}"/>',
        _tag("published", _iso(post.published_at)),
        _tag("updated", _iso(post.edited_at or post.published_at)),
        f"<author>{_tag('name', name)}</author>" if (name := _name(post)) else "",
        *(f'<category term="{_plain(tag)}"/>' for tag in post.tags),
        _tag("slash:comments", _comments(post)),
        f'<content type="html">{_plain(f"<p>{html_of(post.text)}</p>")}</content>',
    ]
    return f"<entry>{''.join(parts)}</entry>"


def _json_item(post: Post) -> dict[str, object]:
    item = {
        "id": post.native_id,
        "url": post.url,
        "title": post.title,
        "content_html": f"<p>{html_of(post.text)}</p>",
        "date_published": _iso(post.published_at),
        "date_modified": _iso(post.edited_at) if post.edited_at else None,
        "authors": [{"name": name}] if (name := _name(post)) else None,
        "tags": list(post.tags) or None,
        "language": post.language,
    }
    return {name: value for name, value in item.items() if value is not None}


def _name(post: Post) -> str | None:
    return (post.author.name or post.author.id) if post.author else None


def _comments(post: Post) -> str | None:
    return None if post.engagement.comments is None else str(post.engagement.comments)


def _common(posts: Sequence[Post]) -> str | None:
    """Return the language of all posts, when they have the same: only JSON Feed has one for each."""
    languages = {post.language for post in posts}
    return languages.pop() if len(languages) == 1 else None


def _tag(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{_plain(value)}</{name}>"


def _plain(text: str) -> str:
    """Return text that may stand in XML; control characters may not, or, from 7F to 9F, should not."""
    return escape(_NOT_IN_XML.sub("", text))


def _iso(moment: datetime) -> str:
    return moment.astimezone(DAY_ZONE).isoformat(timespec="seconds")


def _site(posts: Sequence[Post]) -> str:
    return "/".join(posts[0].url.split("/")[:3]) if posts else "https://news.replay.example"
