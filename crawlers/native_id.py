"""The publishing time that a platform's own ids carry."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

__all__ = ["published"]

_WEIBO_EPOCH = 515_483_463


def published(platform: str, native_id: str) -> datetime | None:
    """Return when the post with this id was published, to the second; None where ids of the platform do not tell."""
    read = _READERS.get(platform)
    return read(native_id) if read else None


def _weibo(mid: str) -> datetime | None:
    """Read a mid: its bits above the 22nd count seconds; checked against the stated times of real posts."""
    if not (mid.isascii() and mid.isdigit() and len(mid) <= 19):
        return None
    seconds = int(mid) >> 22
    return datetime.fromtimestamp(seconds + _WEIBO_EPOCH, UTC) if seconds else None


_READERS: Mapping[str, Callable[[str], datetime | None]] = MappingProxyType({"weibo": _weibo})
