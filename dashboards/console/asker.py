"""Who asks: the one seam that says so. Without a login set up nobody does, and what needs somebody is refused."""

from collections.abc import Callable

from fastapi import HTTPException, Request

__all__ = ["Asking", "asker"]

Asking = Callable[[Request], str | None]
"""Gives the name of whoever sent a request and may change links, or None; `app.state.asking` holds it."""
_FORBIDDEN = 403


def asker(request: Request) -> str:
    """Return who asks, for `Depends`; 403 where nobody says so."""
    asking: Asking | None = getattr(request.app.state, "asking", None)
    name = asking(request) if asking else None
    if not name:
        raise HTTPException(_FORBIDDEN, "nobody is logged in")
    return name
