"""How near a rule came to each brand in its last window: the figure that was furthest from what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.kinds import Bound, Condition, Verdict

__all__ = ["Near", "Nearness"]

_RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Near:
    """Where a rule stands towards a brand; of things that are counted apart, the nearest."""

    fires: bool = False
    bound: Bound | None = None
    """What keeps it from firing, or where it fires, what was only just reached; None where nothing was counted."""
    subject: str | None = None
    """The story, customer, feed or value that it is about, where those are counted apart."""
    figures: tuple[tuple[str, float], ...] = ()

    @property
    def closeness(self) -> float:
        """Return 0 for nothing to 1 for what fires or has reached all that is told of."""
        if self.fires:
            return 1.0
        return min(self.bound.closeness, 0.999) if self.bound else 0.0


@dataclass(slots=True)
class Nearness:
    """One evaluation of one rule: told of by the detectors while they count."""

    when: Condition
    least: int = 0
    """Mentions below which a brand was not looked at further."""
    brands: dict[str, Near] = field(default_factory=dict)
    """By brand (or `*`); a brand that is not here has no mention that counts."""

    def floor(self, least: int, counts: Mapping[str, int], kind: str) -> None:
        """Take up how many recent mentions each brand has, of which a window takes at least so many."""
        self.least = least
        if kind == "mentions":
            for brand, count in counts.items():
                if count < least:
                    self._keep(brand, Near(bound=Bound(_RECENT, float(count), float(least))))

    def judged(self, of: tuple[str, str | None], verdict: Verdict, kind: str, by: str | None) -> None:
        """Take up the last window of a brand, or of a value within it that is counted apart."""
        brand, subject = of if kind == "mentions" else ("*", f"feed:{of[0]}")
        self._keep(brand, self._near(verdict, subject if by or kind != "mentions" else None))

    def fired(self, brand: str, subject: str | None, verdict: Verdict) -> None:
        """Take up what fires in one of the windows that may."""
        self._keep(brand, self._near(verdict, subject))

    def _near(self, verdict: Verdict, subject: str | None) -> Near:
        bounds = self.when.bounds(verdict) if verdict.readings else ()
        return Near(
            fires=verdict.fires,
            bound=min(bounds, key=lambda bound: bound.closeness, default=None),
            subject=subject,
            figures=tuple((one.name, round(one.value, 4)) for one in verdict.readings[:3]),
        )

    def _keep(self, brand: str, near: Near) -> None:
        known = self.brands.get(brand)
        if known is None or near.closeness >= known.closeness:
            self.brands[brand] = near
