"""A campaign's effect: participation and reach, the brand's sentiment, and each outcome against the control group.

The placebo is the same comparison of the two periods before the campaign: where that finds a difference too, the groups
went different ways already, and the effect cannot be told from that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.campaign import Campaign, Group, Outcome, load_campaigns
from config.errors import UserError
from indexing.effect.compare import Compared, compare
from indexing.effect.outcomes import observe
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.query_dsl import to_dsl
from indexing.metrics.wilson import Estimate, net_sentiment, share
from indexing.segments.members import find_segment, members, profiles_of
from indexing.segments.outreach import exported_in

__all__ = ["Effect", "Measured", "NoSuchCampaign", "effect", "find_campaign"]

_DURING, _BEFORE, _EARLIER = 0, 1, 2
_PAGE = 5_000


class NoSuchCampaign(UserError):
    """No campaign has this name, or what it names is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One outcome against the control group, or `refused`: few or constant; and the placebo."""

    outcome: Outcome
    compared: Compared | None
    refused: str | None
    placebo: Compared | None

    @property
    def doubtful(self) -> bool:
        """Whether the groups went different ways before the campaign already."""
        return self.placebo is not None and self.placebo.clear


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All that is known of a campaign; `in_both` and `too_new` customers are in neither group."""

    campaign: Campaign
    mentions: int
    accounts: int
    reach: int | None
    engagement: int
    treated: int
    control: int
    in_both: int
    too_new: int
    took_part: Estimate | None
    sentiment_before: Estimate | None
    sentiment_during: Estimate | None
    measured: tuple[Measured, ...]


def find_campaign(name: str) -> Campaign:
    """Return the campaign of this id or name."""
    known = load_campaigns()
    for campaign in known:
        if name.casefold() in (campaign.id.casefold(), campaign.name.casefold()):
            return campaign
    there = ", ".join(one.id for one in known) or "none yet: write config/campaigns/NAME.yaml"
    raise NoSuchCampaign(f"no campaign is called {name!r}; there are: {there}")


def effect(store: Store, campaign: Campaign) -> Effect:
    """Measure the campaign as the index stands now."""
    store.refresh(MONTHLY, "customer-records", "profiles")
    periods = [campaign.period(before) for before in (_DURING, _BEFORE, _EARLIER)]
    chosen, others = (set(_group(store, campaign, group)) for group in (campaign.treated, campaign.control))
    both = chosen & others
    old = _old_enough(store, sorted(chosen | others), periods[_BEFORE][0])
    treated, control = sorted((chosen - both) & old), sorted((others - both) & old)
    found = [observe(store, campaign, group, periods) for group in (treated, control)]
    said = _participation(store, campaign, treated)
    before, during = (_brand_sentiment(store, campaign.brand, periods[number]) for number in (_BEFORE, _DURING))
    return Effect(
        campaign=campaign,
        **said,
        treated=len(treated),
        control=len(control),
        in_both=len(both),
        too_new=len((chosen | others) - old),
        sentiment_before=before,
        sentiment_during=during,
        measured=tuple(_measured(outcome, found[0][outcome], found[1][outcome]) for outcome in campaign.outcomes),
    )


def _measured(
    outcome: Outcome, treated: Mapping[str, list[float | None]], control: Mapping[str, list[float | None]]
) -> Measured:
    main, placebo = (
        compare(_pairs(treated, before, after), _pairs(control, before, after))
        for before, after in ((_BEFORE, _DURING), (_EARLIER, _BEFORE))
    )
    return Measured(
        outcome=outcome,
        compared=main if isinstance(main, Compared) else None,
        refused=main if isinstance(main, str) else None,
        placebo=placebo if isinstance(placebo, Compared) else None,
    )


def _pairs(seen: Mapping[str, list[float | None]], before: int, after: int) -> list[tuple[float, float]]:
    both = ((values[before], values[after]) for values in seen.values())
    return [(one, other) for one, other in both if one is not None and other is not None]


def _group(store: Store, campaign: Campaign, group: Group) -> Sequence[str]:
    if group.segment:
        return members(store, find_segment(group.segment))
    found = exported_in(store, group.export or "")
    if found is None:
        raise NoSuchCampaign(
            f"campaign {campaign.id}: there is no export {group.export!r}: `tingfeng segments exports`"
        )
    return found


def _old_enough(store: Store, customers: Sequence[str], before: datetime) -> set[str]:
    """Return those who were customers before the period that the campaign is compared with."""
    return {
        profile["customer"]
        for profile in profiles_of(store, customers)
        if "since" in profile and datetime.fromisoformat(profile["since"]) < before
    }


def _participation(store: Store, campaign: Campaign, treated: Sequence[str]) -> dict[str, Any]:
    begin, end = campaign.period()
    filters: list[dict[str, Any]] = [
        {"term": {"brand": campaign.brand}},
        {"range": {"@timestamp": {"gte": begin.isoformat(), "lt": end.isoformat()}}},
        *([to_dsl(campaign.parsed)] if campaign.parsed else []),
    ]
    accounts = mentions = engagement = reach = known = 0
    customers: set[str] = set()
    for bucket in _accounts(store, filters):
        accounts += bucket["key"]["account"] is not None
        mentions += bucket["doc_count"]
        engagement += int(bucket["times"]["value"])
        known += bucket["followers"]["value"] is not None
        reach += int(bucket["followers"]["value"] or 0)
        customers |= {one["key"] for one in bucket["customers"]["buckets"]}
    return {
        "mentions": mentions,
        "accounts": accounts,
        "reach": reach if known else None,
        "engagement": engagement,
        "took_part": share(len(customers & set(treated)), len(treated)),
    }


def _accounts(store: Store, filters: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield a bucket for each account, and one for mentions without."""
    after: dict[str, Any] = {}
    while True:
        sources = [{"account": {"terms": {"field": "author.id", "missing_bucket": True}}}]
        sums = {
            "followers": {"max": {"field": "author.followers"}},
            "times": {"sum": {"field": "engagement.total"}},
            "customers": {"terms": {"field": "customer.id"}},
        }
        aggs = {"who": {"composite": {"size": _PAGE, "sources": sources, **after}, "aggs": sums}}
        answer = with_retries(
            lambda aggs=aggs: store.client.search(  # type: ignore[misc]
                index=store.alias(MONTHLY), size=0, query={"bool": {"filter": filters}}, aggs=aggs
            )
        )
        found = answer["aggregations"]["who"]
        yield from found["buckets"]
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}


def _brand_sentiment(store: Store, brand: str, period: tuple[datetime, datetime]) -> Estimate | None:
    begin, end = period
    filters = [
        {"term": {"brand": brand}},
        {"range": {"@timestamp": {"gte": begin.isoformat(), "lt": end.isoformat()}}},
    ]
    aggs = {"labels": {"terms": {"field": "sentiment.label"}}}
    answer = with_retries(
        lambda: store.client.search(index=store.alias(MONTHLY), size=0, query={"bool": {"filter": filters}}, aggs=aggs)
    )
    counts = {one["key"]: int(one["doc_count"]) for one in answer["aggregations"]["labels"]["buckets"]}
    return net_sentiment(counts.get("positive", 0), counts.get("negative", 0))
