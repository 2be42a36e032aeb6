"""A brand's own shares of negative, neutral and positive: learnt, kept with all that came before, and taken back.

    <root>/priors/<brand>/<time>-<id>.json      a step: the prior that was put in use then, or that it was withdrawn
    <root>/priors/<brand>.json                  all steps of an earlier tingfeng; it is read first, and never written

A step is a file of its own, so two people at once lose none of theirs and need no lock on any store of files: the later
one counts. The analysis reads what is in use there, on whatever worker it runs; another one makes another version of
the analysis. Backups hold the steps (`kept`), and `bring_back` adds those that are missing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from config.errors import UserError
from config.settings import stage_root
from crawlers.storage import files
from nlp.shift import Change

__all__ = ["KEPT", "NoPrior", "Prior", "Priors", "bring_back", "in_use", "kept", "priors", "put_in_use", "withdraw"]

_LONGEST_NAME = 100
KEPT = re.compile(r"\w[\w.-]*\.json|\w[\w.-]*/\d{8}T\d{12}Z-\w[\w.-]*\.json")
"""What a file may be called below `priors/`; a backup that holds another one is not to be trusted."""
Three = tuple[float, float, float]
_Of = TypeVar("_Of", "Priors", "Step")


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


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did: `prior` was put in use where there is one; else the one of id `used` is, or none."""

    prior: Prior | None = None
    used: str | None = None


def priors(brand: str) -> Priors:
    """Return a brand's priors; NoPrior names the file where one cannot be read."""
    found = _read(f"{_folder()}/{brand}.json", Priors) or Priors()
    for name in files.names(f"{_folder()}/{brand}"):
        if step := _read(f"{_folder()}/{brand}/{name}", Step):
            found = _after(found, step)
    return found


def in_use(brands: Iterable[str], model: str) -> Mapping[str, Prior]:
    """Return, by brand, the priors in use that were learnt from this model's answers."""
    there = {name.removesuffix(".json") for name in files.listed(_folder()) or ()}  # few of many brands have one
    found = {brand: priors(brand).now for brand in brands if brand in there}
    return {brand: prior for brand, prior in found.items() if prior and prior.model == model}


def put_in_use(prior: Prior) -> None:
    """Keep a prior and use it from now on; the one before stays on record. NoPrior where nobody says so."""
    if not 0 < len(prior.by.strip()) <= _LONGEST_NAME:
        raise NoPrior(f"--by: say who puts it in use, in {_LONGEST_NAME} characters at most")
    priors(prior.brand)  # what cannot be read is said before anything is added to it
    _write(prior.brand, Step(prior=prior), prior.id)


def withdraw(brand: str, to: str | None = None) -> Prior | None:
    """Use an earlier prior by its id, or none at all, and return it; NoPrior where there is none of this id."""
    before = priors(brand)
    if to and all(one.id != to for one in before.known):
        there = ", ".join(one.id for one in before.known) or "none yet"
        raise NoPrior(f"{brand} never had a prior {to!r}; there are: {there}")
    if not to and not before.used:
        raise NoPrior(f"{brand} has no prior in use: there is nothing to withdraw")
    step = Step(used=to)
    _write(brand, step, f"to-{to or 'none'}")
    return _after(before, step).now


def kept() -> Iterator[tuple[str, bytes]]:
    """Yield every file below `priors/`, by its name there, for a backup."""
    folder = _folder()
    names = [*files.names(folder)]
    names += [f"{brand}/{name}" for brand in files.folders(folder) for name in files.names(f"{folder}/{brand}")]
    for name in names:
        if (content := files.read(f"{folder}/{name}")) is not None:
            yield name, content


def bring_back(found: Iterable[tuple[str, bytes]]) -> int:
    """Add the files that are missing and return how many; what is there stays, for no step is ever altered."""
    missing = [(name, content) for name, content in found if not files.exists(f"{_folder()}/{name}")]
    for name, content in missing:
        files.replace(f"{_folder()}/{name}", content)
    return len(missing)


def _after(before: Priors, step: Step) -> Priors:
    if step.prior is None:
        return msgspec.structs.replace(before, used=step.used)
    known = tuple(one for one in before.known if one.id != step.prior.id)
    return Priors(known=(*known, step.prior), used=step.prior.id)


def _read(path: str, kind: type[_Of]) -> _Of | None:
    content = files.read(path)
    try:
        return msgspec.json.decode(content, type=kind) if content is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoPrior(f"{path}: cannot be read ({error}): bring it back from a backup, or remove it") from error


def _write(brand: str, step: Step, called: str) -> None:
    moment = datetime.now(UTC)
    files.replace(f"{_folder()}/{brand}/{moment:%Y%m%dT%H%M%S%f}Z-{called}.json", msgspec.json.encode(step))


def _folder() -> str:
    return f"{stage_root().rstrip('/')}/priors"
