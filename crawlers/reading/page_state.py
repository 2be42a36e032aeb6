"""What a page for people hands its script: JavaScript's objects as JSON, fields named as interfaces name them."""

import json
import re
from typing import Any

from crawlers.errors import SchemaChanged, Unreachable

__all__ = ["ensure_whole", "page_state", "renamed", "within"]

_SCRIPT = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<nothing>\b(?:undefined|NaN|void 0)\b|\bnew\s+[\w.]+(?:\(\s*\))?(?=\s*[,}\]]))'
    r"|(?P<flag>![01])|(?P<made>\bnew\s+[\w.]+\s*\(|\))",
    re.DOTALL,
)
"""What JavaScript writes otherwise than JSON, outside its texts: values, and the call around what is made of one."""
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
        return json.JSONDecoder().raw_decode(_SCRIPT.sub(_as_json, script))[0]
    except (json.JSONDecodeError, RecursionError) as error:
        raise SchemaChanged(f"the page's script: {error}") from error


def _as_json(found: re.Match[str]) -> str:
    if found["text"]:
        return found["text"]
    if found["flag"]:
        return "true" if found["flag"] == "!0" else "false"
    return "null" if found["nothing"] else ""


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
