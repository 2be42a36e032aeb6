"""A panel's keys and values in words, in both languages."""

from collections.abc import Mapping
from datetime import UTC, datetime

from config.both import Both
from config.settings import DAY_ZONE
from dashboards.names import VALUES, named
from dashboards.page import shown
from dashboards.panel import Every, Panel, Time, Top
from dashboards.panel_query import Row
from indexing.metrics.metric import Metric, Shape

__all__ = ["key_in_words", "moment_in_words", "row_in_words", "value_in_words", "worded"]

_UNITS = ((86_400, Both("天", "d")), (3_600, Both("小时", "h")), (60, Both("分", "min")))


def worded(metric: Metric, value: float | None) -> Both:
    """Return a value as people read it."""
    if value is None:
        return Both("—", "—")
    match metric.shape:
        case Shape.COUNT:
            return _same(shown.number(round(value)))
        case Shape.SHARE:
            return _same(shown.percent(value))
        case Shape.SCORE:
            return _same(shown.score(value))
        case Shape.AMOUNT:
            return _same(f"{value:,.1f}".removesuffix(".0"))
        case Shape.CHANGE:
            return _same(shown.signed(100 * value, "%"))
        case Shape.POINTS:
            return _same(shown.signed(value, ""))
        case Shape.MOMENT:
            return _same(shown.shanghai(datetime.fromtimestamp(value / 1000, UTC), "%m-%d %H:%M"))
        case Shape.SECONDS:
            return _span(value)


def value_in_words(panel: Panel, number: int, value: float | None) -> Both:
    """Return a value of the panel's measure `number`."""
    return worded(panel.show[number], value)


def row_in_words(panel: Panel, row: Row) -> tuple[Both, ...]:
    """Return the values of a row."""
    return tuple(worded(metric, value) for metric, value in zip(panel.show, row.values, strict=True))


def key_in_words(bucket: Time | Top, key: str | int, brands: Mapping[str, str]) -> Both:
    """Return the name of a bucket; `brands` are names by ids."""
    if isinstance(bucket, Time):
        return _same(moment_in_words(int(key), bucket.every))
    if bucket.field == "brand":
        return _same(shown.prose(brands.get(str(key), str(key)), 60))
    if bucket.field in VALUES:
        return named(VALUES[bucket.field], str(key))
    return _same(shown.prose(str(key), 60))


def moment_in_words(millis: int, every: Every) -> str:
    """Return a bucket's time, in milliseconds since 1970, by the clocks of Asia/Shanghai."""
    local = datetime.fromtimestamp(millis / 1000, UTC).astimezone(DAY_ZONE)
    return f"{local:%m-%d}" if every is Every.DAY else f"{local:%m-%d %H:00}"


def _span(seconds: float) -> Both:
    for size, unit in _UNITS:
        if seconds >= size:
            return Both(f"{seconds / size:.1f} {unit.zh}", f"{seconds / size:.1f} {unit.en}")
    return Both(f"{seconds:.0f} 秒", f"{seconds:.0f} s")


def _same(text: str) -> Both:
    return Both(text, text)
