"""People who may sign in at the console: names, roles and argon2 digests in a file for its owner's eyes alone.

<data>/keys/people.json
"""

import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from config import settings
from config.errors import UserError
from config.privacy import load_privacy
from indexing.customers.asker import Asker

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["Person", "check", "find", "forget", "people", "put"]

_NAME = re.compile(r"[^\s:/\\]{1,64}")
_SHORTEST = 12


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One who may sign in; `digest` is argon2's, with its salt and cost."""

    name: str
    role: str
    digest: str


def put(name: str, role: str, password: str) -> None:
    """Let somebody sign in, or give them another role or password; UserError says what is wrong with one of these."""
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r}: write a name of at most 64 characters without spaces, colons and slashes")
    if role not in (roles := load_privacy().roles):
        raise UserError(f"{role!r} is no role: write one of {', '.join(roles)}, or add it to config/privacy.yaml")
    if len(password) < _SHORTEST:
        raise UserError(f"the password is shorter than {_SHORTEST} characters: use a longer one, such as four words")
    there = {one.name: one for one in people()}
    _write([*(there | {name: Person(name=name, role=role, digest=_hasher().hash(password))}).values()])


def forget(name: str) -> None:
    """Let somebody sign in no more, from now on; UserError where there is none of this name."""
    there = people()
    left = [one for one in there if one.name != name]
    if len(left) == len(there):
        raise UserError(f"{name}: nobody of this name signs in here: `tingfeng privacy people` lists them")
    _write(left)


def people() -> list[Person]:
    """Return who may sign in; UserError names the file where it cannot be read or others may read it."""
    path = _path()
    try:
        content = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise UserError(f"{path}: others than its owner may read it: chmod 600 {path}")
        return msgspec.json.decode(content, type=list[Person])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{path}: {error}: remove it, and let people choose passwords anew") from error


def find(name: str) -> Asker | None:
    """Return who signs in by this name, as they are now; None for nobody."""
    return next((Asker(name=one.name, role=one.role) for one in people() if one.name == name), None)


def check(name: str, password: str) -> Asker | None:
    """Return who signs in, or None; a name that nobody bears takes as long as a wrong password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    known = next((one for one in people() if one.name == name), None)
    try:
        _hasher().verify(known.digest if known else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return Asker(name=known.name, role=known.role) if known else None


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(os.urandom(16).hex())


def _path() -> Path:
    return settings.data_dir() / "keys" / "people.json"


def _write(all_of_them: list[Person]) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # mkstemp opens it for its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(all_of_them))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
