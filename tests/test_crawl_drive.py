"""A crawl stops where it should, says honestly how it went, and does so whichever answer comes first."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawlers.errors import Blocked, LoginRequired, SchemaChanged, Unreachable
from crawlers.network.drive import Drive
from crawlers.network.ending import Ending
from crawlers.network.fetch import Fetcher
from crawlers.network.report import Verdict
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Kind, Post
from crawlers.spider import Job, PlatformSpider

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NUMBERED, CHAINED = "https://a.example/page/{}", "https://b.example/page/{}"


class Pages(PlatformSpider):
    """Reads pages such as {"posts": [[id, minutes ago, "pinned"?]], …}."""

    platform = "toy"
    max_stale_pages = 2
    full_texts = 5
    numbered = True

    def first(self) -> Request:
        return Request(url=(NUMBERED if self.numbered else CHAINED).format(1))

    def after(self, request: Request) -> Request | None:
        return Request(url=NUMBERED.format(_number(request.url) + 1)) if self.numbered else None

    def parse_page(self, response: Response) -> Page:
        told = json.loads(response.body)
        if error := told.get("error"):
            raise {e.__name__: e for e in (Blocked, LoginRequired, SchemaChanged, Unreachable)}[error]("so it says")
        posts = [self._post(response, name, ago) for name, ago, *_ in told.get("posts", [])]
        whole, cut = [p for p in posts if "cut" not in p.text], [p for p in posts if "cut" in p.text]
        pinned = [bool(flags) for _, _, *flags in told.get("posts", [])]
        return Page(
            posts=tuple(whole),
            drafts=tuple((Request(url=f"https://a.example/whole/{p.native_id}", optional=True), p) for p in cut),
            dead=(Dead(reason="no text", content="{}"),) * told.get("dead", 0),
            listed=tuple(Listed(id=p.id, at=p.published_at, pinned=pin) for p, pin in zip(posts, pinned, strict=True)),
            follow=tuple(Request(url=url, optional=True) for url in told.get("follow", [])),
            next=None if told.get("last") else Request(url=response.url.replace(*_next(response.url))),
            nothing=told.get("nothing"),
            unchanged=told.get("unchanged", False),
            validators={"If-None-Match": told["etag"]} if "etag" in told else {},
            left_out=told.get("left_out"),
        )

    def full_text(self, response: Response, draft: Post) -> Post:
        return replace(draft, text=json.loads(response.body)["text"])

    def _post(self, response: Response, name: str, ago: float) -> Post:
        at = NOW - timedelta(minutes=ago)
        return self.post(
            response, kind=Kind.POST, native_id=name, url=f"https://a.example/{name}", text=name, published_at=at
        )


class Chained(Pages):
    numbered = False


class Document(Chained):
    goes_back = False


def _number(url: str) -> int:
    return int(url.rpartition("/")[2])


def _next(url: str) -> tuple[str, str]:
    return f"/{_number(url)}", f"/{_number(url) + 1}"


@dataclass
class Kept:
    posts: list[Post] = field(default_factory=list)
    deads: list[Dead] = field(default_factory=list)
    pages: int = 0
    kept: list[Response] = field(default_factory=list)

    def post(self, post: Post) -> None:
        self.posts.append(post)

    def dead(self, dead: Dead) -> None:
        self.deads.append(dead)

    def page(self) -> None:
        self.pages += 1

    def reading(self, url: str) -> None:
        pass

    def parsed(self) -> None:
        pass

    def received(self, request: Request, response: Response, posts: Sequence[str]) -> None:
        pass

    def keep(self, response: Response) -> str:
        self.kept.append(response)
        return "kept.page"

    @property
    def names(self) -> list[str]:
        return [post.native_id for post in self.posts]


Step = int | tuple[int, Mapping[str, str]] | Exception | Mapping[str, Any]
END = {"nothing": "这里还没有内容"}


class Site:
    """Answers each address with its steps one after the other, the last one for ever."""

    def __init__(self, pages: Mapping[str, Any], slow: Callable[[str], float] = lambda url: 0) -> None:
        self.pages = {url: list(steps) if isinstance(steps, list) else [steps] for url, steps in pages.items()}
        self.asked: list[str] = []
        self.slow = slow

    async def download(self, request: Request) -> Response:
        self.asked.append(request.url)
        await asyncio.sleep(self.slow(request.url))
        steps = self.pages.get(request.url, [404])
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, int):
            return Response(url=request.url, status=step, body=b"", fetched_at=NOW)
        if isinstance(step, tuple):
            return Response(url=request.url, status=step[0], headers=step[1], body=b"", fetched_at=NOW)
        return Response(url=request.url, body=json.dumps(step).encode(), fetched_at=NOW)


def numbered(*pages: Step | list[Step]) -> dict[str, Step | list[Step]]:
    return {NUMBERED.format(number): page for number, page in enumerate(pages, 1)} | {
        NUMBERED.format(number): END for number in range(len(pages) + 1, len(pages) + 9)
    }


def posts(*names: str, ago: float = 1) -> dict[str, Any]:
    return {"posts": [[name, ago + place / 100] for place, name in enumerate(names)]}


def crawl(site: Site, kind: type[Pages] = Pages, **job: Any) -> tuple[Ending, Kept]:
    spider = kind(Job(**{"feed": "toy", "query": "q", "run_id": "r", "max_pages": 50, **job}))
    kept = Kept()
    ending = asyncio.run(Drive(spider, Fetcher(spider, site.download, pause=0.001), kept).run())
    return ending, kept


def test_an_empty_page_before_a_full_one_ends_nothing() -> None:
    end, kept = crawl(Site(numbered(posts("a"), END, posts("b"), posts("b", "c"), {"posts": []}, posts("d"))))
    assert kept.names == ["a", "b", "c", "d"]
    assert (end.verdict, end.complete, end.advance) == (Verdict.OK, True, True)
    assert end.newest == NOW - timedelta(minutes=1)


def test_pages_that_repeat_themselves_end_the_listing() -> None:
    site = Site({NUMBERED.format(number): posts("a", "b") for number in range(1, 60)})
    end, kept = crawl(site, delay=1)
    assert kept.names == ["a", "b"]
    assert len(site.asked) == 3
    assert end.verdict is Verdict.OK


@pytest.mark.parametrize("delay", [0, 1], ids=["prefetching", "one by one"])
def test_a_crawl_reads_back_to_the_watermark_less_the_overlap_and_no_further(delay: float) -> None:
    pages = numbered(
        {"posts": [["pinned", 9999, "pinned"], ["a", 1]]},
        {"posts": [["pinned2", 9999, "pinned"]]},
        {"posts": [["b", 20], ["stray", 5000]]},
        {"posts": [["c", 65]]},
        {"posts": [["d", 95], ["e", 99]]},
        {"posts": [["f", 100]]},
    )
    site = Site(pages)
    end, kept = crawl(site, since=NOW - timedelta(minutes=60), overlap=1800, delay=delay)
    assert kept.names == ["pinned", "a", "pinned2", "b", "stray", "c", "d", "e"]
    assert end.complete and end.verdict is Verdict.OK
    if delay:
        assert len(site.asked) == 5


def test_the_outcome_does_not_depend_on_which_answer_comes_first() -> None:
    pages = numbered(*(posts(f"p{number}", ago=number) for number in range(1, 30)), {"error": "Blocked"})
    outcomes = []
    for slow in (lambda url: 0, lambda url: 0.002 * (_number(url) % 4), lambda url: 0.002 * (-_number(url) % 3)):
        end, kept = crawl(Site(pages, slow), since=NOW - timedelta(minutes=20))
        outcomes.append((end, kept.names, kept.pages))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][1][-1] == "p21"


def test_a_page_that_fails_beyond_the_stop_is_of_no_account() -> None:
    end, _ = crawl(Site(numbered(posts("a"), posts("b", ago=99), {"error": "Blocked"})), since=NOW, overlap=600)
    assert end.verdict is Verdict.OK


def test_too_many_pages_is_told_and_the_watermark_stays() -> None:
    end, kept = crawl(Site(numbered(*(posts(f"p{number}") for number in range(9)))), max_pages=3)
    assert (end.verdict, end.complete, end.advance) == (Verdict.CUT_SHORT, False, False)
    assert "more than 3 pages" in end.message and "max_pages" in end.message
    assert kept.pages == 3 and len(kept.posts) == 3
    listing = {CHAINED.format(1): posts("a"), CHAINED.format(2): {**posts("b"), "last": True}}
    assert crawl(Site(listing), Chained, max_pages=2)[0].verdict is Verdict.OK


def test_a_document_that_holds_nothing_known_has_a_gap_which_no_later_crawl_could_close() -> None:
    site = {CHAINED.format(1): {**posts("a", "b"), "last": True, "etag": "x"}}
    first, _ = crawl(Site(site), Document)
    assert (first.verdict, first.complete, first.validators) == (Verdict.OK, True, {"If-None-Match": "x"})
    gap, kept = crawl(Site(site), Document, since=NOW - timedelta(hours=1), seen=frozenset({"toy:post:old"}))
    assert (gap.verdict, gap.complete, gap.advance) == (Verdict.CUT_SHORT, False, True)
    assert kept.names == ["a", "b"] and "may be missing" in gap.message
    assert crawl(Site(site), Document, since=NOW, seen=frozenset())[0].complete
    assert crawl(Site(site), Document, seen=frozenset({"toy:post:b"}))[0].complete
    assert not crawl(Site(site), Document, seen=frozenset({"toy:post:old"}))[0].complete
    unchanged = {CHAINED.format(1): {"unchanged": True, "last": True, "etag": "x"}}
    end, kept = crawl(Site(unchanged), Document, since=NOW - timedelta(hours=1))
    assert (end.verdict, end.complete, end.validators, kept.posts) == (Verdict.OK, True, {"If-None-Match": "x"}, [])


def test_each_way_to_find_nothing_has_its_own_verdict() -> None:
    def verdict(*pages: Step | list[Step], **job: Any) -> Verdict:
        return crawl(Site(numbered(*pages)), **job)[0].verdict

    assert verdict(END) is Verdict.EMPTY
    assert crawl(Site(numbered(END)))[0].message == "the platform says: 这里还没有内容"
    nobody_says_so: dict[str, Step] = {NUMBERED.format(number): {"posts": []} for number in range(1, 9)}
    assert crawl(Site(nobody_says_so))[0].verdict is Verdict.SCHEMA_CHANGED
    assert verdict({"error": "SchemaChanged"}) is Verdict.SCHEMA_CHANGED
    assert verdict({"error": "LoginRequired"}) is Verdict.LOGIN_REQUIRED
    assert verdict({"error": "Unreachable"}) is Verdict.UNREACHABLE
    assert verdict(432) is Verdict.BLOCKED
    assert verdict(418) is Verdict.BLOCKED
    assert verdict(403) is Verdict.BLOCKED
    assert verdict(429) is Verdict.RATE_LIMITED
    assert verdict(401) is Verdict.LOGIN_REQUIRED
    assert verdict(404) is Verdict.SCHEMA_CHANGED
    assert verdict(304) is Verdict.SCHEMA_CHANGED
    assert verdict(204) is Verdict.SCHEMA_CHANGED
    assert verdict(503) is Verdict.UNREACHABLE
    assert verdict(posts("a"), minimum=2) is Verdict.SHORT
    assert verdict(END, minimum=2) is Verdict.SHORT
    assert verdict({"dead": 2, "posts": []}) is Verdict.SCHEMA_CHANGED
    assert verdict({"dead": 2, **posts("a")}) is Verdict.OK
    assert verdict({"dead": 30, **posts("a")}) is Verdict.SCHEMA_CHANGED
    assert verdict({**posts("a"), "left_out": "half of it"}) is Verdict.CUT_SHORT


def test_the_odd_page_is_kept_for_a_developer() -> None:
    end, kept = crawl(Site(numbered(posts("a"), {"error": "SchemaChanged"})), delay=1)
    assert [json.loads(page.body) for page in kept.kept] == [{"error": "SchemaChanged"}]
    assert "so it says (the page is kept at kept.page)" in end.message and "crawlers/platforms/toy.py" in end.message
    assert kept.names == ["a"] and not end.advance


def test_what_fails_in_passing_is_asked_again_and_what_was_refused_is_not() -> None:
    shaky: list[Step] = [500, Unreachable("cut"), {"error": "Unreachable"}, posts("a")]
    site = Site(numbered(shaky, posts("b")))
    end, kept = crawl(site, delay=1)
    assert kept.names == ["a", "b"] and end.verdict is Verdict.OK
    assert site.asked.count(NUMBERED.format(1)) == 4
    for refusal in (432, 403, 429, (429, {"retry-after": "3600"}), {"error": "Blocked"}):
        site = Site(numbered([refusal, posts("a")]))
        assert crawl(site, delay=1)[0].verdict in (Verdict.BLOCKED, Verdict.RATE_LIMITED)
        assert len(site.asked) == 1
    assert "asks to wait 3600 s" in crawl(Site(numbered((429, {"retry-after": "3600"}))))[0].message


def test_a_wait_that_the_platform_asks_for_is_kept() -> None:
    site = Site(numbered([(429, {"retry-after": "1"}), (503, {"retry-after": "0"}), posts("a")]))
    began = asyncio.run(_now())
    assert crawl(site, delay=1)[0].verdict is Verdict.OK
    assert asyncio.run(_now()) - began >= 1
    patient = Site(numbered((429, {"retry-after": "0"})))
    assert crawl(patient, delay=1)[0].verdict is Verdict.RATE_LIMITED
    assert len(patient.asked) == 4


async def _now() -> float:
    return asyncio.get_running_loop().time()


def test_a_redirect_is_followed_but_not_to_a_login_nor_into_this_machine() -> None:
    moved = {**numbered((302, {"location": "/page/7"})), NUMBERED.format(7): posts("a")}
    assert crawl(Site(moved))[1].names == ["a"]
    login = Site(numbered((302, {"location": "https://passport.weibo.com/visitor/visitor?a=enter"})))
    assert crawl(login, delay=1)[0].verdict is Verdict.LOGIN_REQUIRED
    assert all("passport" not in url for url in login.asked)
    for inside in ("http://127.0.0.1:9200/", "http://localhost/", "http://[::1]/", "file:///etc/passwd", "ftp://x/"):
        site = Site(numbered((301, {"location": inside})))
        assert crawl(site, delay=1)[0].verdict is Verdict.SCHEMA_CHANGED
        assert len(site.asked) == 1
    endless = Site(numbered((302, {"location": "/page/1"})))
    assert "redirected more than 5 times" in crawl(endless, delay=1)[0].message


def test_a_cut_text_is_made_whole_within_bounds_and_never_put_over_a_whole_one() -> None:
    whole = "https://a.example/whole/{}"
    pages = numbered(posts("cut1", "cut2", "b", "cut3"))
    site = Site(
        {**pages, whole.format("cut1"): {"text": "first, whole"}, whole.format("cut3"): {"text": "third, whole"}}
    )
    end, kept = crawl(site, seen=frozenset({"toy:post:cut3"}))
    assert {post.native_id: post.text for post in kept.posts} == {
        "b": "b",
        "cut1": "first, whole",
        "cut2": "cut2",
        "cut3": "third, whole",
    }
    assert end.verdict is Verdict.OK
    _, kept = crawl(Site(pages), seen=frozenset({"toy:post:cut3"}))
    assert kept.names == ["b", "cut1", "cut2"]


@pytest.mark.parametrize(("response", "asked"), [(403, 3), (432, 1), (404, 3)])
def test_texts_are_no_longer_asked_for_when_they_are_not_given(response: int, asked: int) -> None:
    cuts = [f"cut{number}" for number in range(9)]
    site = Site({**numbered(posts(*cuts)), **{f"https://a.example/whole/{cut}": response for cut in cuts}})
    end, kept = crawl(site, delay=1)
    assert sorted(kept.names) == cuts and end.verdict is Verdict.OK
    assert sum("whole" in url for url in site.asked) == asked


def test_pages_that_belong_to_a_page_are_read_with_it_and_may_be_gone() -> None:
    topic = "https://a.example/topic/{}"
    site = Site(
        {
            **numbered({**posts("a"), "follow": [topic.format(1), topic.format(2), topic.format(3)]}),
            topic.format(1): {**posts("t1"), "follow": [topic.format(9)]},
            topic.format(2): 403,
            topic.format(3): [500, posts("t3", "a")],
            topic.format(9): posts("t9"),
        }
    )
    end, kept = crawl(site)
    assert kept.names == ["a", "t1", "t3", "t9"] and end.verdict is Verdict.OK
    broken = Site({**numbered({**posts("a"), "follow": [topic.format(1)]}), topic.format(1): 500})
    assert crawl(broken)[0].verdict is Verdict.UNREACHABLE
    unread = Site(
        {**numbered({"posts": [], "follow": [topic.format(1)], "nothing": "x"}), topic.format(1): {"dead": 3}}
    )
    assert crawl(unread)[0].verdict is Verdict.SCHEMA_CHANGED


def test_a_crawl_that_takes_too_long_is_cut_short() -> None:
    end, kept = crawl(Site(numbered(posts("a"), posts("b")), lambda url: 600 if url.endswith("2") else 0), timeout=2)
    assert (end.verdict, end.advance, kept.names) == (Verdict.CUT_SHORT, False, ["a"])


def test_a_fault_of_our_own_is_not_taken_for_the_platforms() -> None:
    with pytest.raises(KeyError):
        crawl(Site(numbered({"error": "NoSuchError"})))
