"""`config/retention.yaml`: how long each kind of data is kept."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from config import settings
from config.duration import duration, written
from config.load import load

__all__ = ["FOREVER", "Age", "EvidenceRetention", "IndexRetention", "Retention", "age_as_written", "load_retention"]

FOREVER = "forever"
_SHORTEST = timedelta(days=7)


def _read(value: Any) -> timedelta | None:
    if value is None or value == FOREVER:
        return None
    age = duration(value)
    if age < _SHORTEST:
        raise ValueError(f"got {value!r}: work may still wait for it: write {_SHORTEST.days}d or more, or {FOREVER}")
    return age


def age_as_written(age: timedelta | None) -> str:
    """Return an age as people write it: `400d`, `forever`."""
    return FOREVER if age is None else written(age)


Age = Annotated[
    timedelta | None,
    BeforeValidator(_read),
    PlainSerializer(age_as_written),
    WithJsonSchema(
        {"type": ["string", "null"], "pattern": r"^([0-9]{1,9}\s*[smhdw]|forever)$", "examples": ["400d", FOREVER]}
    ),
]
"""How old something grows before it goes; None, written `forever`, keeps it."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IndexRetention(_Written):
    """Documents by their time; what is not named is kept for good."""

    mentions: Age = None
    """By whole months, once the last day of the month is older; their stories count without them from then on."""
    engagement: Age = None
    runs: Age = None
    levels: Age = None
    dark: Age = None
    alert_events: Age = None
    notes: Age = None
    customer_records: Age = None
    """Orders, visits, memberships, tickets and consents, by their own time."""
    looks: Age = None
    """Who looked at whose personal values."""
    retracted: Age = None
    """What is noted of mentions that a newer analysis no longer makes."""


class EvidenceRetention(_Written):
    """What the lines of the hash chain speak of, by the day of the line; the lines themselves stay for good."""

    evaluations: Age = timedelta(days=400)
    """How near every rule came to every brand: what `tingfeng alerts why-not` tells."""
    alerts: Age = None
    """What was raised, held, told and answered, silences, and overrides of the rota."""
    mentions: Age = None
    """Digests of mentions and of their received pages."""

    def ages(self) -> tuple[tuple[tuple[str, ...], timedelta | None], ...]:
        """Return the kinds of lines, each with how long their contents are kept."""
        return (
            (("evaluation", "near"), self.evaluations),
            (("alert", "event", "silence", "override"), self.alerts),
            (("mention", "page"), self.mentions),
        )


class Retention(_Written):
    """The whole file; each part has its default, and so has a missing file."""

    id: str = "retention"
    raw: Age = timedelta(days=400)
    """Crawled posts and what each stage made of them, by the day of the crawl; the index keeps what it holds."""
    dead_letters: Age = timedelta(days=90)
    """What could not be read, analysed, indexed or imported."""
    pages: Age = timedelta(days=400)
    """Received pages of posts that speak of a brand, by the day of the fetch."""
    pictures: Age = timedelta(days=400)
    """Fingerprints of pictures, and why others have none, by the day on which they were fetched."""
    plans: Age = timedelta(days=30)
    """Backfills that a person began and nobody ended, by the day on which they were last read on."""
    private: Age = timedelta(days=90)
    """Private messages of people who agreed (微信客服, 会话存档), by the day on which they were written."""
    callbacks: Age = timedelta(days=30)
    """What WeCom's callbacks told, by the day on which it came."""
    backups: Annotated[int, Field(ge=1, le=1000)] = 7
    """How many nightly backups, not how many days: where no night succeeds, none goes."""
    evidence: EvidenceRetention = EvidenceRetention()
    index: IndexRetention = IndexRetention()


def load_retention(path: Path | None = None) -> Retention:
    """Return what config/retention.yaml says, or the defaults where there is no such file."""
    path = path or settings.config_dir() / "retention.yaml"
    return load(path, Retention) if path.exists() else Retention()
