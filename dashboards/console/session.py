"""Who is signed in at the console: a signed cookie, good for a working day, and a token in each of their forms.

Whatever shows a personal value or writes takes `Depends(signed_in)`; whatever writes also takes the form's token by
`Depends(own_form)`. Without somebody in <data>/keys/people.json nobody can sign in, and none of that is served.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Form, Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from config import settings
from config.key import key_of
from indexing.customers.asker import Asker
from indexing.privacy import passwords

__all__ = ["COOKIE", "NotOwnForm", "NotSignedIn", "Throttle", "begin", "end", "form_token", "own_form", "signed_in"]

COOKIE = "tingfeng_session"
_LIFETIME = 12 * 3600
_SALT = "console"
_TRIES, _PAUSE, _MOST = 5, 30.0, 10_000


class NotSignedIn(Exception):
    """The page is for people who have signed in; `login` is where that is done."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NotOwnForm(Exception):
    """The form was not shown by this session, so that another site may have sent it: nothing was done."""


def begin(response: Response, asker: Asker) -> None:
    """Let the browser that gets this response be somebody's from now on."""
    content = {"name": asker.name, "id": secrets.token_hex(16), "of": _of(asker.name)}
    secure = urlsplit(settings.public_url() or "").scheme == "https"
    response.set_cookie(
        COOKIE, _serializer().dumps(content), max_age=_LIFETIME, httponly=True, samesite="strict", secure=secure
    )


def end(response: Response) -> None:
    """Let the browser be nobody's."""
    response.delete_cookie(COOKIE)


def signed_in(request: Request) -> Asker:
    """Return who asks, with the role that they have now; NotSignedIn where nobody has signed in."""
    content = _content(request)
    asker = passwords.find(content["name"]) if content else None
    if content is None or asker is None or not hmac.compare_digest(content["of"], _of(asker.name)):
        target = request.url.path if request.method == "GET" else "/"
        raise NotSignedIn(f"/login?next={quote(target, safe='/')}")
    return asker


def form_token(request: Request) -> str:
    """Return what a form of this session carries in its field `token`."""
    content = _content(request)
    return _mac(content["id"]) if content else ""


def own_form(
    request: Request, asker: Annotated[Asker, Depends(signed_in)], token: Annotated[str, Form()] = ""
) -> Asker:
    """Return who asks by a form that this session has shown; NotOwnForm for any other."""
    if not hmac.compare_digest(token.encode(), form_token(request).encode()):
        raise NotOwnForm
    return asker


class Throttle:
    """Holds back whoever guesses a password: five wrong ones, and the name waits half a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def waits(self, name: str) -> bool:
        """Return whether this name has to wait."""
        count, last = self._wrong.get(name, (0, 0.0))
        return count >= _TRIES and self._clock() - last < _PAUSE

    def note(self, name: str, *, right: bool) -> None:
        """Note a try."""
        if right:
            self._wrong.pop(name, None)
            return
        if len(self._wrong) >= _MOST:
            self._wrong.clear()
        count, last = self._wrong.get(name, (0, 0.0))
        fresh = self._clock() - last >= _PAUSE
        self._wrong[name] = (1 if count >= _TRIES and fresh else count + 1, self._clock())


def _content(request: Request) -> dict[str, str] | None:
    try:
        content = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=_LIFETIME)
    except BadSignature:
        return None
    return content if isinstance(content, dict) else None


def _of(name: str) -> str:
    """Return what changes with a person's password, so that a new one ends all sessions."""
    person = next((one for one in passwords.people() if one.name == name), None)
    return _mac(person.digest) if person else ""


def _mac(value: str) -> str:
    return hmac.new(_key().encode(), value.encode(), hashlib.sha256).hexdigest()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_key(), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def _key() -> str:
    return key_of("TINGFENG_SESSION_KEY", "session.key")
