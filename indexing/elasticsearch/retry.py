"""Calls to Elasticsearch that are tried again while another try can help: lost connections, 429, 502, 503, 504."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.stop import safe_place

__all__ = ["MAX_WAIT", "backoff", "is_transient", "with_retries"]

MAX_WAIT = 60.0
"""Seconds for which a call is tried again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_TOLD_FROM = 1.0
"""Seconds of a pause from which on whoever waits is told why."""
_PASSING = (429, 502, 503, 504)

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


def with_retries(call: Callable[[], Result], max_wait: float = MAX_WAIT) -> Result:
    """Return what `call` returns; it must be safe to repeat. Raises a StoreError when time is up or no try can help."""
    from elastic_transport import ConnectionError as LostConnection
    from elastic_transport import ConnectionTimeout, TlsError
    from elasticsearch import ApiError

    with store_errors():
        for pause in backoff(max_wait):
            try:
                return call()
            except TlsError:
                raise
            except (LostConnection, ConnectionTimeout) as error:
                _wait(pause, error)
            except ApiError as error:
                if not is_transient(error.meta.status, str(error)):
                    raise
                _wait(pause, error)
        return call()


def _wait(pause: float, error: Exception) -> None:
    """Wait, and say so before it lasts: a person at a terminal would take the silence for a hang."""
    if pause >= _TOLD_FROM:
        LOG.warning("Elasticsearch cannot be asked now (%s): trying again in %.0f s", type(error).__name__, pause)
    time.sleep(pause)


def is_transient(status: int, reason: str) -> bool:
    """Say whether the same request may succeed a little later; a write block is set while the index is exchanged."""
    return status in _PASSING or (status == 403 and "index write (api)" in reason)


def backoff(max_wait: float = MAX_WAIT) -> Iterator[float]:
    """Yield seconds to wait between tries, longer and longer, never two callers' alike, until `max_wait` is used up.

    Between two tries is a safe place to be stopped.
    """
    deadline, pause = time.monotonic() + max_wait, _FIRST_PAUSE
    while time.monotonic() < deadline:
        yield pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the tries, keeps no secret
        safe_place()
        pause = min(2 * pause, _LONGEST_PAUSE)
