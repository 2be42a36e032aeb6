"""The index's answers about one brand (story, …), piece by piece, made into its timeline."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexing.detection.timeline import Timeline, timeline
from indexing.mentions.document import millis

__all__ = ["Frame", "Parts"]

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a timeline is cut, and what was measured in each bucket."""

    end: datetime
    step: timedelta
    buckets: int
    measures: Mapping[str, Mapping[str, Any]]


class Parts:
    """What the pieces of a timeline hold, by measure and bucket."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._sums: dict[str, dict[int, float]] = {"count": {}}
        self._values: dict[str, dict[int, list[str]]] = {}
        self._extremes: dict[str, dict[int, tuple[float | None, float | None]]] = {}
        for name, measure in frame.measures.items():
            if "terms" in measure:
                self._values[name] = {}
            else:
                self._sums[name] = {}
            if "stats" in measure:
                self._sums[f"{name}_count"] = {}
                self._extremes[name] = {}

    def add(self, buckets: Iterable[Mapping[str, Any]]) -> None:
        """Take up the buckets of one piece."""
        frame = self._frame
        step, end = round(frame.step / _MILLISECOND), millis(frame.end)
        for entry in buckets:
            place = frame.buckets + int((entry["key"] - end) // step)
            self._sums["count"][place] = entry["doc_count"]
            for name, measure in frame.measures.items():
                self._measure(place, name, measure, entry[name])

    def _measure(self, place: int, name: str, measure: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if "filter" in measure:
            self._sums[name][place] = answer["doc_count"]
        elif "terms" in measure:
            self._values[name][place] = [str(bucket["key"]) for bucket in answer["buckets"]]
        elif "stats" in measure:
            self._sums[name][place] = answer["sum"]
            self._sums[f"{name}_count"][place] = answer["count"]
            self._extremes[name][place] = (answer["min"], answer["max"])
        else:
            self._sums[name][place] = answer["value"] or 0.0

    def timeline(self) -> Timeline:
        """Return the timeline of all that was added."""
        frame = self._frame
        return timeline(
            end=frame.end,
            step=frame.step,
            buckets=frame.buckets,
            sums=self._sums,
            values=self._values,
            extremes=self._extremes,
        )
