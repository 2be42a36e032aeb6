"""Keys of this installation: from the environment, or made once in the data folder for their owner's eyes alone."""

import errno
import os
import secrets
import tempfile
from pathlib import Path

from config import settings
from config.errors import UserError

__all__ = ["KeyUnusable", "key_of"]

_SHORTEST_KEY = 16


class KeyUnusable(UserError):
    """A key cannot be used; what it protects may not be done without it."""


def key_of(variable: str, file: str) -> str:
    """Return the key in an environment variable, else the one in `TINGFENG_DATA`/keys, made where there is none.

    Workers that share an object store share no data folder, so there the environment alone gives the key.
    """
    key, source = settings.secret(variable), variable
    if key is None and settings.shares_stages():
        raise KeyUnusable(
            f"{variable}: missing: with TINGFENG_STAGES={settings.stage_root()} every worker needs the same key: set"
            f" {variable}, or {variable}_FILE, to one long random text on all of them"
        )
    if key is None:
        path = settings.data_dir() / "keys" / file
        key, source = _kept(path, variable), str(path)
    if len(key) < _SHORTEST_KEY:
        raise KeyUnusable(f"{source}: shorter than {_SHORTEST_KEY} characters: use a long random text")
    return key


def _kept(path: Path, variable: str) -> str:
    """Return the key in the file, making it first where there is none; whoever comes second reads the first one's."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=path.parent)  # mkstemp opens it for its owner alone
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(32))
                    file.flush()
                    os.fsync(file.fileno())
                os.link(temporary, path)
            except FileExistsError:
                pass
            finally:
                Path(temporary).unlink()
        if path.stat().st_mode & 0o077:
            raise KeyUnusable(f"{path}: others than its owner may read it: chmod 600 {path}")
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "make room there" if full else "make it readable for this user"
        raise KeyUnusable(f"{path}: {error}: {remedy}, or set {variable}") from error
