"""The threads of one of 贴吧's forums, the last answered first: the JSON of its clients, or the page for people.

    GET /c/f/frs/page_pc?kw={forum}&pn=N&rn=30      where a signer is named, and on a mirror
    GET /f?kw={forum}&ie=utf-8&pn={50 · (N - 1)}    else

The query is the forum's name, with or without 吧, or its address. A list that does not tell when a thread was begun, or
that cuts its text, is completed by the thread's own page. A cookie is wanted as a rule (`cookie_env`).
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.formats.tieba_answer import TiebaSpider, refused_page, said_by
from crawlers.formats.tieba_list import Entry, ThreadList, entries_of_page, read_entry, read_feed, read_row, users_of
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.platforms.tieba_thread import TiebaThread
from crawlers.post import Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.reading.html_page import first, page_of, plain
from crawlers.reading.links import links_of
from crawlers.reading.wire import decode_page
from crawlers.spider import CannotCrawl, Job

__all__ = ["TiebaForum"]

_ADDRESS = re.compile(r"https?://tieba\.baidu\.com/f\?(?P<query>.*)")
_THREAD = re.compile(r"/p/(?P<tid>\d+)|/c/f/pb/page(?:_pc)?\?(?:.*&)?kz=(?P<kz>\d+)")
_ON_PAPER, _IN_JSON = 50, 30
_NOTHING = re.compile("还没有主题|没有帖子|尚未建立|贴吧不存在|暂无")
_NEXT = re.compile(r"""<a\b[^<>]*\bclass=["']next\b""")
_CUT_FROM = 100
"""From so many letters on, what a list shows of a text may be a part of it."""
_OWN = ("baidu.com",)


class TiebaForum(TiebaSpider):
    """A forum's threads, each with its opening post."""

    feed_name = Both("贴吧主题", "Tieba forum")
    max_pages = 20
    full_texts = 30
    in_browser = BrowserPage(r"https://tieba\.baidu\.com/(f|c/f/frs/page(_pc)?)\?([^\n]*&)?kw=(?P<query>[^&\n]+)")

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _ADDRESS.fullmatch(job.query.strip())
        name = parse_qs(match["query"]).get("kw", [""])[0] if match else job.query.strip()
        if not name or "/" in name or len(name) > 60:
            raise CannotCrawl(f"tieba_forum {job.query!r}: give a forum's name, such as 星河手机")
        self._forum = name.removesuffix("吧") or name

    def first(self) -> Request:
        """Return the request for the threads that were answered last."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read a page of the list, whatever its format, or the page of a thread."""
        if tid := _thread_of(response.url):
            return Page(posts=tuple(self._thread(tid).parse_page(response).posts))
        if response.body.lstrip()[:1] == b"{":
            entries, dead, more = self._of_json(response)
        else:
            entries, dead, more = self._of_page(response)
        dated = [entry for entry in entries if entry.began]
        posts, unread = self.read_each(dated, partial(self._post, response))
        cut = {entry.tid for entry in dated if not entry.whole and _may_be_cut(entry.text)}
        return Page(
            posts=tuple(post for post in posts if post.native_id not in cut),
            drafts=tuple((self._opened(post.native_id), post) for post in posts if post.native_id in cut),
            dead=(*dead, *unread),
            listed=tuple(self._listed(entry) for entry in entries),
            follow=tuple(self._opened(entry.tid) for entry in entries if not entry.began and not self._is_old(entry)),
            next=self._page(self._number(response) + 1) if more else None,
            nothing=None if entries or dead else "a forum without threads",
        )

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the draft with its whole text; MalformedPost where the thread is not there any more."""
        for post in self._thread(draft.native_id).parse_page(response).posts:
            if post.id == draft.id:
                return post
        raise MalformedPost(f"thread {draft.native_id}: not on its page")

    def _of_json(self, response: Response) -> tuple[list[Entry], list[Dead], bool]:
        listed = decode_page(response.body, ThreadList)
        if refusal := said_by(listed.code, listed.words):
            raise refusal
        feeds = listed.data.feeds if listed.data else None
        if listed.threads is None and feeds is None:
            raise SchemaChanged("neither thread_list nor page_data.feed_list")
        users = users_of(listed)
        plainly, dead = self.read_each(listed.threads or (), partial(read_entry, response, users))
        placed, dead_feeds = self.read_each(feeds or (), partial(read_feed, response, users))
        entries = [entry for entry in (*plainly, *placed) if entry]
        told = listed.page.has_more if listed.page else None
        return entries, [*dead, *dead_feeds], bool(entries) if told is None else bool(told)

    def _of_page(self, response: Response) -> tuple[list[Entry], list[Dead], bool]:
        root, text = page_of(response)
        rows = entries_of_page(root)
        if not rows:
            if _NOTHING.search(plain(first(root, "//body"))):
                return [], [], False
            raise refused_page(text)
        entries, dead = self.read_each(rows, partial(read_row, response))
        return entries, dead, _NEXT.search(text) is not None

    def _post(self, response: Response, entry: Entry) -> Post:
        if entry.began is None:
            raise MalformedPost("create_time: missing")
        url = f"https://tieba.baidu.com/p/{entry.tid}"
        return self.post(
            response,
            kind=Kind.POST,
            native_id=entry.tid,
            url=url,
            site=f"{self._forum}吧",
            title=entry.title or None,
            text=entry.text,
            tags=hashtags(f"{entry.title}\n{entry.text}"),
            links=links_of(entry.text, url, own=_OWN),
            pictures=entry.pictures,
            author=entry.author,
            published_at=entry.began[0],
            time_precision=entry.began[1],
            engagement=entry.counts,
        )

    def _listed(self, entry: Entry) -> Listed:
        at = entry.answered or (entry.began[0] if entry.began else None)
        return Listed(id=f"{self.platform}:{Kind.POST}:{entry.tid}", at=at, pinned=entry.pinned)

    def _is_old(self, entry: Entry) -> bool:
        return bool(self.until and entry.answered and entry.answered < self.until)

    def _thread(self, tid: str) -> TiebaThread:
        return TiebaThread(replace(self.job, query=tid))

    def _opened(self, tid: str) -> Request:
        return replace(self._thread(tid).first(), optional=True)

    def _number(self, response: Response) -> int:
        said = parse_qs(urlsplit(response.url).query).get("pn", ["0"])[0]
        number = int(said) if said.isascii() and said.isdecimal() and len(said) < 7 else 0
        return max(1, number) if "/c/f/frs/" in response.url else number // _ON_PAPER + 1

    def _page(self, number: int) -> Request:
        if self.asks_json:
            fields = {"kw": self._forum, "pn": number, "rn": _IN_JSON}
            return Request(url=f"{self.base}/c/f/frs/page_pc?{urlencode(fields)}")
        fields = {"kw": self._forum, "ie": "utf-8", "pn": (number - 1) * _ON_PAPER}
        return Request(url=f"{self.base}/f?{urlencode(fields)}")


def _thread_of(url: str) -> str:
    match = _THREAD.search(url)
    return match["tid"] or match["kz"] if match else ""


def _may_be_cut(text: str) -> bool:
    return len(text) >= _CUT_FROM or text.endswith(("...", "…"))
