"""In a turn, whatever ends the stories or the customers' side ends the other at its next safe place; the rest waits."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from config.brand import Brand
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store
from indexing.pipeline import bring_up
from indexing.profiles import update as profiles
from indexing.stories import update as stories
from tests.customer_data import said, shop, voices, write_shop
from tests.story_posts import documents, put

pytestmark = pytest.mark.usefixtures("fast_pipeline")
BRANDS = [Brand(id="xinghe", name="星河", query="星河"), Brand(id="qingshan", name="青山", query="青山")]
PATIENCE = 60.0
TOLD = ("profiles", "stories", "accounts", "cases", "mentions")
WHEN = ("@timestamp", "writers", "linked_at", "opened_at", "updated_at", "event")
"""Fields that say when, not what."""


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make profiles twenty at a time."""
    monkeypatch.setattr(profiles, "_AT_ONCE", 20)


@pytest.fixture
def undisturbed(new_store: Callable[[], Store]) -> dict[str, Any]:
    """Give what one whole turn makes."""
    store = filled(new_store())
    bring_up(store, BRANDS)
    return told(store)


def filled(store: Store) -> Store:
    made = shop(150)
    write_shop(store, made.customers, made.records)
    put(store, [*voices(made, 60), said(9_999, 1, "坏了", label="negative")])
    return store


def told(store: Store) -> dict[str, Any]:
    """Return what a turn makes, but for when it did."""
    return {kind: {id: _lasting(one) for id, one in documents(store, kind).items()} for kind in TOLD}


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(one) for name, one in value.items() if name not in WHEN}
    return value


def stopping(monkeypatch: pytest.MonkeyPatch, at: object, name: str, until: threading.Event) -> tuple[Any, list[str]]:
    """Let a function wait until the other side has failed; return the event of its being reached, and its calls."""
    real, reached, calls = getattr(at, name), threading.Event(), list[str]()

    def slow(*given: Any, **named: Any) -> Any:
        calls.append(name)
        reached.set()
        assert until.wait(PATIENCE)
        threading.Event().wait(0.2)
        return real(*given, **named)

    monkeypatch.setattr(at, name, slow)
    return reached, calls


@pytest.mark.usefixtures("small_groups")
def test_ctrl_c_in_the_stories_ends_profiles_between_two_groups_and_the_next_turn_does_the_rest(
    new_store: Callable[[], Store], undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(new_store())
    pressed = threading.Event()
    with monkeypatch.context() as patch:
        reached, calls = stopping(patch, profiles, "put", pressed)

        def interrupted(*_: object, **__: object) -> None:
            assert reached.wait(PATIENCE)
            pressed.set()
            raise KeyboardInterrupt

        patch.setattr(stories, "tell", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bring_up(store, BRANDS)
        assert len(calls) == 1, "of some eight groups"
    assert len(documents(store, "profiles")) <= 20 < len(undisturbed["profiles"])
    bring_up(store, BRANDS)
    assert told(store) == undisturbed


def test_an_error_among_customers_ends_the_stories_and_is_what_is_raised(
    new_store: Callable[[], Store], undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(new_store())
    failed = threading.Event()
    with monkeypatch.context() as patch:
        reached, _ = stopping(patch, stories, "tell_accounts", failed)
        _, later = stopping(patch, stories, "tell", failed)

        def refused(*_: object, **__: object) -> None:
            assert reached.wait(PATIENCE)
            failed.set()
            raise StoreError("the customers' side is refused")

        patch.setattr("indexing.profiles.update_profiles", refused)
        with pytest.raises(StoreError, match="the customers' side"):
            bring_up(store, BRANDS)
        assert later == []
    assert documents(store, "stories") == {}
    bring_up(store, BRANDS)
    assert told(store) == undisturbed
