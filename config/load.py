"""YAML → checked models: every fault is told with file, line, field and remedy, before anything runs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.reader import ReaderError

from config.errors import UserError
from config.yaml_errors import endless, explain, line_of, not_yaml, reason, repeated_keys, unquoted
from config.yaml_parts import not_texts, numbers_of_booleans, unreadable

__all__ = ["ConfigError", "asked", "load", "load_folder", "where", "written_files"]

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(UserError):
    """What people wrote cannot be used; each line of the message is one fault: `file:line: field: reason: remedy`."""


def load(path: Path, model: type[Model], *, id: str | None = None) -> Model:
    """Read one YAML file as `model`; its `id` is the file's stem, unless given. ConfigError lists every fault."""
    text, node, data = _read(path)
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{path}:1: must be a mapping of fields, such as `name: 小米`")
    _check(path, text, node)
    if "id" in data:
        raise ConfigError(f"{path}:{line_of(node, ('id',))}: id: the file's name is its id: remove this field")
    if choose := getattr(model, "choose", None):  # the fields depend on what one of them says
        model = choose(data)
    try:
        read = model.model_validate({"id": id or path.stem, **data})
    except ValidationError as error:
        faults = [explain(node, model, problem) for problem in _causes(error)]
        raise ConfigError(_lines(path, faults)) from None
    if taken := list(numbers_of_booleans(data, read.model_dump(by_alias=True))):
        reason = "YAML reads this as yes or no, and a number is wanted: write the number"
        faults = [(line_of(node, place), f"{'.'.join(map(str, place))}: {reason}") for place in taken]
        raise ConfigError(_lines(path, faults))
    return read


def _check(path: Path, text: str, node: yaml.MappingNode) -> None:
    """Refuse what YAML reads otherwise than a person wrote it, whatever its fields mean."""
    if line := endless(node):
        raise ConfigError(
            f"{path}:{line}: stands within itself, or thousands of times over: write out what *… stands for"
        )
    repeated = ((line, f"{key}: written twice: keep one") for key, line in repeated_keys(node))
    for faults in (unquoted(text, node), repeated, not_texts(node)):
        if found := list(faults):
            raise ConfigError(_lines(path, found))


def asked(model: type[Model], **values: object) -> Model:
    """Make what a command was told; UserError lists every fault, each behind its argument's name."""
    try:
        return model(**values)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {reason(model, one)}" for one in _causes(error))
        raise UserError("\n".join(faults)) from None


def _causes(error: ValidationError) -> list[Any]:
    """Return the errors without those that only follow from others: a list is not too short for its faulty entries."""
    found = error.errors()
    places = [one["loc"] for one in found]
    return [
        one
        for one in found
        if one["type"] != "too_short"
        or not any(len(place) > len(one["loc"]) and place[: len(one["loc"])] == one["loc"] for place in places)
    ]


def _lines(path: Path, faults: Iterable[tuple[int, str]]) -> str:
    return "\n".join(f"{path}:{line}: {reason}" for line, reason in faults)


def _read(path: Path) -> tuple[str, yaml.Node | None, Any]:
    """Return the file's text, its parts with their lines, and what it says."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node and not endless(node) and (fault := unreadable(node)):
            raise ConfigError(_lines(path, [fault]))
        return text, node, yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not UTF-8 ({error.reason} at byte {error.start}): save the file as UTF-8"
        ) from error
    except yaml.MarkedYAMLError as error:
        line, reason = not_yaml(text, error)
        raise ConfigError(f"{path}:{line}: {reason}") from None  # the cause would show the line, secrets and all
    except ReaderError as error:
        line, sign = text.count("\n", 0, error.position) + 1, ord(text[error.position])
        raise ConfigError(
            f"{path}:{line}: not YAML: holds a character that no text has (U+{sign:04X}): remove it"
        ) from None
    except RecursionError:
        raise ConfigError(f"{path}:1: brackets in brackets, hundreds deep: no setting is: remove them") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}): make it a file that may be read") from error


def load_folder(folder: Path, model: type[Model]) -> list[Model]:
    """Read every `*.yaml` of a folder, sorted by name; ConfigError lists the faults of all files together."""
    loaded, problems = [], []
    for path in written_files(folder):
        try:
            loaded.append(load(path, model))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return loaded


def written_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, sorted by name; hidden ones are drafts and notes of editors and systems."""
    found = [*folder.glob("*.yaml"), *folder.glob("*.yml")]
    return sorted(path for path in found if not path.name.startswith("."))


def where(path: Path, *place: str | int) -> str:
    """Return `file:line: field` of a part of a file that has been loaded, for faults that only show between files."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return f"{path}:{line_of(node, place) if node else 1}: {'.'.join(map(str, place))}"
