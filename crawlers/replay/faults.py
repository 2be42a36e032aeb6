"""What a replay does wrong on demand, so that a crawler can be tested; the same asks in the same order fail alike."""

import re
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from crawlers.replay.errors import SourceError

__all__ = ["CUT", "LOGIN", "FaultPlan", "Faults"]

CUT = -1
LOGIN = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Which pages go wrong. Pages are counted from 1 in the order in which they are asked for, retries included."""

    every_nth_500: int = 0
    """Each n-th page answers 500."""
    every_nth_cut: int = 0
    """The body of each n-th page is cut in half, its Content-Length is not."""
    cut_nth: int = 0
    """The body of the n-th page alone is cut."""
    status_for: tuple[tuple[str, int, int], ...] = ()
    """(pattern, status, times): the first so many asks for matching addresses (path and query) answer with the status;
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
class FaultPlan:
    """Counts the asks and says what to do with each."""

    faults: Faults
    _asks: int = 0
    _times: Counter[int] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def next(self, address: str) -> int:
        """Return the status for the next ask: 200 when nothing is to go wrong, CUT or LOGIN."""
        faults = self.faults
        with self._lock:
            self._asks += 1
            for number, (pattern, status, times) in enumerate(faults.status_for):
                if (not times or self._times[number] < times) and re.search(pattern, address):
                    self._times[number] += 1
                    return status
            if faults.every_nth_500 and self._asks % faults.every_nth_500 == 0:
                return 500
            each = faults.every_nth_cut
            return CUT if self._asks == faults.cut_nth or (each and self._asks % each == 0) else 200
