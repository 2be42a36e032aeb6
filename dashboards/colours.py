"""One colour a value, on every board, page and load: sentiments, emotions, severities, brands, and the other names.

Kibana would hand out colours by rank, so that a brand or an emotion changed its colour with the figures. A colour is
told from its neighbours by people who see no red or no green too (tests/test_colours.py).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from dashboards.names import NAMES, VALUES

__all__ = ["ACCENT", "PALETTE", "SENTIMENTS", "brand_slots", "css", "css_class", "known_colours", "of_measure", "spare"]

SENTIMENTS: Mapping[str, str] = MappingProxyType(
    {"negative": "#c9472e", "neutral": "#a9aeb7", "positive": "#22818b"},
)
EMOTIONS: Mapping[str, str] = MappingProxyType(
    {
        "neutral": SENTIMENTS["neutral"],
        "angry": SENTIMENTS["negative"],
        "happy": "#e3b341",
        "sad": "#3a6ea8",
        "fear": "#5b2a6b",
        "surprise": "#b9e3dd",
    }
)
SEVERITIES: Mapping[str, str] = MappingProxyType(
    {"notice": "#8fb0cc", "warning": "#e8b93c", "serious": "#d2602a", "crisis": "#7a1526"}
)
"""From calm to alarm, darker with each step."""
PALETTE = (
    *("#6c88ea", "#d98c3f", "#2d6662", "#6db0f4", "#8e4208", "#5c46a7"),
    *("#6ed889", "#c15d11", "#71d0d5", "#588978", "#3fb996", "#6071aa"),
)
"""For names without a sense: brands, platforms, verdicts."""
ACCENT = "#4f7ea8"
"""For a figure without a sense that has a chart of its own."""
_OF_FIELD: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"sentiment.label": SENTIMENTS, "emotion": EMOTIONS, "severity": SEVERITIES}
)


def brand_slots(brands: Iterable[str]) -> dict[str, int]:
    """Return the place in PALETTE of each brand (ids): that which its id asks for, or the next one that is free.

    A brand more takes none from those before it. Beyond a dozen brands two share a colour.
    """
    slots: dict[str, int] = {}
    for brand in brands:
        wanted = int.from_bytes(hashlib.blake2b(brand.encode(), digest_size=4).digest()) % len(PALETTE)
        places = [(wanted + step) % len(PALETTE) for step in range(len(PALETTE))]
        slots[brand] = next((place for place in places if place not in slots.values()), wanted)
    return slots


def known_colours(field: str, brands: Sequence[str] = ()) -> dict[str, str]:
    """Return the colour of each value of the field that is known beforehand; `brands` are ids in their order."""
    if field in _OF_FIELD:
        return dict(_OF_FIELD[field])
    return {value: PALETTE[slot] for value, slot in _slots(field, brands).items()}


def spare(colours: Iterable[str]) -> tuple[str, ...]:
    """Return the colours of PALETTE that are not among `colours`, for values that nobody knew beforehand."""
    taken = set(colours)
    return tuple(colour for colour in PALETTE if colour not in taken)


def of_measure(sense: str | None, number: int, of: int) -> str:
    """Return the colour of a chart's measure by its sense, or by its place among the `of` measures of the chart."""
    if sense:
        return SENTIMENTS[sense]
    return ACCENT if of == 1 else PALETTE[number % len(PALETTE)]


def css_class(field: str, value: str, brands: Sequence[str] = ()) -> str:
    """Return the class that `css` gives the value's colour."""
    if field in _OF_FIELD and value in _OF_FIELD[field]:
        return value if field == "sentiment.label" else f"{field}-{value}"
    slots = _slots(field, brands)
    slot = slots[value] if value in slots else brand_slots([*slots, value])[value]
    return f"c{slot}"


def css() -> str:
    """Return the page's rules for the colours of values; the sentiments' stand in its style, for dark screens too."""
    named = {f"{field}-{value}": colour for field in ("emotion", "severity") for value, colour in _named(field)}
    numbered = {f"c{number}": colour for number, colour in enumerate(PALETTE)}
    rules = {**named, **numbered, "accent": ACCENT}
    return "".join(
        f"rect.{name}, circle.{name} {{ fill: {colour}; }} line.drawn.{name} {{ stroke: {colour}; }} "
        f".key.{name}::before {{ background: {colour}; }}\n"
        for name, colour in rules.items()
    )


def _named(field: str) -> Iterable[tuple[str, str]]:
    return _OF_FIELD[field].items()


def _slots(field: str, brands: Sequence[str]) -> dict[str, int]:
    if field == "brand":
        return brand_slots(brands)
    names = NAMES.get(VALUES.get(field, ""), {})
    return {value: number % len(PALETTE) for number, value in enumerate(names)}
