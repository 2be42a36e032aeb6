"""The dashboards, one file each, found by name: a file with a `BOARD` is a dashboard, and nothing else names it."""

import importlib
import pkgutil
from functools import cache

from dashboards.panel import Board

__all__ = ["boards"]


@cache
def boards() -> dict[str, Board]:
    """Return every dashboard by its id (its file's name), in the order in which they are offered."""
    found = {
        module.name: importlib.import_module(f"{__name__}.{module.name}").BOARD
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    }
    return dict(sorted(found.items(), key=lambda item: item[1].order))
