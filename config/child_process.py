"""What a process that we start must know from the start."""

import ctypes
import os
import signal
import sys

__all__ = ["end_with", "prctl"]

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Have this process end when its parent (a process id) does, which may be killed before it can tell."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it is gone already
        os._exit(1)


def prctl(option: int, value: int) -> None:
    """Ask Linux for an option of this process; elsewhere there is none."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
