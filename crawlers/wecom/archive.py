"""会话存档: what staff and customers wrote to each other, into the private stage, with the customers' consent.

WeCom hands it out by its own closed library alone (GetChatData, DecryptData): whoever has that stands behind
`ChatArchive`. The key of each message is opened here, with the company's RSA key of the version that WeCom names.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import msgspec

from config import settings
from crawlers.errors import CrawlError, RateLimited, SchemaChanged, Unreachable
from crawlers.private import consent, conversations
from crawlers.private.consent import Consent
from crawlers.private.conversations import STAGE, Books
from crawlers.private.message import Message
from crawlers.storage.stage import Batch
from crawlers.wecom.account import NotSetUp, use
from crawlers.wecom.words import words_of

__all__ = ["SOURCE", "ArchiveReport", "ChatArchive", "Keys", "archive_of", "keys_of", "sync_archive"]

SOURCE = "wecom_archive"
_ACCOUNT = "all"
_LIMIT = 1000
_PEM = "TINGFENG_WECOM_ARCHIVE_KEY_"
_NEEDS = "TINGFENG_WECOM_ARCHIVE"
_UNOPENED = "encrypt_random_key"
_CUSTOMERS = ("wm", "wo")
_BUSY = frozenset((10001, 10002, 10003))
"""The library's own: network, and timeouts."""
_OFTEN = frozenset((45009, 301042))


class ChatArchive(Protocol):
    """What WeCom's library does; it may raise any CrawlError."""

    def chat_data(self, seq: int, limit: int) -> bytes:
        """Return up to `limit` messages after `seq`, as the JSON that GetChatData gives."""

    def decrypt(self, random_key: str, encrypted: str) -> bytes:
        """Return the JSON of one message, as DecryptData gives it."""


class _Entry(msgspec.Struct, kw_only=True):
    seq: int
    msgid: str
    publickey_ver: int = 0
    encrypt_random_key: str = ""
    encrypt_chat_msg: str = ""


class _Page(msgspec.Struct, kw_only=True):
    errcode: int = 0
    errmsg: str = ""
    chatdata: list[_Entry] = []


class _Plain(msgspec.Struct, kw_only=True):
    msgid: str
    action: str = "send"
    sender: str = msgspec.field(name="from", default="")
    tolist: list[str] | None = None
    roomid: str = ""
    msgtime: int = 0
    msgtype: str = ""
    revoke: dict[str, Any] | None = None
    agree: dict[str, Any] | None = None
    disagree: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What a sync found; `consents` are people's own words on it that came with the messages."""

    pages: int = 0
    seq: int = 0
    consents: int = 0
    books: Books = field(default_factory=Books)


class Keys:
    """The company's private keys by the version that WeCom counts."""

    def __init__(self, pems: Mapping[int, bytes]) -> None:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self._keys: dict[int, RSAPrivateKey] = {}
        for version, pem in pems.items():
            try:
                key = load_pem_private_key(pem, password=None)
            except (ValueError, TypeError) as error:
                raise NotSetUp(f"{_PEM}{version}: no private key in PEM without a password") from error
            if not isinstance(key, RSAPrivateKey):
                raise NotSetUp(f"{_PEM}{version}: must be an RSA key of 2048 bits, as WeCom wants it")
            self._keys[version] = key

    def random_key(self, version: int, encrypted: str) -> str:
        """Return the key of one message. ValueError where it cannot be opened; NotSetUp where the version is unknown.

        A wrong RSA key gives random bytes rather than an error (OpenSSL's answer to Bleichenbacher), so that what
        comes out must be text.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        key = self._keys.get(version)
        if key is None:
            raise NotSetUp(
                f"{_PEM}{version}: missing: WeCom encrypted with public key version {version}: export the private key "
                f"that belongs to it, or {_PEM}{version}_FILE"
            )
        try:
            plain = key.decrypt(base64.b64decode(encrypted, validate=True), PKCS1v15())
            text = plain.decode("ascii")
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"{_UNOPENED}: private key {version} does not open it") from error
        if not text.isprintable() or not text:
            raise ValueError(f"{_UNOPENED}: private key {version} does not open it")
        return text


def keys_of(versions: range = range(1, 100)) -> Keys:
    """Return the private keys that the environment holds; NotSetUp where there is none."""
    pems = {number: pem.encode() for number in versions if (pem := settings.secret(f"{_PEM}{number}"))}
    if not pems:
        raise NotSetUp(f"{_PEM}1_FILE: missing: name the file of the private key whose public part WeCom has")
    return Keys(pems)


def archive_of() -> ChatArchive:
    """Return what stands behind the interface: WeCom's own library by its path, or a class as `module:name`."""
    named = settings.variable(_NEEDS)
    if named is None:
        raise NotSetUp(
            f"{_NEEDS}: missing: 会话存档 needs WeCom's own library, which is closed: download it "
            "(developer.work.weixin.qq.com/document/path/91774), and name its libWeWorkFinanceSdk_C.so here, or a "
            "class of your own as module:name with chat_data() and decrypt()"
        )
    if Path(named).suffix in (".so", ".dll", ".dylib"):
        from crawlers.wecom.sdk import Sdk

        return Sdk(Path(named), use("archive"))
    module, _, name = named.partition(":")
    try:
        made: ChatArchive = getattr(import_module(module), name)()
    except Exception as error:
        raise NotSetUp(f"{_NEEDS}: {named} cannot be made ({error})") from error
    return made


def sync_archive(
    archive: ChatArchive, keys: Keys, *, now: datetime, progress: Callable[[int], None] = lambda seq: None
) -> ArchiveReport:
    """Read on from the last message; a CrawlError leaves the place behind the last page that was written."""
    seq = int(conversations.load_cursor(SOURCE, _ACCOUNT) or 0)
    pages = consents = 0
    books = Books()
    while entries := _page(archive, seq):
        found, dead, agreed = _read(archive, keys, entries)
        if dead and all(reason.startswith(_UNOPENED) for reason, _ in dead) and len(dead) == len(entries):
            raise NotSetUp(
                f"{_PEM}…: opens none of {len(entries)} messages: {dead[0][0]}: is it the key of that version?"
            )
        for person, said in agreed:
            consent.record(SOURCE, person, said)
            if not said.given:
                conversations.erase(SOURCE, person)
        window = f"{_first(found, now):%Y%m%dT%H%M%SZ}-{seq:020}"
        books.add(conversations.write(Batch(stage=STAGE, feed=SOURCE, query=_ACCOUNT, window=window), found, dead))
        seq, pages, consents = max(entry.seq for entry in entries), pages + 1, consents + len(agreed)
        conversations.save_cursor(SOURCE, _ACCOUNT, str(seq))
        progress(seq)
    return ArchiveReport(pages=pages, seq=seq, consents=consents, books=books)


def _page(archive: ChatArchive, seq: int) -> list[_Entry]:
    try:
        page = msgspec.json.decode(archive.chat_data(seq, _LIMIT), type=_Page)
    except msgspec.ValidationError as error:
        raise SchemaChanged(f"GetChatData: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable("GetChatData: the answer is cut off or no JSON") from error
    if page.errcode:
        kind: type[CrawlError] = (
            Unreachable if page.errcode in _BUSY else RateLimited if page.errcode in _OFTEN else SchemaChanged
        )
        raise kind(f"GetChatData: {page.errcode} {page.errmsg[:200]}")
    return [entry for entry in page.chatdata if entry.seq > seq]


Found = tuple[list[Message | None], list[tuple[str, bytes]], list[tuple[str, Consent]]]


def _read(archive: ChatArchive, keys: Keys, entries: list[_Entry]) -> Found:
    found: list[Message | None] = []
    dead: list[tuple[str, bytes]] = []
    agreed: list[tuple[str, Consent]] = []
    for entry in entries:
        try:
            key = keys.random_key(entry.publickey_ver, entry.encrypt_random_key)
            content = archive.decrypt(key, entry.encrypt_chat_msg)
            plain = msgspec.json.decode(content, type=_Plain)
            said = _consent(plain)
            agreed += [said] if said else []
            found.append(None if said else _message(plain, content))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError) as error:
            dead.append((str(error), msgspec.json.encode(entry)))
    return found, dead, agreed


def _consent(plain: _Plain) -> tuple[str, Consent] | None:
    """Return whose word on the archive the message is, and what it says."""
    if plain.msgtype not in ("agree", "disagree"):
        return None
    said = (plain.agree if plain.msgtype == "agree" else plain.disagree) or plain.agree or plain.disagree or {}
    person, at = said.get("userid") or plain.sender, said.get("agree_time") or said.get("disagree_time")
    at = at if isinstance(at, int) and at > 0 else plain.msgtime
    if not isinstance(person, str) or not person:
        raise ValueError(f"{plain.msgtype}: userid: missing")
    given = plain.msgtype == "agree"
    return person, Consent(
        given=given, at=datetime.fromtimestamp(at / 1000, UTC), how="会话存档: the customer's own word"
    )


def _message(plain: _Plain, content: bytes) -> Message | None:
    """Return a message between staff and customers; None where somebody only changed the company, or no customer is."""
    everybody = dict.fromkeys((plain.sender, *(plain.tolist or ())))
    people = tuple(one for one in everybody if one.startswith(_CUSTOMERS))
    if plain.action == "switch" or not people:
        return None
    recalled = (plain.revoke or {}).get("pre_msgid") if plain.action == "recall" or plain.msgtype == "revoke" else None
    return Message(
        source=SOURCE,
        id=plain.msgid,
        sent_at=datetime.fromtimestamp(plain.msgtime / 1000, UTC),
        sender=plain.sender,
        people=people,
        staff=tuple(one for one in everybody if one and one not in people),
        conversation=plain.roomid or " ".join(sorted(everybody)),
        kind=plain.msgtype or plain.action,
        text="" if recalled else words_of(plain.msgtype, msgspec.json.decode(content, type=dict[str, Any])),
        recalls=recalled if isinstance(recalled, str) else None,
    )


def _first(found: list[Message | None], now: datetime) -> datetime:
    return next((message.sent_at for message in found if message), now)
