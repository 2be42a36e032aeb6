"""One number of an alert's reason, and the request to the index that gives it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Figure", "Question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a reason: what was counted, what is usual, and which of the firing's questions gave it."""

    name: str
    value: float
    usual: float | None = None
    unit: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request to the index that can be sent again by hand."""

    id: str
    index: str
    body: Mapping[str, Any]
