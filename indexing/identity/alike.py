"""Customers who may be one person by their values, which are opened in memory alone: words and numbers are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config import settings
from config.seal import Keyring, SealBroken, keyring
from indexing.customers.customer import from_document
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.identity.event import SOFTWARE, LinkEvent, Op, customer, event
from indexing.identity.events import add_events, read_events
from indexing.identity.following import follow
from indexing.identity.graph import Belief, fold
from indexing.identity.match import Field, FieldKind, Linked, Model, Outcome, Pair, Thresholds, link_records
from indexing.people.personal import PersonalKind, opened
from indexing.people.pseudonyms import pseudonyms

__all__ = ["Alike", "learn", "link_alike", "look_alike", "model_path"]

_KINDS = {
    PersonalKind.NAME: FieldKind.NAME,
    PersonalKind.PHONE: FieldKind.PHONE,
    PersonalKind.EMAIL: FieldKind.EMAIL,
    PersonalKind.BIRTHDAY: FieldKind.BIRTHDAY,
    PersonalKind.ADDRESS: FieldKind.ADDRESS,
    PersonalKind.GENDER: FieldKind.GENDER,
}
_FIELDS = [Field(column=str(kind), kind=of) for kind, of in _KINDS.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Pairs of customers, by places in `ids`."""

    ids: tuple[str, ...]
    found: Linked

    def nodes(self, pair: Pair) -> tuple[str, str]:
        """Return the nodes of a pair, in their order."""
        one, other = sorted((customer(self.ids[pair.left]), customer(self.ids[pair.right])))
        return one, other


def model_path() -> Path:
    """Return where the weights lie that labels have retrained."""
    return settings.data_dir() / "models" / "links.json"


def look_alike(store: Store, *, limits: Thresholds | None = None, fresh: bool = False) -> Alike:
    """Compare all active customers with each other; nothing is written. `fresh` weighs anew, with people's labels."""
    keys, ids, rows = keyring(), [], []
    for id, row in _rows(store, keys):
        ids.append(id)
        rows.append(row)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    ids, rows = [ids[place] for place in order], [rows[place] for place in order]
    fields = [field for field in _FIELDS if any(field.column in row for row in rows)] or _FIELDS[:1]
    path = model_path()
    model = Model.read(path, _comparisons(rows, fields)) if path.exists() and not fresh else None
    judged = _judged(fold(read_events(store)), {id: place for place, id in enumerate(ids)}) if fresh else {}
    found = link_records(rows, None, fields, model=model, thresholds=limits, judged=judged)
    return Alike(ids=tuple(ids), found=found)


def link_alike(store: Store, *, limits: Thresholds | None = None, now: datetime | None = None) -> dict[str, int]:
    """Join the customers who are surely one person, and propose those who may be; return how many of each.

    What somebody has parted is neither joined nor proposed, and what was proposed is not proposed again.
    """
    at, alike = now or datetime.now(UTC), look_alike(store, limits=limits)
    belief = fold(read_events(store))
    events: list[LinkEvent] = []
    for pair in alike.found.of(Outcome.LINKED, Outcome.CANDIDATE):
        one, other = alike.nodes(pair)
        if (one, other) in belief.apart or _joined(belief, one, other):
            continue
        if pair.outcome is Outcome.CANDIDATE and (one, other) in belief.proposed:
            continue
        events.append(_event(alike, pair, one, other, at))
    added = add_events(store, events)
    linked = [one for one in events if one.op is Op.LINK]
    follow(store, {node for one in linked for node in (one.one, one.other)}, {}, pseudonyms(), at)
    conflicts = len(alike.found.conflicts)
    return {"linked": len(linked), "proposed": len(events) - len(linked), "conflicts": conflicts, "events": added}


def learn(store: Store) -> Model:
    """Weigh anew, with what people have accepted and rejected, and keep the weights for the next comparisons."""
    model = look_alike(store, fresh=True).found.model
    path = model_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    model.write(path)
    return model


def _joined(belief: Belief, one: str, other: str) -> bool:
    return any((kind, one, other) in belief.edges for kind in ("fuzzy", "staff_note", "unionid", "external_userid"))


def _event(alike: Alike, pair: Pair, one: str, other: str, at: datetime) -> LinkEvent:
    parts = [f"{part.comparison}: {part.level} ({part.bits:+.1f})" for part in alike.found.explain(pair)]
    says = (*parts, f"model {alike.found.model.version}")
    op = Op.LINK if pair.outcome is Outcome.LINKED else Op.PROPOSE
    return event(op, one, other, at=at, by=SOFTWARE, kind="fuzzy", probability=round(pair.probability, 6), says=says)


def _judged(belief: Belief, places: Mapping[str, int]) -> dict[tuple[int, int], bool]:
    said = {(one, other): True for kind, one, other in belief.edges if kind == "staff_note"}
    said |= dict.fromkeys(belief.apart, False)
    found = {}
    for pair, same in said.items():
        at = [places.get(node.removeprefix("customer:")) for node in pair]
        if at[0] is not None and at[1] is not None:
            found[min(at[0], at[1]), max(at[0], at[1])] = same
    return found


def _comparisons(rows: list[dict[str, str]], fields: list[Field]) -> list[Any]:
    from indexing.identity.match.levels import comparisons
    from indexing.identity.match.prepare import prepare

    return comparisons(prepare(rows[:1], fields).columns)


def _rows(store: Store, keys: Keyring) -> Iterable[tuple[str, dict[str, str]]]:
    store.refresh("customers")
    query = {"bool": {"filter": [{"term": {"active": True}}, {"exists": {"field": "personal.kind"}}]}}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query={"query": query}, size=1_000):
            one = from_document(hit["_id"], hit["_source"])
            try:
                row: dict[str, str] = {}
                for value in (value for value in one.personal if value.kind in _KINDS):
                    before = row.get(value.kind) if value.kind is PersonalKind.PHONE else None
                    row[str(value.kind)] = "/".join(filter(None, (before, opened(one.id, value, keys))))
            except SealBroken as error:
                raise SealBroken(f"customer {one.id}: {error}") from error
            yield one.id, row
