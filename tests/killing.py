"""A process that dies between two steps, as seen from within: one call of a function does not return."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

__all__ = ["Forked", "dying", "dying_at_request", "forked_writer"]

_KILLED_AT_STEP = """
import os, signal, sys
from fsspec.implementations.local import LocalFileSystem

step, at = 0, int(sys.argv[1])
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
"""
_FORKING = """
for line in sys.stdin:
    if not (child := os.fork()):
        at = int(line)
        exec(work)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forked:
    """Runs a program in processes that die at a step of the file system; they cost a fork, not Python's start."""

    def __init__(self, imports: str, work: str) -> None:
        program = f"{_KILLED_AT_STEP}\n{imports}\nwork = {work!r}\n{_FORKING}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, "-1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, step: int) -> int:
        """Run it, and return its exit code: 0 where it had ended before the step."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def forked_writer(batch: str) -> Forked:
    """Return a writer of one line into `batch`, whose name may hold `{at}`, the step at which it dies."""
    work = f"with Batch.at({batch!r}.format(at=at)).write() as writer:\n    writer.add(b'new')"
    return Forked("from crawlers.storage.stage import Batch", work)


class _KilledAtRequest(Exception):
    """The same where the file system works in a thread of its own, which hands on nothing but exceptions."""


class _Killed(BaseException):
    """What no code of ours catches."""


@contextmanager
def dying(step: int, module: Any, name: str) -> Iterator[None]:
    """Die in the block at the call of `module.name` that follows `step` calls; the block ends there."""
    left, real = iter(range(step)), getattr(module, name)

    def last(*arguments: Any, **named: Any) -> Any:
        if next(left, None) is None:
            raise _Killed
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, last)
        with suppress(_Killed):
            yield


@contextmanager
def dying_at_request(step: int) -> Iterator[list[bool]]:
    """Die in the block at the request to the object store that follows `step` others; the list says whether it did.

    No later request of the block gets through, whatever it wants to clear up.
    """
    from crawlers.storage.object_store import ObjectStore

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
