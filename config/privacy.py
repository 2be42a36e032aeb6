"""`config/privacy.yaml`: which roles there are, what personal values each may see, and what each may do."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config import settings
from config.load import load

__all__ = ["May", "Privacy", "Role", "load_privacy"]


class May(StrEnum):
    """What a role may do beyond reading what names nobody."""

    LINKS = "links"
    """Decide which account is whose."""
    CASES = "cases"
    """Take, answer and resolve complaints."""
    CONSENT = "consent"
    """Note what a customer agrees to or withdraws, and correct what is kept of one."""
    EXPORT = "export"
    """Take lists of customers out, where they have agreed to the purpose."""
    ERASE = "erase"
    """Erase a person, and hand one a copy of what is kept."""


class Role(BaseModel):
    """What people of one role may see and do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sees: tuple[str, ...] = ()
    """Kinds of personal values, such as name, phone; `all` for every one."""
    may: tuple[May, ...] = ()

    def may_see(self, kind: str) -> bool:
        """Return whether this role may look at a kind of personal value."""
        return kind in self.sees or "all" in self.sees


_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
_ALL = Role(sees=("all",), may=tuple(May))
_SERVICE = Role(sees=("name", "phone", "email"), may=(May.CASES, May.CONSENT))


class Privacy(BaseModel):
    """The whole file; without it there are the roles `operator`, `service` and `reader`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = "privacy"
    roles: Annotated[dict[_Name, Role], Field(min_length=1)] = {
        "operator": _ALL,
        "service": _SERVICE,
        "reader": Role(),
    }
    operator: _Name = "operator"
    """The role of whoever runs `tingfeng` on the machine itself, and so could read the keys anyway."""


def load_privacy(path: Path | None = None) -> Privacy:
    """Return what config/privacy.yaml says, or the defaults where there is no such file."""
    path = path or settings.config_dir() / "privacy.yaml"
    privacy = load(path, Privacy) if path.exists() else Privacy()
    if privacy.operator not in privacy.roles:
        from config.load import ConfigError, where

        there = ", ".join(privacy.roles)
        raise ConfigError(f"{where(path, 'operator')}: {privacy.operator!r} is no role here: write one of {there}")
    return privacy
