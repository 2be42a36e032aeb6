"""All other files below the data folder and the stages' root: queues, watermarks, logs, dead rows, reports, exports.

Lines of tables and records go whole; in logs and texts something else stands in the word's place; a packed or printed
file that holds a word is removed, for its like can be made again. A file of a kind that is not known here is never
touched: it is named, and somebody has to look. Tables may be in GBK or UTF-16; a customer's id that is too short to be
looked for in texts is found in the column that holds such ids.
"""

import binascii
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import msgspec

from config import settings
from crawlers.storage import files
from crawlers.storage.stage import STAGES
from crawlers.storage.zstd import ZstdError, decompress
from indexing.elasticsearch.store import Store
from indexing.privacy.readings import decoded, readings, unescaped
from indexing.privacy.sought import Sought, cleaned, telling

__all__ = ["erase", "look"]

_ELSEWHERE = (
    *(*STAGES, "received", "pages", "privacy", "private", "contacts", "callbacks", "chain"),
    *("elasticsearch", "backups", "keys", "cache"),
)
"""Folders that other places see to, or that hold nothing of anybody's: keys, jars, digests."""
_LINES = (".jsonl", ".ndjson", ".csv", ".tsv")
_TEXTS = (".log", ".txt", ".md", ".html", ".page", ".xml", ".yaml", ".yml", "")
_TABLES = {".csv": ",", ".tsv": "\t"}
_CUSTOMER = {"customer", "customers", "customer_id", "客户编号", "顾客"}
_MADE = (".zst", ".gz", ".zip", ".xlsx", ".ods", ".pdf", ".parquet", ".png", ".har", ".mhtml", ".mht", ".eml", ".warc")
_IN_BASE64 = re.compile(rb"[A-Za-z0-9+/]{76,}={0,2}(?:\r?\n[A-Za-z0-9+/]{1,76}={0,2})*")
_DEEPEST = 4
_LARGEST, _PART = 2**30, 2**26


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the files that hold a word, or have one in their name."""
    for fs, path in _files():
        if sought.holds(path.rsplit("/", 1)[-1]) or _anywhere(fs, path, sought):
            yield path


def erase(store: Store, sought: Sought) -> int:
    """Take the words out of these files, or the files away; return how many."""
    return sum(_erase(fs, path, sought) for fs, path in list(_files()))


def _erase(fs: Any, path: str, sought: Sought) -> bool:
    if sought.holds(path.rsplit("/", 1)[-1]):
        fs.rm_file(path)
        return True
    content, kind = _read(fs, path), _kind(path)
    if not _holds(content, kind, sought):
        return False
    text, encoding = decoded(content)
    if kind in _MADE:
        fs.rm_file(path)
    elif kind in _LINES:
        _write(fs, path, "".join(_others(text, kind, sought)), encoding)
    elif kind == ".json":
        _write(fs, path, _cleaned_json(content, sought))
    elif kind in _TEXTS:
        kept = (sought.clean(line) for line in text.splitlines(keepends=True))
        _write(fs, path, "".join(line for line in kept if not _said(line, sought)), encoding)
    else:
        return False  # `look` names it
    return True


def _others(text: str, kind: str, sought: Sought) -> Iterator[str]:
    """Yield the lines that are not of them."""
    lines = text.splitlines(keepends=True)
    head = next(csv.reader(lines[:1], delimiter=_TABLES[kind]), []) if kind in _TABLES else []
    places = [place for place, name in enumerate(head) if name.strip("\ufeff ").casefold() in _CUSTOMER]
    for line in lines:
        if _said(line, sought):
            continue
        if places:
            row = next(csv.reader([line], delimiter=_TABLES[kind]), [])
            if any(sought.is_customer(row[place].strip()) for place in places if place < len(row)):
                continue
        elif kind not in _TABLES and _is_record_of(line, sought):
            continue
        yield line


def _is_record_of(line: str, sought: Sought) -> bool:
    try:
        record = msgspec.json.decode(line.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False
    fields = record.items() if isinstance(record, dict) else ()
    return any(isinstance(one, str | int) and sought.is_customer(str(one)) for name, one in fields if name in _CUSTOMER)


def _said(line: str, sought: Sought) -> bool:
    return sought.holds(line) or ("\\u" in line and sought.holds(unescaped(line)))


def _cleaned_json(content: bytes, sought: Sought) -> str:
    try:
        return msgspec.json.encode(cleaned(msgspec.json.decode(content), sought)).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return sought.clean(decoded(content)[0])


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


def _anywhere(fs: Any, path: str, sought: Sought) -> bool:
    """Whether a file holds a word; one that is too large for memory is read in parts, as text."""
    try:
        if fs.size(path) <= _LARGEST:
            return _holds(_read(fs, path), _kind(path), sought)
        before = b""
        with fs.open(path, "rb") as file:
            while part := file.read(_PART):
                if any(sought.holds(text) for text in readings(before + part)):
                    return True
                before = part[-1_024:]
    except (FileNotFoundError, PermissionError):
        pass
    return False


def _holds(content: bytes, kind: str, sought: Sought) -> bool:
    if any(sought.holds(text) for one in _unpacked(content) for text in readings(one)):
        return True
    if kind not in _LINES or all(map(telling, sought.customers)):
        return False
    text = decoded(content)[0]
    return sum(map(len, _others(text, kind, sought))) < len(text)


def _unpacked(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield what a file says, and what is packed in it, also where packed files lie in it."""
    yield content
    for inner in _inner(content) if depth < _DEEPEST else ():
        yield from _unpacked(inner, depth + 1)


def _inner(content: bytes) -> Iterator[bytes]:
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
        elif b"base64" in content:  # a browser's records, letters, pages saved with their pictures
            yield from map(_of_base64, _IN_BASE64.findall(content))
    except (ZstdError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return


def _of_base64(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:  # cut, or no such text after all
        return b""


def _write(fs: Any, path: str, text: str, encoding: str = "utf-8") -> None:
    """Put a file in the place of the one that was read; what appends to it meanwhile is a log, and goes on."""
    with fs.open(path, "wb") as file:
        file.write(text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "strict"))
        files.sync(file)


def _kind(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
