"""What can go wrong with Elasticsearch, said with its remedy.

StoreError                show its message to the person
├── Unreachable           start it, or correct its address; try again
├── Refused               correct the key, the password or the rights
├── Unsupported           use a newer Elasticsearch
├── ReadOnly              free disk space on the cluster; try again
├── Overloaded            wait; try again
├── MappingOutdated       run `tingfeng rebuild`
└── Busy                  another rebuild, backup or restore runs: wait for its end
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import UserError

__all__ = [
    "Busy",
    "MappingOutdated",
    "Overloaded",
    "ReadOnly",
    "Refused",
    "StoreError",
    "Unreachable",
    "Unsupported",
    "as_store_error",
    "store_errors",
]

_USER_INFO = re.compile(r"//[^/@\s]*@")


class StoreError(UserError):
    """Elasticsearch cannot do what is asked; the message says what to do."""


class Unreachable(StoreError):
    """Nothing answers at the address."""


class Refused(StoreError):
    """The cluster does not let this user in, or not do this."""


class Unsupported(StoreError):
    """The server is too old, or no Elasticsearch."""


class ReadOnly(StoreError):
    """The cluster takes no writes, most often for want of disk."""


class Overloaded(StoreError):
    """The cluster turned the request down for longer than we were patient."""


class MappingOutdated(StoreError):
    """The index was made by another version of tingfeng and cannot take this one's documents."""


class Busy(StoreError):
    """Someone else is exchanging the index right now."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn the client's errors that a person can mend into StoreErrors; the others are faults of ours and pass."""
    from elastic_transport import TransportError
    from elasticsearch import ApiError, UnsupportedProductError

    try:
        yield
    except (ApiError, TransportError, UnsupportedProductError) as error:
        if (explanation := as_store_error(error)) is not None:
            raise explanation from error
        raise


def as_store_error(error: Exception) -> StoreError | None:
    """Return what to tell a person about an error of the client, or None where only a developer can help."""
    from elastic_transport import ConnectionTimeout, TlsError, TransportError
    from elasticsearch import ApiError, UnsupportedProductError

    reason = _USER_INFO.sub("//", str(error))
    if isinstance(error, TlsError):
        return Unreachable(f"{reason}: name the cluster's CA certificate in ELASTICSEARCH_CA_FILE")
    if isinstance(error, ConnectionTimeout):
        return Unreachable(f"Elasticsearch does not answer in time ({reason}): look at its load and its log")
    if isinstance(error, TransportError):
        return Unreachable(
            f"Elasticsearch does not answer ({reason}): start it with `tingfeng es start`, or correct ELASTICSEARCH_URL"
        )
    if isinstance(error, UnsupportedProductError):
        return Unsupported("what answers there is not Elasticsearch: correct ELASTICSEARCH_URL")
    if isinstance(error, ApiError):
        return _explained_answer(error.meta.status, reason)
    return None


def _explained_answer(status: int, reason: str) -> StoreError | None:
    if "read-only-allow-delete" in reason or "disk usage exceeded" in reason:
        return ReadOnly(
            f"Elasticsearch takes no writes, for its disk is too full: free space; it then goes on by itself ({reason})"
        )
    if status == 401:
        return Refused(
            "Elasticsearch does not let us in: set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USER and _PASSWORD"
            f" ({reason})"
        )
    if "cluster_block_exception" in reason:
        return ReadOnly(f"Elasticsearch takes no writes: remove the block, or wait for the one who set it ({reason})")
    if status == 403:
        return Refused(f"Elasticsearch forbids this to our user: docs/index.md lists the rights it needs ({reason})")
    if status in (429, 502, 503, 504):
        return Overloaded(
            f"Elasticsearch stays too busy or is not whole: look at its health, then run again ({reason})"
        )
    if status == 404 and ("search_context_missing" in reason or "no such index" in reason):
        return StoreError(f"the index was exchanged while this was reading, or is gone: run the same again ({reason})")
    if "media_type_header" in reason:
        return Unsupported(f"this Elasticsearch is too old: use 8.14 or newer ({reason})")
    if "No space left on device" in reason:
        return ReadOnly(f"Elasticsearch's disk is full: free space, then run again ({reason})")
    return None
