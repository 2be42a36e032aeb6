"""Chance that comes out the same every time."""

from random import Random

__all__ = ["drawn_from"]


def drawn_from(*parts: object) -> Random:
    """Return a source of chance that depends on `parts` alone: equal parts, equal draws, on every machine."""
    return Random("\x1f".join(map(str, parts)))  # noqa: S311  # nothing secret is drawn
