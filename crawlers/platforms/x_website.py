"""X's own pages, out of what a person's browser received: searches, timelines, posts with their answers.

    https://x.com/i/api/graphql/{hash}/SearchTimeline?variables={"rawQuery":…}     and UserTweets, TweetDetail …

They are made for people who are logged in, and no crawl asks for them: `x_search` is the official way. A post has the
same id by either. What protected accounts say is public nowhere, and is left out, as are advertisements.
"""

import json
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.browser_spider import BrowserSpider
from crawlers.errors import CrawlError, Gone, MalformedPost, SchemaChanged
from crawlers.formats.native_id import checked, published
from crawlers.formats.x_timeline import Account, Legacy, Note, Result, Status, meant, no_posts, tweets_of
from crawlers.page import Page, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.flags import flag
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.page_state import within
from crawlers.reading.wire import decode_item, decode_json, decode_optional

__all__ = ["XWebsite"]

_WITHIN_POSTS = 3
"""How deep posts that are quoted stand in each other."""
_NO_LANGUAGE = frozenset(("", "und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"))
_OWN, _ORGANISATIONS = ("x.com", "twitter.com", "t.co"), ("business", "government")
_UNSEEN = ("TweetTombstone", "TweetUnavailable", "TweetPreviewDisplay")
"""What stands in the place of a post that is gone, or shown to few."""
_OPERATIONS = (
    r"SearchTimeline|Home\w*Timeline|User\w*(?:Tweets|TweetsAndReplies|Media)|Likes|TweetDetail|TweetResults?ByRestIds?"
    r"|ModeratedTimeline|List\w*Timeline|Community\w*(?:Timeline|Query)|GenericTimelineById|Topic\w+|SimilarPosts"
)
_ASKED = "rawQuery|focalTweetId|tweetId|userId|listId|communityId|rest_id|timelineId"


class _Asked(BrowserPage):
    """What was asked for stands in JSON."""

    def query_of(self, url: str, posted: str = "") -> str | None:
        """Return the words of a search, the number of an account or a post, or the name of a timeline."""
        asked = super().query_of(url, posted)
        try:
            return str(json.loads(f'"{asked}"')) if asked else None
        except ValueError:
            return asked


class XWebsite(BrowserSpider):
    """Posts as x.com shows them to people."""

    platform = "x"
    platform_name = Both("X（推特）", "X (Twitter)")
    feed_name = Both("X 网页（浏览器所见）", "X as a browser saw it")
    home = "https://x.com"
    official = "x_search"
    may_be_gone = True
    in_browser = _Asked(
        rf"https://(?:[\w-]+\.)?(?:x|twitter)\.com/(?:i/api/)?graphql/[\w-]+/(?=(?:{_OPERATIONS})\b)"
        rf'(?:.*?"(?:{_ASKED})"\s*:\s*")?(?P<query>(?<=")(?:[^"\\]|\\.)+|(?<=/)\w+)'
    )

    def parse_page(self, response: Response) -> Page:
        """Read one answer."""
        answer = decode_json(response.body, dict[str, Any])
        data = answer.get("data")
        results = tweets_of(data)
        if not results:
            if said := no_posts(data):
                return Page(nothing=said)
            raise meant(answer.get("errors")) or SchemaChanged("data: neither posts nor why there are none")
        found, dead = [], []
        waiting = [msgspec.Raw(msgspec.json.encode(one)) for one in results]
        for _ in range(_WITHIN_POSTS):
            read, broken = self.read_each(waiting, partial(self._parse, response))
            found += [post for post, _ in read if post]
            dead += broken
            waiting = [raw for _, inner in read for raw in inner]
        posts: dict[str, Post] = {}
        for post in found:
            posts.setdefault(post.native_id, post)
        nothing = None if posts or dead else "; ".join(dict.fromkeys(map(_unseen, results)))
        return Page(posts=tuple(posts.values()), dead=tuple(dead), nothing=nothing)

    def refusal(self, response: Response) -> CrawlError:
        """Return what the body says of the refusal, or else the status."""
        try:
            told = meant(decode_json(response.body, dict[str, Any]).get("errors"))
        except CrawlError:
            told = None
        status = super().refusal(response)
        return status if told is None or type(told) in (SchemaChanged, Gone) else told

    def _parse(self, response: Response, raw: msgspec.Raw) -> tuple[Post | None, list[msgspec.Raw]]:
        """Return a post and those that it reposts or quotes; None for one that is shown to nobody or to few."""
        result = decode_item(raw, Result)
        if wrapped := decode_optional(result.wrapped, dict[str, msgspec.Raw]):
            return self._parse(response, msgspec.Raw(msgspec.json.encode(wrapped)))
        if result.kind in _UNSEEN:
            return None, []
        status = decode_item(raw, Status)
        account = _account(status)
        inner = [one for held in _quoted(status) if (one := _result(held)) is not None]
        if flag(account.first(("privacy", "protected"), ("legacy", "protected"))):
            return None, inner
        return self._post(response, status, account), inner

    def _post(self, response: Response, status: Status, account: Account) -> Post:
        legacy = status.legacy
        if legacy is None or legacy.full_text is None:
            raise MalformedPost("legacy.full_text: missing")
        id = _number(status.id) or _number(legacy.id)
        if id is None:
            raise MalformedPost(f"rest_id: {status.id!r:.40} is no number")
        kind, parent = _place(status, legacy)
        note = _note(status)
        entities = (note.entities if note else None) or legacy.entities
        author, username = _parse_author(account, legacy)
        published_at, precision = checked(self.platform, id, legacy.created_at or "", response)
        links = [
            address for one in _listed(entities, "urls") if (address := _text(one, "expanded_url") or _text(one, "url"))
        ]
        root = (_number(legacy.conversation) or parent) if kind is Kind.COMMENT else parent
        return self.post(
            response,
            kind=kind,
            native_id=id,
            url=f"https://x.com/{username or 'i'}/status/{id}",
            title=_text(within(status.article, "article_results", "result"), "title"),
            text=text_of((note.text if note else None) or legacy.full_text),
            tags=tuple(dict.fromkeys([tag for one in _listed(entities, "hashtags") if (tag := _text(one, "text"))])),
            links=links_of(" ".join(links), "https://x.com", own=_OWN) if links else (),
            pictures=_pictures(legacy),
            author=author,
            published_at=published_at,
            time_precision=precision,
            edited_at=_edited_at(status, response),
            engagement=_parse_engagement(status, legacy),
            region=_text(legacy.place, "full_name") or _text(legacy.place, "country"),
            parent_id=parent,
            root_id=f"{self.platform}:{Kind.POST}:{root}" if root else None,
            language=legacy.lang if legacy.lang not in _NO_LANGUAGE else None,
        )


def _unseen(result: Any) -> str:
    """Return why a post is not shown, in the platform's words."""
    said = within(result, "tombstone", "text", "text") or within(result, "reason")
    return str(said or "posts that are not shown to everybody")


def _account(status: Status) -> Account:
    told = within(status.core, "user_results", "result") or within(status.core, "user_result", "result")
    try:
        return decode_item(msgspec.Raw(msgspec.json.encode(told)), Account)
    except msgspec.ValidationError:
        return Account()


def _quoted(status: Status) -> list[msgspec.Raw]:
    legacy = status.legacy.reposted if status.legacy else msgspec.Raw(b"null")
    return [status.reposted, legacy, status.quoted]


def _result(raw: msgspec.Raw) -> msgspec.Raw | None:
    held = decode_optional(raw, dict[str, msgspec.Raw])
    return held.get("result") if held else None


def _id_of(raw: msgspec.Raw) -> str | None:
    """Return the number of a post that another holds."""
    result = _result(raw)
    told = decode_optional(result, dict[str, Any]) if result is not None else None
    told = within(told, "tweet") or told
    return _number(within(told, "rest_id")) or _number(within(told, "legacy", "id_str"))


def _place(status: Status, legacy: Legacy) -> tuple[Kind, str | None]:
    """Return what the post is, and the one that it reposts, answers or quotes; the first of these counts."""
    for held in (legacy.reposted, status.reposted):
        if _result(held) is not None:
            return Kind.REPOST, _id_of(held)
    if answered := _number(legacy.answered):
        return Kind.COMMENT, answered
    quoted = _id_of(status.quoted) or _number(legacy.quoted) or _number(within(status.quoted_name, "result", "rest_id"))
    return (Kind.REPOST, quoted) if quoted else (Kind.POST, None)


def _note(status: Status) -> Note | None:
    told = within(status.note, "note_tweet_results", "result")
    if not isinstance(told, dict):
        return None
    try:
        return decode_item(msgspec.Raw(msgspec.json.encode(told)), Note)
    except msgspec.ValidationError:
        return None


def _edited_at(status: Status, response: Response) -> datetime | None:
    """Return when the post was last edited: each version has an id of its own, the last one the newest."""
    edits = within(status.edits, "edit_control_initial", "edit_tweet_ids") or within(status.edits, "edit_tweet_ids")
    newest = _number(edits[-1]) if isinstance(edits, list) and len(edits) > 1 else None
    at = published(XWebsite.platform, newest) if newest else None
    return at if at and at <= response.fetched_at else None


def _parse_author(account: Account, legacy: Legacy) -> tuple[Author | None, str | None]:
    """Return who wrote, and how that account is named in addresses."""
    id = _number(account.id) or _number(legacy.user_id)
    if id is None:
        return None, None
    username = account.first(("core", "screen_name"), ("legacy", "screen_name"))
    username = username if isinstance(username, str) and username.isascii() and username.isidentifier() else None
    name = account.first(("core", "name"), ("legacy", "name"))
    kind = account.first(("verification", "verified_type"), ("legacy", "verified_type"))
    kind = kind.lower() if isinstance(kind, str) and kind else "blue" if flag(account.blue) else None
    checked = (flag(account.first(("verification", "verified"), ("legacy", "verified"))), flag(account.blue))
    bio = account.first(("profile_bio", "description"), ("legacy", "description"))
    author = Author(
        id=id,
        name=name if isinstance(name, str) and name else username,
        url=f"https://x.com/{username}" if username else None,
        followers=count(account.first(("legacy", "followers_count"))),
        verified=None if checked == (None, None) else True in checked,
        verification=kind if kind != "none" else None,
        organisation=True if kind in _ORGANISATIONS else None,
        bio=bio if isinstance(bio, str) and bio else None,
        avatar=avatar(account.first(("avatar", "image_url"), ("legacy", "profile_image_url_https"))),
    )
    return author, username


def _parse_engagement(status: Status, legacy: Legacy) -> Engagement:
    return Engagement(
        reposts=count(legacy.retweet_count),
        comments=count(legacy.reply_count),
        likes=count(legacy.favorite_count),
        views=count(within(status.views, "count")),
        favourites=count(legacy.bookmark_count),
        shares=count(legacy.quote_count),
    )


def _pictures(legacy: Legacy) -> tuple[str, ...]:
    """Return the addresses of pictures, and of what stands for films."""
    media = _listed(legacy.extended, "media") or _listed(legacy.entities, "media")
    found = [address for one in media if (address := _text(one, "media_url_https") or "").startswith("https://")]
    return tuple(dict.fromkeys(found))


def _number(said: Any) -> str | None:
    written = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    return written if written.isascii() and written.isdecimal() else None


def _listed(holder: Any, name: str) -> list[Any]:
    held = within(holder, name)
    return held if isinstance(held, list) else []


def _text(holder: Any, name: str) -> str | None:
    held = within(holder, name)
    return held if isinstance(held, str) and held else None
