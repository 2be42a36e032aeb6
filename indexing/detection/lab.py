"""The rule lab: when a rule would have paged, from the index as it is, against what people know to have happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.brand import Brand
from config.csv_rows import csv_rows
from config.errors import UserError
from config.moment import written_moment
from config.rule import Rule
from indexing.detection.detect import detector
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import EvaluationFailed, drive
from indexing.detection.sentences import Said
from indexing.elasticsearch.store import Store

__all__ = ["BadIncidents", "Incident", "Page", "Replayed", "read_incidents", "replay"]


class BadIncidents(UserError):
    """The file of incidents cannot be used; the message names the line and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that people know happened to a brand, and that a rule is to find."""

    brand: str
    begin: datetime
    end: datetime
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One time that people would have been paged: the first of the episodes that follow each other within `quiet`."""

    at: datetime
    brand: str
    story: str | None
    customer: str | None
    last_at: datetime
    weight: float
    reason_zh: str
    reason_en: str
    incident: Incident | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a rule would have done in (since, now]. Without incidents, nothing is missed and nothing false."""

    since: datetime
    now: datetime
    pages: tuple[Page, ...]
    missed: tuple[Incident, ...] = ()
    compared: bool = False

    @property
    def false(self) -> int:
        """Pages that belong to no incident."""
        return sum(page.incident is None for page in self.pages) if self.compared else 0

    @property
    def found(self) -> int:
        """Incidents with a page."""
        return len({id(page.incident) for page in self.pages if page.incident})


def replay(
    store: Store,
    rule: Rule,
    brands: Sequence[Brand],
    *,
    since: datetime,
    now: datetime,
    incidents: Sequence[Incident] | None = None,
) -> Replayed:
    """Return when the rule would have paged, evaluated at each quarter of its window.

    What the rule counts is asked of the index once, for the whole time. EvaluationFailed where it does not answer.
    """
    names = {brand.id: brand.name for brand in brands if rule.watches(brand)}
    span = Span(now=now, since=since)
    module = detector(rule.when.kind)
    results, failures = drive(store, {rule.id: module.find(rule, list(names), span)})
    if failures:
        raise EvaluationFailed(f"rule {rule.id}: {failures[rule.id]}: mend Elasticsearch (`tingfeng doctor`)")
    pages = [
        _page(found, module.say(found, names.get(found.brand, found.brand), span), rule, incidents or ())
        for found in _first_of_each(results[rule.id], rule.quiet)
    ]
    pages.sort(key=lambda page: (page.at, page.brand))
    hit = {id(page.incident) for page in pages}
    return Replayed(
        since=since,
        now=now,
        pages=tuple(pages),
        missed=tuple(incident for incident in incidents or () if id(incident) not in hit),
        compared=incidents is not None,
    )


def _page(found: Found, said: Said, rule: Rule, incidents: Iterable[Incident]) -> Page:
    return Page(
        at=found.fired_at,
        brand=found.brand,
        story=found.story,
        customer=found.customer,
        last_at=found.last_at,
        weight=found.verdict.weight,
        reason_zh=said.zh,
        reason_en=said.en,
        incident=_incident(found, incidents, rule.when.window),
    )


def _first_of_each(episodes: Iterable[Found], quiet: timedelta) -> list[Found]:
    """Return the episodes that page: one that begins soon after another of the same thing continues it."""
    by_subject = defaultdict(list)
    for found in episodes:
        by_subject[found.subject_id].append(found)
    paging = []
    for own in by_subject.values():
        last: datetime | None = None
        for found in sorted(own, key=lambda found: found.began_at):
            if last is None or found.began_at > last + quiet:
                paging.append(found)
            last = max(found.last_at, last) if last else found.last_at
    return paging


def _incident(found: Found, incidents: Iterable[Incident], window: timedelta) -> Incident | None:
    """Return the incident that the episode falls into, give or take a window."""
    for incident in incidents:
        meets = found.began_at <= incident.end + window and incident.begin - window <= found.last_at
        if meets and incident.brand in (found.brand, "*"):
            return incident
    return None


def read_incidents(path: Path) -> list[Incident]:
    """Read a CSV with the columns brand, begin, end and, if wanted, name; a time without a zone is Asia/Shanghai's."""
    example = "小米,2026-11-01T08:00,2026-11-02T20:00"
    return [_read(path, line, row) for line, row in csv_rows(path, ("brand", "begin", "end"), example, BadIncidents)]


def _read(path: Path, line: int, row: Mapping[str, str]) -> Incident:
    try:
        begin, end = (written_moment(row[name]) for name in ("begin", "end"))
        incident = Incident(brand=row["brand"].strip(), begin=begin, end=end, name=row.get("name", "").strip())
    except ValueError as error:
        raise BadIncidents(f"{path}:{line}: {error}: write a time such as 2026-11-01T08:00") from error
    if not incident.brand or incident.end < incident.begin:
        raise BadIncidents(f"{path}:{line}: write the brand's id, and an end that is not before the begin")
    return incident
