"""`/alert/ID`: all that an alert says and all that happened to it; on this machine also the forms that answer it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from config import settings
from config.rota import load_rota
from dashboards.console.render import LENGTHS, SNOOZES, page, people
from indexing.alerts import records
from indexing.alerts.alert import Alert
from indexing.alerts.answers import NotPossible, answer, check_form, check_view, person_of, possible
from indexing.alerts.explain import time_line
from indexing.alerts.incidents import incidents
from indexing.alerts.links import Action, Claim, sign
from indexing.alerts.placing import NotPossible as Unplaceable
from indexing.alerts.placing import merge, split
from indexing.detection.evidence_pages import evidence_page

__all__ = ["router"]

router = APIRouter()

_LIFETIME = timedelta(hours=12)
_LONGEST_NAME, _LONGEST_NUMBER, _LONGEST_REASON = 64, 6, 200
_PLACED = ("merge", "split")


@router.get("/alert/{id}")
def show(request: Request, id: str, key: str = "", at: str = "1", done: str = "") -> HTMLResponse:
    """Show the alert; where the console can be reached from outside, only by a link that shows it."""
    now, claim = datetime.now(UTC), None
    if settings.public_url():
        if not key:
            return page(request, "notice.html", status=403, phrase="only_by_link", detail="")
        claim = check_view(key, now=now, alert=id)
    alert, store = _found(request, id), request.app.state.store()
    form = None if settings.public_url() else _form(alert, now)
    values: Mapping[str, Any] = {
        "alert": alert,
        "mates": records.mates(store, alert),
        "others": [one for one in incidents(records.firing(store)) if alert not in one.alerts] if form else [],
        "names": people(),
        "happened": time_line(store, id),
        "evidence": evidence_page(store, alert, int(at) if at.isdecimal() and len(at) < _LONGEST_NUMBER else 1),
        "possible": possible(alert),
        "lengths": SNOOZES,
        "form": form,
        "done": done if done in (*Action, *_PLACED) else None,
    }
    return page(request, "alert.html", claim=claim, **values)


@router.post("/alert/{id}")
def act(
    request: Request,
    id: str,
    form: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    by: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
    length: Annotated[str, Form()] = "1h",
    reason: Annotated[str, Form()] = "",
    worth: Annotated[str, Form()] = "",
) -> Response:
    """Do what a form of this page says, on this machine only."""
    now = datetime.now(UTC)
    if settings.public_url():
        return page(request, "notice.html", status=403, phrase="only_by_link", detail="")
    check_form(form, now=now, alert=id)
    alert, wanted = _found(request, id), Action(action) if action in list(Action) else Action.VIEW
    if action in _PLACED:
        _place(request, alert, action, by=_name(by), to=to, reason=reason, now=now)
        return _back(request, action)
    if wanted not in (*possible(alert), Action.JUDGE):
        raise NotPossible(f"现在的状态下做不到 the alert is {alert.state}: this cannot be done")
    rota = load_rota()
    who, whom = (_name(name) and person_of(rota, _name(name)) for name in (by, to))
    if not who or (wanted is Action.ASSIGN and not whom):
        raise NotPossible("请选择是谁 say who does it" if not who else "请选择转交给谁 say whom to give it to")
    snoozed_for = LENGTHS.get(length, LENGTHS["1h"])
    store = request.app.state.store()
    answer(store, id, wanted, by=who, now=now, to=whom, snoozed_for=snoozed_for, reason=reason, worth=worth)
    return _back(request, str(wanted))


def _place(request: Request, alert: Alert, action: str, *, by: str, to: str, reason: str, now: datetime) -> None:
    """Merge the alert's incident into another one, or split the alert off its own."""
    store, who = request.app.state.store(), by and person_of(load_rota(), by)
    if not who:
        raise NotPossible("请选择是谁 say who does it")
    why = " ".join(reason.split())[:_LONGEST_REASON]
    try:
        if action == "split":
            split(store, [alert.id], by=who, now=now, reason=why)
        else:
            merge(store, to, [alert.id], by=who, now=now, reason=why)
    except Unplaceable as error:
        raise NotPossible(str(error)) from error


def _back(request: Request, done: str) -> RedirectResponse:
    shown = {"done": done, **({"lang": asked} if (asked := request.query_params.get("lang")) else {})}
    return RedirectResponse(f"?{urlencode(shown)}", status_code=303)


def _form(alert: Alert, now: datetime) -> str:
    """Return what shows that a form came from this page, which no other site can read."""
    claim = Claim(alert=alert.id, action=Action.FORM, person="", message="", expires_at=now + _LIFETIME)
    return sign(claim)


def _found(request: Request, id: str) -> Alert:
    found = records.find(request.app.state.store(), [id])
    if not found:
        raise records.NoSuchAlert(id)
    return found[0]


def _name(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_NAME]
