"""The accuracy–speed curve as a picture: engines by posts a second and mean macro-F1, in plain SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

__all__ = ["curve"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 360, 56, 100, 28, 44
_INK, _FAINT, _MARK = "#333", "#ddd", "#1f6feb"


def curve(points: Sequence[tuple[str, float, float]]) -> str:
    """Return an SVG of (engine, posts a second, macro-F1); the axis of speed is logarithmic."""
    return "\n".join(_parts(points)) + "\n"


def _best(points: Sequence[tuple[str, float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the points that no other beats in both ways, the slowest first."""
    for _, speed, right in sorted(points, key=lambda one: one[1]):
        if not any(other[1] >= speed and other[2] >= right and other[1:] != (speed, right) for other in points):
            yield speed, right


def _parts(points: Sequence[tuple[str, float, float]]) -> Iterator[str]:
    decades = [math.log10(max(speed, 0.1)) for _, speed, _ in points] or [1.0]
    first, last = math.floor(min(decades)), max(math.ceil(max(decades)), math.floor(min(decades)) + 1)

    def x(speed: float) -> float:
        share = (math.log10(max(speed, 0.1)) - first) / (last - first)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(right: float) -> float:
        return _HEIGHT - _BOTTOM - right * (_HEIGHT - _TOP - _BOTTOM)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
    yield f'font-size="12" fill="{_INK}" role="img" aria-label="Macro-F1 against posts a second">'
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    for power in range(first, last + 1):
        at = x(10.0**power)
        yield f'<path d="M{at:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="{_FAINT}"/>'
        yield f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{10.0**power:,.10g}</text>'
    for fifth in range(6):
        at = y(fifth / 5)
        yield f'<path d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}" stroke="{_FAINT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{fifth / 5:.1f}</text>'
    line = " ".join(f"{x(speed):.1f},{y(right):.1f}" for speed, right in _best(points))
    yield f'<polyline points="{line}" fill="none" stroke="{_MARK}" stroke-dasharray="4 3"/>'
    for name, speed, right in points:
        yield f'<circle cx="{x(speed):.1f}" cy="{y(right):.1f}" r="5" fill="{_MARK}"/>'
        label = f"{html.escape(name)} {right:.2f}"
        yield f'<text x="{x(speed) + 9:.1f}" y="{y(right) - 6:.1f}">{label}</text>'
    yield f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">posts a second</text>'
    yield f'<text x="{_LEFT - 40}" y="16">mean macro-F1, three classes</text>'
    yield "</svg>"
