"""The probability of a page over the number of posts, by day and by night, as plain SVG."""

from collections.abc import Iterator
from html import escape
from math import log

from indexing.limit.curve import Curve, Point
from indexing.limit.limit import Limit

__all__ = ["draw"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 960, 420, 60, 48, 48
_COLOURS = {"day": "#d9822b", "night": "#33659c", "all": "#222222"}
_STYLE = "text{font:12px sans-serif;fill:#222}.a{stroke:#999}.g{stroke:#ddd}.c{fill:none;stroke-width:2}.b{opacity:.18}"
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


def draw(limit: Limit, brand: str) -> str:
    """Return the picture; bands are 95 % intervals."""
    shown = [curve for curve in limit.curves if curve.name in _COLOURS]
    most = max((point.posts for curve in shown for point in curve.points), default=1)
    sure = shown[0].sure if shown else 0.95
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(limit.rule)} {escape(brand)}</title><style>{_STYLE}</style>",
        f'<text x="{_LEFT}" y="18">{escape(limit.rule)} · {escape(brand)} · {limit.since:%Y-%m-%d} – '
        f"{limit.until:%Y-%m-%d}</text>",
        *_axes(most, sure),
    ]
    for number, curve in enumerate(shown):
        parts += _curve(curve, most, number)
    return "\n".join([*parts, "</svg>\n"])


def _axes(most: int, sure: float) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0, sure):
        y = _y(share)
        yield f'<line class="g" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}"/>'
        yield f'<text x="8" y="{y + 4:.1f}">{share:.0%}</text>'
    for tick in _TICKS:
        if tick <= most:
            x = _x(tick, most)
            yield f'<line class="a" x1="{x:.1f}" y1="{_y(0):.1f}" x2="{x:.1f}" y2="{_y(0) + 5:.1f}"/>'
            yield f'<text x="{x - 8:.1f}" y="{_HEIGHT - 24}">{tick}</text>'
    yield f'<text x="{_LEFT}" y="{_HEIGHT - 6}">负面帖文数 negative posts</text>'


def _curve(curve: Curve, most: int, number: int) -> Iterator[str]:
    colour = _COLOURS[curve.name]
    high = [(_x(point.posts, most), _y(point.high)) for point in curve.points]
    low = [(_x(point.posts, most), _y(point.low)) for point in reversed(curve.points)]
    yield f'<polygon class="b" fill="{colour}" points="{_points(high + low)}"/>'
    yield f'<polyline class="c" stroke="{colour}" points="{_points([_place(one, most) for one in curve.points])}"/>'
    posts = curve.posts if curve.posts is not None else "–"
    label = f"{curve.name} · {curve.sure:.0%}: {posts}"
    yield f'<text x="{_LEFT + 150 * number}" y="38" style="fill:{colour}">{label}</text>'


def _place(point: Point, most: int) -> tuple[float, float]:
    return _x(point.posts, most), _y(point.probability)


def _points(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _x(posts: int, most: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - 20) * log(posts) / max(log(most), 1e-9)


def _y(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)
