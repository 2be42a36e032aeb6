"""What columns, lines and bars have in common: their colours, and the values of each place by colour."""

from collections.abc import Mapping, Sequence

from dashboards.colours import css_class
from dashboards.page import shown
from dashboards.page.drawn import Series
from dashboards.page.marks import Mark, mark
from dashboards.page.wording import key_in_words
from dashboards.panel import Panel, Time
from dashboards.panel_query import Row
from indexing.metrics.metric import Shape

__all__ = ["Stacks", "colour_of", "marks_of", "stacked"]

Stacks = dict[str | int, list[float | None]]
"""The values of each place, in the order of the colours; None where there is none."""


def stacked(
    panel: Panel, rows: Sequence[Row], along: int, brands: Mapping[str, str]
) -> tuple[tuple[Series, ...], Stacks, tuple[str | int, ...]]:
    """Return the colours, each place's values along the bucket `along`, and what the values are split by."""
    split = next((number for number in range(len(panel.by)) if number != along), None)
    if split is None:
        return _measures(panel, rows), {row.keys[along]: list(row.values) for row in rows}, ()
    splits = tuple(dict.fromkeys(row.keys[split] for row in rows))
    found: Stacks = {}
    for row in rows:
        found.setdefault(row.keys[along], [None] * len(splits))[splits.index(row.keys[split])] = row.values[0]
    return _split(panel, split, splits, rows, brands), found, splits


def colour_of(panel: Panel, number: int) -> str:
    """Return the class of a measure's colour."""
    return panel.show[number].colour or ("accent" if len(panel.show) == 1 else f"c{number}")


def marks_of(
    panel: Panel, along: int, key: str | int, stack: Sequence[float | None], splits: Sequence[str | int]
) -> tuple[Mark | None, ...]:
    """Return what each value of one place leads to."""
    if not splits:
        return tuple(mark(panel, {along: key}, number, value) for number, value in enumerate(stack))
    other = 1 - along
    return tuple(mark(panel, {along: key, other: split}, 0, value) for split, value in zip(splits, stack, strict=True))


def _measures(panel: Panel, rows: Sequence[Row]) -> tuple[Series, ...]:
    totals = [sum(row.values[number] or 0 for row in rows) for number in range(len(panel.show))]
    return tuple(
        Series(
            name=metric.name,
            colour=colour_of(panel, number),
            whole=_whole(panel, number, total),
            mark=mark(panel, {}, number, total if _every_one(panel, None) else None),
        )
        for number, (metric, total) in enumerate(zip(panel.show, totals, strict=True))
    )


def _split(
    panel: Panel, split: int, splits: Sequence[str | int], rows: Sequence[Row], brands: Mapping[str, str]
) -> tuple[Series, ...]:
    wholes = dict.fromkeys(splits, 0.0)
    for row in rows:
        wholes[row.keys[split]] += row.values[0] or 0
    bucket = panel.by[split]
    return tuple(
        Series(
            name=key_in_words(bucket, key, brands),
            colour=css_class("" if isinstance(bucket, Time) else bucket.field, str(key), tuple(brands)),
            whole=_whole(panel, 0, whole),
            mark=mark(panel, {split: key}, 0, whole if _every_one(panel, split) else None),
        )
        for key, whole in wholes.items()
    )


def _whole(panel: Panel, number: int, total: float) -> str:
    """Return a measure's sum; shares and scores have none."""
    return shown.number(round(total)) if panel.show[number].shape is Shape.COUNT else ""


def _every_one(panel: Panel, split: int | None) -> bool:
    """Tell whether the buckets beside `split` hold every document once: times do, the largest values need not."""
    return all(isinstance(bucket, Time) for place, bucket in enumerate(panel.by) if place != split)
