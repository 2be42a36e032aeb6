"""What WeCom sends to a receiver of callbacks: the same envelope, the same retries, the same misbehaviours."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from crawlers.wecom.account import Receiver
from crawlers.wecom.crypto import Envelope

__all__ = ["Callback", "callback", "event_xml", "verification"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A request as WeCom would send it: the fields of its address, and its body (empty for a GET)."""

    fields: Mapping[str, str]
    body: bytes = b""

    @property
    def query(self) -> str:
        """The fields as they stand in an address."""
        return urlencode(self.fields)


def event_xml(corp_id: str, fields: Mapping[str, str], *, at: datetime) -> bytes:
    """Return an event as XML before its encryption."""
    common = {"ToUserName": corp_id, "FromUserName": "sys", "CreateTime": f"{at.timestamp():.0f}", "MsgType": "event"}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in {**common, **fields}.items())
    return f"<xml>{inner}</xml>".encode()


def callback(to: Receiver, message: bytes, *, at: datetime | None = None, nonce: str | None = None) -> Callback:
    """Return the POST by which WeCom tells the message."""
    encrypted = Envelope(to.token, to.aes_key, to.corp_id).close(message)
    body = f"<xml><ToUserName>{escape(to.corp_id)}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return Callback(fields=_signed(to, encrypted, at, nonce), body=body.encode())


def verification(to: Receiver, echo: str, *, at: datetime | None = None) -> Callback:
    """Return the GET by which WeCom verifies the address."""
    encrypted = Envelope(to.token, to.aes_key, to.corp_id).close(echo.encode())
    return Callback(fields={**_signed(to, encrypted, at, None), "echostr": encrypted})


def _signed(to: Receiver, encrypted: str, at: datetime | None, nonce: str | None) -> dict[str, str]:
    timestamp = f"{(at or datetime.now(UTC)).timestamp():.0f}"
    nonce = nonce or secrets.token_hex(8)
    signature = Envelope(to.token, to.aes_key, to.corp_id).signature(timestamp, nonce, encrypted)
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
