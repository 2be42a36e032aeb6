"""YAML → checked models: every fault is told with file, line, field and remedy, before anything runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from config.errors import UserError

__all__ = ["ConfigError", "load", "load_folder", "where"]

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(UserError):
    """What people wrote cannot be used; each line of the message is one fault: `file:line: field: reason: remedy`."""


def load(path: Path, model: type[Model], *, id: str | None = None) -> Model:
    """Read one YAML file as `model`; its `id` is the file's stem, unless given. ConfigError lists every fault."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not UTF-8 ({error.reason} at byte {error.start}): save the file as UTF-8"
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not YAML: {error.problem}: mind indentation, colons and quotes") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path}:1: not YAML: {error}: remove the character that it names") from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{path}:1: must be a mapping of fields, such as `name: 小米`")
    if repeated := list(_repeated_keys(node)):
        problems = [f"{path}:{line}: {key}: written twice: keep one" for key, line in repeated]
        raise ConfigError("\n".join(problems))
    if "id" in data:
        raise ConfigError(f"{path}:{_line(node, ('id',))}: id: the file's name is its id: remove this field")
    if choose := getattr(model, "choose", None):  # the fields depend on what one of them says
        model = choose(data)
    try:
        return model.model_validate({"id": id or path.stem, **data})
    except ValidationError as error:
        problems = [_explain(path, node, model, problem) for problem in error.errors()]
        raise ConfigError("\n".join(problems)) from error


def load_folder(folder: Path, model: type[Model]) -> list[Model]:
    """Read every `*.yaml` of a folder, sorted by name; ConfigError lists the faults of all files together."""
    loaded, problems = [], []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            loaded.append(load(path, model))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return loaded


def where(path: Path, *place: str | int) -> str:
    """Return `file:line: field` of a part of a file that has been loaded, for faults that only show between files."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return f"{path}:{_line(node, place) if node else 1}: {'.'.join(map(str, place))}"


def _explain(path: Path, node: yaml.Node, model: type[BaseModel], problem: Any) -> str:
    place = problem["loc"]
    field = ".".join(str(part) for part in place) or "file"
    reason = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "missing":
        reason = "missing: add it"
    elif problem["type"] == "extra_forbidden":
        known = ", ".join(sorted(set(model.model_fields) - {"id"}))
        reason = "unknown field: remove it or mend its spelling"
        if len(place) == 1:
            reason += f" (known: {known})"
    elif problem["type"] not in ("value_error", "assertion_error"):
        reason = f"{reason}: got {problem['input']!r}, change it"
    return f"{path}:{_line(node, place)}: {field}: {reason}"


def _line(node: yaml.Node, place: tuple[Any, ...]) -> int:
    """Return the line of the innermost part of `place` that stands in the file, from 1."""
    line = node.start_mark.line
    for part in place:
        if isinstance(node, yaml.MappingNode):
            entry = next(((key, value) for key, value in node.value if key.value == part), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
    return int(line) + 1


def _repeated_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
