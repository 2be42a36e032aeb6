"""`/`: the open alerts, by incident; where the console can be reached from outside, only by a link that shows them."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from config import settings
from dashboards.console.render import page, people
from indexing.alerts import records
from indexing.alerts.answers import check_view
from indexing.alerts.incidents import incidents

__all__ = ["router"]

router = APIRouter()


@router.get("/")
def open_alerts(request: Request, key: str = "") -> HTMLResponse:
    """Show what is open, the gravest first."""
    now, claim = datetime.now(UTC), None
    if settings.public_url():
        if not key:
            return page(request, "notice.html", status=403, phrase="only_by_link", detail="")
        claim = check_view(key, now=now)
    found = incidents(records.firing(request.app.state.store()))
    return page(request, "alerts.html", claim=claim, incidents=found, names=people())
