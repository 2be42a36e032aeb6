"""Hold every rule against the index, and bring the alerts up to date with what is found."""

from collections.abc import Sequence
from datetime import datetime

from config.brand import Brand
from config.rota import Rota
from config.rule import Rule
from indexing.alerts.alert import Alert
from indexing.alerts.lifecycle import in_milliseconds, take
from indexing.alerts.telling import tell
from indexing.detection import detect
from indexing.elasticsearch.store import Store
from indexing.evidence.evaluations import keep

__all__ = ["evaluate"]


def evaluate(
    store: Store,
    rules: Sequence[Rule],
    brands: Sequence[Brand],
    *,
    now: datetime,
    rota: Rota | None = None,
    changed_at: datetime | None = None,
) -> list[Alert]:
    """Return the alerts that are open at `now`, written to the index with whom to tell; `rules` are all there are.

    `changed_at` is since when mentions are analysed otherwise than the older ones, where they are.
    """
    now = in_milliseconds(now)
    found = detect(store, rules, brands, now=now, changed_at=changed_at, near=True)
    take(store, found.firings, rules, now=now, unasked=found.failures)
    alerts = tell(store, rules, rota, now=now, brands=brands)
    keep(store, found, now=now)
    return alerts
