"""A field's colours as Lens keeps them (`colorMapping`, since 8.11): those of known values, then spare ones."""

from collections.abc import Sequence
from typing import Any

from dashboards.colours import ACCENT, known_colours, spare

__all__ = ["colour_mapping", "one_colour"]

State = dict[str, Any]

_EXACT = "matchExactly"


def colour_mapping(field: str, brands: Sequence[str] = ()) -> State:
    """Return the colours of a field's values; values that nobody knew beforehand share out the spare ones by rank."""
    known = known_colours(field, brands)
    rules = [(colour, [value]) for value, colour in known.items()]
    return _mapping([*rules, *((colour, list[str]()) for colour in spare(known.values()))])


def one_colour() -> State:
    """Return a mapping that gives every value the same colour, for words, which are too many to be told by colour."""
    return _mapping([])


def _mapping(rules: Sequence[tuple[str, list[str]]]) -> State:
    return {
        "assignmentMode": "manual",
        "assignments": [
            {"color": _code(colour), "rule": {"type": _EXACT, "values": values}, "touched": bool(values)}
            for colour, values in rules
        ],
        "colorMode": {"type": "categorical"},
        "paletteId": "eui_amsterdam_color_blind",
        "specialAssignments": [{"color": _code(ACCENT), "rule": {"type": "other"}, "touched": False}],
    }


def _code(colour: str) -> State:
    return {"colorCode": colour, "type": "colorCode"}
