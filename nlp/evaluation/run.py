"""Engines on sets: their scores, their speeds and sizes; everything written beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.errors import UserError
from config.output import write_whole
from nlp.evaluation.curve import curve
from nlp.evaluation.score import Score, score
from nlp.evaluation.sets import Set, some
from nlp.reader import Reader
from nlp.sentiment import Engine, engine

__all__ = ["NoSuchSet", "Report", "Speed", "evaluate", "markdown", "named", "write"]

_SINGLE, _BATCH, _CHUNK = 100, 2_000, 1_000
_SLOW = 50
"""Posts a second below which an engine gets `_SAMPLE` rows a set and a shorter run for its speed."""
_SAMPLE = 300


class NoSuchSet(UserError):
    """A set is not there; the message lists those that are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Posts a second, one at a time and many at once; `megabytes` of the model's files where known."""

    engine: str
    model: str
    single: float
    batched: float
    megabytes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of one run."""

    scores: tuple[Score, ...]
    speeds: tuple[Speed, ...]


def named(found: Sequence[Set], names: Sequence[str]) -> list[Set]:
    """Return the sets of these names, all where none is named. Raises NoSuchSet."""
    known = list(dict.fromkeys(one.name for one in found))
    for name in names:
        if name not in known:
            raise NoSuchSet(f"no set {name!r}: use one of {', '.join(known)}, or corrections")
    return [one for one in found if not names or one.name in names]


def evaluate(
    engines: Sequence[str],
    asked: Sequence[Set],
    *,
    most: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Put every set to every engine; a slow one gets `_SAMPLE` rows of each, and `most` bounds them all."""
    scores: list[Score] = []
    speeds = []
    posts = list(dict.fromkeys(text for one in asked if one.task != "target" for text in one.texts))
    posts = posts or [text for one in asked for text in one.texts]
    for name in engines:
        chosen = engine(name)
        speeds.append(_speed(chosen, posts))
        rows = min(most or _SAMPLE, _SAMPLE) if speeds[-1].batched < _SLOW else most
        mine = [some(one, rows) if rows else one for one in asked]
        for number, one in enumerate(mine, 1):
            scores.append(_score(one, chosen))
            if progress:
                progress(name, number, len(mine))
    return Report(scores=tuple(scores), speeds=tuple(speeds))


def _score(asked: Set, chosen: Engine) -> Score:
    reader = Reader(chosen)
    readings = []
    for at in range(0, len(asked.texts), _CHUNK):
        readings += reader.read(asked.texts[at : at + _CHUNK], asked.subjects[at : at + _CHUNK])
    return score(asked, chosen.name, readings)


def _speed(chosen: Engine, posts: Sequence[str]) -> Speed:
    Reader(chosen).read(posts[:1])  # the models load with the first text
    single = _rate(lambda: [Reader(chosen).read([post]) for post in posts[:_SINGLE]], len(posts[:_SINGLE]))
    many = posts[: max(10, min(_BATCH, int(single * 10)))]
    batched = _rate(lambda: Reader(chosen).read(many), len(many))
    size = getattr(chosen, "size", None)
    megabytes = size / 1e6 if size else None
    return Speed(engine=chosen.name, model=chosen.model, single=single, batched=batched, megabytes=megabytes)


def _rate(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def write(report: Report, folder: Path) -> list[Path]:
    """Write eval.json, eval.md and curve.svg under `folder` and return their paths."""
    picture = curve([(one.engine, one.batched, found) for one in report.speeds if (found := _accuracy(report, one))])
    contents = {
        "eval.json": msgspec.json.format(msgspec.json.encode(report), indent=1),
        "eval.md": markdown(report).encode(),
        "curve.svg": picture.encode(),
    }
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def _accuracy(report: Report, speed: Speed) -> float | None:
    """Mean macro-F1 over the three-class sets; where there are none, over all."""
    mine = [one for one in report.scores if one.engine == speed.engine and one.macro_f1 is not None]
    three = [one.macro_f1 or 0 for one in mine if one.task == "sentiment"] or [one.macro_f1 or 0 for one in mine]
    return sum(three) / len(three) if three else None


def markdown(report: Report) -> str:
    """Return the report as two tables."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "| set | asked | engine | rows | accuracy | macro-F1 | F1 by class | calibration error | sure negatives |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in sorted(report.scores, key=lambda one: (one.name, one.task)):
        classes = " · ".join(f"{name} {value:.2f}" for name, value in (one.by_class or {}).items()) or "–"
        figures = (_figure(value) for value in (one.accuracy, one.macro_f1))
        error = _figure(one.calibration_error)
        sure = "{} of {}".format(*one.sure_negatives) if one.sure_negatives else "–"
        told = (one.name, one.task, one.engine, f"{one.rows:,}", *figures, classes, error, sure)
        yield f"| {' | '.join(told)} |"
    yield "\n| engine | model | posts/s, one by one | posts/s, at once | MB |"
    yield "|---|---|---|---|---|"
    for speed in report.speeds:
        size = f"{speed.megabytes:.1f}" if speed.megabytes else "–"
        yield f"| {speed.engine} | {speed.model} | {speed.single:,.0f} | {speed.batched:,.0f} | {size} |"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
