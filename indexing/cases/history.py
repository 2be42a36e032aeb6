"""What stands beside a case: what the customer said, and the profile in short; no personal value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexing.cases import records
from indexing.cases.case import Case
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.titled import titled
from indexing.profiles.gather import found
from indexing.segments.members import profiles_of

__all__ = ["CaseHistory", "SaidThen", "history"]

_LATEST = 10
_FIELDS = ("@timestamp", "platform", "title", "text", "url.full", "sentiment.label")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidThen:
    """One mention; `of_case` says whether the case is about it."""

    id: str
    at: datetime
    platform: str
    text: str
    label: str | None
    url: str | None
    of_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """The mentions of the case and the customer's latest, newest first; the profile; earlier cases."""

    mentions: tuple[SaidThen, ...]
    profile: Mapping[str, Any]
    earlier: tuple[Case, ...]

    @property
    def facts(self) -> dict[str, str]:
        """The profile in short, for a table."""
        profile = self.profile
        bought, voice, member = (profile.get(name, {}) for name in ("purchases", "voice", "member"))
        spent = ", ".join(f"{one['amount']:,.2f} {one['currency']}" for one in bought.get("spent", ()))
        shown = {
            "tier": profile.get("tier"),
            "customer since": str(profile.get("since", ""))[:10],
            "value": profile.get("value_band"),
            "purchases": f"{bought['orders']:,} ({spent}), last {bought.get('last_at', '')[:10]}" if bought else None,
            "points": member.get("points"),
            "mentions": f"{voice['mentions']:,}, {voice['negative']:,} negative" if voice else None,
            "open tickets": profile.get("tickets", {}).get("open"),
            "churn risk": profile.get("churn", {}).get("band"),
            "earlier cases": len(self.earlier) or None,
        }
        return {name: str(value) for name, value in shown.items() if value not in (None, "")}


def history(store: Store, case: Case) -> CaseHistory:
    """Return what is known of the customer of a case; of one that has none any more, only its mentions."""
    store.refresh(MONTHLY)
    hits = list(found(store, MONTHLY, {"ids": {"values": list(case.mentions)}}, _FIELDS))
    profile: Mapping[str, Any] = {}
    earlier: tuple[Case, ...] = ()
    if case.customer:
        theirs = {"term": {"customer.id": case.customer}}
        answer = with_retries(
            lambda: store.client.search(
                index=store.alias(MONTHLY),
                query=theirs,
                size=_LATEST,
                sort=[{"@timestamp": "desc"}],
                source_includes=list(_FIELDS),
            )
        )
        hits += answer["hits"]["hits"]
        profile = next(iter(profiles_of(store, [case.customer])), {})
        others = records.cases_where(store, {"term": {"customer": case.customer}})
        earlier = tuple(one for one in others if one.id != case.id)
    known = {hit["_id"]: _said(hit, hit["_id"] in case.mentions) for hit in hits}
    ordered = sorted(known.values(), key=lambda one: (one.at, one.id), reverse=True)
    return CaseHistory(mentions=tuple(ordered), profile=profile, earlier=earlier)


def _said(hit: Mapping[str, Any], of_case: bool) -> SaidThen:
    source = hit["_source"]
    return SaidThen(
        id=hit["_id"],
        at=datetime.fromisoformat(source["@timestamp"]),
        platform=source["platform"],
        text=titled(source.get("title"), source.get("text")),
        label=source.get("sentiment", {}).get("label"),
        url=source.get("url", {}).get("full"),
        of_case=of_case,
    )
