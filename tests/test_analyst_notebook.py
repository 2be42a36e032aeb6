"""The analyst's notebook runs from top to bottom, and its answers are those of the index."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from indexing.mentions.document import analysis_part, document_id, page_part
from indexing.people.pseudonyms import Pseudonyms
from tests import board_data

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store
    from nlp.mention import Mention

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "analyst.ipynb"


def cells() -> list[str]:
    """Return the notebook's code, cell by cell."""
    read = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (read["nbformat"], all(not cell.get("outputs") for cell in read["cells"])) == (4, True)
    return ["".join(cell["source"]) for cell in read["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def filled(store: "Store", mention_of: "Callable[..., Mention]") -> "Store":
    """Fill a store with a mention an hour and with the other kinds' documents, all up to now."""
    from elasticsearch.helpers import bulk

    now, names = datetime.now(UTC), Pseudonyms(b"0123456789abcdef")
    store.open_months({"2026.11"})
    actions: list[dict[str, Any]] = []
    for number in range(60):
        made = mention_of(number, brand="ab"[number % 2], published_at=now - timedelta(hours=number + 1))
        label = {"sentiment": {"label": ("negative", "negative", "positive")[number % 3]}}
        source = {**analysis_part(made, now), **page_part(made, names), **label, "keywords": ["闪退", f"w{number % 9}"]}
        source |= {"customer": {"id": f"C-{number % 4}"}} if number % 5 == 0 else {}
        actions.append({"_index": store.month_alias("2026.11"), "_id": document_id(made), "_source": source})
    moved = now - board_data.UNTIL
    for kind in board_data.KINDS:
        for id, document in board_data.others(kind):
            at = datetime.fromisoformat(document["@timestamp"]) + moved
            actions.append(
                {"_index": store.alias(kind), "_id": id, "_source": {**document, "@timestamp": at.isoformat()}}
            )
    bulk(store.client, actions, refresh=True)
    return store


def test_ten_questions_are_answered(filled: "Store", es_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    asked = cells()
    assert len(asked) == 1 + 10
    known: dict[str, Any] = {}
    for code in asked:
        exec(compile(code.replace("tingfeng-", f"{filled.prefix}-"), NOTEBOOK.name, "exec"), known)  # noqa: S102
    known["es"].close()
    assert sum(sum(day.values()) for day in known["days"].values()) == 60
    assert {brand: round(one.value, 3) for brand, one in known["nsr"].items()} == {"a": -0.333, "b": -0.333}
    assert len(known["top"]) == 10
    assert known["top"][0]["_source"]["engagement"]["total"] == 61
    assert sum(one["doc_count"] for one in known["platforms"]) == 60
    assert sum(one["doc_count"] for one in known["customers"]) == 12
    assert all(known[name] for name in ("words", "accounts", "stories", "missed", "alerts"))
