"""Where a figure comes from, and how to get it again: from the answers to a firing's questions.

A trace is JSON: `["window", "hits", "total", "value"]` is a place in the answer to the question `window`, where `*`
stands for every entry of a list, and a name in a list for the bucket of that key. `{"of": …, "to": …}` is one place's
value divided by another's; `{"median": …}`, `{"mad": …}`, `{"most": …}`, `{"number": …}` fold a place with a `*`.
`{"peak": …, "length": 4, "block": 96, "rank": 2}` is the second greatest of the fullest 4 values in a row of each 96.
"""

import json
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from config.kinds import deviation
from indexing.detection.timeline import peaks, windows

__all__ = ["at_path", "mad_of", "median_of", "most_of", "number_of", "peak_of", "peaks_of", "ratio", "recount"]


def at_path(question: str, *path: str) -> str:
    """Return the trace of one value in a question's answer."""
    return json.dumps([question, *path], ensure_ascii=False)


def median_of(question: str, *path: str) -> str:
    """Return the trace of the median of the values at a place with a `*`."""
    return json.dumps({"median": [question, *path]}, ensure_ascii=False)


def mad_of(question: str, *path: str) -> str:
    """Return the trace of the median absolute deviation of the values at a place with a `*`."""
    return json.dumps({"mad": [question, *path]}, ensure_ascii=False)


def most_of(question: str, *path: str) -> str:
    """Return the trace of the greatest of the values at a place with a `*`."""
    return json.dumps({"most": [question, *path]}, ensure_ascii=False)


def number_of(question: str, *path: str) -> str:
    """Return the trace of how many values there are at a place with a `*`."""
    return json.dumps({"number": [question, *path]}, ensure_ascii=False)


def peak_of(question: str, *path: str, length: int, block: int, rank: int) -> str:
    """Return the trace of the `rank`-th greatest of the blocks' peaks; of the greatest, where there are not so many."""
    fold = {"peak": [question, *path], "length": length, "block": block, "rank": rank}
    return json.dumps(fold, ensure_ascii=False)


def peaks_of(question: str, *path: str, length: int, block: int) -> str:
    """Return the trace of how many blocks have a peak."""
    return json.dumps({"peaks": [question, *path], "length": length, "block": block}, ensure_ascii=False)


def ratio(of: str, to: str) -> str:
    """Return the trace of one trace's value divided by another's."""
    return json.dumps({"of": json.loads(of), "to": json.loads(to)}, ensure_ascii=False)


def recount(trace: str, answers: Mapping[str, Any]) -> float:
    """Return the figure that the answers, by their questions' ids, give; KeyError where they do not hold it."""
    return _value(json.loads(trace), answers)


def _value(trace: Any, answers: Mapping[str, Any]) -> float:
    if isinstance(trace, dict):
        if "of" in trace:
            whole = _value(trace["to"], answers)
            return _value(trace["of"], answers) / whole if whole else 0.0
        if "block" in trace:
            return _peak(trace, answers)
        ((fold, path),) = trace.items()
        values = [float(one or 0) for one in _at(answers, path)]
        usual, mad = deviation(values)
        return {"median": usual, "mad": mad, "most": max(values, default=0.0), "number": float(len(values))}[fold]
    (value,) = _at(answers, trace)
    return float(value or 0)


def _peak(trace: Any, answers: Mapping[str, Any]) -> float:
    totals = [0.0, *accumulate(float(one or 0) for one in _at(answers, trace.get("peak") or trace["peaks"]))]
    block, length, past = trace["block"], trace["length"], len(totals) - 1
    found = sorted(peaks(windows(totals, length), length, 0, past, block, max(1, past // block)), reverse=True)
    if "peaks" in trace:
        return float(len(found))
    return found[trace["rank"] - 1] if len(found) >= trace["rank"] else found[0]


def _at(answer: Any, path: list[str]) -> list[Any]:
    for number, name in enumerate(path):
        if name == "*":
            entries = answer.values() if isinstance(answer, Mapping) else answer
            return [found for entry in entries for found in _at(entry, path[number + 1 :])]
        if isinstance(answer, list):
            answer = _numbered(answer, name) if name.isdecimal() and not _keyed(answer) else _named(answer, name)
        else:
            answer = answer[name]
        if answer is None:
            return [None]
    return [answer]


def _keyed(entries: list[Any]) -> bool:
    return bool(entries) and isinstance(entries[0], Mapping) and "key" in entries[0]


def _named(entries: list[Any], name: str) -> Any:
    return next((entry for entry in entries if str(entry["key"]) == name), None)


def _numbered(entries: list[Any], name: str) -> Any:
    return entries[int(name)] if int(name) < len(entries) else None
