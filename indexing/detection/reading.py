"""The index's answers about one brand (story, …), piece by piece, made into its timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexing.detection.timeline import Timeline, timeline
from indexing.mentions.document import millis

__all__ = ["Frame", "Parts"]

_MILLISECOND = timedelta(milliseconds=1)
_SAID = {"filter": "doc_count", "stats": "sum"}
"""Where an aggregation's answer says what adds up; others say `value`, which is None for no mention."""


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
        entries = list(buckets)
        places = [frame.buckets + int((entry["key"] - end) // step) for entry in entries]
        self._sums["count"].update(zip(places, [entry["doc_count"] for entry in entries], strict=True))
        for name, measure in frame.measures.items():
            self._measure(places, name, measure, [entry[name] for entry in entries])

    def _measure(
        self, places: Sequence[int], name: str, measure: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        """Take up one measure of all buckets: a column at a time costs a third of a bucket at a time."""
        if "terms" in measure:
            values = [[str(bucket["key"]) for bucket in answer["buckets"]] for answer in answers]
            self._values[name].update(zip(places, values, strict=True))
            return
        if "stats" in measure:
            counts, extremes = self._sums[f"{name}_count"], self._extremes[name]
            counts.update(zip(places, [answer["count"] for answer in answers], strict=True))
            extremes.update(zip(places, [(answer["min"], answer["max"]) for answer in answers], strict=True))
        value = next((said for kind, said in _SAID.items() if kind in measure), "value")
        self._sums[name].update(zip(places, [answer[value] or 0.0 for answer in answers], strict=True))

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
