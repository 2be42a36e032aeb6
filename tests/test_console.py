"""The console's pages: what an alert says, what happened to it, and what people can still do."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from indexing.alerts import answers, records
from indexing.alerts.alert import Alert, Delivery, DeliveryState, State
from indexing.alerts.links import Action, Claim, alert_address, sign
from indexing.alerts.message import of_alert
from tests.alert_examples import NOW as TODAY
from tests.alert_examples import example
from tests.console_server import serving_console
from tests.test_alerts import HOUR, NOW, burst, put, run
from tests.test_facts import TOPICS, full

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from indexing.elasticsearch.store import Store

DAY = timedelta(days=1)
PUBLIC = "https://alerts.example.org"
ID = "burst.xinghe.1"
ROTA = """
people:
  zhang: {name: 张三, channels: [hook]}
  li: {name: 李四, channels: [hook]}
shifts: [{name: 班, people: [zhang, li], days: [all], from: "00:00", to: "24:00"}]
"""


@pytest.fixture
def rota(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "config"
    folder.mkdir()
    (folder / "rota.yaml").write_text(ROTA, encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(folder))


@pytest.fixture
def told(emptied_store: "Store", data: Path) -> "Store":
    sent = Delivery(channel="hook", state=DeliveryState.SENT, at=TODAY)
    assert records.begin(emptied_store, full(delivery=(sent,)))
    return emptied_store


@pytest.fixture
def console(emptied_store: "Store", data: Path) -> Iterator[str]:
    with serving_console(emptied_store) as address:
        yield address


def token(action: Action = Action.ACKNOWLEDGE, **fields: Any) -> str:
    soon = datetime.now(UTC) + HOUR
    return sign(replace(Claim(alert=ID, action=action, person="zhang", message="raised", expires_at=soon), **fields))


def alert_of(store: "Store") -> Alert:
    return records.find(store, [ID])[0]


def form_of(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/", f"/alert/{ID}", "/answer"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_console_and_message_say_the_same(console: str, told: "Store", path: str, language: str) -> None:
    address = f"{console}{path}" + (f"/{token()}" if path == "/answer" else "")
    page = httpx.get(address, params={"lang": language}).text
    message = of_alert(alert_of(told), Delivery(channel="hook")).text
    place = 1 if language == "en" else 0
    from indexing.alerts.facts import facts_of

    facts = facts_of(alert_of(told))
    assert facts.more
    for both in (facts.window, facts.more, facts.earlier[0].ended):
        assert both[place] in page
        assert both[place] in message
    for part in (*TOPICS[:5], "闪退", "鼓包", facts.earlier[0].id, "https://example.org/run"):
        assert part in page
        assert part in message
    for figure in facts.figures:
        assert f'data-figure="{figure.name}">{figure.text}' in page
        assert f"{figure.label.zh} {figure.label.en} {figure.text}" in message


def test_a_used_link_shows_how_it_stands_and_a_way_on(console: str, told: "Store", rota: None) -> None:
    address = f"{console}/answer/{token(Action.SNOOZE)}"
    assert httpx.post(address, data={"length": "4h", "reason": "等技术部门的说明"}).status_code == 200
    assert alert_of(told).snooze_reason == "等技术部门的说明"
    used = httpx.get(address)
    assert used.status_code == 410
    for part in (
        "链接已用过",
        "已暂缓",
        "张三",
        "等技术部门的说明",
        "北京时间",
        f"tingfeng alerts resolve {ID} --by zhang",
    ):
        assert part in used.text, part
    assert f'href="/alert/{ID}"' in used.text
    assert f"tingfeng alerts ack {ID}" in used.text
    answers.resolve(told, ID, by="li", now=datetime.now(UTC), reason="误会")
    over = httpx.get(address, headers={"accept-language": "en"})
    assert "nothing is left to be done" in over.text
    assert "tingfeng alerts" not in over.text
    assert "李四" in over.text


def test_an_expired_or_forged_link_shows_nothing_of_the_alert(console: str, told: "Store") -> None:
    late = token(expires_at=datetime.now(UTC) - HOUR)
    for wrong in (late, "a.b", token()[:-2] + "xx"):
        answer = httpx.get(f"{console}/answer/{wrong}")
        assert answer.status_code == 410
        assert TOPICS[0] not in answer.text
        assert ID not in answer.text


def test_assign_offers_the_rotas_names_and_takes_no_other(console: str, told: "Store", rota: None) -> None:
    address = f"{console}/answer/{token(Action.ASSIGN)}"
    page = httpx.get(address).text
    assert re.search(r"<label>转交给谁\s*<select name=\"to\" required>", page)
    assert '<option value="li">李四</option>' in page
    for wrong in ("", "王五"):
        refused = httpx.post(address, data={"to": wrong})
        assert (refused.status_code, alert_of(told).state) == (409, State.FIRING)
    assert "张三 (zhang)、李四 (li)" in refused.text
    assert httpx.post(address, data={"to": "李四"}).status_code == 200, "the link is still good"
    assert alert_of(told).assignee == "li"


def test_a_faulty_rota_leaves_the_pages_and_tells_who_would_answer(
    console: str, told: "Store", rota: None, data: Path
) -> None:
    form = form_of(httpx.get(f"{console}/alert/{ID}").text)
    (data / "config" / "rota.yaml").write_text("people: [", encoding="utf-8")
    for path in ("/", f"/alert/{ID}"):
        assert httpx.get(f"{console}{path}").status_code == 200
    answer = httpx.post(f"{console}/alert/{ID}?lang=en", data={"form": form, "action": "ack", "by": "zhang"})
    assert answer.status_code == 503
    assert "once that is mended" in answer.text
    assert str(data) not in answer.text
    assert alert_of(told).acknowledged_by is None


def test_what_is_no_form_of_ours_and_what_fails_is_answered_by_a_page(
    console: str, told: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = httpx.post(f"{console}/alert/{ID}", files={"form": ("a.txt", b"x")})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    monkeypatch.setattr("dashboards.console.pages.alerts.incidents", lambda found: found[0].secret)
    answer = httpx.get(f"{console}/?lang=en")
    assert answer.status_code == 500
    assert "This page has failed" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_without_a_rota_assign_takes_any_name(console: str, told: "Store") -> None:
    address = f"{console}/answer/{token(Action.ASSIGN)}"
    assert re.search(r"<label>转交给谁\s*<input name=\"to\" required", httpx.get(address).text)
    httpx.post(address, data={"to": "王五"})
    assert alert_of(told).assignee == "王五"


def test_a_reason_given_by_link_stands_on_record(console: str, told: "Store") -> None:
    data = {"reason": f"误会 {'长' * 500}", "worth": "known_campaign"}
    httpx.post(f"{console}/answer/{token(Action.RESOLVE)}", data=data)
    alert = alert_of(told)
    assert (alert.worth, alert.worth_by) == ("known_campaign", "zhang")
    assert alert.state is State.RESOLVED
    assert (alert.resolve_reason or "").startswith("误会 长")
    assert len(alert.resolve_reason or "") == 200
    details = [event.get("detail") for event in records.history(told, ID)]
    assert alert.resolve_reason in details


def test_the_alerts_page_answers_it_on_this_machine(console: str, told: "Store", rota: None) -> None:
    address = f"{console}/alert/{ID}"
    page = httpx.get(address).text
    form = form_of(page)
    for action in ("认领", "转交", "暂缓", "解除"):
        assert f"<summary>{action}</summary>" in page
    wrong: tuple[dict[str, str], ...] = (
        {"form": form, "action": "resolve"},
        {"form": form, "action": "resolve", "by": "王五"},
        {"form": form, "action": "assign", "by": "zhang"},
        {"form": form, "action": "view", "by": "zhang"},
    )
    for data in wrong:
        assert httpx.post(address, data=data).status_code == 409
    for forged in ("", token(Action.VIEW), token(Action.FORM, alert="other.xinghe.1"), token(Action.RESOLVE)):
        data = {"form": forged, "action": "resolve", "by": "zhang"}
        assert httpx.post(address, data=data).status_code == 410, "a form of another site"
    assert alert_of(told).state is State.FIRING
    for action, fields, state in (
        ("assign", {"to": "li"}, State.ASSIGNED),
        ("snooze", {"length": "30m", "reason": "开会"}, State.SNOOZED),
        ("resolve", {"reason": "已退款"}, State.RESOLVED),
    ):
        data = {"form": form, "action": action, "by": "zhang", **fields}
        done = httpx.post(address, data=data, follow_redirects=True)
        assert (done.status_code, alert_of(told).state) == (200, state)
        assert "✓ 已记录" in done.text
    assert (alert_of(told).snooze_reason, alert_of(told).resolve_reason) == ("开会", "已退款")
    assert "已退款" in done.text
    assert httpx.post(address, data=data).status_code == 409, "it is over"
    assert httpx.get(f"{console}/alert/nothing").status_code == 404
    judged = {"form": form, "action": "judge", "by": "li"}
    for worth in ("", "meh"):
        assert httpx.post(address, data={**judged, "worth": worth}).status_code == 409
    done = httpx.post(address, data={**judged, "worth": "not_us"}, follow_redirects=True)
    assert (alert_of(told).worth, alert_of(told).worth_by) == ("not_us", "li")
    assert "· 噪音：不是我们" in done.text


def test_behind_a_public_address_only_a_link_shows_the_alert_and_none_acts_on_its_page(
    console: str, told: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(httpx.get(f"{console}/alert/{ID}").text)
    monkeypatch.setenv("TINGFENG_PUBLIC_URL", PUBLIC)
    shown = alert_address(ID, datetime.now(UTC) + HOUR).removeprefix(PUBLIC)
    assert httpx.get(f"{console}/alert/{ID}").status_code == 403
    page = httpx.get(f"{console}{shown}")
    assert page.status_code == 200
    assert "<form" not in page.text
    assert f"tingfeng alerts ack {ID}" in page.text
    other = shown.replace(quote(ID), "burst.xinghe.2")
    assert httpx.get(f"{console}{other}").status_code == 410, "a link shows its own alert"
    data = {"form": form, "action": "resolve", "by": "zhang"}
    assert httpx.post(f"{console}{shown}", data=data).status_code == 403
    assert alert_of(told).state is State.FIRING
    links = re.findall(r'href="(https://alerts[^"]+)"', page.text)
    assert links, "the earlier alert can be looked at too"
    assert httpx.get(links[0].replace(PUBLIC, console)).status_code == 404


def test_all_evidence_is_there_page_by_page(console: str, emptied_store: "Store") -> None:
    ids = put(emptied_store, burst(120, text="星河 闪退 崩溃"))
    (alert,) = run(emptied_store)
    first = httpx.get(f"{console}/alert/{alert.id}").text
    assert "全部证据：120 条" in first
    assert "第 1 页，共 3 页" in first
    seen: set[str] = set()
    for number in (1, 2, 3):
        page = httpx.get(f"{console}/alert/{alert.id}", params={"at": number}).text
        evidence = page.partition('id="evidence"')[2]
        seen |= set(re.findall(r"https://example.org/(\d+)", evidence))
    assert seen == {id.split(":")[2] for id in ids}
    assert "第 3 页，共 3 页" in httpx.get(f"{console}/alert/{alert.id}?at=99").text
    assert httpx.get(f"{console}/alert/{alert.id}?at=<b>").status_code == 200


def test_an_alert_without_its_question_shows_the_mentions_that_it_names(console: str, emptied_store: "Store") -> None:
    put(emptied_store, burst(12))
    (alert,) = run(emptied_store)
    records.change(emptied_store, alert.id, lambda old: replace(old, questions=()))
    assert "全部证据：12 条" in httpx.get(f"{console}/alert/{alert.id}").text


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_fit_and_are_answered_in_a_browser(
    console: str, told: "Store", rota: None, browser_page: "Callable[[int], Page]", width: int, language: str
) -> None:
    page = browser_page(width)
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for address in ("/", f"/alert/{ID}", f"/answer/{token(Action.ASSIGN)}"):
        page.goto(f"{console}{address}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(f"{console}/alert/{ID}?lang={language}")
    page.locator("summary").nth(3).click()
    open_form = page.locator("details[open]")
    open_form.locator("select[name=by]").select_option("zhang")
    open_form.locator("input[name=reason]").fill("误会")
    open_form.locator("button").click()
    assert "✓" in page.locator("h1").inner_text()
    assert (alert_of(told).resolved_by, alert_of(told).resolve_reason) == ("zhang", "误会")
    assert not [error for error in errors if "Content Security Policy" in error]


def test_the_list_shows_what_is_open(console: str, told: "Store") -> None:
    records.begin(told, example("burst.xinghe.2", raised_at=NOW))
    assert httpx.get(f"{console}/").text.count("<article") == 2
