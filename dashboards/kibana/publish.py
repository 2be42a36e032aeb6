"""Bring the dashboards into a Kibana: checked before anything is sent, and the same however often it is done."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import UserError
from config.settings import DAY_ZONE
from dashboards.kibana.objects import SavedObject, ndjson
from dashboards.kibana.server import Kibana

__all__ = ["SETTINGS", "BrokenReferences", "Difference", "check_references", "difference", "for_space", "publish"]

SETTINGS: Mapping[str, Any] = {"dateFormat:tz": DAY_ZONE.key, "courier:ignoreFilterIfFieldNotInIndex": True}
"""The space's advanced settings: a day is a day in Asia/Shanghai, and a control does not empty the panels that read an
index without its field."""
_WITHIN = ("panelsJSON", "optionsJSON", "searchSourceJSON", "fieldFormatMap", "ignoreParentSettingsJSON")
_COMPARED = ("attributes", "references")


class BrokenReferences(UserError):
    """An object refers to one that is not among those to be published; the message names both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What publishing would change: objects by type, id and title, settings, and the changes line by line."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: int
    settings: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether publishing would change something."""
        return bool(self.new or self.changed or self.settings)


def check_references(objects: Iterable[SavedObject]) -> None:
    """Raise BrokenReferences for a reference to an object that is not among `objects`, or an id that stands twice."""
    every = list(objects)
    known = {(one["type"], one["id"]) for one in every}
    if len(known) < len(every):
        raise BrokenReferences("dashboards/saved: an id stands twice: run `tingfeng dashboards build`")
    for one in every:
        for reference in one["references"]:
            if (reference["type"], reference["id"]) not in known:
                raise BrokenReferences(
                    f"{one['type']} {one['id']}: refers to {reference['type']} {reference['id']}, which is not there: "
                    "run `tingfeng dashboards build`"
                )


def for_space(objects: Iterable[SavedObject], space: str | None) -> list[SavedObject]:
    """Return the objects under ids of the space's own, which no other space may use; the default space's are bare."""
    every = list(objects)
    if not space:
        return every
    moved = [{**one, "id": f"{space}-{one['id']}"} for one in every]
    for one in moved:
        one["references"] = [{**reference, "id": f"{space}-{reference['id']}"} for reference in one["references"]]
    return moved


def difference(kibana: Kibana, objects: Iterable[SavedObject]) -> Difference:
    """Return how the space differs from the objects; Kibana's own additions to them do not count."""
    wanted = list(objects)
    there = {(one["type"], one["id"]): one for one in kibana.have(wanted)}
    new, changed, lines = [], [], list[str]()
    for one in wanted:
        name = f"{one['type']} {one['id']}"
        found = there.get((one["type"], one["id"]))
        if found is None:
            new.append(f"{name}  {one['attributes'].get('name') or one['attributes'].get('title', '')}".rstrip())
            continue
        ours, theirs = _readable(one), _readable(_comparable(found, one))
        if ours != theirs:
            changed.append(name)
            lines += difflib.unified_diff(
                theirs, ours, f"{name} in Kibana", f"{name} as defined", "", "", 1, lineterm=""
            )
    now = kibana.settings()
    settings = tuple(
        f"{name}: {now.get(name)} -> {value}" for name, value in SETTINGS.items() if now.get(name) != value
    )
    same = len(wanted) - len(new) - len(changed)
    return Difference(new=tuple(new), changed=tuple(changed), same=same, settings=settings, lines=tuple(lines))


def publish(kibana: Kibana, objects: Iterable[SavedObject]) -> int:
    """Import the objects and set the settings; return how many objects Kibana took."""
    taken = kibana.take(ndjson(objects))
    kibana.set(SETTINGS)
    return taken


def _comparable(theirs: SavedObject, ours: SavedObject) -> SavedObject:
    """Return what Kibana has of what we define, and what it has beyond that where it has not given it another form."""
    found: SavedObject = _only(theirs, ours)
    if theirs.get("typeMigrationVersion") == ours["typeMigrationVersion"]:
        found["attributes"] = {**theirs["attributes"], **found["attributes"]}
    return found


def _only(theirs: Any, ours: Any) -> Any:
    """Return what Kibana has of what we define: it adds names, defaults and times of its own."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {name: _only(_opened(name, theirs[name]), _opened(name, ours[name])) for name in ours if name in theirs}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [_only(one, other) for one, other in zip(theirs, ours, strict=True)]
    return theirs


def _opened(name: str, value: Any) -> Any:
    return json.loads(value) if name in _WITHIN and isinstance(value, str) else value


def _readable(one: SavedObject) -> list[str]:
    compared = {name: one[name] for name in _COMPARED if name in one}
    return json.dumps(_opened_all(compared), ensure_ascii=False, sort_keys=True, indent=1).splitlines()


def _opened_all(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _opened_all(_opened(name, inner)) for name, inner in value.items()}
    return [_opened_all(inner) for inner in value] if isinstance(value, list) else value
