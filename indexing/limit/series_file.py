"""A brand's past from a file, where the index has none: counts in equal steps, with what is known to have happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.csv_rows import csv_rows
from config.errors import UserError
from config.moment import written_moment
from config.settings import DAY_ZONE
from indexing.limit.counts import Counts

__all__ = ["BadSeries", "read_series"]

_LONGEST_TOLD = 20
_COLUMNS = ("time", "count", "negative")
_EXAMPLE = "2026-11-01T08:00,12,3"
_MOST = 1_000_000_000
"""Mentions in one step: more than all people could write, and few enough for their sums to stay numbers."""


class BadSeries(UserError):
    """The series cannot be used; the message names file, line, field and remedy."""


def read_series(path: Path) -> Counts:
    """Read a CSV with the columns time (a step's beginning), count, negative and, if wanted, incident (0 or 1).

    Steps are equal and none is missing: a gap would read as a quiet time. BadSeries names the line.
    """
    import numpy as np

    rows = [_row(path, line, row) for line, row in csv_rows(path, _COLUMNS, _EXAMPLE, BadSeries)]
    if len(rows) < 2:
        raise BadSeries(f"{path}: no steps: write a line for each, such as {_EXAMPLE}")
    step = rows[1][0] - rows[0][0]
    for line, (before, after) in enumerate(zip(rows, rows[1:], strict=False), start=3):
        if after[0] - before[0] != step or step <= timedelta():
            raise BadSeries(_gap(path, line, before[0], after[0], step))
    return Counts(
        begin=rows[0][0],
        step=step,
        count=np.array([row[1] for row in rows], dtype=np.int64),
        negative=np.array([row[2] for row in rows], dtype=np.int64),
        known_from=rows[0][0],
        incidents=tuple((row[0], row[0] + step) for row in rows if row[3]),
    )


def _gap(path: Path, line: int, before: datetime, after: datetime, step: timedelta) -> str:
    if after <= before:
        return f"{path}:{line}: time: {after.isoformat()} is not after {before.isoformat()}: sort the lines by time"
    missing = (after - before) // step - 1
    told = f"{missing} steps of {step} are missing" if missing > 0 else f"the step is not {step} as before"
    return (
        f"{path}:{line}: time: a gap from {before.isoformat()} to {after.isoformat()} ({told}): "
        "write every step; 0 where it was quiet, and begin later where nobody looked"
    )


def _row(path: Path, line: int, row: Mapping[str, Any]) -> tuple[datetime, int, int, bool]:
    try:
        moment = written_moment(row["time"] or "").astimezone(DAY_ZONE)
    except ValueError as error:
        raise BadSeries(f"{path}:{line}: time: {error}: write a time such as 2026-11-01T08:00") from error
    count, negative = (_number(path, line, name, row[name]) for name in _COLUMNS[1:])
    if negative > count:
        raise BadSeries(f"{path}:{line}: negative: {negative} of {count}: write no more than `count`")
    label = (row.get("incident") or "0").strip()
    if label not in ("0", "1"):
        raise BadSeries(f"{path}:{line}: incident: got {label!r}: write 1 where something happened, or else 0")
    return moment, count, negative, label == "1"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"


def _number(path: Path, line: int, name: str, text: str | None) -> int:
    if text is None or not text.strip().isdecimal():
        raise BadSeries(f"{path}:{line}: {name}: got {text!r}: write a whole number, 0 where there was none")
    if len(text.strip()) > len(str(_MOST)) or int(text) > _MOST:
        raise BadSeries(
            f"{path}:{line}: {name}: got {_cut(text.strip())}, more than {_MOST:,} in one step: write how many it was"
        )
    return int(text)
