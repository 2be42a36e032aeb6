"""The console shows incidents, and people merge and split them there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from config.rule import Severity
from indexing.alerts import records
from tests.alert_examples import example
from tests.console_server import serving_console
from tests.test_rota import ROTA

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from indexing.elasticsearch.store import Store

LEAD, JOINED, OTHER = "burst.xinghe.1", "burst.watch.1", "reach.yinhe.1"


@pytest.fixture
def console(emptied_store: "Store", data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config").mkdir()
    (data / "config" / "rota.yaml").write_text(ROTA, encoding="utf-8")
    records.begin_all(
        emptied_store,
        [
            example(LEAD, incident=LEAD, acks=2, acknowledgers=("zhang",), acknowledged_by="zhang"),
            example(JOINED, (), brand="watch", incident=LEAD, joined=LEAD, severity=Severity.SERIOUS),
            example(OTHER, brand="yinhe", title="高影响力帖文", incident=OTHER, severity=Severity.WARNING),
        ],
    )
    emptied_store.refresh("alerts")
    with serving_console(emptied_store) as address:
        yield address


def send(console: str, id: str, **fields: str) -> httpx.Response:
    form = re.findall(r'name="form" value="([^"]+)"', httpx.get(f"{console}/alert/{id}").text)[0]
    return httpx.post(f"{console}/alert/{id}", data={"form": form, "by": "li", **fields}, follow_redirects=True)


def incidents(store: "Store") -> dict[str, str | None]:
    return {alert.id: alert.incident for alert in records.find(store, [LEAD, JOINED, OTHER])}


def test_the_list_has_one_entry_an_incident(console: str) -> None:
    shown = httpx.get(f"{console}/?lang=en").text
    assert shown.count('<article class="alert') == 2
    assert "1 more alerts of this incident" in shown
    assert "Open alerts · 3" in shown
    assert "acknowledged by 1 of 2" in shown
    assert shown.index("crisis") < shown.index("高影响力帖文")


def test_people_merge_and_split_on_the_page(console: str, emptied_store: "Store") -> None:
    merged = send(console, OTHER, action="merge", to=LEAD, reason="同一件事")
    assert (merged.status_code, "已记录：并入另一警情" in merged.text) == (200, True)
    assert "并入警情" in merged.text
    assert "同一件事" in merged.text
    assert set(incidents(emptied_store).values()) == {LEAD}
    parted = send(console, OTHER, action="split")
    assert (parted.status_code, incidents(emptied_store)[OTHER]) == (200, OTHER)
    assert send(console, OTHER, action="split").status_code == 409, "it is an incident by itself"
    assert send(console, OTHER, action="merge", to="gone").status_code == 404
    assert httpx.post(f"{console}/alert/{OTHER}", data={"action": "merge", "to": LEAD, "by": "li"}).status_code == 410


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_phone_and_a_desk(
    browser_page: "Callable[[int], Page]", console: str, width: int, tmp_path: Path
) -> None:
    page = browser_page(width)
    for place in ("/", f"/alert/{LEAD}"):
        page.goto(f"{console}{place}")
        page.locator("details.members summary").click()
        assert page.locator("details.members li a").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.screenshot(path=tmp_path / f"{len(place)}-{width}.png", full_page=True)
    page.locator("summary", has_text="并入另一警情").click()
    assert page.get_by_label("并入哪一个").is_visible()
