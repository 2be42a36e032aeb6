"""Where people's data lie: a module a place, which can look for a person and erase them; nothing else names it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from indexing.elasticsearch.store import Store
from indexing.privacy.sought import Sought

__all__ = ["Place", "places"]


@dataclass(frozen=True, slots=True)
class Place:
    """One place: `look` yields where in it the person was found, `erase` returns how much it changed or removed.

    Either may be done again; a kill in between leaves the rest to the next time.
    """

    name: str
    look: Callable[[Store, Sought], Iterator[str]]
    erase: Callable[[Store, Sought], int]


def places() -> list[Place]:
    """Return every place, by its name."""
    found = []
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        found.append(Place(path.stem.replace("_", " "), module.look, module.erase))
    return found
