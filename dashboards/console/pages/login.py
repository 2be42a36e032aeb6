"""`/login`: sign in by name and password; whatever shows a personal value or writes asks for it."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboards.console.render import page
from dashboards.console.session import Throttle, begin, end, own_form
from indexing.customers.asker import Asker
from indexing.privacy import passwords

__all__ = ["router"]

router = APIRouter()
_throttle = Throttle()
_LONGEST = 200


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """Show the form; where nobody may sign in yet, how that is changed."""
    return page(request, "login.html", next=_own(next), anybody=bool(passwords.people()), wrong="")


@router.post("/login")
def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session, or say that name and password do not fit, whichever of them is wrong."""
    name = name.strip()[:_LONGEST]
    waits = _throttle.waits(name)
    asker = None if waits else passwords.check(name, password[:_LONGEST])
    if not waits:
        _throttle.note(name, right=asker is not None)
    if asker is None:
        wrong = "login_waits" if waits else "login_wrong"
        status = 429 if waits else 401
        return page(request, "login.html", status=status, next=_own(next), anybody=True, wrong=wrong)
    response = RedirectResponse(_own(next), status_code=303)
    begin(response, asker)
    return response


@router.post("/logout")
def sign_out(asker: Annotated[Asker, Depends(own_form)]) -> Response:
    """End the session."""
    response = RedirectResponse("/login", status_code=303)
    end(response)
    return response


def _own(address: str) -> str:
    """Return the address if it is one of this console, else the first page."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if plain and address.isprintable() else "/"
