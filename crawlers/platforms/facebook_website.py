"""Facebook's own pages, out of what a person's browser received: posts of pages, groups and searches, and comments.

    https://www.facebook.com/api/graphql/      fb_api_req_friendly_name=ProfileCometTimelineFeedRefetchQuery …
    https://www.facebook.com/{page}/posts/…    the page for people, whose scripts hold the same

They are made for people who are logged in, and no crawl asks for them: `facebook_page` is the official way. A post has
the same id by either: that of its page or group, and its own. What not everybody may see is left out, and so is what
was paid for.
"""

import re
from functools import partial
from typing import Any

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.browser_spider import BrowserSpider
from crawlers.errors import (
    Blocked,
    CrawlError,
    Gone,
    LoginRequired,
    MalformedPost,
    RateLimited,
    SchemaChanged,
    Unreachable,
)
from crawlers.formats.facebook_documents import Answer, answer_of, in_page
from crawlers.formats.facebook_story import Parts, Shown, found_in
from crawlers.formats.facebook_values import (
    BODIES,
    address_in,
    address_of,
    answered_by,
    author_of,
    comment_named,
    comments_in,
    count_in,
    created_in,
    likes_of,
    linked_from,
    named,
    owner_of,
    pictures_in,
    replies_of,
    text_in,
    time_of,
)
from crawlers.page import Page, Response
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.links import links_of
from crawlers.reading.page_state import within
from crawlers.reading.stand_in import stand_in
from crawlers.reading.wire import looks_like_html

__all__ = ["FacebookWebsite"]

_HOME = "https://www.facebook.com"
_OWN = ("facebook.com", "fb.com", "fb.me", "fb.watch")
_NAMES = (
    r"(?!\w*(?:Mutation|Subscription))\w*"
    r"(?:Feed(?!back)|Comment|SinglePost|Story|Permalink|Search\w*Results|Reel|Hashtag|UFI)"
)
_PAGES = (
    r"[\w.-]+/(?:posts|videos|photos|permalink)/|groups/|permalink\.php|story\.php|profile\.php|photo(?:\.php)?[/?]|watch"
    r"|reel/|hashtag/|search/(?:posts|top|latest)|share/|people/"
    r"|(?!(?:ajax|api|login|settings|notifications|messages|marketplace|friends|events|sw|data)\b)[\w.-]+/?(?=[?#\n])"
)
_TOO_OFTEN, _LOGIN, _BLOCKED, _PASSING = (
    {1675004, 613, 4},
    {1357001, 1357004, 190, 102},
    {368, 1404078},
    {1675030, 1, 2},
)
"""What errors are called by number; elsewhere by words."""
_WORDS = (
    (re.compile("rate limit|too (?:often|many)|频繁", re.IGNORECASE), RateLimited),
    (re.compile("log ?in|logged|登录|登入", re.IGNORECASE), LoginRequired),
    (re.compile("blocked|checkpoint|captcha|封锁|验证", re.IGNORECASE), Blocked),
    (re.compile("(?:content|page) isn.t available|not found|无法查看|無法查看|无法显示", re.IGNORECASE), Gone),
    (re.compile("server error|try again|field_exception", re.IGNORECASE), Unreachable),
)
_WALL = re.compile("""<form[^<>]+(?:id="login_?form"|action="[^"]*/login/)""", re.IGNORECASE)


class FacebookWebsite(BrowserSpider):
    """Posts and comments as facebook.com shows them to people."""

    platform = "facebook"
    platform_name = Both("Facebook", "Facebook")
    feed_name = Both("Facebook 网页（浏览器所见）", "Facebook as a browser saw it")
    home = _HOME
    official = "facebook_page"
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(?:www|web|m)\.facebook\.com/"
        rf"(?:api/graphql/?[^\n]*\n.*?\bfb_api_req_friendly_name=(?={_NAMES})|(?={_PAGES}))"
        r"(?P<query>(?<==)\w+|(?<=/)[^\n#]+?(?=[?&]__|[\n#]))"
    )

    def parse_page(self, response: Response) -> Page:
        """Read an answer, or a page for people."""
        is_page = looks_like_html(response.body)
        page = response.body.decode("utf-8", "replace") if is_page else ""
        answer = in_page(page) if is_page else answer_of(response.body)
        found = found_in(answer.data)
        if not (found.stories or found.comments or found.is_empty):
            raise _meant(answer, page)
        told = [(one, Parts.of(one), Shown(one)) for one in found.stories]
        public = [one for one in told if one[1].is_for_everybody() and not one[1].get("sponsored_data")]
        stories, dead = self.read_each(public, partial(self._story, response))
        read = [post for posts in stories for post in posts]
        known = {post.native_id.rpartition("_")[2]: post.native_id for post in read}
        shown = {id(one[0]) for one in public}
        items = [(*one, Shown(one[2])) for one in found.comments if one[0] is None or id(one[0]) in shown]
        comments, broken = self.read_each(items, partial(self._comment, response, known))
        posts: dict[str, Post] = {}
        for post in (*read, *comments):
            if post.id not in posts or len(posts[post.id].text) < len(post.text):
                posts[post.id] = post
        return Page(
            posts=tuple(posts.values()),
            dead=(*dead, *broken),
            nothing=None if posts or dead or broken else "a list without posts that everybody may see",
            left_out="the answer's last part is missing" if answer.ends_early else None,
        )

    def _story(self, response: Response, item: tuple[dict[str, Any], Parts, Shown]) -> list[Post]:
        """Return a story, and the one that it shares."""
        story, parts, _ = item
        pieces = parts.shared()
        shared = self._shared(response, pieces) if pieces else None
        post = self._post(response, story, parts, shared.native_id if shared else None)
        return [post, shared] if shared else [post]

    def _shared(self, response: Response, pieces: list[Any]) -> Post | None:
        """Return the story that is shared; None where it is not shown whole, or not to everybody."""
        parts = Parts.of(pieces)
        told: dict[str, Any] = next((one for one in pieces if isinstance(one.get("id"), str)), {})
        if not parts.is_for_everybody():
            return None
        try:
            return self._post(response, told, parts, None)
        except MalformedPost:
            return None

    def _post(self, response: Response, story: dict[str, Any], parts: Parts, shared: str | None) -> Post:
        owner, id = named(story, parts)
        native_id = f"{owner}_{id}" if owner else id
        text = text_in(parts)
        attached = parts.get("attachments", [])
        links = [text, *linked_from(parts.get("message", [])), *linked_from(attached)]
        published_at, precision = time_of(parts.first("creation_time"))
        return self.post(
            response,
            kind=Kind.POST,
            native_id=native_id,
            url=address_in(parts) or f"{_HOME}/{native_id.replace('_', '/posts/')}",
            text=text.strip(),
            tags=hashtags(text),
            links=links_of(" ".join(links), _HOME, own=_OWN),
            pictures=pictures_in(attached),
            author=author_of(next((one for one in parts.first("actors") or () if isinstance(one, dict)), None)),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(
                likes=count_in(parts, "reaction_count", "i18n_reaction_count"),
                comments=comments_in(parts),
                shares=count_in(parts, "share_count", "i18n_share_count"),
                views=count(parts.first("video_view_count")),
            ),
            parent_id=shared,
            root_id=f"{self.platform}:{Kind.POST}:{shared}" if shared else None,
        )

    def _comment(self, response: Response, known: dict[str, str], item: tuple[Any, ...]) -> Post:
        _, above, comment, _ = item
        post_id, id = comment_named(comment)
        answered = answered_by(comment, post_id) or answered_by({"comment_parent": above}, post_id)
        native_id = known.get(post_id) or "_".join(filter(None, (owner_of(comment), post_id)))
        text = next((one for name in BODIES if isinstance(one := within(comment, name, "text"), str)), "")
        links = [text, *linked_from([comment.get(name) for name in BODIES])]
        published_at, precision = time_of(created_in(comment))
        address = address_of(comment)
        return self.post(
            response,
            kind=Kind.COMMENT,
            native_id=f"{post_id}_{id}",
            url=address or f"{_HOME}/{post_id}_{id}",
            text=text.strip(),
            tags=hashtags(text),
            links=links_of(" ".join(links), _HOME, own=_OWN),
            pictures=pictures_in(comment.get("attachments")),
            author=author_of(comment.get("author")),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(likes=likes_of(comment), comments=replies_of(comment)),
            parent_id=answered or native_id,
            root_id=f"{self.platform}:{Kind.POST}:{native_id}",
        )


def _meant(answer: Answer, page: str) -> CrawlError:
    """Return what an answer without posts and lists says."""
    told = [one for one in answer.errors if isinstance(one, dict)]
    words = "; ".join(dict.fromkeys(str(one["message"]) for one in told if one.get("message")))[:300]
    codes = {one.get("code") for one in told if isinstance(one.get("code"), int)}
    known = ((_TOO_OFTEN, RateLimited), (_LOGIN, LoginRequired), (_BLOCKED, Blocked), (_PASSING, Unreachable))
    kind: type[CrawlError] | None = next((kind for some, kind in known if codes & some), None)
    kind = kind or next((kind for pattern, kind in _WORDS if words and pattern.search(words)), None)
    if told:
        return (kind or SchemaChanged)(f"the platform says: {words or codes}")
    if page and _WALL.search(page):
        return LoginRequired("a page that asks to log in")
    if page and (instead := stand_in(page)):
        return instead("a page in place of the one that was asked for")
    seen = re.search("<title[^<>]*>([^<]*)", page)
    kind = next((kind for pattern, kind in _WORDS if seen and pattern.search(seen[1])), SchemaChanged)
    return kind(
        "neither posts nor a list of them" if kind is SchemaChanged else f"a page that says: {seen and seen[1]}"
    )
