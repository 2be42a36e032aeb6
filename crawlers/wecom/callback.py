"""The receiver of WeCom's callbacks: on loopback, behind a proxy that speaks TLS.

    GET  /wecom/callback   the address is verified: the echo is decrypted and sent back
    POST /wecom/callback   an event: checked, opened, kept, and only then acknowledged

Refused, with nothing written: a wrong signature, a time more than `FRESH` off, a copy of a request that was taken, a
message for another receiver, a body beyond `MOST_BYTES`, XML with a DTD. WeCom sends again what is not acknowledged.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.errors import UserError
from crawlers.wecom import inbox
from crawlers.wecom.account import Receiver, receiver
from crawlers.wecom.crypto import Envelope, EnvelopeRefused
from crawlers.wecom.event import Event, read_event, read_fields

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

__all__ = ["ADDRESS", "FRESH", "MOST_BYTES", "PATH", "create", "serve"]

ADDRESS = "127.0.0.1"
PATH = "/wecom/callback"
FRESH = timedelta(minutes=5)
"""How far the time of a request may lie from ours."""
MOST_BYTES = 128 * 1024
_DONE = "success"
_BAD, _FORBIDDEN, _TOO_LARGE, _NOT_WRITTEN = 400, 403, 413, 503
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
_log = logging.getLogger(__name__)


class _Refused(Exception):
    """A request is answered with this status and nothing else is done."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def create(
    to: Receiver, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), keep: Callable[[Event], bool] = inbox.keep
) -> "FastAPI":
    """Return the application that receives for one company; `keep` returns only once an event is safely written."""
    from fastapi import FastAPI, Request, Response
    from starlette.concurrency import run_in_threadpool

    app = FastAPI(title="tingfeng", docs_url=None, redoc_url=None, openapi_url=None)
    desk = _Desk(Envelope(to.token, to.aes_key, to.corp_id), now, keep)

    async def verify(request: Request) -> Response:
        return await run_in_threadpool(desk.answer, request, desk.verify)

    async def receive(request: Request) -> Response:
        try:
            body = await _limited(request)
        except _Refused as refused:
            return desk.refuse(refused)
        return await run_in_threadpool(desk.answer, request, lambda asked: desk.receive(asked, body))

    app.add_api_route(PATH, verify, methods=["GET"], response_model=None)
    app.add_api_route(PATH, receive, methods=["POST"], response_model=None)
    app.add_api_route("/healthz", lambda: Response(_DONE), methods=["GET"], response_model=None)
    return app


def serve(port: int) -> None:
    """Serve on loopback until interrupted; NotSetUp where a variable is missing. Addresses are not logged."""
    import uvicorn

    inbox.forget(datetime.now(UTC))
    app = create(receiver())
    uvicorn.run(app, host=ADDRESS, port=port, access_log=False, server_header=False, log_level="warning")


async def _limited(request: "Request") -> bytes:
    """Return the body; _Refused as soon as it is larger than any of WeCom's."""
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or int(said) > MOST_BYTES:
        raise _Refused(_TOO_LARGE, "the body is too large")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise _Refused(_TOO_LARGE, "the body is too large")
    return body


class _Desk:
    """Checks and opens one request after the other."""

    def __init__(self, envelope: Envelope, now: Callable[[], datetime], keep: Callable[[Event], bool]) -> None:
        self._envelope, self._now, self._keep = envelope, now, keep

    def answer(self, request: "Request", work: "Callable[[Request], bytes]") -> "Response":
        """Return what the work gives, or the refusal that it ended in."""
        from fastapi import Response

        try:
            return Response(work(request), media_type="text/plain")
        except _Refused as refused:
            return self.refuse(refused)
        except EnvelopeRefused as error:
            return self.refuse(_Refused(_FORBIDDEN, str(error)))
        except (OSError, UserError) as error:
            _log.error("a callback could not be written, WeCom will send it again: %s", error)
            return self.refuse(_Refused(_NOT_WRITTEN, "not written"))

    @staticmethod
    def refuse(refused: _Refused) -> "Response":
        """Return a refusal; why is for the log, since whoever forges requests need not learn from it."""
        from fastapi import Response

        _log.warning("a callback was refused (%d): %s", refused.status, refused)
        return Response("refused", status_code=refused.status, media_type="text/plain")

    def verify(self, request: "Request") -> bytes:
        """Return the echo that WeCom wants to hear."""
        encrypted = request.query_params.get("echostr", "")
        self._check(request, encrypted)
        return self._envelope.open(encrypted)

    def receive(self, request: "Request", body: bytes) -> bytes:
        """Keep what the request tells, and return the acknowledgement."""
        encrypted = read_fields(body).get("Encrypt", "")
        signature = self._check(request, encrypted)
        moment = self._now()
        if inbox.was_taken(signature, moment):
            raise _Refused(_FORBIDDEN, "this very request was taken before")
        event = read_event(self._envelope.open(encrypted), moment)
        self._keep(event)
        inbox.note_request(signature, moment)
        return _DONE.encode()

    def _check(self, request: "Request", encrypted: str) -> str:
        """Return the signature of a request that WeCom made within the last minutes."""
        given = request.query_params
        signature, timestamp, nonce = (given.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        if not (_SIGNATURE.fullmatch(signature) and timestamp.isascii() and timestamp.isdecimal() and encrypted):
            raise _Refused(_BAD, "signature, time or ciphertext is missing")
        self._envelope.check(signature, timestamp, nonce, encrypted)
        if len(timestamp) > 12 or abs(self._now().timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise _Refused(_FORBIDDEN, f"its time is more than {FRESH} off")
        return signature
