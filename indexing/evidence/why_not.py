"""Why did nothing come? What a minute of the past knew, how near every rule was, and what became of alerts by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.brand import Brand
from config.duty import on_duty
from config.errors import UserError
from config.override import Override
from config.rota import Rota
from config.rule import Rule
from config.settings import DAY_ZONE
from indexing.alerts.overrides import lasting
from indexing.alerts.silence import Silence
from indexing.elasticsearch.store import Store
from indexing.evidence.alerts_then import AlertThen, alerts_then, first_after
from indexing.evidence.at import GAP, Moment, Standing, standing_at
from indexing.evidence.known import Known, known_by
from indexing.evidence.silenced import silences_at

__all__ = ["InTheFuture", "WhyNot", "why_not"]

_HOURS, _DAY = timedelta(hours=6), timedelta(days=1)


class InTheFuture(UserError):
    """Nobody knows yet what that minute will have known."""


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
    overrides: tuple[Override, ...]
    """Of the rota, as they held then."""
    duty: tuple[str, ...]
    """Who was on duty then, by today's shifts and those overrides: ids of the rota."""
    quiet: bool
    """Whether quiet hours lasted then, by today's rota."""
    next_alert: tuple[str, datetime] | None
    """The first alert that was raised afterwards, within a day."""

    @property
    def gap(self) -> bool:
        """Whether nobody was looking: the last evaluation was long before."""
        return self.evaluated is None or self.at - self.evaluated.at > GAP


def why_not(
    store: Store, brand: Brand, at: datetime, *, rules: Sequence[Rule], rota: Rota | None, now: datetime
) -> WhyNot:
    """Return what the chain and the index tell of a minute; InTheFuture where it has not come."""
    if at > now:
        local = f"{at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
        raise InTheFuture(f"--at: {local} (Asia/Shanghai) has not come yet: give a time of the past")
    moment = standing_at(brand.id, at)
    watching = {rule.id: rule for rule in rules if rule.watches(brand)}
    standings = sorted(moment.standings if moment else (), key=_nearness, reverse=True)
    told = {one.rule for one in standings}
    longest = max((rule.when.window for rule in watching.values()), default=_HOURS)
    held = tuple(one for one in lasting(store, at) if one.holds(at) and one.made_at <= at)
    return WhyNot(
        brand=brand.id,
        at=at,
        evaluated=moment,
        standings=tuple(standings),
        unseen=tuple(sorted(watching.keys() - told)),
        known=known_by(store, brand, at, hours=max(_HOURS, min(longest, _DAY))),
        alerts=alerts_then(store, brand.id, at),
        silences=tuple(one for one in silences_at(store, at) if one.brand in (None, brand.id)),
        overrides=held,
        duty=on_duty(rota, at, held) if rota else (),
        quiet=rota is not None and rota.is_quiet(at),
        next_alert=first_after(store, brand.id, at),
    )


def _nearness(one: Standing) -> tuple[bool, float]:
    return one.state.fires, one.state.closeness
