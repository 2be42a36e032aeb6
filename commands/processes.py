"""Programs that a command starts and must not leave behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil

from config.child_process import end_with, prctl
from config.errors import UserError

__all__ = ["Failed", "Processes"]

_PR_SET_CHILD_SUBREAPER = 36


class Failed(UserError):
    """A program that we need ended by itself; the message quotes its last lines and names its log."""


class Processes:
    """A group of child processes, ended together with all that they started.

    With `adopt`, grandchildren whose parent dies become ours (Linux's child subreaper), so that `stop` finds them too.
    Should this process be killed, the kernel ends its direct children.
    """

    def __init__(self, logs: Path, *, adopt: bool = False) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs, self._adopt = logs, adopt
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._begun: dict[str, int] = {}
        """Where in its log each program's own output begins, behind that of earlier runs."""
        if adopt:
            prctl(_PR_SET_CHILD_SUBREAPER, 1)

    def start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program in a session of its own, so that a Ctrl-C reaches us alone; its output goes to a log."""
        with self.log(name).open("ab") as log:
            self._begun[name] = log.tell()
            self._children[name] = subprocess.Popen(
                arguments,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(end_with, os.getpid()) if sys.platform == "linux" else None,
            )

    def wait(self, name: str) -> None:
        """Wait until a program that does its work and ends has done it; Failed when it ends badly."""
        if self._children[name].wait():
            self.check()
        del self._children[name]

    def log(self, name: str) -> Path:
        """Return the file that holds the program's output."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raise Failed when a program has ended by itself."""
        for name, child in self._children.items():
            if child.poll() is not None:
                said = self.log(name).read_bytes()[self._begun[name] :].decode(errors="replace")
                last = "\n".join(said.splitlines()[-15:])
                raise Failed(f"{name} ended with code {child.returncode}; its log {self.log(name)} closes with\n{last}")

    def stop(self, *, spare: int | None = None, patience: float = 20) -> None:
        """End all children and their descendants: asked first, killed after `patience` seconds; none is left.

        `spare` is the pid of a process that outlives us, with all that it started: the Elasticsearch node.
        """
        descendants = self._descendants(spare)
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
        deadline = time.monotonic() + patience
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        left = descendants | self._descendants(spare)
        for send in (psutil.Process.terminate, psutil.Process.kill):
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    send(process)
            left = set(psutil.wait_procs(left, timeout=3)[1])
        self._children.clear()

    def _descendants(self, spare: int | None) -> set[psutil.Process]:
        ours = {child.pid for child in self._children.values()}
        found: set[psutil.Process] = set()
        for process in psutil.Process().children():
            if process.pid in ours or (self._adopt and process.pid != spare):
                with contextlib.suppress(psutil.NoSuchProcess):
                    found |= {process, *process.children(recursive=True)}
        return found
