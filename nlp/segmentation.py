"""Which engine cuts Chinese into words, and the user's dictionary for it in jieba's own form."""

import importlib
import pkgutil
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config import settings
from config.errors import UserError
from nlp import segmenters

__all__ = [
    "BadDictionary",
    "Entry",
    "SegmentationEngine",
    "UnknownSegmenter",
    "engine",
    "engine_names",
    "entries",
    "version",
]

_LINE = re.compile(r"(?P<word>.+?)(?: (?P<frequency>[0-9]+))?(?: (?P<tag>[a-z]+))?")
_MEANT_AS_FREQUENCY = re.compile(r"[\s,，;；|][-+]?[0-9]\S*$")
_LARGEST = 2**31 - 1


class UnknownSegmenter(UserError):
    """There is no engine of this name; the message lists those that are."""


class BadDictionary(UserError):
    """The user's dictionary cannot be read; each line of the message is one fault: `file:line: reason: remedy`."""


class SegmentationEngine(Protocol):
    """What cuts: jieba or one of its kin."""

    def add(self, word: str, frequency: int | None, tag: str | None) -> None:
        """Put a word into the dictionary; without a frequency it gets the one that keeps it whole."""

    def cut(self, text: str) -> list[str]:
        """Return the text's pieces in order; joined they are the text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a dictionary; without a frequency the word gets the one that keeps it whole."""

    word: str
    frequency: int | None = None
    tag: str | None = None


def engine_names() -> list[str]:
    """Return the names of the engines that are there, without loading them."""
    return sorted(module.name for module in pkgutil.iter_modules(segmenters.__path__))


def engine(name: str | None = None) -> SegmentationEngine:
    """Load an engine, with a dictionary of its own; None for the one that the settings name."""
    loaded: SegmentationEngine = _module(name or settings.segmenter()).load()
    return loaded


def version() -> str:
    """Return what the cutting follows from, beside the brands: another one makes work already done be done again."""
    return " ".join([_module(settings.segmenter()).MODEL, *map(repr, entries())])


def _module(name: str) -> Any:
    if name not in engine_names():
        known = " or ".join(engine_names())
        raise UnknownSegmenter(f"TINGFENG_SEGMENTER={name}: no segmenter has this name: write {known}, or unset it")
    return importlib.import_module(f"nlp.segmenters.{name}")


def entries(path: Path | None = None) -> tuple[Entry, ...]:
    """Return the user's words: lines of `word`, `word frequency`, `word tag` or `word frequency tag`, as jieba has it.

    `path` is lexicons/userdict.txt of the user's configuration unless given; no file, no words.
    """
    path = path or settings.config_dir() / "lexicons" / "userdict.txt"
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        place = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadDictionary(f"{path}:{place}: not UTF-8: save the file as UTF-8") from error
    read, faults = list[Entry](), list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            found = _entry(re.sub(" +", " ", line.strip(" \r\u3000")))
            if isinstance(found, Entry):
                read.append(found)
            else:
                faults.append(f"{path}:{number}: {line[:60]!r}: {found}")
    if faults:
        raise BadDictionary("\n".join(faults))
    return tuple(read)


def _entry(line: str) -> Entry | str:
    """Return the line's entry, or what is wrong with it and what to write."""
    form = "write `word frequency tag` with one space between, such as 云计算 5 n; frequency and tag may lack"
    match = _LINE.fullmatch(line)
    if match is None or "\t" in line or (not match["frequency"] and _MEANT_AS_FREQUENCY.search(match["word"])):
        return f"the frequency must be a whole number, and stand behind the word: {form}"
    frequency = int(match["frequency"]) if match["frequency"] else None
    if frequency is not None and not 0 <= frequency <= _LARGEST:
        return f"the frequency must be from 0 to {_LARGEST:,}: {form}"
    if not any(map(str.isalnum, match["word"])):
        return f"holds no letter or digit: {form}"
    return Entry(match["word"].strip(), frequency, match["tag"])
