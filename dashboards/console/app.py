"""The console's application: every module of `pages` with a `router` is part of it, and every answer is locked down."""

import logging
from collections.abc import Awaitable, Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from config import settings
from config.load import ConfigError
from dashboards.console.render import page, people, policy
from dashboards.console.session import NotOwnForm, NotSignedIn
from indexing.alerts.answers import LinkUsed, NotPossible, possible
from indexing.alerts.explain import time_line
from indexing.alerts.links import LinkRefused
from indexing.alerts.records import NoSuchAlert
from indexing.customers.asker import NotAllowed
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store, open_store

__all__ = ["ADDRESS", "HEALTH", "create", "serve"]

ADDRESS = "127.0.0.1"
HEALTH = "tingfeng console"
"""What `/healthz` answers."""
_BAD, _FORBIDDEN, _GONE, _NOT_FOUND, _UNAVAILABLE, _CONFLICT, _BROKEN = 400, 403, 410, 404, 503, 409, 500

_log = logging.getLogger(__name__)


def create(store: Callable[[], Store] | None = None) -> FastAPI:
    """Return the application; `store` gives what it reads and writes, opened once and when first needed."""
    app = FastAPI(title="tingfeng", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = cache(store or open_store)
    for path in sorted(Path(__file__).with_name("pages").glob("[a-z]*.py")):
        app.include_router(import_module(f"{__package__}.pages.{path.stem}").router)
    public = urlsplit(settings.public_url() or "").hostname
    hosts = [
        ADDRESS,
        "localhost",
        *([public] if public else []),
    ]  # another name would be a page that misleads a browser
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.middleware("http")(_lock_down)
    app.add_exception_handler(LinkUsed, _used)
    app.add_exception_handler(LinkRefused, _refused)
    app.add_exception_handler(NoSuchAlert, _no_such_alert)
    app.add_exception_handler(NotPossible, _impossible)
    app.add_exception_handler(StoreError, _unavailable)
    app.add_exception_handler(NotSignedIn, _to_login)
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(NotOwnForm, _not_own_form)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(RequestValidationError, _no_form)
    app.add_exception_handler(ConfigError, _misconfigured)
    app.add_exception_handler(Exception, _broken)
    return app


def serve(port: int) -> None:
    """Serve the console on loopback until interrupted; addresses are secrets here, so no access is logged."""
    import uvicorn

    uvicorn.run(create(), host=ADDRESS, port=port, access_log=False, server_header=False, log_level="warning")


async def _lock_down(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    return _locked_down(await answer(request))


def _locked_down(response: Response) -> Response:
    response.headers.update(
        {
            "Content-Security-Policy": policy(),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            "Cache-Control": "no-store",
        }
    )
    return response


def _refused(request: Request, error: Exception) -> HTMLResponse:
    return page(request, "notice.html", status=_GONE, phrase="refused", detail=str(error))


def _used(request: Request, error: Exception) -> HTMLResponse:
    """Show how the alert of a used link stands, who did what, and what can still be done."""
    assert isinstance(error, LinkUsed)  # noqa: S101 -- for the type
    alert, store = error.alert, request.app.state.store()
    values = {"alert": alert, "names": people(), "possible": possible(alert), "happened": time_line(store, alert.id)}
    return page(request, "used.html", status=_GONE, claim=error.claim, detail=str(error), **values)


def _no_such_alert(request: Request, error: Exception) -> HTMLResponse:
    return page(request, "notice.html", status=_NOT_FOUND, phrase="no_alert", detail="")


def _impossible(request: Request, error: Exception) -> HTMLResponse:
    return page(request, "notice.html", status=_CONFLICT, phrase="impossible", detail=str(error))


def _to_login(request: Request, error: Exception) -> RedirectResponse:
    assert isinstance(error, NotSignedIn)  # noqa: S101 -- for the type
    return RedirectResponse(error.login, status_code=303)


def _not_allowed(request: Request, error: Exception) -> HTMLResponse:
    return page(request, "notice.html", status=_FORBIDDEN, phrase="not_allowed", detail=str(error))


def _not_own_form(request: Request, error: Exception) -> HTMLResponse:
    return page(request, "notice.html", status=_FORBIDDEN, phrase="not_own_form", detail="")


def _unavailable(request: Request, error: Exception) -> HTMLResponse:
    _log.error("the console cannot reach Elasticsearch: %s", error)
    return page(request, "notice.html", status=_UNAVAILABLE, phrase="unavailable", detail="")


def _no_form(request: Request, error: Exception) -> HTMLResponse:
    """Answer a form that is none of ours, such as one with a file in it."""
    return page(request, "notice.html", status=_BAD, phrase="impossible", detail="")


def _misconfigured(request: Request, error: Exception) -> HTMLResponse:
    _log.error("the console cannot read config/: %s", error)
    return page(request, "notice.html", status=_UNAVAILABLE, phrase="misconfigured", detail="")


def _broken(request: Request, error: Exception) -> Response:
    """Answer where the fault is ours; it is in the log, and the page tells nothing of it."""
    return _locked_down(page(request, "notice.html", status=_BROKEN, phrase="broken", detail=""))


def _no_such_page(request: Request, error: Exception) -> HTMLResponse:
    status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
    return page(request, "notice.html", status=status, phrase="no_page", detail="")
