"""A slip of the hand: what nobody knows is named with the remedy, in every command that takes a customer or account."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from indexing.elasticsearch import store as store_module
from indexing.identity.event import SOFTWARE, Op, customer, event
from indexing.identity.events import add_events, read_events
from indexing.identity.known import UnknownNode, named_nodes
from indexing.people.pseudonyms import pseudonyms
from tests.test_identity import PHONE, mention, put, shop, somebody
from tingfeng import app

if TYPE_CHECKING:
    from pathlib import Path

    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
COMMANDS = {
    "links of": (["links", "of"], []),
    "links accept": (["links", "accept", "C1"], ["--by", "li"]),
    "links reject": (["links", "reject", "C1"], ["--by", "li"]),
    "links split": (["links", "split", "C1"], ["--by", "li"]),
    "links split, the other side": (["links", "split"], ["C1", "--by", "li"]),
    "customers profile": (["customers", "profile"], []),
    "privacy erase": (["privacy", "erase"], ["--reason", "a letter", "--yes"]),
    "privacy erase, unasked": (["privacy", "erase"], ["--reason", "a letter"]),
    "privacy export": (["privacy", "export"], ["--to", "copy.json", "--for", "a copy"]),
    "privacy correct": (["privacy", "correct"], ["phone", "--value", "13312309876"]),
    "privacy consent": (["privacy", "consent"], ["marketing", "--granted"]),
}


@pytest.fixture
def store(emptied_store: "Store", data: "Path", monkeypatch: pytest.MonkeyPatch) -> "Store":
    monkeypatch.chdir(data)
    monkeypatch.setattr(store_module, "open_store", lambda **_: emptied_store)
    shop(emptied_store, somebody("C1", phone=PHONE), somebody("erp:1001", name="王建国"))
    return emptied_store


@pytest.mark.parametrize("command", COMMANDS)
def test_whom_nobody_knows_is_named_and_nothing_is_done(store: "Store", command: str) -> None:
    before, after = COMMANDS[command]
    done = CliRunner().invoke(app, [*before, "C404", *after])
    assert done.exit_code == 1 and done.exception
    assert "C404" in str(done.exception)
    assert "there is" in str(done.exception) or "no customer" in str(done.exception)
    assert "Erase" not in done.output, "nobody is asked about somebody who is not there"
    store.refresh("link-events", "customer-records", "looks")
    assert read_events(store) == [] and store.count("customer-records") == store.count("looks") == 0


@pytest.mark.parametrize("said", ["weibo:404", "account:weibo", "account:weibo:404", "customer:", "customer:C404", " "])
def test_what_is_no_node_is_named(store: "Store", said: str) -> None:
    with pytest.raises(UnknownNode, match=said.strip() or "nobody is named"):
        named_nodes(store, [said], pseudonyms())


def test_whoever_is_known_by_anything_is_found(store: "Store") -> None:
    names = pseudonyms()
    put(store, mention(1, "1001", "某人"))
    add_events(store, [event(Op.PROPOSE, customer("GONE"), customer("C1"), at=NOW, by=SOFTWARE, kind="fuzzy")])
    said = ["C1", "customer:C1", "erp:1001", "weibo:1001", "GONE", "C1"]
    account = f"account:weibo:{names.of('weibo', '1001')}"
    found = ["customer:C1", "customer:C1", "customer:erp:1001", account, "customer:GONE", "customer:C1"]
    assert named_nodes(store, said, names) == found
    assert CliRunner().invoke(app, ["links", "of", "weibo:1001"]).exit_code == 0
