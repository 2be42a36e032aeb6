"""What a page for people hands its script: JavaScript's objects as JSON, fields named as interfaces name them."""

import json
import re
from typing import Any

from crawlers.errors import SchemaChanged, Unreachable

__all__ = ["ensure_whole", "page_state", "renamed", "within"]

_UNKNOWN = re.compile(r'("(?:[^"\\]|\\.)*")|\b(?:undefined|NaN)\b', re.DOTALL)
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
_END, _TAIL = "</html>", 4_000


def page_state(page: str, begins: re.Pattern[str]) -> Any:
    """Return the object that stands after `begins`; None where the page has none.

    Unreachable when the page was cut, SchemaChanged when it is no object that we can read.
    """
    match = begins.search(page)
    if match is None:
        return None
    ensure_whole(page)
    script = page[match.end() :].partition("</script>")[0].lstrip()
    try:
        return json.JSONDecoder().raw_decode(_UNKNOWN.sub(lambda found: found[1] or "null", script))[0]
    except (json.JSONDecodeError, RecursionError) as error:
        raise SchemaChanged(f"the page's script: {error}") from error


def ensure_whole(page: str) -> None:
    """Refuse a page that was cut, as Unreachable."""
    if _END not in page[-_TAIL:].lower():
        raise Unreachable(f"the page ended early, after {len(page):,} characters")


def within(value: Any, *names: str) -> Any:
    """Return what stands below these names, one in the other; None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def renamed(value: Any) -> Any:
    """Return a value with its fields named as interfaces name them: likedCount is liked_count there."""
    if isinstance(value, list):
        return [renamed(one) for one in value]
    if isinstance(value, dict):
        return {_CAPITAL.sub(lambda at: f"_{at[0].lower()}", name): renamed(one) for name, one in value.items()}
    return value
