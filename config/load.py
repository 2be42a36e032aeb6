"""YAML → checked models: every fault is told with file, line, field and remedy, before anything runs."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from config.errors import UserError
from config.yaml_errors import endless, explain, line_of, not_yaml, repeated_keys, unquoted

__all__ = ["ConfigError", "load", "load_folder", "where"]

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(UserError):
    """What people wrote cannot be used; each line of the message is one fault: `file:line: field: reason: remedy`."""


def load(path: Path, model: type[Model], *, id: str | None = None) -> Model:
    """Read one YAML file as `model`; its `id` is the file's stem, unless given. ConfigError lists every fault."""
    text, node, data = _read(path)
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{path}:1: must be a mapping of fields, such as `name: 小米`")
    if line := endless(node):
        raise ConfigError(
            f"{path}:{line}: stands within itself, or thousands of times over: write out what *… stands for"
        )
    if cut := list(unquoted(text, node)):
        raise ConfigError("\n".join(f"{path}:{line}: {reason}" for line, reason in cut))
    if repeated := list(repeated_keys(node)):
        problems = [f"{path}:{line}: {key}: written twice: keep one" for key, line in repeated]
        raise ConfigError("\n".join(problems))
    if "id" in data:
        raise ConfigError(f"{path}:{line_of(node, ('id',))}: id: the file's name is its id: remove this field")
    if choose := getattr(model, "choose", None):  # the fields depend on what one of them says
        model = choose(data)
    try:
        return model.model_validate({"id": id or path.stem, **data})
    except ValidationError as error:
        faults = [explain(node, model, problem) for problem in error.errors()]
        raise ConfigError("\n".join(f"{path}:{line}: {reason}" for line, reason in faults)) from None


def _read(path: Path) -> tuple[str, yaml.Node | None, Any]:
    """Return the file's text, its parts with their lines, and what it says."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return text, node, yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not UTF-8 ({error.reason} at byte {error.start}): save the file as UTF-8"
        ) from error
    except yaml.MarkedYAMLError as error:
        line, reason = not_yaml(text, error)
        raise ConfigError(f"{path}:{line}: {reason}") from None  # the cause would show the line, secrets and all
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path}:1: not YAML: {error}: remove the character that it names") from error
    except RecursionError:
        raise ConfigError(f"{path}:1: brackets in brackets, hundreds deep: no setting is: remove them") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}): make it a file that may be read") from error


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
    return f"{path}:{line_of(node, place) if node else 1}: {'.'.join(map(str, place))}"
