"""What a replay does wrong on demand, so that a crawler can be tested; the same requests in order fail alike."""

import re
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from crawlers.replay.errors import SourceError

__all__ = ["CUT", "LOGIN", "FailurePlan", "Failures"]

CUT = -1
LOGIN = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Which pages go wrong. Pages are counted from 1 in the order in which they are asked for, retries included."""

    every_nth_500: int = 0
    """Each n-th page answers 500."""
    every_nth_cut: int = 0
    """The body of each n-th page is cut in half, its Content-Length is not."""
    cut_nth: int = 0
    """The body of the n-th page alone is cut."""
    status_for: tuple[tuple[str, int, int], ...] = ()
    """(pattern, status, times): the first so many requests for matching addresses (path, query) get the status;
    0 times is always. The status may be LOGIN, for the platform's demand to log in, or CUT."""
    delay: float = 0
    """Seconds before each answer."""

    def __post_init__(self) -> None:
        for pattern, status, times in self.status_for:
            if not (status in (CUT, LOGIN) or 200 <= status <= 599) or times < 0:
                raise SourceError(f"status_for {pattern!r}: {status} {times}: give an HTTP status and how many times")
            try:
                re.compile(pattern)
            except re.error as error:
                raise SourceError(f"status_for {pattern!r}: no regular expression: {error}") from error


@dataclass(slots=True)
class FailurePlan:
    """Counts the requests and says what to do with each."""

    failures: Failures
    _requests: int = 0
    _times: Counter[int] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def next(self, address: str) -> int:
        """Return the status for the next request: 200 when nothing is to go wrong, CUT or LOGIN."""
        failures = self.failures
        with self._lock:
            self._requests += 1
            for number, (pattern, status, times) in enumerate(failures.status_for):
                if (not times or self._times[number] < times) and re.search(pattern, address):
                    self._times[number] += 1
                    return status
            if failures.every_nth_500 and self._requests % failures.every_nth_500 == 0:
                return 500
            each = failures.every_nth_cut
            return CUT if self._requests == failures.cut_nth or (each and self._requests % each == 0) else 200
