"""A file of texts → a file of readings, a row for a row, as it streams: any length of file in one size of memory."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from config.errors import UserError
from config.output import written
from nlp.reader import Reader, Reading, likeliest
from nlp.stance.scene import SentimentTarget

__all__ = ["Done", "NotAFile", "predict"]

_AT_ONCE = 2_000
_LONGEST_TARGET = 200
_MOST_TOLD = 20


class NotAFile(UserError):
    """The input cannot be read; the message says what to do."""


class _Row(msgspec.Struct):
    text: str
    target: str | None = None


@dataclass(slots=True, kw_only=True)
class Done:
    """What became of a file: rows answered, what was wrong with some, and seconds, the model's loading left out."""

    rows: int = 0
    malformed: int = 0
    problems: list[str] = field(default_factory=list)
    """The first of them, each with its line's number."""
    seconds: float = 0.0

    @property
    def speed(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0


def predict(source: Path, target: Path, reader: Reader, progress: Callable[[int, int], None] | None = None) -> Done:
    """Answer each row of `source` (JSON Lines; .gz is unpacked) in `target`, in order; empty lines are no rows.

    A malformed row is answered as a text without words, with `error` beside it. `target` appears whole or not at all.
    Raises NotAFile and NotWritten.
    """
    if source.exists() and target.exists() and target.samefile(source):
        raise NotAFile(f"{target}: is the input as well: name another file for the answers")
    done = Done()
    of = _count(source)
    reader.read(["好"])  # the models load with the first text
    began = time.perf_counter()
    with _opened(source) as lines, _replaced(target) as out:
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        while chunk := list(islice(numbered, _AT_ONCE)):
            out.write(b"".join(_answers(chunk, reader, done)))
            done.rows += len(chunk)
            if progress:
                progress(done.rows, of)
    done.seconds = time.perf_counter() - began
    return done


def _answers(chunk: Sequence[tuple[int, bytes]], reader: Reader, done: Done) -> Iterator[bytes]:
    rows = [_row(line) for _, line in chunk]
    texts = [row.text if isinstance(row, _Row) else "" for row in rows]
    subjects = [_ask(row) if isinstance(row, _Row) else None for row in rows]
    for (number, _), row, reading in zip(chunk, rows, reader.read(texts, subjects), strict=True):
        error = None if isinstance(row, _Row) else f"line {number}: {row}"
        if error:
            done.malformed += 1
            if len(done.problems) < _MOST_TOLD:
                done.problems.append(error)
        yield _encoder.encode(_written(reading, reader, error)) + b"\n"


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Row)


def _row(line: bytes) -> _Row | str:
    """Return a line's row, or what is wrong with it; lone surrogates and broken UTF-8 are not."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        found = json.loads(line.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"[:200]
    if not isinstance(found, dict):
        return 'an object is needed, such as {"text": "…"}'
    text, target = found.get("text"), found.get("target")
    if not isinstance(text, str):
        return "text: a string is needed"
    if not isinstance(target, str | None):
        return "target: a string is needed, or none at all"
    return _Row(text, target)


def _ask(row: _Row) -> SentimentTarget | None:
    target = (row.target or "").strip()[:_LONGEST_TARGET]
    return SentimentTarget.of(target) if target else None


def _written(reading: Reading, reader: Reader, error: str | None) -> Mapping[str, Any]:
    label, probability, _ = reading.best()
    mood, mood_probability = likeliest(reading.mood)
    answer = {
        "sentiment": label,
        "probability": probability,
        "binary": reading.binary,
        "mood": mood,
        "mood_probability": mood_probability,
        "emotion": reading.emotion,
        "emotion_probability": reading.emotion_probability,
        "intent": reading.intent,
        "intent_probability": reading.intent_probability,
        "engine": reader.engine.name,
        "model": reader.engine.model,
    }
    return answer | {name: value for name, value in (("why", reading.why), ("error", error)) if value}


@contextmanager
def _opened(source: Path) -> Iterator[IO[bytes]]:
    try:
        with cast("IO[bytes]", gzip.open(source)) if source.suffix == ".gz" else source.open("rb") as lines:
            yield lines
    except (OSError, EOFError) as error:
        raise NotAFile(f"{source}: cannot be read ({error}): give a file of JSON Lines, plain or .gz") from error


def _count(source: Path) -> int:
    with _opened(source) as lines:
        return sum(1 for line in lines if line.strip())


@contextmanager
def _replaced(target: Path) -> Iterator[IO[bytes]]:
    """Write to a file beside the target, which takes its place when all is written."""
    with (
        written(target) as new,
        cast("IO[bytes]", gzip.open(new, "wb")) if target.suffix == ".gz" else new.open("wb") as out,
    ):
        yield out
