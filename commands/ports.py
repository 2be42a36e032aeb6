"""Ports on this machine: whether one is free is told before anything is said to answer there."""

import socket

from config.errors import UserError

__all__ = ["HIGHEST", "LOWEST", "PortTaken", "check_free", "first_free"]

LOWEST, HIGHEST = 1, 65_535
_HERE = "127.0.0.1"


class PortTaken(UserError):
    """Nothing can listen there; the message says why, and to name another."""


def check_free(port: int) -> None:
    """Raise PortTaken unless a server can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a closed connection blocks nothing
        try:
            probe.bind((_HERE, port))
        except OSError as error:
            raise PortTaken(f"--port {port}: cannot be listened on ({error.strerror}): name another --port") from error


def first_free(port: int) -> int:
    """Return the port, or the next one that is free."""
    for one in range(port, HIGHEST + 1):
        try:
            check_free(one)
        except PortTaken:
            continue
        return one
    raise PortTaken(f"no port from {port} on is free: name a lower one")
