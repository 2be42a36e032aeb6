"""`/answer/TOKEN`: a page that names the alert, the person and the action, and a button that does it, once."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from dashboards.console.pages.alerts import listing
from dashboards.console.render import page, people
from indexing.alerts.answers import check, follow

__all__ = ["router"]

router = APIRouter()

_SNOOZES = {"30m": "half_hour", "1h": "hour", "4h": "four_hours", "1d": "day"}
_LENGTHS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}
_LONGEST_NAME = 64


@router.get("/answer/{token}")
def ask(request: Request, token: str) -> HTMLResponse:
    """Show what the link would do; a preview of the link, or a second look, changes nothing."""
    claim, alert = check(request.app.state.store(), token, now=datetime.now(UTC))
    names = people()
    return page(request, "answer.html", claim=claim, alert=alert, names=names, lengths=_SNOOZES)


@router.post("/answer/{token}")
def act(
    request: Request, token: str, to: Annotated[str, Form()] = "", length: Annotated[str, Form()] = "1h"
) -> HTMLResponse:
    """Do it, and say how the alert stands."""
    store, now = request.app.state.store(), datetime.now(UTC)
    claim, _ = check(store, token, now=now)
    wanted = " ".join(to.split())[:_LONGEST_NAME] or None
    alert = follow(store, token, now=now, to=wanted, snoozed_for=_LENGTHS.get(length, _LENGTHS["1h"]))
    return page(request, "done.html", claim=claim, alert=alert, names=people(), listing=listing(now))
