"""The publishing time that a platform's own ids carry."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

__all__ = ["published"]

_WEIBO_EPOCH = 515_483_463
_X_EPOCH = 1_288_834_974_657
_FIRST_X_ID = 29_700_859_247
"""Ids of X carry their time since November 2010; before, they only counted."""
_FIRST_TIMED_MASTODON_ID = 10**17
"""An instance's first ids only counted too."""


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


def _x(id: str) -> datetime | None:
    """Read a snowflake: its bits above the 22nd count milliseconds."""
    if not (id.isascii() and id.isdigit() and _FIRST_X_ID < int(id[:20]) < 1 << 63 and len(id) < 20):
        return None
    return datetime.fromtimestamp(((int(id) >> 22) + _X_EPOCH) // 1000, UTC)


def _mastodon(id: str) -> datetime | None:
    """Read a status id, after the instance that it is of: its bits above the 16th count milliseconds."""
    number = id.rpartition("/")[2]
    if not (number.isascii() and number.isdigit() and len(number) == len(str(_FIRST_TIMED_MASTODON_ID))):
        return None
    return datetime.fromtimestamp((int(number) >> 16) // 1000, UTC)


_READERS: Mapping[str, Callable[[str], datetime | None]] = MappingProxyType(
    {"mastodon": _mastodon, "weibo": _weibo, "x": _x}
)
