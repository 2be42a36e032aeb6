"""One thread of 贴吧's with the answers in it: the JSON of its web client, or the page for people.

    GET /c/f/pb/page_pc?kz={tid}&pn=N     where a signer is named, and on a mirror
    GET /p/{tid}?pn=N                     else, and /p/totalComment?tid=… for what stands below its posts

The query is a thread: its number or address. The first page is read, then the last and those before it, as far back as
they are new. A cookie is wanted as a rule (`cookie_env`).
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost
from crawlers.formats.tieba_answer import (
    TiebaSpider,
    User,
    author_of,
    links_in,
    pictures_in,
    read_at,
    refused_page,
    said_by,
    text_in,
)
from crawlers.formats.tieba_below import answers_in, asked_below, read_answer
from crawlers.formats.tieba_thread_page import (
    BODY,
    BODY_BY_ID,
    Below,
    Floor,
    Forum,
    ThreadInfo,
    ThreadPage,
    field_of,
    is_advertised,
    pictures_of_body,
)
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.html_page import Element, attribute, classed, each, first, inner, page_of, plain
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.regions import region_of
from crawlers.reading.wire import decode_item, decode_optional, decode_page
from crawlers.spider import CannotCrawl, Job, is_loopback

__all__ = ["TiebaThread"]

_QUERY = re.compile(r"(?:https?://(?:\w+\.)?tieba\.baidu\.com/p/)?(?P<tid>\d{1,19})(?:[/?#].*)?")
_PAGES = 20
"""Pages that a crawl reads at the most: the first and the newest."""
_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}|.+前|[昨今前]天.*|刚刚")
_PLACE = re.compile(r"IP属地\s*[:：]\s*(\S+)")
_FORUM = re.compile(rb"""["']?forum_id["']?\s*:\s*["']?(\d{1,12})""")
_HEADING = re.compile(r"(?:【[^【】]*吧】)?_?(?:百度贴吧)?$")
_GONE = re.compile("被删除|不存在|被隐藏")
_OWN = ("baidu.com",)


class TiebaThread(TiebaSpider):
    """A thread's opening post, and the answers as its comments."""

    feed_name = Both("贴吧帖子", "Tieba thread")
    in_browser = BrowserPage(
        r"https://tieba\.baidu\.com/(p/((totalComment|comment)\?([^\n]*&)?tid=)?|c/f/pb/page_pc\?([^\n]*&)?kz=)(?P<query>\d+)"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        if (match := _QUERY.fullmatch(job.query.strip())) is None:
            raise CannotCrawl(f"tieba_thread {job.query!r}: give a thread's number or address, such as 9000000001")
        self._tid = match["tid"]

    def first(self) -> Request:
        """Return the request for the thread's first page."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the thread, whatever its format."""
        if (pid := asked_below(response.url)) is not None:
            return self._below(response, pid)
        asked = parse_qs(urlsplit(response.url).query).get("pn", ["1"])[0]
        number = int(asked) if asked.isdecimal() else 1
        if response.body.lstrip()[:1] == b"{":
            posts, dead, total = self._parse_json(response)
        else:
            posts, dead, total = self._parse_html(response)
        older, left_out = self._older(number, total, posts)
        answered = any(post.kind is Kind.COMMENT and post.engagement.comments for post in posts)
        within = self._answers(response, number) if answered else ()
        newest = max((post.published_at for post in posts), default=None)
        return Page(
            posts=tuple(posts),
            dead=tuple(dead),
            listed=(Listed(id=f"{self.platform}:{Kind.POST}:{self._tid}", at=newest),) if posts else (),
            follow=(*within, *older),
            nothing=None if posts or dead else "the thread is gone",
            left_out=left_out,
        )

    def _below(self, response: Response, pid: str) -> Page:
        """Read the answers below posts, which the page for people asks for on their own."""

        def read(one: tuple[dict[str, User], Any]) -> Post:
            found = read_answer(pid, *one)
            return self._post(
                response, opens=False, id=found.id, text=text_of(found.markup), forum="", time=found.time,
                user=found.user, parent=found.above or None, leads=found.markup,
            )  # fmt: skip

        posts, dead = self.read_each(answers_in(response), read)
        return Page(posts=tuple(posts), dead=tuple(dead), nothing=None if posts or dead else "no answers below")

    def _answers(self, response: Response, number: int) -> tuple[Request, ...]:
        """Return the request for what stands below the posts of a page for people; JSON has it with them."""
        if response.body.lstrip()[:1] == b"{":
            return ()
        forum = _FORUM.search(response.body)
        fields = {"tid": self._tid, "fid": forum[1].decode() if forum else "1", "pn": number, "see_lz": 0}
        return (Request(url=f"{self.base}/p/totalComment?{urlencode(fields)}", optional=True),)

    def _older(self, number: int, total: int, posts: list[Post]) -> tuple[tuple[Request, ...], str | None]:
        """Return the next page to read: after the first comes the last, the last but one, … while they are new."""
        older = total if number == 1 else number - 1
        until = self.until
        reached = number > 1 and until and posts and all(post.published_at < until for post in posts)
        if older <= 1 or reached:
            return (), None
        if older <= total - _PAGES and number != 1 and not is_loopback(self.base):
            return (), f"thread {self._tid} has more than {_PAGES} pages"
        return (self._page(older),), None

    def _parse_json(self, response: Response) -> tuple[list[Post], list[Dead], int]:
        answer = decode_page(response.body, ThreadPage)
        if refusal := said_by(answer.code, answer.words):
            raise refusal
        floors = decode_optional(answer.posts, list[msgspec.Raw]) or []
        opener = decode_optional(answer.first, Floor)
        if opener is None and not floors and str(answer.code or 0) == "0":
            raise refused_page(answer.words or "")
        raws = decode_optional(answer.users, list[msgspec.Raw]) or []
        users = {str(user.id): user for raw in raws if (user := decode_optional(raw, User))}
        read = partial(self._parse_floor, response, answer, users)
        first_floors = [answer.first] if opener else []
        read_first, dead_first = self.read_each(first_floors, partial(read, True))
        done, dead = self.read_each(floors, partial(read, False))
        pairs = [(post, one) for post, below in (*read_first, *done) for one in below]
        under, dead_under = self.read_each(pairs, partial(self._parse_below, response, users))
        posts = {post.id: post for post in (*(post for post, _ in (*read_first, *done)), *under)}
        total = str(answer.page.total or 1) if answer.page else "1"
        return list(posts.values()), [*dead_first, *dead, *dead_under], int(total) if total.isdecimal() else 1

    def _parse_floor(
        self, response: Response, answer: ThreadPage, users: Mapping[str, User], opens: bool, raw: msgspec.Raw
    ) -> tuple[Post, list[msgspec.Raw]]:
        """Return a post, and the answers that stand below it."""
        floor = decode_item(raw, Floor)
        opens = opens or str(floor.floor) == "1"
        thread, forum = answer.thread or ThreadInfo(), answer.forum or answer.display_forum or Forum()
        user = floor.author or users.get(str(floor.author_id)) or (thread.author if opens else None)
        counts = Engagement(likes=count(floor.agree.num) if floor.agree else None, comments=count(floor.answers))
        if opens:
            likes = counts.likes if counts.likes is not None else count(thread.agree_num)
            counts = Engagement(likes=likes, comments=count(thread.reply_num), views=count(thread.view_num))
        post = self._post(
            response,
            opens=opens,
            id=str(floor.id or floor.pid or ""),
            title=_HEADING.sub("", text_of(thread.title or "")),
            text=text_in(floor.content),
            leads=links_in(floor.content),
            pictures=pictures_in(floor.content),
            forum=forum.name or "",
            time=floor.time or (thread.create_time if opens else None),
            user=user,
            counts=counts,
            region=floor.ip_address or (user.ip_address if user else None),
        )
        below = decode_optional(floor.below, Below)
        raws = below.posts if below else decode_optional(floor.below, list[msgspec.Raw]) or []
        return post, raws

    def _parse_below(self, response: Response, users: Mapping[str, User], pair: tuple[Post, msgspec.Raw]) -> Post:
        above, floor = pair[0], decode_item(pair[1], Floor)
        user = floor.author or users.get(str(floor.author_id))
        return self._post(
            response,
            opens=False,
            id=str(floor.id or floor.pid or ""),
            text=text_in(floor.content),
            leads=links_in(floor.content),
            forum=above.site or "",
            time=floor.time,
            user=user,
            region=floor.ip_address or (user.ip_address if user else None),
            parent=above.native_id,
        )

    def _parse_html(self, response: Response) -> tuple[list[Post], list[Dead], int]:
        root, text = page_of(response)
        floors = [*each(root, f"//{classed('l_post')}")]
        if not floors:
            if _GONE.search(plain(first(root, "//body"))):
                return [], [], 1
            raise refused_page(text)
        numbers = [int(found) for found in map(plain, each(root, f"//li[{classed('l_reply_num', 'self::li')}]//span"))
                   if found.isdecimal()]  # fmt: skip
        title = first(root, f"//{classed('core_title_txt')}")
        heading = attribute(title, "title") or plain(title) or _HEADING.sub("", plain(first(root, "//title")))
        forum = plain(first(root, f"//{classed('card_title_fname', 'a')}"))
        read = partial(self._parse_shown, response, heading, forum, numbers[0] if numbers else None)
        posts, dead = self.read_each([floor for floor in floors if not is_advertised(floor)], read)
        return posts, dead, numbers[1] if len(numbers) > 1 else 1

    def _parse_shown(self, response: Response, heading: str, forum: str, answers: int | None, floor: Element) -> Post:
        field = field_of(floor)
        told = field.content if isinstance(field.content, dict) else {}
        body = first(floor, BODY, BODY_BY_ID)
        if body is None:
            raise MalformedPost("post_content: missing")
        tail = [plain(one) for one in each(floor, f".//{classed('tail-info')}")]
        shown = next((one for one in tail if _TIME.fullmatch(one)), None)
        place = _PLACE.search(" ".join([*tail, *map(plain, each(floor, f".//{classed('post-tail-wrap')}/span"))]))
        opens = str(told.get("post_no")) == "1" or "1楼" in tail
        user = field.author or User()
        name = plain(first(floor, f".//{classed('p_author_name')}"))
        if name and not (user.user_nickname or user.name_show):
            user = msgspec.structs.replace(user, name_show=name)
        markup = inner(body)
        return self._post(
            response,
            opens=opens,
            id=str(told.get("post_id") or attribute(body, "id").rpartition("_")[2]),
            title=heading,
            text=text_of(markup),
            pictures=tuple(pictures_of_body(body)),
            forum=forum,
            time=shown or told.get("date"),
            user=user,
            counts=Engagement(comments=answers if opens else count(told.get("comment_num"))),
            region=place[1] if place else None,
            leads=markup,
        )

    def _post(
        self,
        response: Response,
        *,
        opens: bool,
        id: str,
        text: str,
        forum: str,
        time: Any,
        user: User | None,
        title: str = "",
        counts: Engagement | None = None,
        pictures: tuple[str, ...] = (),
        region: str | None = None,
        parent: str | None = None,
        leads: str = "",
    ) -> Post:
        if not opens and not (id.isascii() and id.isdecimal() and id.strip("0")):
            raise MalformedPost(f"id: {id[:40]!r} is no number")
        published_at, precision = read_at(time, response)
        url = f"https://tieba.baidu.com/p/{self._tid}"
        return self.post(
            response,
            kind=Kind.POST if opens else Kind.COMMENT,
            native_id=self._tid if opens else id,
            url=url if opens else f"{url}?pid={id}#{id}",
            site=f"{forum.removesuffix('吧')}吧" if forum else None,
            title=title or None if opens else None,
            text=text,
            tags=hashtags(f"{title if opens else ''}\n{text}"),
            links=links_of(f"{leads} {text}", url, own=_OWN),
            pictures=pictures,
            author=author_of(user),
            published_at=published_at,
            time_precision=precision,
            engagement=counts or Engagement(),
            region=region_of(region),
            parent_id=None if opens else parent or self._tid,
            root_id=None if opens else f"{self.platform}:{Kind.POST}:{self._tid}",
        )

    def _page(self, number: int) -> Request:
        if self.asks_json:
            fields = {"kz": self._tid, "pn": number}
            return Request(url=f"{self.base}/c/f/pb/page_pc?{urlencode(fields)}", optional=number > 1)
        return Request(url=f"{self.base}/p/{self._tid}?pn={number}", optional=number > 1)
