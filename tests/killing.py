"""A process that dies between two steps, as seen from within: one call of a function does not return."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

__all__ = ["dying"]


class _Killed(BaseException):
    """What no code of ours catches."""


@contextmanager
def dying(step: int, module: Any, name: str) -> Iterator[None]:
    """Die in the block at the call of `module.name` that follows `step` calls; the block ends there."""
    left, real = iter(range(step)), getattr(module, name)

    def last(*arguments: Any) -> Any:
        if next(left, None) is None:
            raise _Killed
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, last)
        with suppress(_Killed):
            yield
