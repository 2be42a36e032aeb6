"""What people say of a mention's sentiment: kept with who and when, and kept apart for training or for measuring.

A text is on one side for good, by its hash, as nlp.training splits all its rows: what measures never trains.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from config.csv_rows import csv_rows
from config.errors import UserError
from config.settings import DAY_ZONE
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import millis, month, timestamp
from indexing.mentions.write import Outcome, Update, write
from nlp.classifier.heads import SENTIMENTS
from nlp.classifier.text import normalise
from nlp.mentions import said
from nlp.training.corpora import Part, part

__all__ = ["WITHDRAWN", "BadCorrection", "Correction", "Corrected", "corrected", "correct", "export", "read"]

WITHDRAWN = "withdraw"
"""In a label's place: the person takes an earlier label back, and the engine's counts again."""
_LABELS = (*SENTIMENTS, WITHDRAWN)
_LONGEST_NAME = 100


class BadCorrection(UserError):
    """A correction cannot be taken; the message says which, and what to write instead. Nothing has been stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's label for one mention (`platform:kind:native_id:brand`)."""

    id: str
    label: str
    by: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise BadCorrection("id: name the mention, as `tingfeng query --format jsonl` prints it")
        if self.label not in _LABELS:
            raise BadCorrection(f"{self.id}: sentiment {self.label!r}: write one of {', '.join(_LABELS)}")
        if not self.by.strip() or len(self.by) > _LONGEST_NAME:
            raise BadCorrection(f"{self.id}: by: say who gives the label, in {_LONGEST_NAME} characters at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A mention with a person's label beside the engine's."""

    id: str
    month: str
    """When it was published, such as 2026.11."""
    text: str
    """The author's words, as the engine read them."""
    target: str | None
    """What the engine was asked about; None for the whole post."""
    predicted: str
    model: str
    label: str
    by: str
    part: Part


def correct(store: Store, corrections: Iterable[Correction]) -> list[str]:
    """Store the corrections and return the ids of mentions that are not there; the same again changes nothing."""
    given = list(corrections)
    with store_errors():
        store.refresh(MONTHLY)  # or a mention that has just come in would not be found
        results = write(store, map(_update, given))
        store.refresh(MONTHLY)
    return [one.id for one, result in zip(given, results, strict=True) if result.outcome is Outcome.MISSING]


def _update(one: Correction) -> Update:
    version = {"writers": {"person": millis(one.at)}}
    label = {"correction": {"sentiment": one.label, "by": one.by.strip(), "at": timestamp(one.at)}}
    part_ = version if one.label == WITHDRAWN else {**label, **version}
    return Update(id=one.id.strip(), parts={Writer.PERSON: part_}, month=month(one.at), ingested=timestamp(one.at))


def read(file: Path, by: str | None = None) -> list[Correction]:
    """Read a CSV with the columns id, sentiment and, where `by` is not given, by. Raises BadCorrection."""
    now, found = datetime.now(UTC), []
    for line, row in csv_rows(file, ("id", "sentiment"), "weibo:post:4901:小米,negative", BadCorrection):
        try:
            who = row.get("by") or by or ""
            found.append(Correction(id=row["id"], label=row["sentiment"].strip(), by=who, at=now))
        except BadCorrection as error:
            raise BadCorrection(f"{file}:{line}: {error}") from error
    return found


def corrected(store: Store, wanted: Part | None = None) -> Iterator[Corrected]:
    """Yield the mentions that people have labelled, oldest first; of one part, or both."""
    query = {"query": {"exists": {"field": "correction.sentiment"}}, "sort": ["@timestamp"]}
    with store_errors():
        store.refresh(MONTHLY)
        hits = list(scan(store.client, index=store.alias(MONTHLY), query=query, preserve_order=True))
    for hit in hits:
        one = _corrected(hit["_id"], hit["_source"])
        if wanted in (None, one.part):
            yield one


def _corrected(id: str, document: dict[str, Any]) -> Corrected:
    sentiment, text = document.get("sentiment", {}), said(document.get("title"), document.get("text", ""))
    published = datetime.fromisoformat(document["@timestamp"]).astimezone(DAY_ZONE)
    return Corrected(
        id=id,
        month=published.strftime("%Y.%m"),
        text=text,
        target=sentiment.get("target"),
        predicted=sentiment.get("predicted", ""),
        model=sentiment.get("model", ""),
        label=document["correction"]["sentiment"],
        by=document["correction"].get("by", ""),
        part=part(normalise(text)),
    )


def export(found: Iterable[Corrected], out: IO[str]) -> int:
    """Write the CSV that `python -m nlp.training --csv` reads, and return its rows; a text without words has none."""
    writer = csv.writer(out)
    writer.writerow(("text", "sentiment", "target"))
    rows: Sequence[tuple[str, str, str]] = [(one.text, one.label, one.target or "") for one in found]
    kept = [row for row in dict.fromkeys(rows) if normalise(row[0])]
    writer.writerows(kept)
    return len(kept)
