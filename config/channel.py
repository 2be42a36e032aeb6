"""A channel: how alerts reach people. The address is a secret, so the file only says which variable holds it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from config import settings
from config.duration import Duration
from config.load import load_folder
from config.yaml_errors import VARIABLE

__all__ = ["Channel", "load_channels"]

_SHORTEST_SECRET = 7

Variable = Annotated[str, StringConstraints(pattern=VARIABLE)]


class Channel(BaseModel):
    """One channel file; `id` is the file's stem, by which rules name it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    """The module of indexing/alerts/channels that sends, such as webhook or apprise."""
    url_env: Variable | None = None
    """Environment variable with the address; TINGFENG_CHANNEL_<ID>_URL unless given."""
    secret_env: Variable | None = None
    """Environment variable with the signing key; TINGFENG_CHANNEL_<ID>_SECRET unless given. Without one, unsigned."""
    timeout: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Seconds to wait for the receiver, for each of connecting and answering."""

    per_minute: Annotated[int, Field(ge=1, le=6_000)] | None = None
    """Messages a minute that the receiver takes; what its kind allows unless given."""
    instead: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    """Id of the channel that is told when this one refuses, or fails for `give_up`; `operations` unless given."""
    give_up: Duration = timedelta(minutes=10)

    @field_validator("id")
    @classmethod
    def _id_from_file(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
            raise ValueError(
                f"the file's name {value!r} is the channel's id: use lower-case letters, digits, - and _, at most 64"
            )
        return value

    @property
    def url_variable(self) -> str:
        """The name of the variable that holds the address."""
        return self.url_env or f"TINGFENG_CHANNEL_{self._shouted}_URL"

    @property
    def url(self) -> str | None:
        """The address, or None while nobody has set it; never to be logged."""
        return settings.secret(self.url_variable)

    @property
    def secret(self) -> str | None:
        """The signing key, or None; never to be logged."""
        return settings.secret(self.secret_env or f"TINGFENG_CHANNEL_{self._shouted}_SECRET")

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must never be shown: the key, and each part of the address that could hold one."""
        parts = re.split(r"[/?&=:@#]+", self.url or "")
        return tuple(filter(None, (self.url, self.secret, *(part for part in parts if len(part) > _SHORTEST_SECRET))))

    @property
    def _shouted(self) -> str:
        return self.id.upper().replace("-", "_")


def load_channels(folder: Path | None = None) -> list[Channel]:
    """Return every channel under config/channels, sorted by id; none where there is no such folder."""
    return load_folder(folder or settings.config_dir() / "channels", Channel)
