"""The publishing time that a platform's own ids carry."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from crawlers.errors import MalformedPost
from crawlers.formats import weibo_id
from crawlers.page import Response
from crawlers.post import Precision
from crawlers.reading.times import SPAN, ReadTime, read_time

__all__ = ["checked", "published", "settled"]

_HEX_ID = re.compile(r"[0-9a-f]{24}")
_FIRST_SECOND, _LAST_SECOND = 1_230_768_000, 4_102_444_800
"""2009 and 2100: numbers that say another time are ids of another kind."""
_CLOCKS_DIFFER = timedelta(seconds=10)
_AGREE = 60
"""Seconds that a time to the second and its id's may lie apart."""
_X_EPOCH = 1_288_834_974_657
_FIRST_X_ID = 29_700_859_247
"""Ids of X carry their time since November 2010; before, they only counted."""
_FIRST_TIMED_MASTODON_ID = 10**17
"""An instance's first ids only counted too."""


def published(platform: str, native_id: str) -> datetime | None:
    """Return when the post with this id was published, to the second; None where ids of the platform do not tell."""
    read = _READERS.get(platform)
    return read(native_id) if read else None


def settled(by_id: datetime | None, shown: ReadTime | None, fetched_at: datetime) -> ReadTime | None:
    """Return the publishing time by what an id and a page say; None when neither does.

    The page's own word stands where it is exact, or says another time than the id; 昨天 gives way to the id's second.
    """
    if by_id is not None and by_id > fetched_at:
        by_id = None
    if by_id is None or shown is None:
        return shown if by_id is None else (by_id, Precision.SECOND)
    told, precision = shown
    if precision is Precision.SECOND or abs(by_id - told) > SPAN[precision] + _CLOCKS_DIFFER:
        return shown
    return by_id, Precision.SECOND


def checked(platform: str, native_id: str, written: str, response: Response) -> ReadTime:
    """Return the exact time that is written, or the id's where it cannot be read or the two contradict each other.

    MalformedPost where neither tells a time.
    """
    by_id = published(platform, native_id)
    by_id = by_id if by_id and by_id <= response.fetched_at else None
    try:
        said = read_time(written, response.moment)
    except ValueError as error:
        if by_id is None:
            raise MalformedPost(f"created_at: {error}") from error
        return by_id, Precision.SECOND
    apart = abs((said[0] - by_id).total_seconds()) if by_id else 0
    return (by_id, Precision.SECOND) if by_id and apart > _AGREE else said


def _weibo(mid: str) -> datetime | None:
    """Read a mid: its bits above the 22nd count seconds; checked against the stated times of real posts."""
    if not (mid.isascii() and mid.isdigit() and len(mid) <= 19):
        return None
    return _unix(weibo_id.seconds_of(int(mid)))


def _douyin(id: str) -> datetime | None:
    """Read a video's or comment's id: its bits above the 32nd count seconds, from when its upload began."""
    return _unix(int(id) >> 32) if id.isascii() and id.isdigit() and 17 <= len(id) <= 20 else None


def _xiaohongshu(id: str) -> datetime | None:
    """Read a note's or comment's id: like those of MongoDB, its first eight hexadecimal digits count seconds."""
    return _unix(int(id[:8], 16)) if _HEX_ID.fullmatch(id) else None


def _unix(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if _FIRST_SECOND <= seconds < _LAST_SECOND else None


def _x(id: str) -> datetime | None:
    """Read a snowflake: its bits above the 22nd count milliseconds."""
    if not (id.isascii() and id.isdigit() and _FIRST_X_ID < int(id[:20]) < 1 << 63 and len(id) < 20):
        return None
    return _unix(((int(id) >> 22) + _X_EPOCH) // 1000)


def _mastodon(id: str) -> datetime | None:
    """Read a status id, after the instance that it is of: its bits above the 16th count milliseconds."""
    number = id.rpartition("/")[2]
    if not (number.isascii() and number.isdigit() and len(number) == len(str(_FIRST_TIMED_MASTODON_ID))):
        return None
    return _unix((int(number) >> 16) // 1000)


_READERS: Mapping[str, Callable[[str], datetime | None]] = MappingProxyType(
    {"douyin": _douyin, "mastodon": _mastodon, "weibo": _weibo, "x": _x, "xiaohongshu": _xiaohongshu}
)
