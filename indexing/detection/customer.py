"""`customer` on the index: mentions of linked customers over time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from config.kinds import Verdict
from config.kinds.customer import Facts, When
from config.rule import Rule
from indexing.detection.counted import episodes_of
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import Search, SearchRounds
from indexing.detection.sentences import Said, about, joined
from indexing.detection.series import NEGATIVE, Look, lines, scope
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the customers that matter and complain."""
    when = cast(When, rule.when)
    look = Look(
        window=when.window,
        late=when.late,
        measures={"weight": {"stats": {"field": "customer.weight"}}},
        only=(*((NEGATIVE,) if when.negative_only else ()), *_asked(when)),
        least=when.min_count,
        by="customer.id",
    )
    beside = {name: said[0] for name, said in (("segment", when.segments), ("value", when.values)) if said}
    of = yield from lines(scope(rule, brands), look, brands, span)
    tiers = yield from _tiers(sorted({customer for _, customer in of if customer}))
    found = []
    for (brand, customer), line in of.items():
        tier = tiers.get(str(customer))

        def judge(line: Timeline, stop: int, tier: str | None = tier) -> Verdict:
            start = stop - STEPS
            weight = line.highest("weight", start, stop) or 0.0
            return when.judge(Facts(tier=tier, count=line.count(start, stop), weight=weight, **beside))

        own = episodes_of(rule, look, span, {(brand, customer): line}, judge)
        found += [replace(one, words={**one.words, "tier": tier or ""}) for one in own]
    return found


def _asked(when: When) -> Iterator[dict[str, Any]]:
    """Yield the conditions on what stands beside a mention's customer; only mentions that meet them are counted."""
    for field, wanted in (("customer.segment", when.segments), ("customer.value", when.values)):
        if wanted:
            yield {"terms": {field: list(wanted)}}


def _tiers(customers: list[str]) -> SearchRounds[dict[str, str]]:
    """Ask for what the shop calls the customers' tiers."""
    if not customers:
        return {}
    body = {"size": len(customers), "query": {"ids": {"values": customers}}, "_source": ["tier"]}
    (answer,) = yield [Search(kind="customers", body=body)]
    return {hit["_id"]: hit["_source"]["tier"] for hit in answer["hits"]["hits"] if hit["_source"].get("tier")}


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    count, tier = round(found.verdict.figure("count")), about(found.words["tier"])
    who = about(found.customer or "")
    return joined(
        found,
        name,
        span,
        f"：{tier}客户 {who} {count} 条提及",
        f"customer {who}{f' ({tier})' if tier else ''} spoke {count:,} times",
    )
