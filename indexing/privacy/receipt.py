"""An erasure from its beginning, which is noted sealed, to its receipt, so that a killed one can be finished.

<root>/privacy/under-way/<id>         who is being erased, sealed, until the receipt is written
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from config.seal import keyring
from crawlers.storage import files
from indexing.people.erased import Receipt, receipts, root, sha256

__all__ = ["UnderWay", "begin", "finish", "last", "new_id", "reseal_under_way", "under_way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """An erasure that has begun, so that a killed one can be finished."""

    id: str
    asked_at: datetime
    by: str
    reason: str
    customers: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...]
    plain: tuple[str, ...] = ()
    """Phone numbers and addresses, which are not to be had once the customer's document is gone."""
    names: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()


def last() -> str:
    """Return the digest that the next receipt names."""
    there = receipts()
    return sha256(files.read(f"{root()}/receipts/{there[-1].id}.json") or b"") if there else ""


def begin(erasure: UnderWay) -> None:
    """Note, sealed, who is being erased."""
    sealed = keyring().seal(msgspec.json.encode(erasure).decode(), about=f"under-way:{erasure.id}")
    files.replace(f"{root()}/under-way/{erasure.id}", sealed.encode("ascii"))


def under_way() -> list[UnderWay]:
    """Return the erasures that have begun and have no receipt yet."""
    found = []
    for id in files.names(f"{root()}/under-way"):
        if content := files.read(f"{root()}/under-way/{id}"):
            opened = keyring().open(content.decode("ascii"), about=f"under-way:{id}")
            found.append(msgspec.json.decode(opened, type=UnderWay))
    return found


def reseal_under_way() -> int:
    """Seal with the newest key whom waiting erasures are about, and return how many an older one had sealed."""
    newest, count = keyring().newest, 0
    for erasure in under_way():
        content = files.read(f"{root()}/under-way/{erasure.id}") or b""
        if content.decode("ascii").partition(":")[0] != newest:
            begin(erasure)
            count += 1
    return count


def finish(receipt: Receipt) -> str:
    """Write the receipt, let go of whom it was about, and return its path."""
    path = f"{root()}/receipts/{receipt.id}.json"
    files.replace(path, msgspec.json.format(msgspec.json.encode(receipt), indent=1))
    files.remove(f"{root()}/under-way/{receipt.id}")
    return path


def new_id() -> str:
    """Return a receipt's id, which says nothing."""
    return secrets.token_hex(8)
