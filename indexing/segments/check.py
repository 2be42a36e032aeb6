"""What is wrong with segments and campaigns that no file shows alone: fields and names that there are not."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config import settings
from config.brand import Brand
from config.campaign import Group, load_campaigns
from config.case_rules import check_case_rules, load_case_rules
from config.load import ConfigError, where
from config.segment import Condition, load_segments
from indexing.elasticsearch.field import Field
from indexing.elasticsearch.profile_fields import PROFILE

__all__ = ["check_segments"]

_FIELDS: Mapping[str, Field] = {field.name: field for field in PROFILE}
_NUMBERS, _TIMES = ("long", "double"), ("date",)


def check_segments(brands: Sequence[Brand]) -> None:
    """Raise ConfigError where a segment, a campaign or cases.yaml names a field, segment or brand that there is not."""
    check_case_rules(load_case_rules(), brands)
    segments, campaigns = load_segments(), load_campaigns()
    folder = settings.config_dir()
    problems = []
    for segment in segments:
        if segment.profile:
            place = _file(folder / "segments", segment.id)
            problems += [f"{where(place, 'profile')}: {fault}" for fault in _faults(segment.profile)]
    known = {segment.id for segment in segments}
    for campaign in campaigns:
        groups: tuple[tuple[str, Group], ...] = (("treated", campaign.treated), ("control", campaign.control))
        for name, group in groups:
            if group.segment is not None and group.segment not in known:
                place = _file(folder / "campaigns", campaign.id)
                there = ", ".join(sorted(known)) or "none yet"
                problems.append(f"{where(place, name)}: there is no segment {group.segment!r}: there are {there}")
    if problems:
        raise ConfigError("\n".join(problems))


def _faults(condition: Condition) -> Iterator[str]:
    for part in (*condition.all, *condition.any, *([condition.no] if condition.no else [])):
        yield from _faults(part)
    if condition.field is None:
        return
    field = _FIELDS.get(condition.field)
    if field is None:
        near = difflib.get_close_matches(condition.field, _FIELDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "docs/index-reference.md has them"
        yield f"{condition.field}: a profile has no such field: {hint}"
        return
    kind = field.type["type"]
    if (condition.at_least is not None or condition.at_most is not None) and kind not in _NUMBERS:
        yield f"{condition.field}: is no number: write is or exists"
    if condition.ago is not None and kind not in _TIMES:
        yield f"{condition.field}: is no time: write is or exists"
    if condition.is_ and kind not in ("keyword", "boolean"):
        yield f"{condition.field}: is no word: write at_least, at_most or ago"


def _file(folder: Path, id: str) -> Path:
    return next(path for path in (folder / f"{id}.yaml", folder / f"{id}.yml") if path.exists())
