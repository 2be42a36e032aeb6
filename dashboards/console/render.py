"""The console's pages as HTML: everything escaped, in the reader's language, without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from markupsafe import Markup

from config.brand import load_brands
from config.load import ConfigError
from config.rota import load_rota
from dashboards.console.phrases import PHRASES
from dashboards.page import shown
from dashboards.page.phrases import Both, named
from dashboards.strict import templates
from indexing.alerts.facts import ZONE, facts_of
from indexing.alerts.links import LIFETIME, Action, Claim, alert_address
from indexing.alerts.reason import Reason
from indexing.alerts.reason_words import said
from indexing.alerts.worth import LABELS
from indexing.mentions.titled import own_title

__all__ = ["LENGTHS", "SNOOZES", "brands", "language", "page", "people", "policy"]

SNOOZES: Mapping[str, str] = MappingProxyType({"30m": "half_hour", "1h": "hour", "4h": "four_hours", "1d": "day"})
"""For how long an alert can be put off, and the phrase for it."""
LENGTHS: Mapping[str, timedelta] = MappingProxyType(
    {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}
)

_TEMPLATES = Path(__file__).with_name("templates")


def page(
    request: Request, template: str, *, status: int = 200, claim: Claim | None = None, **values: Any
) -> HTMLResponse:
    """Return a page of the templates in the reader's language; `claim` is what the link says that led here."""
    code = language(request)

    def say(phrase: str | Both, **filled: Any) -> str:
        both = PHRASES[phrase] if isinstance(phrase, str) else phrase
        return both[1 if code == "en" else 0].format(**filled)

    other = request.url.include_query_params(lang="zh" if code == "en" else "en").query
    shared = {"request": request, "lang": code, "other_query": other, "say": say, "claim": claim}
    shared["address"] = _addresses(request, claim)
    html = _environment().get_template(template).render(**shared, **values)
    return HTMLResponse(html, status_code=status)


def language(request: Request) -> str:
    """Return `zh` or `en`: what the address asks for, else what the browser prefers, else Chinese."""
    if (asked := request.query_params.get("lang")) in ("zh", "en"):
        return str(asked)
    preferred = request.headers.get("accept-language", "").strip().casefold()
    return "en" if preferred.startswith("en") else "zh"


def _addresses(request: Request, claim: Claim | None) -> Callable[[str], str]:
    """Return where this reader sees an alert, for no longer than the link is good that they came by."""
    asked = request.query_params.get("lang")
    sees_all = claim is not None and claim.action is Action.VIEW and not claim.alert

    def address(id: str) -> str:
        place = alert_address(id, claim.expires_at if claim else datetime.now(UTC) + LIFETIME)
        if sees_all:
            place = f"{place.partition('?')[0]}?{urlencode({'key': request.query_params['key']})}"
        if asked in ("zh", "en"):
            place += f"{'&' if '?' in place else '?'}lang={asked}"
        return place

    return address


def people() -> dict[str, str]:
    """Return the names of the rota's people by their ids; none where there is no rota, or none that can be read."""
    try:
        rota = load_rota()
    except ConfigError:
        return {}
    return {id: person.name for id, person in rota.people.items()} if rota else {}


def brands() -> dict[str, str]:
    """Return the brands' names by their ids; none where their files cannot be read, which `doctor` tells of."""
    try:
        return {brand.id: brand.name for brand in load_brands()}
    except ConfigError:
        return {}


def policy() -> str:
    """Return the policy that forbids every script, every style but our own, and every other host."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _moment(text: str) -> str:
    return shown.shanghai(datetime.fromisoformat(text))


def _said(reason: Reason, names: Mapping[str, str] = MappingProxyType({})) -> Both:
    """Return the reason in both languages, people by their names."""
    return said(reason, lambda id: names.get(id, id))


def _page_query(asked: Mapping[str, str], number: int) -> str:
    """Return the query of an address with another page of it."""
    return urlencode({**asked, "at": number})


@cache
def _style() -> str:
    return (_TEMPLATES / "console.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = templates(_TEMPLATES)
    made.filters |= {"shanghai": shown.shanghai, "prose": shown.prose, "link": shown.link}
    made.filters |= {"page_query": _page_query, "moment": _moment, "own_title": own_title}
    made.globals |= {
        "named": named,
        "facts_of": facts_of,
        "said_of": _said,
        "worths": LABELS,
        "zone": ZONE,
        "style": lambda: Markup(_style()),  # noqa: S704 -- the page's own style
    }
    return made
