"""A campaign's effect as one picture: both groups before and during it, and where the treated would have been."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.both import Both
from dashboards.strict import templates
from indexing.effect.compare import Compared
from indexing.effect.effect import Effect
from indexing.effect.telling import NAMES, sentences, written

__all__ = ["effect_picture"]

_TEMPLATES = Path(__file__).with_name("page") / "templates"
_TOP, _BOTTOM, _WIDE = 30, 140, 290
_TREATED, _CONTROL = "#b5482a", "#4a6785"


def effect_picture(effect: Effect) -> str:
    """Return the picture as SVG."""
    plots = [
        {"x": 24 + number * _WIDE, "name": _name(NAMES[one.outcome]), "points": _lines(one.outcome, one.compared)}
        for number, one in enumerate(effect.measured)
    ]
    said = list(sentences(effect))
    values = {
        "width": max(860, 48 + _WIDE * len(plots)),
        "height": 290 + 40 * len(said),
        "title": f"{effect.campaign.name} {effect.campaign.begin} – {effect.campaign.end}",
        "plots": plots,
        "sentences": said,
    }
    return templates(_TEMPLATES).get_template("effect.svg").render(**values)


def _name(name: Both) -> str:
    return f"{name.zh} {name.en}"


def _lines(outcome: str, found: Compared | None) -> list[dict[str, object]]:
    if found is None:
        return []
    without = found.treated_before + found.control_after - found.control_before
    ends = (found.treated_before, found.treated_after, found.control_before, found.control_after, without)
    low, high = min(ends), max(ends)
    groups = (
        (found.control_before, found.control_after, _CONTROL, False),
        (found.treated_before, without, _TREATED, True),
        (found.treated_before, found.treated_after, _TREATED, False),
    )
    places = [_Place(low, high).of(value) for value in ends]
    labels = dict(zip(("tb", "ta", "cb", "ca"), _apart(places[:4]), strict=True))
    drawn: list[dict[str, object]] = []
    for before, after, colour, dashed in groups:
        own = ("tb", "ta") if colour == _TREATED else ("cb", "ca")
        drawn.append(
            {
                "y1": _Place(low, high).of(before),
                "y2": _Place(low, high).of(after),
                "at1": labels[own[0]] + 4,
                "at2": labels[own[1]] + 4,
                "from": written(outcome, before),
                "to": written(outcome, after),
                "colour": colour,
                "dashed": dashed,
            }
        )
    return drawn


@dataclass(frozen=True, slots=True)
class _Place:
    low: float
    high: float

    def of(self, value: float) -> float:
        """Return the height of a value, in pixels from the top."""
        span = self.high - self.low or 1.0
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - self.low) / span, 1)


def _apart(places: Sequence[float]) -> list[float]:
    """Return the heights of the labels, the two at either end kept fourteen pixels apart."""
    moved = list(places)
    for one, other in ((0, 2), (1, 3)):
        if abs(moved[one] - moved[other]) < 14:
            middle, sign = (moved[one] + moved[other]) / 2, 1 if moved[one] <= moved[other] else -1
            moved[one], moved[other] = middle - 7 * sign, middle + 7 * sign
    return moved
