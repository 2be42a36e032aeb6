"""Crawling processes that cost a fork: each would import Scrapy and Twisted anew, longer than most crawls take."""

import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

import pytest

from crawlers.engine import process

__all__ = ["STARTED", "fork_crawlers"]

STARTED = process._start
"""How a process is started for users, Python and all."""
_WORKER = process._WORKER
_ITS_OWN = ("PYTHON", "LD_", "TZ")
"""Beginnings of the variables that are read while Python starts: who sets one wants a process that starts."""


def fork_crawlers(patch: pytest.MonkeyPatch) -> None:
    """Let every crawling process come of a server that has its modules, unless a test puts another in its place."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_WORKER, __name__])
    known = _at_start()

    def start(log: int) -> "ForkedCrawler | Any":
        usual = known == _at_start() and process._WORKER == _WORKER
        return ForkedCrawler(context, log) if usual else STARTED(log)

    patch.setattr(process, "_start", start)


def _at_start() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_ITS_OWN)}


class ForkedCrawler:
    """What engine/process.py needs of a subprocess.Popen."""

    def __init__(self, context: ForkServerContext, log: int) -> None:
        jobs, stdin = os.pipe()
        stdout, lines = os.pipe()
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self._process: ForkServerProcess = context.Process(
            target=_crawl, args=(_Ends(jobs, lines, log), dict(os.environ), str(Path.cwd())), daemon=True
        )
        self._process.start()
        os.close(jobs)
        os.close(lines)

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs; minus the number of the signal that ended it."""
        return self._process.exitcode

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Return how it ended, when it has."""
        self._process.join()
        return self._process.exitcode

    def __enter__(self) -> "ForkedCrawler":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self._process.join()


class _Ends:
    """The ends of pipes and the log that become a process's stdin, stdout and stderr."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers

    def __getstate__(self) -> dict[str, Any]:
        return {"_ends": [DupFd(number) for number in self._numbers]}

    def take(self) -> None:
        """Put them in their places."""
        for place, end in enumerate(self._ends):  # type: ignore[attr-defined]  # another process made it
            number = end.detach()
            os.dup2(number, place)
            os.close(number)


def _crawl(ends: _Ends, environment: dict[str, str], folder: str) -> None:
    """Be the worker, as if just started."""
    from crawlers.network import worker

    os.setsid()
    ends.take()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    worker.main()
