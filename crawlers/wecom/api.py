"""One of WeCom's interfaces over HTTP: the access token, fetched and renewed, and what each errcode means.

`developer.work.weixin.qq.com/document/path/90313` lists the codes. No secret and no token stands in an error or a log.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx
import msgspec

from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.wecom.account import Use

__all__ = ["Api", "Reply", "Unknown"]

_TRIES = 4
_TIMEOUT = 30.0
_EARLY = 120.0
"""Seconds before its end at which a token is renewed."""
_EXPIRED = frozenset((40014, 41001, 42001, 42007, 42009))
_BUSY = frozenset((-1, 6000))
_OFTEN = frozenset((45009, 45011, 45033, 45047))
_CREDENTIAL = frozenset((40001, 40013, 40056, 40091, 41004, 301002, 301021))
_FORBIDDEN = frozenset((48001, 48002, 48003, 48004, 60011, 60028, 84074, 95011, 701008))
_ADDRESS = frozenset((60020,))
_UNKNOWN = frozenset((40003, 40096, 41035, 60111, 84061, 95000))


class Reply(msgspec.Struct, kw_only=True):
    """What every answer holds."""

    errcode: int = 0
    errmsg: str = ""


class _Token(Reply, kw_only=True):
    access_token: str = ""
    expires_in: float = 7200


class Unknown(CrawlError):
    """The person or thing that was asked for is not there, or not ours: go on with the next."""


Answer = TypeVar("Answer", bound=Reply)


class Api:
    """Asks one interface with one secret; `pause` is the first back-off in seconds, doubled with each try."""

    def __init__(self, use: Use, *, pause: float = 1.0, sleep: Callable[[float], None] = time.sleep) -> None:
        for name in ("httpx", "httpcore"):  # they log addresses, and the token stands in each
            logging.getLogger(name).setLevel(logging.WARNING)
        self.use = use
        self._client = httpx.Client(base_url=use.url, timeout=_TIMEOUT, trust_env=not use.url.startswith("http://"))
        self._pause, self._sleep = pause, sleep
        self._token, self._until = "", 0.0

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, kind: type[Answer], **fields: str) -> Answer:
        """Return the answer to a GET; a CrawlError says what is wrong and what to do."""
        return self._asked(path, kind, lambda token: self._send("GET", path, {**fields, "access_token": token}))

    def post(self, path: str, kind: type[Answer], body: Mapping[str, Any]) -> Answer:
        """Return the answer to a POST; as `get`."""
        content = msgspec.json.encode({name: value for name, value in body.items() if value not in (None, "")})
        return self._asked(path, kind, lambda token: self._send("POST", path, {"access_token": token}, content))

    def _asked(self, path: str, kind: type[Answer], send: Callable[[str], bytes]) -> Answer:
        failure: CrawlError = Unreachable(f"{path}: no answer")
        renewed = False
        for attempt in range(_TRIES):
            if attempt and not isinstance(failure, LoginRequired):
                self._sleep(self._pause * 2 ** (attempt - 1))
            try:
                reply = _decoded(send(self._current()), path, kind)
                if reply.errcode == 0:
                    return reply
                failure = _meaning(reply, path)
            except Unreachable as error:
                failure = error
                continue
            if reply.errcode in _EXPIRED and not renewed:
                self._token, renewed = "", True
            elif not isinstance(failure, Unreachable | RateLimited):
                break
        raise failure

    def _current(self) -> str:
        """Return a token that is valid for a while; the same one until it ends, as WeCom asks."""
        if not self._token or time.monotonic() > self._until:
            content = self._send("GET", "gettoken", {"corpid": self.use.corp_id, "corpsecret": self.use.secret})
            reply = _decoded(content, "gettoken", _Token)
            if reply.errcode or not reply.access_token:
                raise _meaning(reply, "gettoken")
            self._token = reply.access_token
            self._until = time.monotonic() + max(0.0, reply.expires_in - _EARLY)
        return self._token

    def _send(self, method: str, path: str, fields: Mapping[str, str], content: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            answer = self._client.request(
                method, f"/cgi-bin/{path}", params=dict(fields), content=content, headers=headers
            )
        except httpx.HTTPError as error:
            raise Unreachable(f"{path}: {type(error).__name__}") from None  # the cause may show the address
        if (
            answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        ):
            raise Unreachable(f"{path}: HTTP {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            raise SchemaChanged(f"{path}: HTTP {answer.status_code}")
        return answer.content


def _decoded(content: bytes, path: str, kind: type[Answer]) -> Answer:
    try:
        told = msgspec.json.decode(content, type=Reply)
        return msgspec.json.decode(content, type=kind) if told.errcode == 0 else _refused(told, kind)
    except msgspec.ValidationError as error:
        raise SchemaChanged(f"{path}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable(f"{path}: the answer is cut off or no JSON") from error


def _refused(told: Reply, kind: type[Answer]) -> Answer:
    """Return a refusal as the kind that was asked for; whatever else it holds is of no use."""
    made = kind()
    made.errcode, made.errmsg = told.errcode, told.errmsg
    return made


def _meaning(reply: Reply, path: str) -> CrawlError:
    said = f"{path}: {reply.errcode} {reply.errmsg[:200]}".rstrip()
    remedies: tuple[tuple[frozenset[int], type[CrawlError], str], ...] = (
        (_BUSY, Unreachable, "WeCom is busy: try again later"),
        (_OFTEN, RateLimited, "asked too often: try again in an hour, or less often"),
        (_EXPIRED, LoginRequired, "the access token is refused even when new: look at the application's secret"),
        (
            _CREDENTIAL,
            LoginRequired,
            "the company's id or secret is wrong: look at TINGFENG_WECOM_CORP_ID and …_SECRET",
        ),
        (_FORBIDDEN, LoginRequired, "the application may not do this: give it the right in WeCom's 管理后台"),
        (_ADDRESS, Blocked, "this address is not trusted: add it to the application's 企业可信IP"),
        (_UNKNOWN, Unknown, "not known, or not a customer of this company"),
    )
    for codes, kind, remedy in remedies:
        if reply.errcode in codes:
            return kind(f"{said}: {remedy}")
    return SchemaChanged(said)
