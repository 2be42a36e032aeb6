"""Addresses that a post may lead us to: of public hosts alone, whatever their names resolve to."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

__all__ = ["Allowed", "NotPublic", "Place", "is_public", "place_of"]

Allowed = Callable[[IPv4Address | IPv6Address, int], bool]
_PORTS = {"http": 80, "https": 443}


class NotPublic(Exception):
    """An address leads to this machine, to a private network, or nowhere; it is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to connect: the address was looked at, so that a name which changes its mind leads nowhere else."""

    scheme: str
    host: str
    ip: str
    port: int


def is_public(address: IPv4Address | IPv6Address, port: int) -> bool:
    """Return whether an address is on the public net, at the port of its scheme."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return inner.is_global and address.is_global and not inner.is_multicast and port in _PORTS.values()


async def place_of(url: str, allowed: Allowed = is_public) -> Place:
    """Resolve an address; NotPublic unless every IP of its host is allowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotPublic("no address") from error
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise NotPublic("no address of a picture")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic("no such host") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses or not all(allowed(address, port) for address in addresses):
        raise NotPublic("not a public host")
    return Place(scheme=parts.scheme, host=host, ip=str(addresses[0]), port=port)
