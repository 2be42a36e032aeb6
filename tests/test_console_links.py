"""Pairs are judged at the console by who has signed in and may, each look on record, by forms of their own session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from indexing.identity.event import SOFTWARE, Op, customer, event
from indexing.identity.events import add_events, read_events
from indexing.privacy import passwords
from tests.console_server import serving_console
from tests.test_identity import PHONE, shop, somebody

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

PASSWORD = "four words make one"
NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
PAIR = customer("C1"), customer("<b>C2")


@pytest.fixture
def console(emptied_store: "Store", data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("TINGFENG_SESSION_KEY", "a key of the tests' own, long enough")
    monkeypatch.delenv("TINGFENG_PUBLIC_URL", raising=False)
    for name, role in (("li", "operator"), ("zhang", "service")):
        passwords.put(name, role, PASSWORD)
    shop(emptied_store, somebody("C1", phone=PHONE), somebody("<b>C2", name="王建国"))
    said: dict[str, Any] = {"at": NOW, "by": SOFTWARE, "kind": "fuzzy", "probability": 0.9, "says": ("phone equal",)}
    add_events(emptied_store, [event(Op.PROPOSE, *PAIR, **said)])
    with serving_console(emptied_store) as address:
        yield address


@contextmanager
def signed_in(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        yield client


def standing(store: "Store") -> list[tuple[str, str]]:
    store.refresh("link-events")
    return [(str(one.op), one.by) for one in sorted(read_events(store), key=lambda one: (one.at, one.id))]


def test_who_has_not_signed_in_or_may_not_sees_and_does_nothing(console: str, emptied_store: "Store") -> None:
    [proposed] = read_events(emptied_store)
    before = standing(emptied_store)
    for answer in (
        httpx.get(f"{console}/links"),
        httpx.post(f"{console}/links/{proposed.id}", data={"action": "accept"}),
    ):
        assert answer.status_code == 303 and answer.headers["location"].startswith("/login")
    with signed_in(console, "zhang") as client:
        assert (answer := client.get("/links")).status_code == 403
        assert PHONE not in answer.text
    with signed_in(console, "li") as client:
        for data in ({"action": "accept"}, {"action": "accept", "token": "another site's"}):
            assert client.post(f"/links/{proposed.id}", data=data).status_code == 403
        assert client.post("/links", data={"some": "C1", "others": "C2"}).status_code == 403
    assert standing(emptied_store) == before
    emptied_store.refresh("looks")
    assert emptied_store.client.count(index=emptied_store.alias("looks"))["count"] == 0


def test_a_pair_is_judged_and_the_word_taken_back(console: str, emptied_store: "Store") -> None:
    [proposed] = read_events(emptied_store)
    with signed_in(console, "li") as client:
        shown = client.get("/links").text
        assert "phone equal" in shown and PHONE in shown and "王建国" in shown
        assert "<b>C2" not in shown and "&lt;b&gt;C2" in shown
        emptied_store.refresh("looks")
        hits = emptied_store.client.search(index=emptied_store.alias("looks"))["hits"]["hits"]
        looks = {(one["_source"]["who"], one["_source"]["customer"], one["_source"]["purpose"]) for one in hits}
        assert looks == {("li", "C1", "review of links"), ("li", "<b>C2", "review of links")}
        token = shown.partition('name="token" value="')[2].partition('"')[0]
        done = client.post(f"/links/{proposed.id}", data={"action": "accept", "token": token, "why": "asked them"})
        assert done.status_code == 303
        assert standing(emptied_store) == [("propose", SOFTWARE), ("link", "li")]
        assert "C1" not in client.get(done.headers["location"]).text, "it waits no more"
        word = done.headers["location"].partition("event=")[2]
        assert client.post(f"/links/{word}", data={"action": "undo", "token": token}).status_code == 303
        assert "phone equal" in client.get("/links").text
        undone = next(one.id for one in read_events(emptied_store) if one.op is Op.UNDO)
        for id, action, status in ((undone, "accept", 400), (proposed.id, "fly", 400), ("none", "accept", 404)):
            assert client.post(f"/links/{id}", data={"action": action, "token": token}).status_code == status
        assert client.post("/links", data={"some": "C1", "others": "C1", "token": token}).status_code == 409
        nobody = client.post("/links", data={"some": "C1", "others": " ,", "token": token})
        assert (nobody.status_code, "weibo:1001" in nobody.text) == (404, True)
        unknown = client.post("/links", data={"some": "C1", "others": "C404, weibo:9", "token": token})
        assert (unknown.status_code, "C404: there is no such" in unknown.text, "weibo:9: no" in unknown.text) == (
            404,
            True,
            True,
        )
        parted = client.post("/links", data={"some": "C1", "others": "<b>C2", "token": token})
        assert parted.headers["location"] == "/links?done=split"
    assert standing(emptied_store)[-1] == ("apart", "li")
