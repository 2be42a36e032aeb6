"""Brands above and below one another: group → brand → product line, as each file's `parent:` says."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

__all__ = ["DEEPEST", "families", "problems"]

DEEPEST = 3
"""Levels, the highest included."""


def families(parents: Mapping[str, str | None]) -> Mapping[str, str]:
    """Return the highest brand above each one, itself where none is; `parents` has every brand, and no fault."""
    return MappingProxyType({id: _line(id, parents)[-1] for id in parents})


def problems(parents: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Yield each brand whose `parent` cannot be, with the reason and the remedy."""
    for id, parent in parents.items():
        if parent is None:
            continue
        line = _line(id, parents)
        if parent not in parents:
            known = ", ".join(sorted(set(parents) - {id})) or "none yet"
            yield id, f"no brand has the id {parent!r} (known: {known}): mend its spelling, or write its file"
        elif line[-1] in line[:-1]:
            yield id, f"{' → '.join(line)} is a circle: leave one `parent` out"
        elif len(line) > DEEPEST:
            yield (
                id,
                (
                    f"{' → '.join(reversed(line))} are {len(line)} levels, and {DEEPEST} are the most (group → brand → "
                    "product line): name a higher brand as the parent"
                ),
            )


def _line(id: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return the brand and those above it; in a circle, up to the first that stands there twice."""
    line = [id]
    while (above := parents.get(line[-1])) is not None:
        line.append(above)
        if above in line[:-1]:
            break
    return line
