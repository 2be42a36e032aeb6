"""All other files below the data folder and the stages' root: queues, watermarks, logs, dead rows, reports, exports.

Lines of tables and records go whole; in logs and texts something else stands in the word's place; a packed or printed
file that holds a word is removed, for its like can be made again. A file of a kind that is not known here is never
touched: it is named, and somebody has to look.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import msgspec

from config import settings
from crawlers.storage import files
from crawlers.storage.stage import STAGES
from crawlers.storage.zstd import ZstdError, decompress
from indexing.elasticsearch.store import Store
from indexing.privacy.sought import Sought, cleaned

__all__ = ["erase", "look"]

_ELSEWHERE = (
    *(*STAGES, "received", "pages", "privacy", "private", "contacts", "callbacks", "chain"),
    *("elasticsearch", "backups", "keys", "cache"),
)
"""Folders that other places see to, or that hold nothing of anybody's: keys, jars, digests."""
_LINES = (".jsonl", ".ndjson", ".csv", ".tsv")
_TEXTS = (".log", ".txt", ".md", ".html", ".page", ".xml", ".yaml", ".yml", "")
_MADE = (".zst", ".gz", ".zip", ".xlsx", ".ods", ".pdf", ".parquet", ".png")
_LARGEST = 2**30


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the files that hold a word, or have one in their name."""
    for fs, path in _files():
        if sought.holds(path.rsplit("/", 1)[-1]) or _holds(_read(fs, path), sought):
            yield path


def erase(store: Store, sought: Sought) -> int:
    """Take the words out of these files, or the files away; return how many."""
    return sum(_erase(fs, path, sought) for fs, path in list(_files()))


def _erase(fs: Any, path: str, sought: Sought) -> bool:
    if sought.holds(path.rsplit("/", 1)[-1]):
        fs.rm_file(path)
        return True
    content, kind = _read(fs, path), _kind(path)
    if not _holds(content, sought):
        return False
    if kind in _MADE:
        fs.rm_file(path)
    elif kind in _LINES:
        kept = [line for line in _text(content).splitlines(keepends=True) if not sought.holds(line)]
        _write(fs, path, "".join(kept))
    elif kind == ".json":
        _write(fs, path, _cleaned_json(content, sought))
    elif kind in _TEXTS:
        _write(fs, path, sought.clean(_text(content)))
    else:
        return False  # `look` names it
    return True


def _cleaned_json(content: bytes, sought: Sought) -> str:
    try:
        return msgspec.json.encode(cleaned(msgspec.json.decode(content), sought)).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return sought.clean(_text(content))


def _files() -> Iterator[tuple[Any, str]]:
    for root in dict.fromkeys((str(settings.data_dir()), settings.stage_root().rstrip("/"))):
        fs, base = files.resolve(root)
        fs.invalidate_cache()
        for path in sorted(map(str, fs.find(base))):
            if path.removeprefix(base).lstrip("/").split("/")[0] not in _ELSEWHERE:
                yield fs, path


def _read(fs: Any, path: str) -> bytes:
    try:
        return bytes(fs.cat_file(path)) if fs.size(path) <= _LARGEST else b""
    except (FileNotFoundError, PermissionError):
        return b""


def _holds(content: bytes, sought: Sought) -> bool:
    return any(sought.holds(_text(one)) for one in _unpacked(content))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what a file says, and what is packed in it."""
    yield content
    try:
        if content.startswith(b"\x28\xb5\x2f\xfd"):
            yield decompress(content)
        elif content.startswith(b"\x1f\x8b"):
            yield gzip.decompress(content)
        elif content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                for info in packed.infolist():
                    if info.file_size <= _LARGEST:
                        yield packed.read(info)
    except (ZstdError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _write(fs: Any, path: str, text: str) -> None:
    """Put a file in the place of the one that was read; what appends to it meanwhile is a log, and goes on."""
    with fs.open(path, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        files.sync(file)


def _kind(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
