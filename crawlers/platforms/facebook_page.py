"""A Facebook page's feed and the comments below its posts, by the Graph API, newest first.

    GET /v23.0/{page}/feed?fields=…&limit=100&after=…
    GET /v23.0/{post}/comments?fields=…&filter=stream&limit=100&after=…

It wants a token (`token_env`): a page's own, or one with Page Public Content Access. The token goes in a header, and
the address of the next page is made anew, for the one that the API names holds the token. Who wrote is told to the
page's own token only. Reference: https://developers.facebook.com/docs/graph-api/reference/page/feed/.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.errors import CrawlError, MalformedPost
from crawlers.formats.facebook_answer import Found, From, Item, Paging, Parent, Refusal, below_them, meant
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.links import links_of
from crawlers.reading.times import ReadTime, read_time, unix_time
from crawlers.reading.wire import decode_item, decode_json, decode_optional, decode_page
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["FacebookPage"]

_VERSION = "v23.0"
_LIMIT = 100
_PAGE_NAME = re.compile(r"(?:https?://(?:www\.|m\.)?facebook\.com/)?(?P<name>[\w.-]+)/?")
_COMMENTS = re.compile(r"/(?P<post>[^/?]+)/comments(?:\?|$)")
_POST_FIELDS = (
    "id,message,story,created_time,permalink_url,shares,full_picture,from{id,name},"
    "attachments{unshimmed_url,media,subattachments},"
    "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"
)
_COMMENT_FIELDS = "id,message,created_time,from{id,name},like_count,comment_count,parent{id},permalink_url,attachment"
_PASSED_ON = ("after", "until", "since", "__paging_token")
_OWN = ("facebook.com", "fb.com", "fb.me", "fb.watch")


class FacebookPage(PlatformSpider):
    """What stands on a page, and what is said to it."""

    platform = "facebook"
    platform_name = Both("Facebook", "Facebook")
    feed_name = Both("Facebook 主页", "Facebook page")
    home = "https://graph.facebook.com"
    delay = 2
    robots = False
    needs = "token_env"
    headers = {"Accept": "application/json"}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _PAGE_NAME.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(f"facebook_page {job.query!r}: give a page's id or name, such as 100000000000001")
        self._page_id = match["name"]

    def first(self) -> Request:
        """Return the request for the newest posts."""
        return self._listing({})

    def parse_page(self, response: Response) -> Page:
        """Read a page of the feed, or of a post's comments."""
        if refusal := decode_optional(decode_json(response.body, msgspec.Raw), Refusal):
            raise meant(refusal.error)
        found = decode_page(response.body, Found)
        onward = _onward(decode_optional(found.paging, Paging)) if found.data else {}
        if match := _COMMENTS.search(response.url):
            read = partial(self._parse_comment, response, match["post"], None)
            comments, dead = self.read_each(found.data, read)
            inner = [(match["post"], *one[1:]) for one in below_them(found.data)]
            below, dead_below = self.read_each(inner, lambda one: self._parse_comment(response, *one))
            more = (self._comments(match["post"], onward),) if onward else ()
            return Page(posts=(*comments, *below), dead=(*dead, *dead_below), follow=more, nothing="no comments")
        posts, dead = self.read_each(found.data, partial(self._parse_post, response))
        below, dead_below = self.read_each(below_them(found.data), lambda one: self._parse_comment(response, *one))
        return Page(
            posts=(*posts, *below),
            dead=(*dead, *dead_below),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            follow=tuple(self._comments(post.native_id, {}) for post in posts if post.engagement.comments),
            next=self._listing(onward) if onward else None,
            nothing=None if found.data else "a page without posts",
        )

    def refusal(self, response: Response) -> CrawlError:
        """Return what the error in the body means, or else the status."""
        try:
            return meant(decode_page(response.body, Refusal).error)
        except CrawlError:
            return super().refusal(response)

    def _parse_post(self, response: Response, raw: msgspec.Raw) -> Post:
        item = decode_item(raw, Item)
        text = item.message or item.story or ""
        attached = list(_attached(item.attachments))
        links = [one["unshimmed_url"] for one in attached if isinstance(one.get("unshimmed_url"), str)]
        pictures = [item.full_picture, *map(_picture, attached)]
        published_at, precision = _parse_time(item.created_time, response)
        return self.post(
            response,
            kind=Kind.POST,
            native_id=item.id,
            url=_address(item),
            text=text.strip(),
            tags=hashtags(text),
            links=links_of(" ".join([text, *links]), "https://www.facebook.com", own=_OWN),
            pictures=tuple(dict.fromkeys(one for one in pictures if one)),
            author=_parse_author(item),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(
                likes=count(_total(item.reactions) if item.reactions is not None else _total(item.likes)),
                comments=count(_total(item.comments)),
                shares=count(_fields(item.shares).get("count")),
            ),
        )

    def _parse_comment(self, response: Response, post_id: str, above: str | None, raw: msgspec.Raw) -> Post:
        """Return a comment below a post, or below the comment `above`."""
        item = decode_item(raw, Item)
        answered = decode_optional(item.parent, Parent)
        text = item.message or ""
        published_at, precision = _parse_time(item.created_time, response)
        picture = _picture(_fields(item.attachment))
        return self.post(
            response,
            kind=Kind.COMMENT,
            native_id=item.id,
            url=_address(item),
            text=text.strip(),
            tags=hashtags(text),
            links=links_of(text, "https://www.facebook.com", own=_OWN),
            pictures=(picture,) if picture else (),
            author=_parse_author(item),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(likes=count(item.like_count), comments=count(item.comment_count)),
            parent_id=answered.id if answered else above or post_id,
            root_id=f"{self.platform}:{Kind.POST}:{post_id}",
        )

    def _listing(self, onward: dict[str, str]) -> Request:
        return self._request(f"{quote(self._page_id)}/feed", {"fields": _POST_FIELDS, **onward})

    def _comments(self, post_id: str, onward: dict[str, str]) -> Request:
        fields = {"fields": _COMMENT_FIELDS, "filter": "stream", **onward}
        return self._request(f"{quote(post_id)}/comments", fields, optional=True)

    def _request(self, path: str, fields: dict[str, str], *, optional: bool = False) -> Request:
        query = urlencode({**fields, "limit": str(_LIMIT)})
        return Request(url=f"{self.base}/{_VERSION}/{path}?{query}", headers=self.headers, optional=optional)


def _onward(paging: Paging | None) -> dict[str, str]:
    """Return what asks for the next page; nothing of the address that is named but where it goes on."""
    if paging is None or not paging.next:
        return {}
    try:
        named = parse_qs(urlsplit(paging.next).query)
    except ValueError:
        named = {}
    onward = {name: named[name][0] for name in _PASSED_ON if name in named}
    after = _fields(paging.cursors).get("after")
    return onward or ({"after": after} if isinstance(after, str) else {})


def _parse_time(written: str | int, response: Response) -> ReadTime:
    try:
        return read_time(written, response.moment) if isinstance(written, str) else unix_time(written)
    except ValueError as error:
        raise MalformedPost(f"created_time: {error}") from error


def _address(item: Item) -> str:
    link = item.permalink_url or ""
    return link if link.startswith("https://") else f"https://www.facebook.com/{link.lstrip('/') or item.id}"


def _parse_author(item: Item) -> Author | None:
    writer = decode_optional(item.writer, From)
    if writer is None or not str(writer.id):
        return None
    return Author(id=str(writer.id), name=writer.name or None, url=f"https://www.facebook.com/{writer.id}")


def _fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _total(edge: Any) -> Any:
    return _fields(_fields(edge).get("summary")).get("total_count")


def _attached(attachments: Any) -> Iterator[dict[str, Any]]:
    """Yield each attachment, and those that are bundled in it."""
    data = _fields(attachments).get("data")
    for one in map(_fields, data if isinstance(data, list) else ()):
        yield one
        inner = _fields(one.get("subattachments")).get("data")
        yield from map(_fields, inner if isinstance(inner, list) else ())


def _picture(attachment: dict[str, Any]) -> str | None:
    address = _fields(_fields(attachment.get("media")).get("image")).get("src")
    return address if isinstance(address, str) and address.startswith("https://") else None
