"""A page's file is replaced at once, or stays as it was when anything fails."""

import os
import tempfile
from pathlib import Path

__all__ = ["write"]


def write(path: Path, page: str) -> None:
    """Write `page` to `path`, through a temporary file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
