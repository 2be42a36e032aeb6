"""One thing that WeCom told a callback, read from its XML by a parser that knows no DTD."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

import msgspec

from crawlers.wecom.crypto import EnvelopeRefused

__all__ = ["Event", "event_id", "read_event", "read_fields"]

_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A message or an event; `fields` are the XML's own names, those below others joined by a full stop."""

    id: str
    name: str
    """`change_external_contact`, `kf_msg_or_event`, or a message's type such as `text`."""
    received_at: datetime
    fields: Mapping[str, str]


def read_fields(body: bytes) -> dict[str, str]:
    """Return the texts of an XML document by their names; EnvelopeRefused for a DTD, an entity, or what is no XML."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise EnvelopeRefused("the XML declares entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise EnvelopeRefused("it is not XML") from error
    fields: dict[str, str] = {}
    _collect(root, "", fields)
    return fields


def read_event(message: bytes, received_at: datetime) -> Event:
    """Return the event in a decrypted message; EnvelopeRefused where it is none."""
    fields = read_fields(message)
    name = fields.get("Event") or fields.get("InfoType") or fields.get("MsgType", "")
    if not name:
        raise EnvelopeRefused("the XML names neither an event nor a message")
    return Event(id=event_id(fields), name=name, received_at=received_at, fields=fields)


def event_id(fields: Mapping[str, str]) -> str:
    """Return the same id each time that WeCom sends the same thing: of a message its id, else of all that it says."""
    if message := fields.get("MsgId"):
        said = f"{fields.get('ToUserName')} {fields.get('FromUserName')} {message}"
    else:
        said = msgspec.json.encode(sorted(fields.items())).decode()
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _collect(element: Element, above: str, fields: dict[str, str]) -> None:
    seen: Counter[str] = Counter()
    for child in element:
        seen[child.tag] += 1
        name = f"{above}{child.tag}" if seen[child.tag] == 1 else f"{above}{child.tag}.{seen[child.tag]}"
        if len(fields) >= _MOST_FIELDS:
            raise EnvelopeRefused(f"the XML has more than {_MOST_FIELDS} fields")
        if len(child):
            _collect(child, f"{name}.", fields)
        else:
            fields[name] = (child.text or "").strip()
