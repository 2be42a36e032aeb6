"""Cases of which some are tried in every run, and the others by `make soak`."""

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["in_part"]


def in_part(cases: Iterable[Any], *always: Any) -> list[Any]:
    """Return the cases as parameters of a test; all but those of `always` wait for `make soak`."""
    return [case if case in always else pytest.param(case, marks=pytest.mark.soak) for case in cases]
