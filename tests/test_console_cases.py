"""The console shows complaints, and sees to them, for who has signed in and may: in a real browser, wide and narrow."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from indexing.cases import records, update_cases
from indexing.cases.case import Case, State
from indexing.customers.record import Membership
from indexing.privacy import passwords
from indexing.profiles.update import update_profiles
from tests.console_server import serving_console
from tests.customer_data import DAY, NOW, said, speak, write_shop
from tests.test_profiles import customer, order

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from indexing.elasticsearch.store import Store

HOSTILE = "</p><script>alert(1)</script>净水器漏水，客服没人接"
PASSWORD = "four words make one"


@pytest.fixture(scope="module")
def shop(new_store: "Callable[[], Store]") -> "Store":
    """Give a store with two complaints: C1's of three mentions, and C2's."""
    store = new_store()
    told: dict[str, Any] = {"source": "erp", "customer": "C1", "recorded_at": NOW}
    member = Membership(id="erp:membership:1", at=NOW - DAY, points=820, until=date(2027, 1, 1), **told)
    bought = [order(n, 100, ago=30 * n) for n in range(1, 4)]
    write_shop(store, [customer(1, 1, tier="金卡", registered_at=NOW - 700 * DAY), customer(2, 2)], [member, *bought])
    speak(
        store,
        [
            said(1, 1, HOSTILE, label="negative"),
            said(2, 1, "还是没人管", label="negative", ago=DAY / 2),
            said(3, 1, "去年买的很好用", label="positive", ago=300 * DAY),
            said(4, 2, "坏了", label="negative", ago=2 * DAY),
        ],
    )
    update_cases(store, now=NOW)
    update_profiles(store, now=NOW)
    return store


@pytest.fixture
def console(shop: "Store", data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TINGFENG_SESSION_KEY", "a key of the tests' own, long enough")
    monkeypatch.delenv("TINGFENG_PUBLIC_URL", raising=False)
    passwords.put("zhang", "service", PASSWORD)
    passwords.put("li", "reader", PASSWORD)
    with serving_console(shop) as address:
        yield address


def of(store: "Store", customer: str) -> Case:
    return next(case for case in records.cases_where(store, {"match_all": {}}) if case.customer == customer)


@contextmanager
def signed_in(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        assert client.post("/login", data={"name": name, "password": PASSWORD, "next": "/cases"}).status_code == 200
        yield client


def test_without_signing_in_nothing_is_shown_nor_done(console: str, shop: "Store") -> None:
    case = of(shop, "C1")
    for place in ("/cases", f"/cases/{case.id}"):
        answer = httpx.get(console + place)
        assert urlsplit(answer.headers.get("location", "")).path == "/login"
        assert "C1" not in answer.text
    assert httpx.post(f"{console}/cases/{case.id}", data={"action": "resolve"}).status_code != 200
    with signed_in(console, "zhang") as client:
        answer = client.post(f"/cases/{case.id}", data={"action": "resolve", "token": "another site's"})
        assert answer.status_code == 403
    with httpx.Client(base_url=console, timeout=60) as client:  # whose role has nothing to do with complaints
        client.post("/login", data={"name": "li", "password": PASSWORD, "next": "/"})
        for place in ("/cases", f"/cases/{case.id}"):
            answer = client.get(place)
            assert answer.status_code == 403
            assert "C1" not in answer.text
    assert of(shop, "C1") == case


def test_a_case_that_there_is_not_and_what_cannot_be_done_are_told(console: str, shop: "Store") -> None:
    with signed_in(console, "zhang") as client:
        assert client.get("/cases/none").status_code == 404
        page = client.get(f"/cases/{of(shop, 'C2').id}").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        answer = client.post(f"/cases/{of(shop, 'C2').id}", data={"action": "reopen", "token": token})
        assert answer.status_code == 409
        assert "is new" in answer.text
        assert client.get("/cases", headers={"accept-language": "en"}).text.count("Open complaints") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_a_colleague_reads_a_case_and_settles_it(
    console: str, shop: "Store", browser_page: "Callable[[int], Page]", width: int
) -> None:
    records.change(shop, of(shop, "C1").id, lambda case: replace(case, state=State.NEW, assignee=None))
    page = browser_page(width)
    page.goto(f"{console}/cases")
    page.fill("input[name=name]", "zhang")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    assert page.locator("article").count() == 2
    picture(page, f"cases-{width}")
    page.click("text=C1")
    text = page.inner_text("main")
    for shown in ("金卡", "820", "300.00 CNY", "还是没人管", "去年买的很好用", "<script>alert(1)</script>", "本投诉"):
        assert shown in text
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"case-{width}")
    page.fill("details[open] input[name=note]", "已致电")
    page.click("details[open] button")
    assert "已记录" in page.inner_text("h1")
    case = of(shop, "C1")
    assert (case.state, case.assignee, case.events[-1].by, case.events[-1].note) == (
        State.ASSIGNED,
        "zhang",
        "zhang",
        "已致电",
    )


def picture(page: "Page", name: str) -> None:
    """Keep a picture where `PICTURES` names a folder for them."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
