"""A channel: how alerts reach people. The address is a secret, so the file only says which variable holds it."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from config import settings
from config.load import load_folder

__all__ = ["Channel", "load_channels"]

Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


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
    def _shouted(self) -> str:
        return self.id.upper().replace("-", "_")


def load_channels(folder: Path | None = None) -> list[Channel]:
    """Return every channel under config/channels, sorted by id; none where there is no such folder."""
    return load_folder(folder or settings.config_dir() / "channels", Channel)
