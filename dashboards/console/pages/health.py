"""`/healthz`: says that the console is there, so that `tingfeng doctor` can ask through the public address."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

__all__ = ["router"]

router = APIRouter()


@router.get("/healthz")
def health() -> PlainTextResponse:
    """Answer without a look at the index."""
    from dashboards.console.app import HEALTH

    return PlainTextResponse(HEALTH)
