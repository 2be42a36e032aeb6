"""The same companies in other worlds: counts cut elsewhere, thinned, grown, in another time, with noise and seasons."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tests.burst_series import Company

__all__ = ["WORLDS", "Change"]

Change = Callable[[Company], Company]
Row = NDArray[np.float64]


def _row(company: Company) -> Row:
    """Return its counts, oldest first."""
    length = int(max(company.counts)) + 1
    found = np.zeros(length)
    for steps, value in company.counts.items():
        found[length - 1 - int(steps)] = value
    return found


def _with(company: Company, row: Row) -> Company:
    counts = {len(row) - 1 - place: float(value) for place, value in enumerate(row) if value}
    return replace(company, counts={len(row) - 1: 0.0} | counts)


def _dice(company: Company, what: object) -> np.random.Generator:
    return np.random.default_rng(crc32(f"{company.name} {what}".encode()))


def _hours(company: Company, row: Row) -> Row:
    """Return the hour of the week (Monday 0:00 is 0) in which each count's time begins."""
    start = company.end - len(row) * company.step
    first = (start.weekday() * 24 + start.hour) + start.minute / 60
    found: Row = np.mod(first + np.arange(len(row), dtype=np.float64) * (company.step / timedelta(hours=1)), 168.0)
    return found


def cut(minutes: int) -> Change:
    """End so much earlier: windows lie elsewhere."""

    def made(company: Company) -> Company:
        steps = timedelta(minutes=minutes) // company.step
        counts = {place - steps: value for place, value in company.counts.items() if place >= steps}
        return replace(company, counts=counts, end=company.end - steps * company.step)

    return made


def thinned(share: float, dice: int = 0) -> Change:
    """Keep each mention with this chance."""

    def made(company: Company) -> Company:
        row = _row(company)
        return _with(company, _dice(company, (share, dice)).binomial(row.astype(np.int64), share).astype(float))

    return made


def times(factor: float) -> Change:
    """Count every mention so many times."""
    return lambda company: _with(company, _row(company) * factor)


def slower(factor: float) -> Change:
    """Let everything take so many times as long, incidents too."""

    def made(company: Company) -> Company:
        row = _row(company)
        length = int(len(row) * factor)
        at = np.arange(length + 1) / factor
        whole = np.floor(np.interp(at, np.arange(len(row) + 1), np.concatenate([[0.0], np.cumsum(row)])))
        incidents = tuple(
            (company.end - (company.end - begin) * factor, company.end - (company.end - last) * factor)
            for begin, last in company.incidents
        )
        return replace(_with(company, np.diff(whole)), incidents=incidents)

    return made


def noisy(share: float) -> Change:
    """Add mentions that come evenly: `share` of the company's mean."""

    def made(company: Company) -> Company:
        row = _row(company)
        return _with(company, row + _dice(company, share).poisson(share * row.mean(), len(row)))

    return made


def unsteady(spread: float) -> Change:
    """Let each hour's mentions be more or fewer by a log-normal factor."""

    def made(company: Company) -> Company:
        row = _row(company)
        an_hour = timedelta(hours=1) // company.step
        factors = _dice(company, ("unsteady", spread)).lognormal(-(spread**2) / 2, spread, len(row) // an_hour + 1)
        return _with(company, np.round(row * np.repeat(factors, an_hour)[: len(row)]))

    return made


def seasonal(name: str, share_at: Callable[[Row], Row]) -> Change:
    """Keep mentions by the hour of the week."""

    def made(company: Company) -> Company:
        row = _row(company)
        chance = np.clip(share_at(_hours(company, row)), 0, 1)
        return _with(company, _dice(company, name).binomial(row.astype(np.int64), chance).astype(float))

    return made


def growing(begin: float, end: float) -> Change:
    """Keep a share of the mentions that goes from `begin` to `end`."""

    def made(company: Company) -> Company:
        row = _row(company)
        chance = np.linspace(begin, end, len(row))
        return _with(company, _dice(company, (begin, end)).binomial(row.astype(np.int64), chance).astype(float))

    return made


def _worlds() -> Iterator[tuple[str, Change]]:
    yield "as they are", lambda company: company
    for minutes in (5, 10, 30):
        yield f"cut {minutes} min earlier", cut(minutes)
    for share, said in ((2 / 3, "two thirds"), (1 / 2, "a half"), (1 / 3, "a third"), (1 / 5, "a fifth")):
        yield f"thinned to {said}", thinned(share)
    yield "thinned to a half, again", thinned(1 / 2, 1)
    for factor in (3, 10):
        yield f"{factor} times as many", times(factor)
    yield "a quarter slower", slower(1.25)
    yield "a fifth quicker", slower(0.8)
    for share in (0.25, 0.5):
        yield f"{share:.0%} even noise", noisy(share)
    yield "hours unsteady by 0.2", unsteady(0.2)
    yield "nights at a third", seasonal("nights", lambda hour: np.where(hour % 24 < 7, 1 / 3, 1.0))
    yield "week-ends at a half", seasonal("weekends", lambda hour: np.where(hour >= 120, 1 / 2, 1.0))
    yield "another time zone's day", seasonal("day", lambda hour: 0.65 + 0.35 * np.sin(hour * np.pi / 12))
    yield "growing from a third", growing(1 / 3, 1.0)
    yield "shrinking to a third", growing(1.0, 1 / 3)


WORLDS: dict[str, Change] = dict(_worlds())
