"""What YAML makes of words that a person meant otherwise: each part of a file that is read as something else."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

__all__ = ["kind_of", "not_texts", "numbers_of_booleans", "unreadable"]

_WORD = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
_OWN_WORDS = ".values."
"""Below this the keys are what another system writes, which may be numbers, yes and no."""
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def not_texts(node: yaml.Node, within: str = "") -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each key that is no word to YAML, and of each control character in a text."""
    for part, field, is_key in _scalars(node, within):
        line, known = int(part.start_mark.line) + 1, part.tag in (_WORD, _MERGE) or _OWN_WORDS in field
        if is_key and not known:
            kind = kind_of(yaml.SafeLoader("").construct_object(part))
            yield (
                line,
                f"{field}: YAML reads this key as {kind}, not as a word: put it in quotes, as in '{part.value}':",
            )
        if odd := next((sign for sign in part.value if _is_control(sign)), None):
            yield line, f"{field}: holds a control character (U+{ord(odd):04X}): remove it"


def unreadable(node: yaml.Node) -> tuple[int, str] | None:
    """Return the line and the fault of the first date or number that there cannot be, such as 2026-13-01."""
    for part, field, _ in _scalars(node):
        try:
            yaml.SafeLoader("").construct_object(part)
        except ValueError:
            kind = "a number" if part.tag in _NUMBERS else "a date"
            return int(part.start_mark.line) + 1, (
                f"{field}: YAML reads this as {kind} that there cannot be: mend it, or put it in quotes if it is words"
            )
        except yaml.YAMLError:
            continue
    return None


def numbers_of_booleans(written: Any, read: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of each yes or no that was read as a number."""
    if isinstance(written, Mapping) and isinstance(read, Mapping):
        for key, value in written.items():
            if key in read:
                yield from numbers_of_booleans(value, read[key], (*place, key))
    elif isinstance(written, list) and isinstance(read, list | tuple):
        for number, (one, other) in enumerate(zip(written, read, strict=False)):
            yield from numbers_of_booleans(one, other, (*place, number))
    elif isinstance(written, bool) and isinstance(read, int | float) and not isinstance(read, bool):
        yield place


def kind_of(value: object) -> str:
    """Return what YAML has made of a value, in words that show nothing of it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    return "a number" if isinstance(value, int | float) else "a text" if isinstance(value, str) else "a date"


def _scalars(node: yaml.Node, within: str = "") -> Iterator[tuple[yaml.ScalarNode, str, bool]]:
    """Yield every key and value that is no mapping or list, with its field, and whether it is a key."""
    if isinstance(node, yaml.ScalarNode):
        yield node, within or "file", False
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _scalars(item, f"{within}.{number}" if within else str(number))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            field = f"{within}.{name}" if within else str(name)
            if isinstance(key, yaml.ScalarNode):
                yield key, field, True
            yield from _scalars(value, field)


def _is_control(sign: str) -> bool:
    return sign not in "\n\t\r" and unicodedata.category(sign) == "Cc"
