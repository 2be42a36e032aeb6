"""Who was erased: receipts that prove it without saying of whom, and keep the erased from coming back.

    <root>/privacy/receipts/<id>.json     a receipt, which names the one before it by its digest

A receipt holds a keyed digest of every word by which the person was known. A backup that is restored, a list that is
imported and a source that is read again are held against these digests.
"""

import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import msgspec

from config import settings
from config.errors import UserError
from config.pseudonym import pseudonym, pseudonym_key
from crawlers.storage import files

__all__ = [
    "ERASED",
    "BrokenReceipt",
    "Erased",
    "Receipt",
    "begins_of",
    "customer_word",
    "digest_of",
    "inside",
    "load_erased",
    "name_word",
    "of_post",
    "receipts",
    "root",
    "sha256",
]

ERASED = "〔erased〕"
"""What stands where a person's name, number or address stood in somebody else's text."""
_FORMAT = 1
_TOKEN = re.compile(r"@[\w-]{1,40}|[0-9A-Za-z._+-]+@[0-9A-Za-z.-]+|[0-9A-Za-z_:~-]+")
"""What in a text may be a word that was erased, where only its digest is known."""
_BORDER = re.compile(r"[0-9A-Za-z_]")
_BEGIN, _PARTS = 8, 3
_PAIRS_KEPT = 1 << 17
"""Pairs of characters of which it is remembered whether a word begins with them: texts repeat them."""


class BrokenReceipt(UserError):
    """A receipt cannot be read, or was changed; the message names its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was erased: by whom and why, how much was found in each place before and after, and the words' digests."""

    id: str
    asked_at: datetime
    done_at: datetime
    by: str
    reason: str
    before: Mapping[str, int]
    """By the place, how many finds there were."""
    after: Mapping[str, int]
    words: tuple[str, ...]
    previous: str
    """The sha256 of the receipt before this one, as it lies there; none before the first."""
    begins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Of the words that are no token of a text (names in Chinese, postal addresses), by a keyed digest of their first
    two characters: how long they are."""
    format: int = _FORMAT


def digest_of(key: bytes, word: str) -> str:
    """Return the keyed digest by which a word is known after it is erased."""
    return hmac.new(key, f"erased:{word}".encode(), hashlib.sha256).hexdigest()[:32]


def customer_word(id: str) -> str:
    """Return the word whose digest says that a customer was erased: it is held against customers' ids alone."""
    return f"customer {id}"


def name_word(name: str) -> str:
    """Return the word whose digest says that an account's name was erased: it is held against names alone."""
    return f"name {name}"


def begins_of(key: bytes, words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return `Receipt.begins` of words of two characters and more."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in words:
        if len(word) > 1 and not _TOKEN.fullmatch(word):
            found[_begin(key, word[:2])].add(len(word))
    return {begin: tuple(sorted(lengths)) for begin, lengths in sorted(found.items())}


def of_post(key: bytes, id: str) -> str:
    """Return what stands in the place of the id of an erased post: conversations stay together without it."""
    platform, kind, _ = id.split(":", 2)
    return f"{platform}:{kind}:erased-{digest_of(key, id)[:12]}"


def inside(text: str, outer: int, inner: int) -> bool:
    """Return whether a word only goes on beyond its end: 1391234567 within 13912345678 is another number."""
    return 0 <= outer < len(text) and bool(_BORDER.match(text[outer]) and _BORDER.match(text[inner]))


class Erased:
    """Finds what was erased by digests alone, in fields and in what may be words of a text."""

    def __init__(self, digests: frozenset[str], begins: Mapping[str, frozenset[int]] | None = None) -> None:
        self.digests, self._key, self._begins = digests, pseudonym_key(), begins or {}
        self._lengths = lru_cache(maxsize=_PAIRS_KEPT)(
            lambda pair: sorted(self._begins.get(_begin(self._key, pair), ()), reverse=True)
        )

    def __bool__(self) -> bool:
        return bool(self.digests)

    def is_word(self, text: str) -> bool:
        """Return whether a whole field holds what was erased."""
        return digest_of(self._key, text) in self.digests

    def is_customer(self, text: str) -> bool:
        """Return whether a field that holds customers' ids holds one who was erased."""
        return self.is_word(text) or self.is_word(customer_word(text))

    def is_name(self, text: str) -> bool:
        """Return whether a field that holds accounts' names holds one who was erased."""
        return self.is_word(text) or self.is_word(name_word(text))

    def wrote(self, platform: str, author: str | None) -> bool:
        """Return whether an account, by its id as the platform or as the index gives it, was erased."""
        return author is not None and (self.is_word(author) or self.is_word(pseudonym(self._key, platform, author)))

    def among(self, customers: Collection[str]) -> set[str]:
        """Return those of the customers who were erased."""
        return {customer for customer in customers if self.digests and self.is_customer(customer)}

    def holds(self, text: str) -> bool:
        """Return whether something erased stands in a text."""
        if self.is_word(text) or any(map(self.is_word, self._parts(text))):
            return True
        return next(self._amid(text), None) is not None

    def clean(self, text: str) -> str:
        """Return the text with something else in the place of what was erased."""
        if self.is_word(text):
            return self._cleaned(text)
        made, reached = [], 0
        for begin, end in self._amid(text):
            made += [text[reached:begin], ERASED]
            reached = end
        return _TOKEN.sub(lambda found: self._cleaned(found[0]), "".join([*made, text[reached:]]))

    def _amid(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in a text words stand that are no tokens of it, the first and longest ones."""
        place = 0
        while self._begins and place < len(text) - 1:
            lengths = self._lengths(text[place : place + 2])
            end = next((place + size for size in lengths if self._stands(text, place, place + size)), 0)
            if end:
                yield place, end
            place = end or place + 1

    def _stands(self, text: str, begin: int, end: int) -> bool:
        if end > len(text) or inside(text, begin - 1, begin) or inside(text, end, end - 1):
            return False
        return self.is_word(text[begin:end])

    def _cleaned(self, token: str) -> str:
        """Return what stands for a token: after the id of a post what goes on, as that of a brand, stays."""
        said = next((part for part in (token, *_beginnings(token)) if self.is_word(part)), None)
        if said is None:
            return token
        post = said.count(":") == _PARTS - 1 and token.startswith(said)
        return f"{of_post(self._key, said)}{token.removeprefix(said)}" if post else ERASED

    def _parts(self, text: str) -> list[str]:
        return [part for token in _TOKEN.findall(text) for part in (token, *_beginnings(token))]


def _beginnings(token: str) -> list[str]:
    """Return what a compound id begins with, and what it is made of: a mention's begins with its post's."""
    parts = token.split(":")
    return [":".join(parts[:end]) for end in range(2, len(parts))] + (parts if len(parts) > 1 else [])


def _begin(key: bytes, pair: str) -> str:
    return digest_of(key, f"begins with {pair}")[:_BEGIN]


def load_erased() -> Erased:
    """Return all that was ever erased here."""
    begins: defaultdict[str, set[int]] = defaultdict(set)
    known = receipts()
    for receipt in known:
        for begin, lengths in receipt.begins.items():
            begins[begin] |= {*lengths}
    words = frozenset(word for receipt in known for word in receipt.words)
    return Erased(words, {begin: frozenset(lengths) for begin, lengths in begins.items()})


def receipts() -> list[Receipt]:
    """Return all receipts, the oldest first; BrokenReceipt names one that cannot be read or that was changed."""
    found, contents = [], {}
    for name in files.names(f"{root()}/receipts"):
        path = f"{root()}/receipts/{name}"
        contents[name] = files.read(path) or b""
        try:
            found.append(msgspec.json.decode(contents[name], type=Receipt))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BrokenReceipt(f"{path}: no receipt ({error}): bring it back from a copy") from error
    found.sort(key=lambda receipt: receipt.done_at)
    previous = ""
    for receipt in found:
        if receipt.previous != previous:
            path = f"{root()}/receipts/{receipt.id}.json"
            raise BrokenReceipt(f"{path}: the receipt before it was changed or is missing: bring it back from a copy")
        previous = sha256(contents[f"{receipt.id}.json"])
    return found


def sha256(content: bytes) -> str:
    """Return the digest by which a receipt names the one before it."""
    return hashlib.sha256(content).hexdigest()


def root() -> str:
    """Return where receipts and erasures under way lie."""
    return f"{settings.stage_root().rstrip('/')}/privacy"
