"""A customer's profile as its document: a function of what the index holds of the customer, and of the scales alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from indexing.customers.customer import Customer
from indexing.customers.record import Consent, Membership, Order, Record, Ticket, Visit
from indexing.mentions.document import timestamp
from indexing.profiles.consents import said_of
from indexing.profiles.purchases import Purchases, day_of, purchases
from indexing.profiles.scales import Buyer, Scales, fifth
from indexing.profiles.scores import churn, influence, rfm_group, value_band
from indexing.profiles.voice import Voice

__all__ = ["YEAR", "Facts", "buyer_of", "profile_of", "worth_of"]

YEAR = timedelta(days=365)
_SOON = timedelta(days=30)
_NO_PURCHASE = {"segment": "no_purchase", "value_band": "none"}
_DONE = frozenset(
    [
        *("closed", "resolved", "done", "solved", "finished"),
        *("已关闭", "关闭", "已解决", "解决", "已完成", "完成", "已处理"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the index holds of one customer."""

    customer: Customer
    records: Sequence[Record]
    voice: Voice | None = None
    open_cases: Sequence[str] = ()
    cases: int = 0


def buyer_of(orders: Iterable[Order], day: date) -> Buyer | None:
    """Return what the customer adds to the scales; None for one who never bought."""
    bought = purchases(orders)
    return _buyer(bought, day) if bought.standing else None


def worth_of(orders: Iterable[Order], scales: Scales | None) -> dict[str, str]:
    """Return the `segment` and the `value_band` alone; without scales, of somebody who has not ordered anything."""
    value = _value(purchases(orders), scales) if scales else dict(_NO_PURCHASE)
    return {name: value[name] for name in _NO_PURCHASE}


def profile_of(facts: Facts, scales: Scales) -> dict[str, Any]:
    """Return the document without its `@timestamp`; what is not known is left out."""
    customer, day = facts.customer, scales.day
    orders = purchases(one for one in facts.records if isinstance(one, Order))
    member = _member([one for one in facts.records if isinstance(one, Membership)], day)
    tickets = [one for one in facts.records if isinstance(one, Ticket)]
    unsettled = sum(not _settled(one) for one in tickets)
    word = said_of(facts.records)
    value = _value(orders, scales)
    return _known(
        {
            "customer": customer.id,
            "day": day.isoformat(),
            "tier": member.get("tier") or customer.tier,
            "shop_segment": customer.segment,
            "active": customer.active,
            "tags": sorted(customer.tags),
            "since": _since(customer, facts.records),
            "channels": sorted({*orders.channels, *(facts.voice.fields["platforms"] if facts.voice else ())}),
            "contacts": sorted({str(one.kind) for one in customer.personal}),
            "member": member,
            "consents": {
                "granted": sorted(purpose for purpose, granted in word.items() if granted),
                "refused": sorted(purpose for purpose, granted in word.items() if not granted),
            },
            "purchases": _purchases(orders),
            "visits": _visits([one for one in facts.records if isinstance(one, Visit)]),
            **value,
            "voice": facts.voice.fields if facts.voice else None,
            "tickets": _tickets(tickets, unsettled),
            "cases": {"open": len(facts.open_cases), "ids": sorted(facts.open_cases), "all": facts.cases}
            if facts.cases
            else None,
            **_scores(facts, value, orders, member, unsettled, scales),
            "records": sorted(one.id for one in facts.records),
        }
    )


def _visits(visits: Sequence[Visit]) -> dict[str, Any] | None:
    if not visits:
        return None
    stores = sorted({one.store for one in visits if one.store})
    return {"count": len(visits), "last_at": timestamp(max(one.at for one in visits)), "stores": stores}


def _tickets(tickets: Sequence[Ticket], unsettled: int) -> dict[str, Any] | None:
    if not tickets:
        return None
    last = timestamp(max(one.at for one in tickets))
    return {"open": unsettled, "closed": len(tickets) - unsettled, "last_at": last}


def _value(orders: Purchases, scales: Scales) -> dict[str, Any]:
    if not orders.standing:
        return dict(_NO_PURCHASE)
    buyer = _buyer(orders, scales.day)
    late = fifth(buyer.recency, scales.recency)
    r = None if late is None else 6 - late
    f = fifth(buyer.frequency, scales.frequency) if buyer.frequency else None
    m = fifth(buyer.amount, scales.amounts.get(buyer.currency, ())) if buyer.frequency else None
    rfm = {
        "recency_days": buyer.recency,
        "frequency": buyer.frequency,
        "monetary": buyer.amount,
        "currency": buyer.currency,
        "r": r,
        "f": f,
        "m": m,
    }
    band = "unranked" if buyer.frequency and (f is None or m is None) else value_band(f, m)
    return {"segment": rfm_group(r, f, m), "value_band": band, "rfm": rfm}


def _buyer(orders: Purchases, day: date) -> Buyer:
    bought, year = orders.standing, day - YEAR
    counts: dict[str, int] = {}
    for one in bought:
        counts[one.currency] = counts.get(one.currency, 0) + 1
    code = min(counts, key=lambda name: (-counts[name], name))
    return Buyer(
        recency=max(0, (day - day_of(bought[-1].at)).days),
        frequency=sum(day_of(one.at) > year for one in bought),
        currency=code,
        amount=orders.spent(year).get(code, 0.0),
        gap_days=orders.gap_days,
    )


def _scores(
    facts: Facts, value: Mapping[str, Any], orders: Purchases, member: Mapping[str, Any], unsettled: int, scales: Scales
) -> dict[str, Any]:
    voice = facts.voice
    return {
        "churn": churn(
            silent_days=value.get("rfm", {}).get("recency_days"),
            gap_days=orders.gap_days or scales.gap_days,
            negative=voice.lately_negative if voice else 0,
            mentions=voice.lately if voice else 0,
            open_complaints=unsettled + len(facts.open_cases),
            member=member.get("state"),
        ),
        "influence": influence(
            followers=voice.followers,
            engagement=voice.engagement,
            mentions=voice.mentions,
            verified=voice.verified,
        )
        if voice
        else None,
    }


def _purchases(orders: Purchases) -> dict[str, Any] | None:
    if not (orders.all or orders.loose):
        return None
    bought = orders.standing
    return {
        "orders": len(bought),
        "refunds": len(orders.all) - len(bought),
        "first_at": timestamp(bought[0].at) if bought else None,
        "last_at": timestamp(bought[-1].at) if bought else None,
        "gap_days": orders.gap_days,
        "channels": sorted(orders.channels),
        "stores": sorted(orders.stores),
        "items": list(orders.items),
        "spent": [{"currency": code, "amount": amount} for code, amount in orders.spent().items()],
    }


def _member(states: Sequence[Membership], day: date) -> dict[str, Any]:
    """Return the membership as of the day: of several records the newest that has begun, each field for itself."""
    begun = sorted((one for one in states if day_of(one.at) <= day), key=lambda one: (one.at, one.id), reverse=True)
    if not begun:
        return {}
    tier = next((one.tier for one in begun if one.tier), None)
    until = next((one.until for one in begun if one.until), None)
    points = next((one.points for one in begun if one.points is not None), None)
    ended = until is not None and until < day
    state = "expired" if ended else "expiring" if until is not None and until <= day + _SOON else "good"
    return {
        "tier": tier,
        "points": 0 if ended and points is not None else points,
        "expired_points": points if ended else None,
        "until": until.isoformat() if until else None,
        "state": state,
    }


def _settled(ticket: Ticket) -> bool:
    return ticket.closed_at is not None or (ticket.status or "").strip().casefold() in _DONE


def _since(customer: Customer, records: Sequence[Record]) -> str | None:
    moments: list[datetime] = [customer.registered_at] if customer.registered_at else []
    moments = moments or [one.at for one in records if not isinstance(one, Consent)]
    return timestamp(min(moments)) if moments else None


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None or empty, within objects too."""
    plain = {name: _known(value) if isinstance(value, Mapping) else value for name, value in fields.items()}
    return {name: value for name, value in plain.items() if value not in (None, [], {}, ())}
