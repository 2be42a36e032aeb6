"""A process that dies between two steps, as seen from within: one call of a function does not return."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

__all__ = ["WRITER_KILLED_AT_STEP", "dying"]

WRITER_KILLED_AT_STEP = """
import os, signal, sys
from fsspec.implementations.local import LocalFileSystem
from crawlers.stage import Batch

step, at = 0, int(sys.argv[2])
def counted(real):
    def call(self, *arguments, **named):
        global step
        if step == at:
            os.kill(os.getpid(), signal.SIGKILL)
        step += 1
        return real(self, *arguments, **named)
    return call
for name in ("makedirs", "_open", "rm_file", "mv"):
    setattr(LocalFileSystem, name, counted(getattr(LocalFileSystem, name)))
with Batch.at(sys.argv[1]).write() as writer:
    writer.add(b"new")
"""
"""A program for a process of its own: it writes the batch argv[1] and dies at the step argv[2] of the file system."""


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
