"""All rules held against the index at one moment: what fires, why, and which rules the index could not answer."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType

from config.brand import Brand
from config.rule import Rule
from indexing.alerts.firing import Firing
from indexing.detection.explain import asked, evidence, figures, questions, searches
from indexing.detection.found import Found, Heard, Span
from indexing.detection.nearness import Nearness
from indexing.detection.search_rounds import EvaluationFailed, Request, SearchRounds, drive
from indexing.detection.sentences import other_analysis
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Detected", "detect", "detector"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What one evaluation found. Silence of a rule means something only where it is among the `evaluated`."""

    firings: tuple[Firing, ...]
    """At most one a fingerprint: its latest episode."""
    evaluated: frozenset[str]
    """Ids of the rules that the index answered."""
    failures: Mapping[str, str]
    """By the ids of the others, why it did not."""
    nearness: Mapping[str, Nearness] = field(default_factory=dict)
    """By the ids of the evaluated rules how near each came to its brands, where that was wanted."""


def detect(
    store: Store,
    rules: Sequence[Rule],
    brands: Sequence[Brand],
    *,
    now: datetime,
    changed_at: datetime | None = None,
    near: bool = False,
) -> Detected:
    """Return what fires at `now`; EvaluationFailed where the index answered no rule at all.

    A reason says so where its usual is from before `changed_at`, and thus of another analysis than its window. With
    `near`, what did not fire is told of too: how near each rule came to each brand.
    """
    now = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    with_retries(lambda: store.refresh("mentions", "stories"))
    span = Span(now=now, changed_at=changed_at)
    nearness = {rule.id: Nearness(rule.when) for rule in rules} if near else {}
    spans = {rule.id: replace(span, nearness=nearness.get(rule.id)) for rule in rules}
    askings = {rule.id: _evaluate(store, rule, brands, spans[rule.id]) for rule in rules}
    results, failures = drive(store, askings)
    if failures and not results:
        raise EvaluationFailed(
            f"no rule could be evaluated: {next(iter(failures.values()))}: mend Elasticsearch (`tingfeng doctor`)"
        )
    firings = tuple(firing for rule in rules for firing in results.get(rule.id, ()))
    told = {id: own for id, own in nearness.items() if id in results}
    return Detected(firings=firings, evaluated=frozenset(results), failures=failures, nearness=told)


def detector(kind: str) -> ModuleType:
    """Return the module that knows what a kind of rule asks of the index: `find` and `say`."""
    return importlib.import_module(f"indexing.detection.{kind}")


def _evaluate(store: Store, rule: Rule, brands: Sequence[Brand], span: Span) -> SearchRounds[list[Firing]]:
    watched = {brand.id: brand for brand in brands if rule.watches(brand)}
    if not watched:
        return []
    module = detector(rule.when.kind)
    latest: dict[tuple[str, str | None, str | None], Found] = {}
    for found in (yield from module.find(rule, list(watched), span)):
        known = latest.get(found.subject_id)
        if known is None or (found.last_at, found.verdict.weight) > (known.last_at, known.verdict.weight):
            latest[found.subject_id] = found
        if span.nearness:
            span.nearness.fired(found.brand, found.story or found.customer, found.verdict)
    asks: list[list[Request]] = [list(searches(found)) for found in latest.values()]
    answers = iter((yield [ask for own in asks for ask in own]) if asks else [])
    return [
        _firing(store, rule, watched.get(found.brand), found, span, dict(zip(questions(found), answers, strict=False)))
        for found in latest.values()
    ]


def _firing(
    store: Store, rule: Rule, brand: Brand | None, found: Found, span: Span, answers: Mapping[str, Mapping[str, object]]
) -> Firing:
    heard = Heard.of(found.verdict)
    told = replace(found, verdict=heard)
    said = detector(rule.when.kind).say(told, brand.name if brand else found.brand, span)
    caution = other_analysis(found, span)
    return Firing(
        rule=rule.id,
        kind=rule.when.kind,
        title=rule.title,
        brand=found.brand,
        severity=rule.severity,
        story=found.story,
        customer=found.customer,
        began_at=found.began_at,
        last_at=found.last_at,
        window_start=found.start,
        window_end=found.end,
        weight=found.verdict.weight,
        figures=figures(found, answers),
        questions=asked(found, store.alias),
        reason_zh=said.zh + caution.zh,
        reason_en=said.en + caution.en,
        said=tuple(dict.fromkeys(heard.asked)),
        evidence=evidence(found, brand, answers),
        owner=rule.owner,
        runbook=rule.runbook,
    )
