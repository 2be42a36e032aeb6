"""A feed whose requests must be signed is signed by whoever has the right to, or says what it needs."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from config.brand import Target
from crawlers.engine.prepare import prepare
from crawlers.errors import Blocked, LoginRequired, RateLimited
from crawlers.network import signing as signing_module
from crawlers.network.drive import Drive
from crawlers.network.ending import ended_by
from crawlers.network.fetch import Fetcher
from crawlers.network.report import Verdict
from crawlers.network.signing import GROUP, signer_of, signing
from crawlers.page import Page, Request, Response
from crawlers.spider import CannotCrawl, Job, PlatformSpider

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Guarded(PlatformSpider):
    platform = "toy"
    home = "https://a.example"
    signature = "x-toy"

    def first(self) -> Request:
        return Request(url=f"{self.base}/list")

    def parse_page(self, response: Response) -> Page:
        raise LoginRequired("the platform says: 请先登录")


class Signs:
    """Signs with the key that the platform told, and the cookie."""

    key = ""

    def asks(self) -> Request | None:
        return Request(url="https://a.example/key")

    def told(self, response: Response) -> None:
        self.key = response.body.decode()

    def sign(self, request: Request, cookie: str) -> Request:
        return replace(request, headers={**request.headers, "X-Toy": f"{self.key}+{cookie}"})


def job(**fields: object) -> Job:
    return Job(feed="toy", query="q", run_id="r", **fields)  # type: ignore[arg-type]


def test_the_keys_are_asked_for_once_and_only_the_platforms_own_requests_are_signed() -> None:
    sent: list[Request] = []

    async def download(request: Request) -> Response:
        sent.append(request)
        return Response(url=request.url, body=b"k1", fetched_at=NOW)

    async def crawl() -> None:
        signed = signing(download, Signs(), "sid=1", lambda url: url.startswith("https://a.example/"))
        own = (signed(Request(url=f"https://a.example/{number}")) for number in range(3))
        await asyncio.gather(*own, signed(Request(url="https://b.example/")))

    asyncio.run(crawl())
    assert [request.url for request in sent].count("https://a.example/key") == 1
    for request in sent:
        wanted = None if request.url.endswith("/key") or "b.example" in request.url else "k1+sid=1"
        assert request.headers.get("X-Toy") == wanted


def test_who_is_refused_the_keys_is_refused_the_page() -> None:
    async def download(request: Request) -> Response:
        return Response(url=request.url, status=412 if request.url.endswith("/key") else 200, body=b"", fetched_at=NOW)

    async def crawl() -> int:
        return (await signing(download, Signs(), "", lambda url: True)(Request(url="https://a.example/1"))).status

    assert asyncio.run(crawl()) == 412


@pytest.mark.parametrize(("code", "said"), [("1 / 0", "imported"), ("def Signs(key): ...", "made .* no arguments")])
def test_a_fault_in_a_users_own_signer_is_told_and_is_that_feeds_alone(
    code: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "faulty_signs.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "faulty_signs", raising=False)
    with pytest.raises(CannotCrawl, match=f"toy.yaml: signer: faulty_signs:Signs cannot be {said}"):
        signer_of(Guarded(job(signer="faulty_signs:Signs")))


def test_without_a_signer_the_feed_says_what_it_needs_and_a_mirror_needs_none() -> None:
    with pytest.raises(CannotCrawl, match=r"toy: needs a signature \(x-toy\).*`signer: module:name` in config"):
        signer_of(Guarded(job()))
    assert signer_of(Guarded(job(base_url="http://127.0.0.1:1"))) is None
    assert signer_of(Guarded(job(base_url="https://gateway.example"))) is None


def test_a_signer_is_found_by_setting_by_entry_point_and_on_the_spider(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "my_signs.py").write_text(
        "class Mine:\n    asks = told = sign = lambda *given: None\nclass Bad: pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert type(signer_of(Guarded(job(signer="my_signs:Mine")))).__name__ == "Mine"
    with pytest.raises(CannotCrawl, match=r"config/platforms/toy.yaml: signer: my_signs:Other cannot be imported"):
        signer_of(Guarded(job(signer="my_signs:Other")))
    with pytest.raises(CannotCrawl, match=r"signer: my_signs:Bad has no asks\(\)"):
        signer_of(Guarded(job(signer="my_signs:Bad")))
    monkeypatch.setattr(Guarded, "own_signer", Signs)
    assert isinstance(signer_of(Guarded(job())), Signs)
    points = EntryPoints([EntryPoint(name="x-toy", value="my_signs:Mine", group=GROUP)])
    monkeypatch.setattr(signing_module, "entry_points", lambda **params: points.select(**params))
    assert type(signer_of(Guarded(job()))).__name__ == "Mine"
    sys.modules.pop("my_signs")


def test_a_setting_names_the_signer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "weibo_search.yaml").write_text("signer: no_such_module:Signs\n")
    with pytest.raises(CannotCrawl, match="no_such_module:Signs cannot be imported"):
        prepare(Target(feed="weibo_search", query="星河"), run_id="r")


def test_a_login_that_has_expired_is_told_from_one_that_was_never_given() -> None:
    async def download(request: Request) -> Response:
        return Response(url=request.url, body=b"{}", fetched_at=NOW)

    def message(spider: PlatformSpider) -> str:
        drive = Drive(spider, Fetcher(spider, download, 0), None)  # type: ignore[arg-type]
        spider.parse_page = _login  # type: ignore[method-assign]
        drive._announced = lambda parse: parse  # type: ignore[method-assign]
        return asyncio.run(drive.run()).message

    assert "into an environment variable that config/platforms/toy.yaml names as `cookie_env`" in message(
        Guarded(job())
    )
    assert "the cookie in TOY_COOKIE has expired" in message(Guarded(job(cookie_env="TOY_COOKIE")))


def _login(response: Response) -> Page:
    raise LoginRequired("so it says")


def test_being_blocked_and_asking_too_often_have_verdicts_of_their_own() -> None:
    assert ended_by(RateLimited("x")).verdict is Verdict.RATE_LIMITED
    assert ended_by(Blocked("x")).verdict is Verdict.BLOCKED
