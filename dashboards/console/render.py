"""The console's pages as HTML: everything escaped, in the reader's language, without anything from elsewhere."""

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

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
from indexing.titled import own_title

__all__ = ["brands", "language", "page", "people", "policy"]

_TEMPLATES = Path(__file__).with_name("templates")


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page of the templates in the reader's language."""
    code = language(request)

    def say(phrase: str | Both, **filled: Any) -> str:
        both = PHRASES[phrase] if isinstance(phrase, str) else phrase
        return both[1 if code == "en" else 0].format(**filled)

    other = request.url.include_query_params(lang="zh" if code == "en" else "en").query
    html = (
        _environment().get_template(template).render(request=request, lang=code, other_query=other, say=say, **values)
    )
    return HTMLResponse(html, status_code=status)


def language(request: Request) -> str:
    """Return `zh` or `en`: what the address asks for, else what the browser prefers, else Chinese."""
    if (asked := request.query_params.get("lang")) in ("zh", "en"):
        return str(asked)
    preferred = request.headers.get("accept-language", "").strip().casefold()
    return "en" if preferred.startswith("en") else "zh"


def people() -> dict[str, str]:
    """Return the names of the rota's people by their ids; none where there is no rota."""
    rota = load_rota()
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


@cache
def _style() -> str:
    return (_TEMPLATES / "console.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = templates(_TEMPLATES)
    made.filters |= {"shanghai": shown.shanghai, "moment": _moment, "prose": shown.prose, "own_title": own_title}
    made.filters["link"] = shown.link
    made.globals |= {"named": named, "style": lambda: Markup(_style())}  # noqa: S704 -- the page's own style
    return made
