"""Which files of config/ are read; one that looks as if it should be, and is not, is told and never passed over."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from config import settings
from config.load import ConfigError

__all__ = ["FILES", "FOLDERS", "check_files", "check_folder"]

FOLDERS = ("brands", "campaigns", "channels", "customers", "imports", "platforms", "rules", "segments")
"""Folders of config/ of which every `*.yaml` and `*.yml` is read."""
FILES = ("cases.yaml", "pictures.yaml", "privacy.yaml", "retention.yaml", "rota.yaml")
"""Files that lie in config/ itself."""
_ENDS_SO = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)


def check_folder() -> None:
    """Raise ConfigError where TINGFENG_CONFIG names no folder: it would read as one in which nothing is written."""
    if os.environ.get("TINGFENG_CONFIG") and not (folder := settings.config_dir()).is_dir():
        raise ConfigError(f"TINGFENG_CONFIG: {folder} is no folder: mend it, or begin one with `tingfeng init 小米`")


def check_files(folder: Path | None = None) -> None:
    """Raise ConfigError with every file of config/ that nothing reads though it was surely meant to be."""
    folder = folder or settings.config_dir()
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    problems = [fault for path in entries if not path.name.startswith(".") for fault in _faults(path)]
    if problems:
        raise ConfigError("\n".join(problems))


def _faults(path: Path) -> Iterator[str]:
    if path.name in FOLDERS:
        if path.is_dir():
            yield from _of_folder(path)
        else:
            yield f"{path}: is a file: {path.name} is a folder with one file for each: move it into it"
    elif path.is_dir():
        near = difflib.get_close_matches(path.name, FOLDERS, n=1, cutoff=0.75)
        if near and any(map(_is_written, path.iterdir())):
            yield f"{path}: is read by nothing: rename it to {near[0]}"
    elif path.name not in FILES and _is_written(path):
        stem = _ENDS_SO.sub("", path.name)
        if near := difflib.get_close_matches(f"{stem.lower()}.yaml", FILES, n=1, cutoff=0.8):
            yield f"{path}: is read by nothing: rename it to {near[0]}"


def _of_folder(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts) or not path.is_file() or not _is_written(path):
            continue
        if len(inside.parts) > 1:
            yield f"{path}: is read by nothing: move it into {folder}"
        elif path.suffix not in (".yaml", ".yml"):
            yield f"{path}: is read by nothing: rename it to {_ENDS_SO.sub('', path.name)}.yaml"


def _is_written(path: Path) -> bool:
    return bool(_ENDS_SO.search(path.name))
