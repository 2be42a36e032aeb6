"""What people see where an alert names its brand."""

import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from config import settings
from config.brand import load_brands
from config.errors import UserError

__all__ = ["brand_label"]

_SECONDS = 60


def brand_label(id: str) -> str:
    """Return how a brand is called to people, in messages, on the console and in the terminal.

    Its name, as config/brands has had it within the last minute; its id where nobody has written the brand, or where
    a file there cannot be read: that must not keep a message back.
    """
    return _names(settings.config_dir() / "brands", int(time.monotonic() // _SECONDS)).get(id, id)


@lru_cache(maxsize=8)
def _names(folder: Path, minute: int) -> Mapping[str, str]:
    try:
        return {brand.id: brand.name for brand in load_brands(folder)}
    except UserError:
        return {}
