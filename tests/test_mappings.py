"""The mappings take every document that the parts write, however hostile its content, and nothing else."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from crawlers.network.report import CrawlReport
from crawlers.post import Author, Engagement
from indexing.alerts.alert import Alert
from indexing.customers.customer import Customer
from indexing.customers.customer_link import CustomerLink
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import KINDS, mapping, template
from indexing.elasticsearch.store import Store
from indexing.mentions.document import analysis_part, document_id, page_part
from indexing.mentions.merge import merge
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention

NAMES = Pseudonyms(b"0123456789abcdef")
WHEN = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    store = new_store()
    store.open_months({"2026.11"})
    return store


def document(mention: Mention) -> dict[str, Any]:
    merged = merge(merge(None, page_part(mention, NAMES), Writer.PAGE), analysis_part(mention, WHEN), Writer.ANALYSIS)
    return {**(merged or {}), "event": {"ingested": "2026-11-20T00:00:00.000Z"}}


def leaves(value: Any, prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from leaves(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def fields_of(kind: type, prefix: str = "") -> Iterator[str]:
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        inner = [field.type, *getattr(field.type, "types", ()), getattr(field.type, "item_type", None)]
        classes = [one.cls for one in inner if isinstance(one, msgspec.inspect.DataclassType)]
        if classes:
            yield from fields_of(classes[0], f"{prefix}{field.encode_name}.")
        else:
            yield prefix + field.encode_name


@pytest.mark.parametrize(
    ("kind", "value", "renamed"),
    [
        ("runs", CrawlReport, {}),
        ("alerts", Alert, {"id": None, "raised_at": "@timestamp"}),
        ("customers", Customer, {"id": None, "imported_at": "@timestamp"}),
        ("links", CustomerLink, {"id": None, "linked_at": "@timestamp"}),
    ],
)
def test_every_field_of_a_record_is_mapped(kind: str, value: type, renamed: dict[str, str | None]) -> None:
    written = {renamed.get(name, name) for name in fields_of(value)} - {None}
    assert written <= {field.name for field in KINDS[kind]}


def test_a_mention_is_mapped_field_by_field(mention_of: Callable[..., Mention]) -> None:
    mapped = {field.name: field for field in KINDS["mentions"]}
    assert set(leaves(document(mention_of(tags=("a",), region="北京", edited_at=WHEN)))) <= mapped.keys()
    assert [name for name, field in mapped.items() if field.writer is None] == ["event.ingested"]
    assert all(field.meaning.endswith(".") for fields in KINDS.values() for field in fields)


def test_hostile_content_is_not_refused(shared: Store, mention_of: Callable[..., Mention]) -> None:
    hostile = [
        mention_of(1, tags=("长" * 10_000, "\U0001f600" * 9_000), region="x" * 40_000, query="q" * 5_000),
        mention_of(2, native_id="丙" * 400),
        mention_of(3, text="a" * 32_767 + "。" + "字" * 300_000),
        mention_of(4, engagement=Engagement(likes=10**30, views=-(10**30)), rating=0.1),
        mention_of(5, tags=tuple(f"t{n}" for n in range(30_000))),
        mention_of(6, url="https://x.example/" + "y" * 100_000, title="\x00\ufffe\ufdd0", text="\u202e"),
        mention_of(7, author=Author(id="i" * 50_000, name="名" * 50_000, verified=True, verification="v" * 50_000)),
        mention_of(8, published_at=datetime(1995, 1, 1, tzinfo=UTC), fetched_at=datetime(9999, 1, 1, tzinfo=UTC)),
        dataclasses.replace(mention_of(9), tokens=("词" * 20_000,) * 1_000),
    ]
    answers = send(
        shared.client,
        [
            Action(operation="create", index=shared.month_alias("2026.11"), id=document_id(one), source=document(one))
            for one in hostile
        ],
    )
    assert [answer.reason for answer in answers] == [""] * len(hostile)


def test_an_unknown_field_is_refused(shared: Store, mention_of: Callable[..., Mention]) -> None:
    good = document(mention_of())
    wrong = [{**good, "nickname": "x"}, {**good, "author": {**good["author"], "bio": "x"}}]
    answers = send(
        shared.client,
        [
            Action(operation="create", index=shared.month_alias("2026.11"), id=str(number), source=source)
            for number, source in enumerate(wrong)
        ],
    )
    assert [answer.status for answer in answers] == [400, 400]


def test_long_values_are_kept_even_where_they_are_not_searched(
    shared: Store, mention_of: Callable[..., Mention]
) -> None:
    one = mention_of(tags=("长" * 10_000,))
    action = Action(operation="create", index=shared.month_alias("2026.11"), id="1", source=document(one))
    assert send(shared.client, [action])[0].done
    kept = shared.client.get(index=shared.month_alias("2026.11"), id="1")["_source"]
    assert kept["tags"] == ["长" * 10_000]


def test_templates_do_not_overlap_in_priority() -> None:
    made = [template("tingfeng", kind) for kind in KINDS]
    assert len({one["priority"] for one in made}) == len(made)
    assert all(one["template"]["mappings"]["dynamic"] == "strict" for one in made)
    assert mapping("mentions")["properties"]["author"]["dynamic"] == "strict"
