"""`/cases` and `/cases/ID`: complaints of customers, the customer's history beside each; for roles that may `cases`."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from config.errors import UserError
from config.privacy import May
from dashboards.console.case_phrases import PHRASES
from dashboards.console.render import brands, page
from dashboards.console.session import form_token, own_form, signed_in
from indexing.cases import records
from indexing.cases.actions import ACTIONS, NotPossible, act, possible
from indexing.cases.history import history
from indexing.customers.asker import Asker

__all__ = ["router"]

router = APIRouter()

_SHOWN = 200
_LONGEST_NAME, _LONGEST_NOTE = 64, 500


@router.get("/cases")
def listing(request: Request, asker: Annotated[Asker, Depends(signed_in)], all: str = "") -> HTMLResponse:
    """Show the open cases, the oldest first; with `all`, the latest of all."""
    asker.must(May.CASES)
    store = request.app.state.store()
    query = {"match_all": {}} if all else {"term": {"open": True}}
    cases, total = records.some_cases(store, query, _SHOWN, newest_first=bool(all))
    return page(request, "cases.html", words=PHRASES, cases=cases, total=total, names=brands(), all=bool(all))


@router.get("/cases/{id}")
def show(request: Request, id: str, asker: Annotated[Asker, Depends(signed_in)], done: str = "") -> HTMLResponse:
    """Show one case with what happened to it, what can be done, and the customer's history."""
    asker.must(May.CASES)
    store = request.app.state.store()
    try:
        case = records.find(store, id)
    except records.NoSuchCase:
        return page(request, "notice.html", status=404, phrase="no_page", detail="")
    return page(
        request,
        "case.html",
        words=PHRASES,
        case=case,
        told=history(store, case),
        names=brands(),
        possible=possible(case),
        token=form_token(request),
        done=done if done in ACTIONS else None,
    )


@router.post("/cases/{id}")
def do(
    request: Request,
    id: str,
    asker: Annotated[Asker, Depends(own_form)],
    action: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Do what a form of this page says, in the name of who has signed in."""
    asker.must(May.CASES)
    if action not in ACTIONS:
        return page(request, "notice.html", status=400, phrase="impossible", detail="")
    whom, said = " ".join(to.split())[:_LONGEST_NAME], " ".join(note.split())[:_LONGEST_NOTE]
    try:
        act(request.app.state.store(), id, action, by=asker.name, now=datetime.now(UTC), to=whom or None, note=said)
    except records.NoSuchCase:
        return page(request, "notice.html", status=404, phrase="no_page", detail="")
    except (NotPossible, UserError) as error:
        return page(request, "notice.html", status=409, phrase="impossible", detail=str(error))
    return RedirectResponse(f"/cases/{quote(id, safe='')}?done={action}", status_code=303)
