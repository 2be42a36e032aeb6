"""Calls to Elasticsearch that are tried again while another try can help: lost connections, 429, 502, 503, 504."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from indexing.elasticsearch.faults import told

__all__ = ["PATIENCE", "patiently", "pauses", "will_pass"]

PATIENCE = 60.0
"""Seconds for which a call is tried again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_PASSING = (429, 502, 503, 504)

Answer = TypeVar("Answer")


def patiently(call: Callable[[], Answer], patience: float = PATIENCE) -> Answer:
    """Return what `call` returns; it must be safe to repeat. Raises a StoreError when time is up or no try can help."""
    from elastic_transport import ConnectionError as LostConnection
    from elastic_transport import ConnectionTimeout, TlsError
    from elasticsearch import ApiError

    with told():
        for pause in pauses(patience):
            try:
                return call()
            except TlsError:
                raise
            except (LostConnection, ConnectionTimeout):
                time.sleep(pause)
            except ApiError as error:
                if not will_pass(error.meta.status, str(error)):
                    raise
                time.sleep(pause)
        return call()


def will_pass(status: int, reason: str) -> bool:
    """Say whether the same request may succeed a little later; a write block is set while the index is exchanged."""
    return status in _PASSING or (status == 403 and "index write (api)" in reason)


def pauses(patience: float = PATIENCE) -> Iterator[float]:
    """Yield seconds to wait between tries, longer and longer, never two callers' alike, until `patience` is used up."""
    deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
    while time.monotonic() < deadline:
        yield pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the tries, keeps no secret
        pause = min(2 * pause, _LONGEST_PAUSE)
