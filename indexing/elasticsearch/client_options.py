"""The client with other options: made once, for each of its own makings makes forty clients of its parts anew."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["with_options"]

_made: "WeakKeyDictionary[Elasticsearch, dict[tuple[tuple[str, Any], ...], Elasticsearch]]" = WeakKeyDictionary()


def with_options(client: "Elasticsearch", **options: Any) -> "Elasticsearch":
    """Return what `client.options` does for the same options, which are values such as `ignore_status=404`."""
    known = _made.setdefault(client, {})
    wanted = tuple(sorted(options.items()))
    if wanted not in known:
        known[wanted] = client.options(**options)
    return known[wanted]
