"""A replay as a picture: mentions over time, the incidents shaded, and a line for every page; plain SVG."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from config.rule import Rule
from config.settings import DAY_ZONE
from indexing.detection.found import Span
from indexing.detection.lab import Incident, Replayed
from indexing.detection.search_rounds import EvaluationFailed, drive
from indexing.detection.series import Look, lines, scope
from indexing.detection.timeline import STEPS
from indexing.elasticsearch.store import Store

__all__ = ["counts_of", "draw"]

_WIDTH, _ROW, _LEFT, _TOP = 960, 120, 90, 40
_POINTS = 480
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.n{fill:none;stroke:#33659c}.i{fill:#f2c14e;opacity:.45}"
    ".p{stroke:#c0392b;stroke-width:2}.f{stroke:#c0392b;stroke-width:2;stroke-dasharray:3 3}.a{stroke:#999}"
)


def counts_of(store: Store, rule: Rule, brands: Sequence[str], replayed: Replayed) -> dict[str, list[int]]:
    """Return the mentions that the rule counts, by brand, in equal parts of the replay's time."""
    length = timedelta(seconds=max(1, (replayed.now - replayed.since) // timedelta(seconds=_POINTS)))
    look = Look(window=length * STEPS)
    span = Span(now=replayed.now, since=replayed.since)
    results, failures = drive(store, {rule.id: lines(scope(rule, brands), look, brands, span)})
    if failures:
        raise EvaluationFailed(f"rule {rule.id}: {failures[rule.id]}: mend Elasticsearch (`tingfeng doctor`)")
    return {
        brand: [line.count(at, at + 1) for at in range(len(line) - _POINTS, len(line))]
        for (brand, _), line in results[rule.id].items()
    }


def draw(rule: Rule, replayed: Replayed, counts: Mapping[str, Sequence[int]], incidents: Sequence[Incident]) -> str:
    """Return the picture: one row a brand. A dashed line is a page that belongs to no incident."""
    shown = {brand: values for brand, values in counts.items() if any(values)} or dict(counts)
    height = _TOP + _ROW * len(shown) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(rule.id)}</title><style>{_STYLE}</style>",
        f'<text x="{_LEFT}" y="18">{escape(rule.title)} · {len(replayed.pages)} pages · '
        f"{_day(replayed.since)} – {_day(replayed.now)}</text>",
    ]
    for row, (brand, values) in enumerate(sorted(shown.items())):
        parts += _row(_TOP + row * _ROW, brand, values, replayed, incidents)
    return "\n".join([*parts, "</svg>\n"])


def _row(
    top: int, brand: str, values: Sequence[int], replayed: Replayed, incidents: Sequence[Incident]
) -> Iterator[str]:
    floor, most = top + _ROW - 30, max(values, default=0) or 1
    yield f'<text x="4" y="{top + 20}">{escape(brand)}</text><text x="4" y="{top + 36}">{most:,}</text>'
    yield f'<line class="a" x1="{_LEFT}" y1="{floor}" x2="{_WIDTH}" y2="{floor}"/>'
    for incident in incidents:
        if incident.brand in (brand, "*"):
            left, right = _across(incident.begin, replayed), _across(incident.end, replayed)
            yield (
                f'<rect class="i" x="{left:.1f}" y="{top}" width="{max(right - left, 2):.1f}" height="{floor - top}">'
                f"<title>{escape(incident.name)}</title></rect>"
            )
    width = (_WIDTH - _LEFT) / max(1, len(values) - 1)
    points = " ".join(
        f"{_LEFT + place * width:.1f},{floor - (floor - top) * value / most:.1f}" for place, value in enumerate(values)
    )
    yield f'<polyline class="n" points="{points}"/>'
    for page in replayed.pages:
        if page.brand in (brand, "*"):
            at = _across(page.at, replayed)
            kind = "f" if replayed.compared and page.incident is None else "p"
            title = escape(f"{_day(page.at)} {page.reason_zh}")
            place = f'x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{floor}"'
            yield f'<line class="{kind}" {place}><title>{title}</title></line>'


def _across(moment: datetime, replayed: Replayed) -> float:
    share = (moment - replayed.since) / (replayed.now - replayed.since)
    return _LEFT + (_WIDTH - _LEFT) * min(1.0, max(0.0, share))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
