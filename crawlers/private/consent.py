"""Who has agreed that what they say in private is kept, and since when: one sealed file a person.

    <root>/private/consent/<digest of source and person>

It is of another kind than customers' consents to purposes (indexing/customers/consents.py): of a person at WeCom, who
may be nobody's customer, and asked before a message is written, without an index. Neither stands for the other.

Without a word on record there is no consent. A withdrawal counts from its time on, and what was kept before goes
(`conversations.erase`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from config import settings
from crawlers.private.seal import digest, open_sealed, seal
from crawlers.storage import files

__all__ = ["Consent", "files_of_consents", "given", "history", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One word of a person, or of who may speak for them, on whether their talk may be kept."""

    given: bool
    at: datetime
    how: str
    """How it is known: the platform's own record, a form, a call."""


def record(source: str, person: str, said: Consent) -> None:
    """Add a word to what a person said before; the same word again changes nothing."""
    known = history(source, person)
    if said not in known:
        known = sorted([*known, said], key=lambda one: (one.at, one.given))
        files.replace(_path(source, person), seal(msgspec.json.encode({"person": person, "said": known})))


def history(source: str, person: str) -> list[Consent]:
    """Return what a person said, oldest first."""
    content = files.read(_path(source, person))
    return msgspec.json.decode(open_sealed(content), type=_Kept).said if content else []


def given(source: str, person: str, at: datetime) -> bool:
    """Tell whether the person's last word until `at` allows it, and no later word has taken it back."""
    known = history(source, person)
    before = [one for one in known if one.at <= at]
    return bool(before) and before[-1].given and known[-1].given


def files_of_consents() -> Iterator[str]:
    """Yield the path of each person's file."""
    for name in files.names(_folder()):
        yield f"{_folder()}/{name}"


class _Kept(msgspec.Struct, kw_only=True):
    person: str
    said: list[Consent]


def _path(source: str, person: str) -> str:
    return f"{_folder()}/{digest(f'{source} {person}')}"


def _folder() -> str:
    return f"{settings.stage_root().rstrip('/')}/private/consent"
