"""Customers' data from HTTP services: every paging, increments, and whatever services do wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config.load import ConfigError
from indexing.customers.sources import SourceError, rest
from indexing.customers.sync.dead import read_dead
from indexing.customers.sync.run import sync
from indexing.customers.sync.standing import load
from tests.crawl_server import Answers, Said, serving
from tests.customer_files import KEPT, customers, shown, source

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
TOKEN = "TINGFENG_TEST_TOKEN"
FIELDS: dict[str, Any] = {
    "customer": "id",
    "phone": {"column": "contact.phone", **KEPT},
    "tier": "level.name",
    "tags": "labels.*.title",
    "updated_at": "updated",
}


def item(number: int, minutes: int = 0) -> dict[str, Any]:
    at = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=number + minutes)
    return {
        "id": f"C{number}",
        "contact": {"phone": f"1391234{number:04}"},
        "level": {"name": "金卡"},
        "labels": [{"title": "老客"}, {"title": "爱茶"}],
        "updated": at.isoformat(),
    }


ITEMS = [item(number) for number in range(25)]


@pytest.fixture
def config(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv(TOKEN, "Bearer hunter2")
    monkeypatch.setattr(rest, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(rest, "_LONGEST_PAUSE", 0.02)
    return data / "config"


def service(config: Path, url: str, path: str = "/members", **read: Any) -> Any:
    asked = {"kind": "rest", "url": f"{url}{path}", "items": "data.items", "header_env": TOKEN, **read}
    return source(config, "saas", "customer", asked, FIELDS)


def page(items: list[Any], status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> Said:
    body = json.dumps({"data": {"items": items}, **more}).encode()
    return Said(body=body, status=status, headers=headers or {})


def asked(path: str, name: str) -> str | None:
    return parse_qs(urlsplit(path).query).get(name, [None])[0]


def counted(path: str, headers: Any, before: int) -> Said:
    number = int(asked(path, "page") or 1)
    return page(ITEMS[(number - 1) * 10 : number * 10])


def by_offset(path: str, headers: Any, before: int) -> Said:
    start = int(asked(path, "skip") or 0)
    return page(ITEMS[start : start + 10], total=len(ITEMS))


def by_cursor(path: str, headers: Any, before: int) -> Said:
    start = int(asked(path, "after") or 0)
    return page(ITEMS[start : start + 10], meta={"next": str(start + 10) if start + 10 < len(ITEMS) else None})


def by_link(path: str, headers: Any, before: int) -> Said:
    start = int(asked(path, "from") or 0)
    more = {"Link": f'</members?from={start + 10}>; rel="next"'} if start + 10 < len(ITEMS) else {}
    return page(ITEMS[start : start + 10], headers=more)


@pytest.mark.parametrize(
    ("answers", "paging", "requests"),
    [
        (counted, {"by": "page", "size_parameter": "limit", "size": 10}, 4),
        (by_offset, {"by": "offset", "parameter": "skip", "total": "total"}, 3),
        (by_cursor, {"by": "cursor", "parameter": "after", "cursor": "meta.next"}, 3),
        (by_link, {"by": "link"}, 3),
    ],
)
def test_every_page_is_read_whatever_leads_to_it(
    emptied_store: "Store", config: Path, answers: Answers, paging: dict[str, Any], requests: int
) -> None:
    with serving(answers) as server:
        report = sync(emptied_store, service(config, server.url, paging=paging), now=NOW)
        assert (report.read, report.stored, report.dead) == (25, 25, 0)
        assert len(server.asked) == requests
        assert {headers["authorization"] for _, headers in server.asked} == {"Bearer hunter2"}
        one = customers(emptied_store)["C3"]
        assert (shown(one)["phone"], one.tier, one.tags) == ("13912340003", "金卡", ("老客", "爱茶"))
        assert sync(emptied_store, service(config, server.url, paging=paging), now=NOW).stored == 0


@pytest.mark.parametrize(
    ("answers", "paging"),
    [
        (counted, {"by": "page", "size_parameter": "limit", "size": 10}),
        (by_offset, {"by": "offset", "parameter": "skip", "total": "total"}),
        (by_cursor, {"by": "cursor", "parameter": "after", "cursor": "meta.next"}),
        (counted, {"by": "none"}),
    ],
)
def test_what_the_address_asks_is_asked_on_every_page(config: Path, answers: Answers, paging: dict[str, Any]) -> None:
    """A lost filter brings every shop's customers in (findings/httpx-params-drop-the-query.sh)."""
    with serving(answers) as server:
        path = "/members?shop=7&tag=%E4%BC%9A%E5%91%98"
        stated = service(config, server.url, path, paging=paging, parameters={"active": True})
        list(rest.read(stated, None))
        queries = [(asked(path, "shop"), asked(path, "tag"), asked(path, "active")) for path, _ in server.asked]
    assert queries == [("7", "会员", "true")] * len(queries)
    assert queries


def test_what_is_new_is_asked_for_with_an_overlap(emptied_store: "Store", config: Path) -> None:
    there = list(ITEMS)

    def answers(path: str, headers: Any, before: int) -> Said:
        since = asked(path, "since")
        found = [one for one in there if since is None or one["updated"] >= since]
        return page(sorted(found, key=lambda one: one["updated"], reverse=True))

    incremental = {"column": "updated", "parameter": "since", "overlap": "2m"}
    with serving(answers) as server:
        stated = service(config, server.url, incremental=incremental)
        assert sync(emptied_store, stated, now=NOW).stored == 25
        there[3] = {**there[3], "level": {"name": "钻石"}, "updated": "2026-08-01T01:00:00+00:00"}
        report = sync(emptied_store, stated, now=NOW)
        assert (report.since, report.read, report.stored) == ("2026-08-01T00:22:00+00:00", 4, 1)
        assert customers(emptied_store)["C3"].tier == "钻石"
        assert all(one.active for one in customers(emptied_store).values()), "who is not new is not gone"
    assert rest._written("2026-08-01T00:22:00+00:00", "unix_ms") == "1785543720000"


def test_a_row_that_moved_between_pages_counts_once(emptied_store: "Store", config: Path) -> None:
    moved = {**ITEMS[0], "level": {"name": "钻石"}, "updated": "2026-08-02T00:00:00+00:00"}

    def answers(path: str, headers: Any, before: int) -> Said:
        number = int(asked(path, "page") or 1)
        return page([[*ITEMS[:10]], [*ITEMS[10:], ITEMS[9], moved], []][number - 1])

    with serving(answers) as server:
        report = sync(emptied_store, service(config, server.url, paging={"by": "page"}), now=NOW)
    assert (report.read, report.stored, report.unchanged, report.dead) == (27, 25, 2, 0)
    assert customers(emptied_store)["C0"].tier == "钻石"


def test_a_page_that_comes_twice_is_asked_for_again(emptied_store: "Store", config: Path) -> None:
    def stumbling(path: str, headers: Any, before: int) -> Said:
        number = int(asked(path, "page") or 1)
        return counted("/members?page=1", headers, 0) if number == 2 and before == 0 else counted(path, headers, 0)

    with serving(stumbling) as server:
        report = sync(emptied_store, service(config, server.url, paging={"by": "page"}), now=NOW)
    assert (report.read, report.stored) == (25, 25)


def refused(status: int, **headers: str) -> Answers:
    return lambda path, _, before: page(ITEMS, status=status, headers=headers)


@pytest.mark.parametrize(
    ("answers", "read", "told"),
    [
        (lambda *_: page(ITEMS[:10]), {"paging": {"by": "page"}}, "page 2 is page 1 again, so that another may be"),
        (by_offset, {"paging": {"by": "offset", "parameter": "skip", "total": "data.none"}}, ""),
        (
            lambda path, *_: page({"1": ITEMS[:6], "2": ITEMS[6:13]}.get(asked(path, "page") or "1", []), total=25),
            {"paging": {"by": "page", "total": "total"}},
            "13 items came of the 25 that there are",
        ),
        (lambda *_: page(ITEMS, meta={"next": "1"}), {"paging": {"by": "cursor", "cursor": "meta.next"}}, "again"),
        (lambda *_: Said(body=b'{"data": {"items": [{"id": "C1"'), {}, "an answer is no JSON"),
        (lambda *_: Said(body=b'{"data": []}'), {}, "page 1 has no list at 'data.items'"),
        (lambda *_: page([{"id": "C1"}]), {}, "no item has 'updated', 'contact.phone'"),
        (lambda *_: page([]), {}, "holds no row"),
        (refused(401), {}, "answers with status 401: look at the token in TINGFENG_TEST_TOKEN"),
        (refused(302, Location="http://127.0.0.2/x"), {}, "it leads to http://127.0.0.2/x, which is not followed"),
        (refused(503), {}, r"gave no whole answer in 5 tries \(status 503\)"),
        (lambda *_: Said(body=b" " * 5_000, cut=True), {}, "gave no whole answer in 5 tries"),
        (lambda *_: page(ITEMS), {"most_bytes": 1_000}, "an answer of more than 1,000 bytes"),
        (
            lambda *_: page(ITEMS, headers={"Link": '<http://127.0.0.2/members?p=2>; rel="next"'}),
            {"paging": {"by": "link"}},
            "another host: not followed",
        ),
    ],
)  # fmt: skip
def test_a_service_that_does_not_give_everything_changes_nothing(
    emptied_store: "Store", config: Path, answers: Answers, read: dict[str, Any], told: str
) -> None:
    with serving(answers) as server:
        stated = service(config, server.url, **read)
        if not told:
            assert sync(emptied_store, stated, now=NOW).stored == 25
            return
        with pytest.raises(SourceError, match=told) as caught:
            sync(emptied_store, stated, now=NOW)
    assert "hunter2" not in str(caught.value)
    assert (customers(emptied_store), load("saas").mark) == ({}, None)


def test_a_service_that_stumbles_is_asked_again(emptied_store: "Store", config: Path) -> None:
    def answers(path: str, headers: Any, before: int) -> Said:
        if before == 0:
            return page(ITEMS, status=429, headers={"Retry-After": "0"})
        return Said(body=page(ITEMS).body, cut=before == 1)

    with serving(answers) as server:
        assert sync(emptied_store, service(config, server.url), now=NOW).stored == 25
        assert len(server.asked) == 3


def test_items_that_are_none_are_dead_with_their_place(emptied_store: "Store", config: Path) -> None:
    odd = [*ITEMS[:3], "C9", {**item(9), "contact": {"phone": {"mobile": "1"}}}, {**item(10), "id": None}]
    with serving(lambda *_: page(odd)) as server:
        report = sync(emptied_store, service(config, server.url), now=NOW)
    assert (report.read, report.stored, report.dead) == (6, 3, 3)
    reasons = [one.reason for one in read_dead("saas")]
    assert reasons[0] == "page 1, item 4: is no JSON object"
    assert "contact.phone: holds a dict, not one value: name a path into it" in reasons[1]
    assert "id: missing: whose row is it?" in reasons[2]


@pytest.mark.parametrize("url", ["http://crm.example.com/x", "https://u:p@crm.example.com/x", "ftp://h/x", "crm"])
def test_an_address_that_would_show_customers_or_secrets_is_refused(config: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"read\.url") as caught:
        source(config, "saas", "customer", {"kind": "rest", "url": url}, FIELDS)
    assert "u:p" not in str(caught.value)
