"""What is wrong with config/privacy.yaml that it does not show alone: kinds of personal values that there are not."""

from pathlib import Path

from config import settings
from config.load import ConfigError, where
from config.privacy import Privacy
from indexing.people.personal import PersonalKind

__all__ = ["check_roles"]

_ALL = "all"


def check_roles(privacy: Privacy, path: Path | None = None) -> None:
    """Raise ConfigError with every kind of personal value that a role is to see and nobody keeps."""
    path = path or settings.config_dir() / "privacy.yaml"
    known = (_ALL, *PersonalKind)
    problems = [
        f"{where(path, 'roles', name, 'sees', number)}: {kind!r} is no kind of personal value: "
        f"write one of {', '.join(known)}"
        for name, role in privacy.roles.items()
        for number, kind in enumerate(role.sees)
        if kind not in known
    ]
    if problems:
        raise ConfigError("\n".join(problems))
