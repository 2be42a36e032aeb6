"""A brand's own shares of negative, neutral and positive: learnt, kept with all that came before, and taken back.

    <root>/priors/<brand>.json      every prior that was ever put in use, and which one is now

The analysis reads what is in use there, on whatever worker it runs; another one makes another version of the analysis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from config.errors import UserError
from config.settings import stage_root
from crawlers.storage import files
from nlp.shift import Change

__all__ = ["NoPrior", "Prior", "Priors", "in_use", "priors", "put_in_use", "withdraw"]

_LONGEST_NAME = 100
Three = tuple[float, float, float]


class NoPrior(UserError):
    """There is no such prior, or its file cannot be read; the message says what to do."""


class Prior(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of a brand's stream, and what becomes of the probabilities of one model's answers there."""

    brand: str
    model: str
    """Whose answers it was learnt from; another model's stay as they are."""
    method: str
    at: datetime
    by: str
    since: datetime
    until: datetime
    """The weeks that it was learnt from; `until` is exclusive."""
    mentions: int
    left_out: int
    """Mentions within bursts, from which nothing is learnt."""
    labels: int
    """People's labels that mended it."""
    shares: Three
    low: Three
    high: Three
    """The shares, with the ends of their 95 % intervals."""
    odds: Three
    power: float

    @property
    def id(self) -> str:
        """Eight hexadecimal digits that follow from all of it."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:8]

    @property
    def change(self) -> Change:
        """What becomes of a mention's probabilities."""
        return Change(odds=self.odds, power=self.power)


class Priors(msgspec.Struct, frozen=True, kw_only=True):
    """All priors that a brand ever had, oldest first; `used` is the id of the one in use."""

    known: tuple[Prior, ...] = ()
    used: str | None = None

    @property
    def now(self) -> Prior | None:
        """The one in use."""
        return next((one for one in reversed(self.known) if one.id == self.used), None)


def priors(brand: str) -> Priors:
    """Return a brand's priors; NoPrior names the file where it cannot be read."""
    path = _path(brand)
    content = files.read(path)
    try:
        return msgspec.json.decode(content, type=Priors) if content else Priors()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoPrior(f"{path}: cannot be read ({error}): bring it back from a copy, or remove it") from error


def in_use(brands: Iterable[str], model: str) -> Mapping[str, Prior]:
    """Return, by brand, the priors in use that were learnt from this model's answers."""
    there = {*files.names(_folder())}  # few of many brands have one
    found = {brand: priors(brand).now for brand in brands if f"{brand}.json" in there}
    return {brand: prior for brand, prior in found.items() if prior and prior.model == model}


def put_in_use(prior: Prior) -> None:
    """Keep a prior and use it from now on; the one before stays on record. NoPrior where nobody says so."""
    if not 0 < len(prior.by.strip()) <= _LONGEST_NAME:
        raise NoPrior(f"--by: say who puts it in use, in {_LONGEST_NAME} characters at most")
    before = priors(prior.brand)
    known = tuple(one for one in before.known if one.id != prior.id)
    _write(prior.brand, Priors(known=(*known, prior), used=prior.id))


def withdraw(brand: str, to: str | None = None) -> Prior | None:
    """Use an earlier prior by its id, or none at all, and return it; NoPrior where there is none of this id."""
    before = priors(brand)
    if to and all(one.id != to for one in before.known):
        there = ", ".join(one.id for one in before.known) or "none yet"
        raise NoPrior(f"{brand} never had a prior {to!r}; there are: {there}")
    if not to and not before.used:
        raise NoPrior(f"{brand} has no prior in use: there is nothing to withdraw")
    after = msgspec.structs.replace(before, used=to)
    _write(brand, after)
    return after.now


def _write(brand: str, all_: Priors) -> None:
    files.replace(_path(brand), msgspec.json.encode(all_))


def _path(brand: str) -> str:
    return f"{_folder()}/{brand}.json"


def _folder() -> str:
    return f"{stage_root().rstrip('/')}/priors"
