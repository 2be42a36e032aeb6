"""Whole files on any fsspec path: a reader sees the old one or the new one, never half of either."""

import errno
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

import fsspec

from config.errors import UserError

__all__ = [
    "FULL", "exists", "folders", "listed", "named_if_full", "names", "read", "remove", "remove_if", "replace",
    "resolve", "sweep", "sync", "touch",
]  # fmt: skip

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""By what number a system says that a disk, or somebody's share of it, holds no more."""

_TEMPORARY = re.compile(r"\.[0-9a-f]{8}\.tmp$")
"""How the names end under which files are written before they are whole."""


def resolve(path: str) -> tuple[Any, str]:
    """Return the file system of an fsspec path, and the path within it; UserError where a package for it is missing."""
    if path.startswith("s3://"):
        return _object_store(), path.removeprefix("s3://").rstrip("/")
    if "://" not in path and "::" not in path:  # fsspec would take both apart, for every file of every batch
        return _local(), str(_local()._strip_protocol(path))
    fs, resolved = fsspec.core.url_to_fs(path)
    return fs, str(resolved)


@lru_cache
def _local() -> Any:
    return fsspec.filesystem("file")


def _object_store() -> Any:
    try:
        from crawlers.storage.object_store import object_store
    except ModuleNotFoundError as error:
        raise UserError(
            f"TINGFENG_STAGES: paths of s3:// need {error.name}: run `make setup`, or pip install 'tingfeng[s3]'"
        ) from error
    return object_store()


def sync(file: Any) -> None:
    """Bring an open file's content to the disk, where it is on one."""
    file.flush()
    try:
        os.fsync(file.fileno())
    except (OSError, AttributeError) as error:  # an object store has no descriptor: it makes the object whole on close
        if isinstance(error, OSError) and error.errno in FULL:
            raise  # some file systems find room for what was written only now


@contextmanager
def named_if_full(path: str) -> Iterator[None]:
    """Let the error of a full disk name the file: who writes to one that is open already is not told its name."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL and error.filename is None:
            error.filename = path
        raise


def read(path: str) -> bytes | None:
    """Return a file's content, or None where there is none."""
    fs, resolved = resolve(path)
    try:
        return bytes(fs.cat_file(resolved))
    except (FileNotFoundError, NotADirectoryError):
        return None


def exists(path: str) -> bool:
    """Return whether there is a file or folder."""
    fs, resolved = resolve(path)
    return bool(fs.exists(resolved))


def replace(path: str, content: bytes) -> None:
    """Write a file, in the place of what was there."""
    fs, resolved = resolve(path)
    if getattr(fs, "puts_whole", False):
        fs.pipe_file(resolved, content)
        return
    fs.makedirs(fs._parent(resolved), exist_ok=True)
    temporary = f"{resolved}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        with named_if_full(resolved), fs.open(temporary, "wb") as file:
            file.write(content)
            sync(file)
        fs.mv(temporary, resolved)
    finally:
        with suppress(FileNotFoundError):
            fs.rm_file(temporary)


def touch(path: str) -> None:
    """Let there be an empty file."""
    fs, resolved = resolve(path)
    fs.makedirs(fs._parent(resolved), exist_ok=True)
    with named_if_full(resolved):
        fs.pipe_file(resolved, b"")


def remove(path: str) -> None:
    """Remove a file, where it is still there."""
    fs, resolved = resolve(path)
    with suppress(FileNotFoundError):
        fs.rm_file(resolved)


def remove_if(path: str, same: Callable[[bytes], bool]) -> bool:
    """Remove a file whose content is the `same` as the caller has read; one that was replaced meanwhile stays."""
    fs, resolved = resolve(path)
    content = read(path)
    if content is None or not same(content):
        return False
    aside = f"{resolved}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        fs.mv(resolved, aside)
    except FileNotFoundError:
        return False
    if not same(bytes(fs.cat_file(aside))):  # replaced at this very moment
        fs.mv(aside, resolved)
        return False
    fs.rm_file(aside)
    return True


def folders(folder: str) -> list[str]:
    """Return the names of the folders directly in a folder, sorted; none where there is no folder."""
    fs, resolved = resolve(folder)
    try:
        found = fs.ls(resolved, detail=True, refresh=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(str(entry["name"]).rstrip("/").rsplit("/", 1)[-1] for entry in found if entry["type"] == "directory")


def names(folder: str) -> list[str]:
    """Return the names of the files directly in a folder as it stands now, sorted; none where there is no folder."""
    fs, resolved = resolve(folder)
    while True:
        fs.invalidate_cache(resolved)  # other processes write there too
        try:
            found = fs.ls(resolved, detail=True)
            break
        except NotADirectoryError:
            return []
        except FileNotFoundError:
            if not fs.isdir(resolved):
                return []  # else a file has gone between its listing and a look at it
    files = (str(entry["name"]).rsplit("/", 1)[-1] for entry in found if entry["type"] == "file")
    return sorted(name for name in files if name and not name.endswith(".tmp"))


def listed(folder: str) -> list[str] | None:
    """Return the names of all that lies directly in a folder, without a look at any of it; None where there is none."""
    fs, resolved = resolve(folder)
    fs.invalidate_cache(resolved)
    try:
        return sorted(str(name).rstrip("/").rsplit("/", 1)[-1] for name in fs.ls(resolved, detail=False))
    except (FileNotFoundError, NotADirectoryError):
        return None


def sweep(folder: str, before: datetime) -> int:
    """Remove what killed writers left half-written anywhere below a folder before an aware time; return how many files.

    An object store makes its objects whole, so that nothing can be left there.
    """
    fs, resolved = resolve(folder)
    if getattr(fs, "puts_whole", False):
        return 0
    left = [name for name in map(str, fs.glob(f"{resolved}/**/*.tmp")) if _TEMPORARY.search(name)]
    gone = 0
    for name in left:
        with suppress(FileNotFoundError):  # its writer lives, and has just finished
            if fs.modified(name) < before:
                fs.rm_file(name)
                gone += 1
    return gone
