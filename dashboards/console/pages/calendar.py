"""`/rota/PERSON.ics`: a person's duties as a calendar to subscribe to, for who has that person's token."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from config.rota import load_rota
from indexing.alerts.calendar import calendar_of, is_token
from indexing.alerts.overrides import lasting

__all__ = ["router"]

router = APIRouter()

_PAST = timedelta(days=8)
_FORBIDDEN, _MISSING = 403, 404


@router.get("/rota/{person}.ics")
def calendar(request: Request, person: str, key: str = "") -> Response:
    """Give the calendar; who has no token learns nothing, not even whether there is such a person."""
    if not is_token(person, key):
        raise HTTPException(_FORBIDDEN)
    rota, now = load_rota(), datetime.now(UTC)
    if rota is None or person not in rota.people:
        raise HTTPException(_MISSING)
    held = lasting(request.app.state.store(), now - _PAST)
    return Response(calendar_of(rota, person, now=now, overrides=held), media_type="text/calendar; charset=utf-8")
