"""An optional override of one feed's defaults: config/platforms/<feed>.yaml."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config import settings
from config.load import load, written_files
from config.yaml_errors import VARIABLE

__all__ = ["Platform", "platform", "platform_files"]


class Platform(BaseModel):
    """How to reach a feed, and how gently. None keeps the feed's own default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]")] | None = None
    """Another address for the feed's own, such as a mirror or the replay server."""
    delay: Annotated[float, Field(ge=0, le=3600)] | None = None
    """Seconds between an answer and the next request to the same host; 0 asks several pages at once."""
    max_pages: Annotated[int, Field(ge=1, le=100_000)] | None = None
    overlap: Annotated[int, Field(ge=0, le=30 * 86400)] | None = None
    """Seconds before the watermark that each crawl reads again."""
    cookie_env: Annotated[str, StringConstraints(pattern=VARIABLE)] | None = None
    """Environment variable that holds the cookie; the cookie itself is never written here."""
    token_env: Annotated[str, StringConstraints(pattern=VARIABLE)] | None = None
    """Environment variable that holds the token of an official interface; it is sent in a header to the feed's host."""
    signer: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] | None = None
    """`module:name` of the class that signs the requests of a feed that wants it (docs/feeds.md)."""
    robots: bool | None = None
    """Whether robots.txt is obeyed."""
    user_agent: Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,200}$")] | None = None
    """Who we say we are; name yourself and an address where you can be reached."""
    minimum: Annotated[int, Field(ge=0)] | None = None
    """Posts that a crawl is expected to find at the least; fewer makes its verdict `short`."""
    minimum_per_day: Annotated[int, Field(ge=0)] | None = None
    """Posts that a day is expected to bring to each query at the least; `tingfeng coverage` says where it did not."""


def platform(feed: str) -> Platform:
    """Return the override of `feed`, or one that overrides nothing; ConfigError when the file is wrong."""
    for path in platform_files():
        if path.stem == feed:
            return load(path, Platform)
    return Platform(id=feed)


def platform_files() -> list[Path]:
    """Return the files of config/platforms, sorted."""
    return written_files(settings.config_dir() / "platforms")
