"""X's recent search, API v2: the last seven days, newest first, a hundred posts a page.

    GET /2/tweets/search/recent?query=…&max_results=100&next_token=…

It wants a token of the developer's own (`token_env`). Fields: https://docs.x.com/x-api/posts/search-recent-posts. A
page may hold posts beside errors that tell of others; a spent budget and a rate that is too high both answer 429.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged
from crawlers.formats.native_id import checked, published
from crawlers.formats.x_answer import (
    Beside,
    Entities,
    Found,
    Includes,
    Medium,
    Metrics,
    Place,
    Problem,
    Tweet,
    User,
    Whole,
    WholeIncludes,
    whole,
)
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import optional_time
from crawlers.reading.wire import decode_item, decode_page
from crawlers.slicing import Slicing, iso_utc
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["XSearch"]

Item = TypeVar("Item")

_LIMIT = 100
_LONGEST_QUERY = 4_096
_FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,"
    "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets",
    "expansions": "attachments.media_keys,author_id,geo.place_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields": "description,location,name,public_metrics,username,verified,verified_type",
    "media.fields": "preview_image_url,type,url",
    "place.fields": "country,full_name",
}
_KINDS = {"retweeted": Kind.REPOST, "replied_to": Kind.COMMENT, "quoted": Kind.REPOST}
"""What a post is by what it refers to; the first of these counts."""
_NO_LANGUAGE = frozenset(("", "und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"))
"""What X calls texts without words of a language: mentions, links, tags or pictures alone."""
_OWN, _ORGANISATIONS = ("x.com", "twitter.com", "t.co"), ("business", "government")
_NEWEST_WITHIN = timedelta(days=6, hours=12)


class XSearch(PlatformSpider):
    """Posts that match the query, which is X's own (https://docs.x.com/x-api/posts/search/integrate/build-a-query)."""

    platform = "x"
    platform_name = Both("X（推特）", "X (Twitter)")
    feed_name = Both("X 搜索", "X search")
    home = "https://api.x.com"
    delay = 2
    max_pages = 30
    robots = False
    needs = "token_env"
    headers = {"Accept": "application/json"}
    by_date = Slicing(caps=False, reaches_back=timedelta(days=7))

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        if not 0 < len(job.query) <= _LONGEST_QUERY:
            raise CannotCrawl(f"x_search: a query has 1 to {_LONGEST_QUERY} characters, this one {len(job.query)}")

    def first(self) -> Request:
        """Return the request for the newest posts."""
        return self._page(None)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        read = whole(response.body)
        page = self._page_of(response, read) if read else None
        return page if page and not page.dead else self._page_of(response, decode_page(response.body, Found))

    def _page_of(self, response: Response, found: Whole | Found) -> Page:
        if found.data is None and (found.meta is None or found.meta.result_count != 0):
            raise _meant(response)
        includes = found.includes or Includes()
        read = partial(self._parse_tweet, response, _beside(includes))
        posts, dead = self.read_each(found.data or (), read)
        told = {post.native_id for post in posts}
        roots, dead_roots = self.read_each(includes.tweets or (), read)
        token = found.meta.next_token if found.meta else None
        return Page(
            posts=(*posts, *(post for post in roots if post.native_id not in told)),
            dead=(*dead, *dead_roots),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(token) if token else None,
            nothing=None if found.data else "result_count 0",
        )

    def refusal(self, response: Response) -> CrawlError:
        """Return what the body says of the refusal, or else the status."""
        return _meant(response)

    def _parse_tweet(self, response: Response, beside: Beside, given: Tweet | msgspec.Raw) -> Post:
        tweet = _read(given, Tweet)
        id = str(tweet.id)
        if not (id.isascii() and id.isdecimal()):
            raise MalformedPost(f"id: {id[:40]!r} is no number")
        kind, parent = _place(tweet)
        note = tweet.note_tweet
        author, username = beside.authors.get(str(tweet.author_id)) or _unknown(tweet)
        entities = (note.entities if note else None) or tweet.entities or Entities()
        links = [address for one in entities.urls or () if (address := one.unwound_url or one.expanded_url or one.url)]
        published_at, precision = checked(self.platform, id, tweet.created_at or "", response)
        root = str(tweet.conversation_id or parent) if kind is Kind.COMMENT else parent
        return self.post(
            response,
            kind=kind,
            native_id=id,
            url=f"https://x.com/{username or 'i'}/status/{id}",
            text=text_of(note.text if note else tweet.text),
            tags=tuple(dict.fromkeys([one.tag for one in entities.hashtags or () if one.tag])),
            links=links_of(" ".join(links), "https://x.com", own=_OWN) if links else (),
            pictures=_pictures(tweet, beside.media),
            author=author,
            published_at=published_at,
            time_precision=precision,
            edited_at=_edited_at(tweet, response),
            engagement=_parse_engagement(tweet.public_metrics),
            region=beside.places.get(tweet.geo.place_id or "") if tweet.geo else None,
            parent_id=parent,
            root_id=f"{self.platform}:{Kind.POST}:{root}" if root else None,
            language=tweet.lang if tweet.lang not in _NO_LANGUAGE else None,
        )

    def _page(self, token: str | None) -> Request:
        fields = {"query": self.job.query, "max_results": str(_LIMIT), **_FIELDS}
        fields |= {"next_token": token} if token else {}
        if part := self.job.slice:
            fields |= part.between("start_time", "end_time")
        elif self.until and datetime.now(UTC) - self.until < _NEWEST_WITHIN:  # each post that is read costs money
            fields["start_time"] = iso_utc(self.until)
        return Request(url=f"{self.base}/2/tweets/search/recent?{urlencode(fields)}", headers=self.headers)


def _meant(response: Response) -> CrawlError:
    """Return what a page without posts says: of the token, the rate, the month's budget, or the query."""
    try:
        problem = decode_page(response.body, Problem)
    except CrawlError as error:
        return XSearch.refusals.get(response.status, type(error))(f"HTTP {response.status}: {error}")
    errors = problem.errors if isinstance(problem.errors, list) else []
    inner = next((one for one in errors if isinstance(one, dict)), {})
    words = [problem.title, problem.detail, inner.get("title"), inner.get("message") or inner.get("detail")]
    said = "; ".join(dict.fromkeys(str(word) for word in words if word)) or "neither posts nor why there are none"
    said = f"the platform says: {said}"
    status = response.status if response.status != 200 else problem.status or 200
    if status == 402 or "usage-capped" in (problem.type or "") or "UsageCapExceeded" in said:
        return RateLimited(f"{said}: the reads of this account are used up")
    if status == 429:
        reset = optional_time(count(response.headers.get("x-rate-limit-reset")), response.moment)
        return RateLimited(f"{said}, asks to wait until {reset:%H:%M:%S} UTC" if reset else said)
    return {401: LoginRequired, 403: Blocked}.get(status, SchemaChanged)(said)


def _read(given: Item | msgspec.Raw, shape: type[Item]) -> Item:
    return decode_item(given, shape) if isinstance(given, msgspec.Raw) else given


def _each(given: Sequence[Item | msgspec.Raw] | None, shape: type[Item]) -> Iterator[Item]:
    """Yield what stands beside the posts; what cannot be read is left out."""
    for one in given or ():
        try:
            yield _read(one, shape)
        except msgspec.ValidationError:
            continue


def _beside(includes: Includes | WholeIncludes) -> Beside:
    authors = {str(user.id): (_parse_author(user), user.username) for user in _each(includes.users, User)}
    media, places = {}, {}
    for medium in _each(includes.media, Medium):
        if (address := medium.url or medium.preview_image_url or "").startswith("https://"):
            media[str(medium.media_key)] = address
    for place in _each(includes.places, Place):
        if name := place.full_name or place.country:
            places[str(place.id)] = name
    return Beside(authors=authors, media=media, places=places)


def _place(tweet: Tweet) -> tuple[Kind, str | None]:
    """Return what the post is, and the one that it reposts, answers or quotes."""
    if not tweet.referenced_tweets:
        return Kind.POST, None
    referred = {reference.type: str(reference.id) for reference in tweet.referenced_tweets}
    return next(((kind, referred[name]) for name, kind in _KINDS.items() if name in referred), (Kind.POST, None))


def _edited_at(tweet: Tweet, response: Response) -> datetime | None:
    """Return when the post was last edited: each version has an id of its own, the last one the newest."""
    edits = tweet.edits or []
    at = published(XSearch.platform, str(edits[-1])) if len(edits) > 1 else None
    return at if at and at <= response.fetched_at else None


def _unknown(tweet: Tweet) -> tuple[Author | None, None]:
    """Return who wrote where the page tells no more of the account than its number."""
    return (Author(id=str(tweet.author_id)) if tweet.author_id else None), None


def _parse_author(user: User) -> Author:
    kind = user.verified_type
    return Author(
        id=str(user.id),
        name=user.name or user.username,
        url=f"https://x.com/{user.username}" if user.username else None,
        followers=count(user.public_metrics.followers_count) if user.public_metrics else None,
        verified=user.verified,
        verification=kind if kind and kind != "none" else None,
        organisation=True if kind in _ORGANISATIONS else None,
        bio=user.description or None,
    )


def _parse_engagement(shown: Metrics | None) -> Engagement:
    if shown is None:
        return Engagement()
    return Engagement(
        reposts=count(shown.retweet_count),
        comments=count(shown.reply_count),
        likes=count(shown.like_count),
        views=count(shown.impression_count),
        favourites=count(shown.bookmark_count),
        shares=count(shown.quote_count),
    )


def _pictures(tweet: Tweet, media: Mapping[str, str]) -> tuple[str, ...]:
    keys = tweet.attachments.media_keys if tweet.attachments else None
    return tuple(media[str(key)] for key in keys if str(key) in media) if keys else ()
