"""`config/pictures.yaml`: whether pictures are fetched and compared, and how much of it."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config import settings
from config.load import load

__all__ = ["Pictures", "load_pictures"]


class Pictures(BaseModel):
    """The whole file; without it nothing is fetched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = "pictures"
    enabled: bool = False
    """Fetch the first pictures of posts that begin a story, so that stories with the same one join."""
    of_a_post: Annotated[int, Field(ge=1, le=9)] = 3
    """How many of a post's pictures are looked at."""
    at_most: Annotated[int, Field(ge=1, le=100_000)] = 200
    """How many pictures a turn fetches; those of later posts wait for none and are compared by their words."""
    seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    """How long a turn fetches pictures."""
    delay: Annotated[float, Field(ge=0, le=3600)] = 1
    """Seconds between an answer and the next request to the same host, as for feeds."""
    distance: Annotated[int, Field(ge=0, le=31)] = 31
    """Bits of 256 in which two pictures may differ and count as the same; 31 is what PDQ's authors advise."""


def load_pictures(path: Path | None = None) -> Pictures:
    """Return what config/pictures.yaml says, or that nothing is fetched."""
    path = path or settings.config_dir() / "pictures.yaml"
    return load(path, Pictures) if path.exists() else Pictures()
