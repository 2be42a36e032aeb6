"""`/answer/TOKEN`: a page that names the alert, the person and the action, and a button that does it, once."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from config.rota import load_rota
from dashboards.console.render import LENGTHS, SNOOZES, page, people
from indexing.alerts.answers import NotPossible, check, follow, person_of
from indexing.alerts.explain import time_line
from indexing.alerts.links import Action, listing_address

__all__ = ["router"]

router = APIRouter()

_LONGEST_NAME = 64


@router.get("/answer/{token}")
def ask(request: Request, token: str) -> HTMLResponse:
    """Show what the link would do; a preview of the link, or a second look, changes nothing."""
    claim, alert = check(request.app.state.store(), token, now=datetime.now(UTC))
    return page(request, "answer.html", claim=claim, alert=alert, names=people(), lengths=SNOOZES)


@router.post("/answer/{token}")
def act(
    request: Request,
    token: str,
    to: Annotated[str, Form()] = "",
    length: Annotated[str, Form()] = "1h",
    reason: Annotated[str, Form()] = "",
    worth: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Do it, and say how the alert stands."""
    store, now = request.app.state.store(), datetime.now(UTC)
    claim, _ = check(store, token, now=now)
    wanted = " ".join(to.split())[:_LONGEST_NAME]
    if claim.action is Action.ASSIGN:
        if not wanted:
            raise NotPossible("请选择转交给谁 say whom to give it to: go back and choose; the link stays good")
        wanted = person_of(load_rota(), wanted)
    snoozed_for = LENGTHS.get(length, LENGTHS["1h"])
    alert = follow(store, token, now=now, to=wanted or None, snoozed_for=snoozed_for, reason=reason, worth=worth)
    happened = time_line(store, alert.id)
    return page(
        request, "done.html", claim=claim, alert=alert, names=people(), happened=happened, listing=listing_address(now)
    )
