"""What a crawl tells of itself: its verdict, its counts, and whether anything may be missing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from crawlers.slicing import Slice

__all__ = ["CrawlProgress", "CrawlReport", "Gap", "Verdict", "decode_report", "encode_report"]


class Verdict(StrEnum):
    """How a crawl went."""

    OK = "ok"
    EMPTY = "empty"
    """The platform said, in its own words, that there is nothing."""
    SHORT = "short"
    """Fewer posts than the feed's `minimum`."""
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    """We asked more often than the platform allows."""
    LOGIN_REQUIRED = "login_required"
    """The platform wants a credential: there was none, or it has expired, as the message says."""
    SCHEMA_CHANGED = "schema_changed"
    UNREACHABLE = "unreachable"
    CUT_SHORT = "cut_short"
    """Stopped before what earlier crawls have: too many pages, too little time, or the platform shows no more."""

    @property
    def is_fault(self) -> bool:
        """Whether the feed gives nothing until it comes back or somebody acts."""
        return self in (Verdict.BLOCKED, Verdict.LOGIN_REQUIRED, Verdict.SCHEMA_CHANGED, Verdict.UNREACHABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlProgress:
    """How far a crawl has come."""

    pages: int
    posts: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time of which posts may be missing; `lost` says that no later crawl can read it."""

    start: datetime
    end: datetime
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """One crawl of one feed × query; posts = new + known.

    `complete` says that nothing between the watermark and now is missing. `watermark` is where the next crawl will read
    back to.
    """

    run_id: str
    feed: str
    query: str
    platform: str
    window: str
    started_at: datetime
    finished_at: datetime
    pages: int
    posts: int
    new: int
    known: int
    dead: int
    verdict: Verdict
    complete: bool
    message: str = ""
    """What happened and what to do, in a sentence; empty when all is well."""
    watermark: datetime | None = None
    incomplete_since: datetime | None = None
    """When the crawls began of which none has closed the gap yet; None where nothing after the watermark is missing."""
    not_before: datetime | None = None
    """When the host, which refused or did not answer, is asked again for this target; None where nothing hinders."""
    purpose: str | None = None
    """`gap` or `backfill` for a crawl of one part of a plan; None for a live one."""
    slice: Slice | None = None
    """The part that was asked for."""
    capped: int = 0
    """1 for a part that the platform did not show whole, and that could not be asked for in smaller ones."""
    gap: Gap | None = None
    """The time that is not covered as of this crawl."""
    coverage: float | None = None
    """Share of what the platform says there is that the crawl saw, 0 to 1, where it says so."""


def encode_report(report: CrawlReport) -> bytes:
    """Return the report as one line of JSON, without the line end."""
    return msgspec.json.encode(report)


def decode_report(line: bytes) -> CrawlReport:
    """Read a report from one line of JSON; msgspec.ValidationError names the field."""
    return msgspec.json.decode(line, type=CrawlReport)
