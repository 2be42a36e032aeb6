"""One field of a YAML file changed, and every other character of it left as it stands, comments included."""

from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from config.errors import UserError

__all__ = ["CannotEdit", "added", "replaced", "save"]


class CannotEdit(UserError):
    """The file is not written as this can change it; the message says what to write by hand."""


def replaced(text: str, field: str, value: str) -> str:
    """Return the YAML text with another value, in single quotes, of a field of its own."""
    node = _fields(text).get(field)
    written = f"'{value.replace(chr(39), chr(39) * 2)}'"
    if node is None:
        return f"{text.rstrip()}\n{field}: {written}\n"
    if not isinstance(node, yaml.ScalarNode):
        raise CannotEdit(f"{field}: is no single value: write {field}: {written}")
    end = node.end_mark.index
    if node.style in ("|", ">"):  # a block ends with its line
        written += "\n"
    return text[: node.start_mark.index] + written + text[end:]


def added(text: str, field: str, kind: str, values: Sequence[str]) -> str:
    """Return the YAML text with further values in the list `kind` of the mapping `field`; what stands there stays."""
    fields = _fields(text)
    whole = fields.get(field)
    quoted = ", ".join(f"'{value.replace(chr(39), chr(39) * 2)}'" for value in values)
    if whole is None:
        return f"{text.rstrip()}\n{field}:\n  {kind}: [{quoted}]\n"
    if not isinstance(whole, yaml.MappingNode) or not whole.value:
        raise CannotEdit(f"{field}: is no mapping: write {kind}: [{quoted}] below it")
    lists = {key.value: (key, value) for key, value in whole.value}
    if kind in lists:
        node = lists[kind][1]
        if not isinstance(node, yaml.SequenceNode) or not node.flow_style:
            raise CannotEdit(f"{field}.{kind}: is not written as [ … ]: add {quoted} there")
        at = node.end_mark.index - 1
        comma = ", " if node.value else ""
        return f"{text[:at].rstrip()}{comma}{quoted}{text[at:]}"
    if whole.flow_style:
        raise CannotEdit(f"{field}: is written in one line: add {kind}: [{quoted}] there")
    first = lists[next(iter(lists))][0]
    line = text.rfind("\n", 0, first.start_mark.index) + 1
    return f"{text[:line]}{' ' * first.start_mark.column}{kind}: [{quoted}]\n{text[line:]}"


def save(path: Path, text: str, check: Callable[[Path], object]) -> None:
    """Write the file whole, once `check` has read a draft of it without complaint.

    Else it stays as it was, and CannotEdit tells each fault by its line in what would have been written.
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        check(draft)
        draft.replace(path)
    except UserError as error:
        faults = str(error).replace(f"{draft}:", "line ")
        raise CannotEdit(f"{path}: was left as it is, for this would stand there:\n{faults}") from error
    finally:
        draft.unlink(missing_ok=True)


def _fields(text: str) -> dict[str, yaml.Node]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise CannotEdit("the file is no mapping of fields: mend it first")
    return {str(key.value): value for key, value in node.value}
