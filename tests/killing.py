"""A process that dies between two steps, as seen from within: one call of a function does not return."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

__all__ = ["WRITER_KILLED_AT_STEP", "dying", "dying_at_request"]

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


class _KilledAtRequest(Exception):
    """The same where the file system works in a thread of its own, which hands on nothing but exceptions."""


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


@contextmanager
def dying_at_request(step: int) -> Iterator[list[bool]]:
    """Die in the block at the request to the object store that follows `step` others; the list says whether it did.

    No later request of the block gets through, whatever it wants to clear up.
    """
    from crawlers.object_store import ObjectStore

    left, real, died = iter(range(step)), ObjectStore._call_s3, [False]

    async def counted(self: Any, *arguments: Any, **named: Any) -> Any:
        if died[0] or next(left, None) is None:
            died[0] = True
            raise _KilledAtRequest
        return await real(self, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectStore, "_call_s3", counted)
        with suppress(_KilledAtRequest):
            yield died
