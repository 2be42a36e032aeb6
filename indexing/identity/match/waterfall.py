"""Why a pair is what it is: the bits of each comparison, from the prior to the sum, as rows, JSON and a picture."""

from collections.abc import Sequence
from html import escape

from indexing.identity.match.link import Part

__all__ = ["rows", "svg", "to_json"]

_ROW, _WIDTH, _LABELS = 22, 420, 330


def rows(parts: Sequence[Part]) -> list[tuple[str, str, str, str]]:
    """Return comparison, level, bits and the sum up to there, as text; the last row is the whole."""
    found, total = [], 0.0
    for part in parts:
        total += part.bits
        found.append((part.comparison, part.level, f"{part.bits:+.1f}", f"{total:+.1f}"))
    return [*found, ("sum", f"probability {_probability(total):.6f}", "", f"{total:+.1f}")]


def to_json(parts: Sequence[Part]) -> list[dict[str, str | float]]:
    """Return the same for a machine."""
    return [{"comparison": part.comparison, "level": part.level, "bits": round(part.bits, 4)} for part in parts]


def svg(parts: Sequence[Part]) -> str:
    """Return the same as a picture: a bar a comparison, each beginning where the one before ends."""
    sums = [0.0]
    for part in parts:
        sums.append(sums[-1] + part.bits)
    low, high = min(sums), max(sums)
    scale = _WIDTH / max(high - low, 1.0)
    lines = []
    for place, part in enumerate(parts):
        start, stop = sorted((sums[place], sums[place + 1]))
        x, y, colour = _LABELS + (start - low) * scale, place * _ROW, "#2a7" if part.bits >= 0 else "#c44"
        words = escape(f"{part.comparison}: {part.level} ({part.bits:+.1f})")
        lines.append(f'<text x="4" y="{y + 15}">{words}</text>')
        lines.append(
            f'<rect x="{x:.1f}" y="{y + 4}" width="{max((stop - start) * scale, 1):.1f}" height="14" fill="{colour}"/>'
        )
    size = f'width="{_LABELS + _WIDTH + 10}" height="{len(parts) * _ROW + 10}"'
    style = 'font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(lines)}</svg>\n'


def _probability(bits: float) -> float:
    return float(1 / (1 + 2.0 ** -max(min(bits, 500.0), -500.0)))
