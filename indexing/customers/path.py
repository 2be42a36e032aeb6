"""Values in JSON by their paths: `buyer.id`, `lines.0.title`, and `lines.*.title` for all of a list."""

from collections.abc import Mapping
from typing import Any

__all__ = ["found_at"]


def found_at(content: Any, path: str) -> Any:
    """Return what stands at the path, the whole for an empty one; None where there is nothing."""
    found = content
    parts = path.split(".") if path else []
    for place, part in enumerate(parts):
        if isinstance(found, Mapping):
            rest = ".".join(parts[place:])
            if rest in found:  # a name may hold a full stop itself
                return found[rest]
            found = found.get(part)
        elif isinstance(found, list) and part == "*":
            rest = ".".join(parts[place + 1 :])
            return [one for one in (found_at(item, rest) for item in found) if one is not None]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found
