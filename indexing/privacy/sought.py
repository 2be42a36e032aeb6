"""What is looked for when a person is erased: by what they are known, and what stands in its place afterwards."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from config.pseudonym import pseudonym, pseudonym_key
from indexing.people.erased import ERASED, digest_of, inside, of_post

__all__ = ["ERASED", "Finder", "Sought", "cleaned", "digest_of", "telling"]

_SHORTEST = 4
_CUSTOMER = ("customer", "customers")
_NAME = ("name", "handle", "author", "first_mover", "spreaders")
_HARDLY_A_WORD = 6
_HARDLY_A_COUNT = 7
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LONE = re.compile("[\ud800-\udfff]")
"""Bytes of a file that are no UTF-8: the automaton takes none of them, and no word has one."""
_OF_A_NAME = re.compile(r"[\w-]")


class Finder(Protocol):
    """Finds a person in texts and fields: by the words themselves, or by digests of them."""

    def is_word(self, text: str) -> bool:
        """Return whether a whole field holds one of the words."""

    def wrote(self, platform: str, author: str | None) -> bool:
        """Return whether an account, by its id as the platform or as the index gives it, is one of theirs."""

    def is_customer(self, text: str) -> bool:
        """Return whether a field that holds customers' ids holds theirs."""

    def is_name(self, text: str) -> bool:
        """Return whether a field that holds accounts' names holds one of theirs."""

    def holds(self, text: str) -> bool:
        """Return whether one of the words stands in a text."""

    def clean(self, text: str) -> str:
        """Return the text with something else in the place of each word."""


@dataclass(slots=True)
class Sought:
    """A person by all that is known of them; `posts` and `plain` grow while their posts are looked up."""

    customers: frozenset[str] = frozenset()
    accounts: frozenset[tuple[str, str]] = frozenset()
    """Platform and the pseudonym of the account's id."""
    tokens: frozenset[str] = frozenset()
    """Keyed digests of phone numbers, addresses, order numbers."""
    plain: set[str] = field(default_factory=set)
    """Phone numbers, addresses, ids of accounts and posts as they are written; of these `telling` ones are words."""
    names: set[str] = field(default_factory=set)
    """The accounts' names. One may be a word that everybody uses: see `_spoken`."""
    posts: set[str] = field(default_factory=set)
    """`Post.id` of what these accounts posted."""
    receipt: str = ""
    """The id of the receipt that will say so."""
    _key: bytes = field(default_factory=pseudonym_key, repr=False)
    _known: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)
    _words: "_Words | None" = field(default=None, repr=False)

    def wrote(self, platform: str, author: str | None) -> bool:
        """Return whether an account, by its id as the platform or as the index gives it, is one of theirs."""
        if author is None or not self.accounts:
            return False
        place = (platform, author)
        if place not in self._known:
            self._known[place] = place in self.accounts or (
                (platform, pseudonym(self._key, platform, author)) in self.accounts
            )
        return self._known[place]

    def know(
        self, *, posts: Iterable[str] = (), plain: Iterable[str | None] = (), names: Iterable[str | None] = ()
    ) -> None:
        """Learn what else to look for."""
        self.posts.update(posts)
        self.names.update(name for name in names if name)
        self.plain.update(word for word in plain if word)
        self._words = None

    def is_word(self, text: str) -> bool:
        """Return whether a whole field holds one of the words."""
        return text in self._all.every

    def is_customer(self, text: str) -> bool:
        """Return whether a field that holds customers' ids holds theirs."""
        return text in self.customers

    def is_name(self, text: str) -> bool:
        """Return whether a field that holds accounts' names holds one of theirs."""
        return text in self.names

    def holds(self, text: str) -> bool:
        """Return whether one of the words stands in a text."""
        return self._all.holds(text)

    def clean(self, text: str) -> str:
        """Return the text with something else in the place of each word."""
        return self._all.clean(text, self._in_its_place)

    def words(self) -> frozenset[str]:
        """Return every word that is looked for."""
        return self._all.every

    @property
    def _all(self) -> "_Words":
        if self._words is None:
            mine = {account for _, account in self.accounts}
            spoken = {word for name in self.names for word in _spoken(name)}
            known = filter(telling, {*self.customers, *self.plain})
            self._words = _Words(frozenset({*known, *self.tokens, *mine, *self.posts, *spoken}))
        return self._words

    def _in_its_place(self, word: str) -> str:
        """Return what stands for a word: conversations stay together after their first post has gone."""
        return of_post(self._key, word) if word in self.posts else ERASED


def _spoken(name: str) -> Iterable[str]:
    """Return what of a name is looked for in texts: @name, and the name alone where it can hardly be a usual word."""
    yield f"@{name}"
    if telling(name):
        yield name


def telling(word: str) -> bool:
    """Return whether a word can hardly be anything but this person's.

    A forum's first member is account 1, and many a user is 2026: such an id is known by the field in which it stands.
    As a word it would take every count, date and version with it, in whatever file it stands.
    """
    if word.isdecimal():
        return len(word) >= _HARDLY_A_COUNT and not _DAY.fullmatch(word)
    return len(word) >= _HARDLY_A_WORD or (len(word) >= _SHORTEST and bool(re.search(r"[0-9_]", word)))


class _Words:
    """Words, found by one pass over a text."""

    def __init__(self, every: frozenset[str]) -> None:
        self.every = every
        self._every = sorted(every)

    @cached_property
    def _automaton(self) -> Any:
        from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick

        return CharwiseDoubleArrayAhoCorasick(self._every, MATCH_KIND_LEFTMOST_LONGEST)

    def holds(self, text: str) -> bool:
        return text in self.every or bool(self._every and any(True for _ in self._found(text)))

    def clean(self, text: str, in_its_place: Callable[[str], str]) -> str:
        if text in self.every:
            return in_its_place(text)
        made, reached = [], 0
        for begin, end in self._found(text) if self._every else ():
            made += [text[reached:begin], in_its_place(text[begin:end])]
            reached = end
        return "".join([*made, text[reached:]])

    def _found(self, text: str) -> Iterable[tuple[int, int]]:
        for begin, end, *_ in self._automaton.find(_LONE.sub("\ufffd", text)):
            longer = text[begin] == "@" and _OF_A_NAME.match(text, end)  # @小米 is not @小米手机
            if not (longer or inside(text, begin - 1, begin) or inside(text, end, end - 1)):
                yield begin, end


def cleaned(value: Any, finder: Finder, field: str = "") -> Any:
    """Return a document's value without the words: gone from lists, and something else in their place in texts.

    `field` is the name under which the value stands; customers' ids, which may be short, are known by it.
    """
    if isinstance(value, str):
        theirs = (field in _CUSTOMER and finder.is_customer(value)) or (field in _NAME and finder.is_name(value))
        return ERASED if theirs else finder.clean(value)
    if isinstance(value, Mapping):
        names = {name: field if name == "id" else name for name in value}
        return {finder.clean(name): cleaned(one, finder, names[name]) for name, one in value.items()}
    if isinstance(value, list | tuple):
        of = {**dict.fromkeys(_CUSTOMER, finder.is_customer), **dict.fromkeys(_NAME, finder.is_name)}.get(
            field, finder.is_word
        )
        return [cleaned(one, finder, field) for one in value if not (isinstance(one, str) and of(one))]
    return value
