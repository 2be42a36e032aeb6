"""Overrides of the rota as documents: made at any hour by anybody, seen by every machine at once, and kept for good.

They stand in the index and not in rota.yaml, for a swap at three in the morning must not wait for whoever rolls files
out; who made one, why, and who ended it stays on record. For the time in which the index cannot be asked, those that
are not over are also kept in `TINGFENG_DATA`/outbox/overrides.json.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from config import settings
from config.duty import unattended
from config.errors import UserError
from config.override import Override
from config.rota import Rota
from config.settings import DAY_ZONE
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["NotPossible", "begin", "check", "end", "keep", "kept", "lasting"]

_KIND = "overrides"
_LONGEST = timedelta(days=366)


class NotPossible(UserError):
    """The override cannot be: the message says why, and what to write instead."""


def begin(store: Store, rota: Rota, override: Override) -> Override:
    """Write a new override; NotPossible where it names nobody, ends before it begins, or leaves nobody on duty."""
    made = replace(override, id=override.id or uuid.uuid4().hex[:8])
    check(rota, made, lasting(store, made.begin))
    _put(store, made, "create")
    return made


def check(rota: Rota, override: Override, others: list[Override]) -> None:
    """Raise NotPossible unless the override can be, beside the others that hold in its time."""
    people = "、".join(f"{person.name} ({id})" for id, person in rota.people.items())
    for field, id in (("--who", override.person), ("--instead-of", override.instead_of)):
        if id is not None and id not in rota.people:
            raise NotPossible(f"{field}: nobody of config/rota.yaml is called {id!r}: write one of {people}")
    if override.person is None and override.instead_of is None:
        raise NotPossible("name who takes over (--who), or who is away (--instead-of), or both")
    if override.person == override.instead_of:
        raise NotPossible(f"--who and --instead-of are both {override.person}: name two people")
    if override.end <= override.begin:
        raise NotPossible("--until is not after --from: write a later time")
    if override.end - override.begin > _LONGEST:
        raise NotPossible("--until: more than a year after --from: change the shifts in config/rota.yaml instead")
    if hole := unattended(rota, override, others):
        times = " – ".join(f"{one.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}" for one in (hole.begin, hole.end))
        raise NotPossible(f"nobody would be on duty {times}: name who takes over with --who, or a shorter time")


def end(store: Store, id: str, rota: Rota, *, by: str, now: datetime) -> Override:
    """End an override before its time, or take back one that has not begun; NotPossible where nobody would be left."""
    running = lasting(store, now)
    found = next((one for one in running if one.id == id), None)
    if found is None:
        raise NotPossible(f"there is no override {id!r} that is not over: `tingfeng rota overrides` shows them")
    ended = replace(found, end=max(now, found.begin), ended_by=by)
    others = [one for one in running if one.id != id]
    for other in others:
        check(rota, other, [one for one in others if one.id != other.id])
    _put(store, ended, "index")
    return ended


def lasting(store: Store, since: datetime) -> list[Override]:
    """Return the overrides that hold at `since` or later, in the order in which they were made; none taken back."""
    index = store.alias(_KIND)
    with store_errors():
        store.client.indices.refresh(index=index)
        query = {"query": {"range": {"end": {"gt": since.isoformat()}}}}
        found = [_of(hit["_id"], hit["_source"]) for hit in scan(store.client, index=index, query=query)]
    return sorted((one for one in found if one.begin < one.end), key=lambda one: (one.made_at, one.id))


def keep(overrides: list[Override]) -> None:
    """Write these down for the time in which the index cannot be asked."""
    folder = settings.data_dir() / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"overrides.json.{uuid.uuid4().hex[:8]}"
    try:
        draft.write_bytes(msgspec.json.encode(overrides))
        draft.rename(folder / "overrides.json")
    finally:
        draft.unlink(missing_ok=True)


def kept() -> list[Override]:
    """Return those that were written down last; none where that was never, or the file is no longer whole."""
    path = settings.data_dir() / "outbox" / "overrides.json"
    try:
        return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), list[Override])
    except (OSError, ValueError):  # msgspec's errors are ValueErrors
        return []


def _of(id: str, document: Mapping[str, Any]) -> Override:
    fields = {**document, "id": id, "made_at": document["@timestamp"]}
    del fields["@timestamp"]
    return msgspec.convert(fields, Override)


def _put(store: Store, override: Override, operation: str) -> None:
    document = msgspec.to_builtins(override)
    document["@timestamp"] = document.pop("made_at")
    action = Action(operation=operation, index=store.alias(_KIND), id=document.pop("id"), source=document)
    answer = send(store.client, [action])[0]
    if not answer.done:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
