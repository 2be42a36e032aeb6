"""Which feeds there are: the modules under platforms/, read from the folder, so that nothing has to be registered."""

from pathlib import Path

__all__ = ["feeds"]


def feeds() -> list[str]:
    """Return the names of all feeds, sorted, without importing any."""
    return sorted(path.stem for path in (Path(__file__).parent / "platforms").glob("[a-z]*.py"))
