"""`/coverage`: what a day's crawls read of each feed and query, what they left out, and what is estimated to exist."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from config import settings
from config.brand import Brand, load_brands
from config.load import ConfigError
from config.settings import DAY_ZONE
from dashboards.console.coverage_phrases import PHRASES
from dashboards.console.render import page
from indexing.alerts.answers import check_view
from indexing.coverage import coverage
from indexing.dark.estimate import Estimate
from indexing.dark.keep import dark_figures

__all__ = ["router"]

router = APIRouter()

_DAY = timedelta(days=1)
_MOST_GAPS = 10


@router.get("/coverage")
def covered(request: Request, key: str = "", day: str = "") -> HTMLResponse:
    """Show one day, in Asia/Shanghai, today unless `day` names another; figures of today are those up to now."""
    now = datetime.now(UTC)
    if settings.public_url():
        if not key:
            return page(request, "notice.html", status=403, phrase="only_by_link", detail="")
        check_view(key, now=now)
    start = _begin(day, now)
    if start is None:
        return page(request, "notice.html", status=400, phrase="impossible", detail="".join(PHRASES["no_day"]))
    store, end = request.app.state.store(), min(start + _DAY, now)
    until_now = end.replace(minute=0, second=0, microsecond=0)
    figures = dark_figures(store, _brands(), start, until_now) if start < until_now else []
    return page(
        request,
        "coverage.html",
        words=PHRASES,
        start=start,
        before=start - _DAY,
        after=start + _DAY if start + _DAY <= now else None,
        found=coverage(store, start, end),
        most_gaps=_MOST_GAPS,
        figures=[(one, one.result if isinstance(one.result, Estimate) else None) for one in figures],
        names={brand.id: brand.name for brand in _brands()},
    )


def _begin(day: str, now: datetime) -> datetime | None:
    """Return a day's midnight; None for what is no day, or one that is still to come."""
    try:
        begin = datetime.strptime(day, "%Y-%m-%d") if day else now.astimezone(DAY_ZONE).replace(tzinfo=None)
    except ValueError:
        return None
    start = begin.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=DAY_ZONE)
    return start if start <= now and start.year > 2000 else None


def _brands() -> list[Brand]:
    try:
        return load_brands()
    except ConfigError:  # `doctor` tells of it
        return []
