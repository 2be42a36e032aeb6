"""The seam behind which sentiment engines stand: texts in batches in, probabilities out.

An engine is one file, nlp/engines/<name>.py, whose `load()` returns an Engine; nothing else names it.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from config.errors import UserError
from nlp import engines

if TYPE_CHECKING:
    from nlp.classifier.predictions import Predictions

__all__ = ["DEFAULT", "About", "BrokenEngine", "Engine", "UnknownEngine", "about", "engine", "engine_names"]

DEFAULT = "default"


class Engine(Protocol):
    """A sentiment model."""

    @property
    def name(self) -> str:
        """Its file's name."""

    @property
    def model(self) -> str:
        """The model with its version: another one makes work already done be done again."""

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> "Predictions":
        """Return the probabilities of everything asked; each row sums to 1.

        Each text has a letter, a digit or a symbol at least, and 2,000 characters at most. An engine that knows nothing
        of targets answers for the whole text.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An engine in words: `model` says why where it is not `ready`; `megabytes` of its model's files, where known."""

    name: str
    model: str
    says: str
    megabytes: float | None = None
    ready: bool = True


class UnknownEngine(UserError):
    """There is no engine of this name; the message lists those that are."""


class BrokenEngine(Exception):
    """An engine's answer is not what the seam asks for: a fault of the engine, tell its developer."""


def engine_names() -> list[str]:
    """Return the names of the engines that are there, without loading them."""
    return sorted(module.name for module in pkgutil.iter_modules(engines.__path__))


def engine(name: str) -> Engine:
    """Load an engine by its name; UnknownEngine when there is none."""
    if name not in engine_names():
        raise UnknownEngine(f"no sentiment engine {name!r}: use one of {', '.join(engine_names())}")
    loaded: Engine = importlib.import_module(f"nlp.engines.{name}").load()
    return loaded


def about() -> list[About]:
    """Describe every engine; one that lacks what it needs says so in its model's place."""
    found = []
    for name in engine_names():
        module = importlib.import_module(f"nlp.engines.{name}")
        says = (module.__doc__ or "").split(":")[0].split(".")[0]
        try:
            loaded = module.load()
        except UserError as error:
            found.append(About(name=name, model=str(error), says=says, ready=False))
            continue
        size = getattr(loaded, "size", None)
        found.append(About(name=name, model=loaded.model, says=says, megabytes=size / 1e6 if size else None))
    return found
