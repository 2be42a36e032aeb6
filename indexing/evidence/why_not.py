"""Why did nothing come? What a minute of the past knew, how near every rule was, and what became of alerts by then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.brand import Brand
from config.errors import UserError
from config.rota import Rota
from config.rule import Rule
from indexing.alerts.explain import Happened, as_happened
from indexing.alerts.silence import Silence
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store
from indexing.evidence.at import Moment, Standing, standing_at
from indexing.evidence.known import Known, known_by
from indexing.evidence.silenced import silences_at

__all__ = ["AlertThen", "InTheFuture", "WhyNot", "why_not"]

_LOOKED_BACK = timedelta(days=7)
_BEFORE, _AFTER = timedelta(days=1), timedelta(days=1)
_HOURS = timedelta(hours=6)
_MOST_EVENTS = 2_000
_GAP = timedelta(minutes=15)
"""How long between two evaluations nobody looks at; longer ones are told of."""


class InTheFuture(UserError):
    """Nobody knows yet what that minute will have known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertThen:
    """An alert of the brand as it stood then: what had happened to it by that minute, oldest first."""

    id: str
    rule: str
    raised_at: datetime
    happened: tuple[Happened, ...]

    @property
    def sent(self) -> tuple[Happened, ...]:
        """What receivers had confirmed by then."""
        return tuple(one for one in self.happened if one.event == "sent")

    @property
    def held(self) -> Happened | None:
        """Why nobody had been told, as the last word was."""
        return next((one for one in reversed(self.happened) if one.event == "held"), None)

    @property
    def answered(self) -> tuple[Happened, ...]:
        """What people had said to it by then."""
        return tuple(one for one in self.happened if one.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """The answer for one brand and minute."""

    brand: str
    at: datetime
    evaluated: Moment | None
    """None where nobody evaluated in the two days before."""
    standings: tuple[Standing, ...]
    """Of the rules that watch the brand, the nearest first."""
    unseen: tuple[str, ...]
    """Ids of rules that watch the brand today, and of which nothing was counted."""
    known: Known
    alerts: tuple[AlertThen, ...]
    silences: tuple[Silence, ...]
    quiet: bool
    """Whether quiet hours lasted then, by today's rota."""
    next_alert: tuple[str, datetime] | None
    """The first alert that was raised afterwards, within a day."""

    @property
    def gap(self) -> bool:
        """Whether nobody was looking: the last evaluation was long before."""
        return self.evaluated is None or self.at - self.evaluated.at > _GAP


def why_not(
    store: Store, brand: Brand, at: datetime, *, rules: Sequence[Rule], rota: Rota | None, now: datetime
) -> WhyNot:
    """Return what the chain and the index tell of a minute; InTheFuture where it has not come."""
    if at > now:
        raise InTheFuture(f"--at: {at:%Y-%m-%d %H:%M} UTC has not come yet: give a time of the past")
    moment = standing_at(brand.id, at)
    watching = {rule.id: rule for rule in rules if rule.watches(brand)}
    standings = sorted(moment.standings if moment else (), key=_nearness, reverse=True)
    told = {one.rule for one in standings}
    longest = max((rule.when.window for rule in watching.values()), default=_HOURS)
    happened = _events(store, brand.id, at)
    return WhyNot(
        brand=brand.id,
        at=at,
        evaluated=moment,
        standings=tuple(standings),
        unseen=tuple(sorted(watching.keys() - told)),
        known=known_by(store, brand, at, hours=max(_HOURS, min(longest, _BEFORE))),
        alerts=tuple(_then(happened, at)),
        silences=tuple(one for one in silences_at(store, at) if one.brand in (None, brand.id)),
        quiet=rota is not None and rota.is_quiet(at),
        next_alert=next(((id, one.at) for id, one in happened if one.event == "firing" and one.at > at), None),
    )


def _nearness(one: Standing) -> tuple[bool, float]:
    return one.state.fires, one.state.closeness


def _events(store: Store, brand: str, at: datetime) -> list[tuple[str, Happened]]:
    """Return what happened to the brand's alerts in the week before and the day after, oldest first."""
    times = {"gte": (at - _LOOKED_BACK).isoformat(), "lte": (at + _AFTER).isoformat()}
    query = {"bool": {"filter": [{"terms": {"brand": [brand, "*"]}}, {"range": {"@timestamp": times}}]}}
    with store_errors():
        answer = store.client.search(
            index=store.alias("alert-events"), query=query, size=_MOST_EVENTS, sort=[{"@timestamp": "desc"}]
        )
    found = [(hit["_source"]["alert"], as_happened(hit["_source"])) for hit in answer["hits"]["hits"]]
    return sorted(found, key=lambda pair: (pair[1].at, pair[1].event != "firing"))


def _then(happened: Iterable[tuple[str, Happened]], at: datetime) -> Iterable[AlertThen]:
    by_alert: dict[str, list[Happened]] = {}
    for id, one in happened:
        if one.at <= at:
            by_alert.setdefault(id, []).append(one)
    for id, own in by_alert.items():
        over = any(one.event == "resolved" for one in own[-1:])
        if not over or own[-1].at > at - _BEFORE:
            yield AlertThen(id=id, rule=id.split(".")[0], raised_at=own[0].at, happened=tuple(own))
