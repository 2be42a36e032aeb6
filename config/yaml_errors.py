"""What is wrong with a YAML file, told with line, field and remedy, and never with a value that may be a secret."""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel

from config.yaml_parts import kind_of

__all__ = ["VARIABLE", "endless", "explain", "line_of", "not_yaml", "reason", "repeated_keys", "unquoted"]

VARIABLE = r"^[A-Z][A-Z0-9_]*$"
"""The form of an environment variable's name."""

IN_QUOTES = "put the whole query in single quotes, as in query: '…' (a ' inside is written twice)"
_QUERIES = ("query", "match")
_QUERY_LINE = re.compile(r"""(?:^|[\s{,\-"'])(?:query|match)["']?\s*:\s*\S""")
_SECRET = re.compile(r"(^|_)(url|env|key|token|secret|cookie|password|user|auth)$", re.IGNORECASE)
_LONGEST_SHOWN = 40
_MOST_PARTS = 100_000
_SAID = {
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type"), "must be a list, such as [a, b]"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must be a mapping, as a: b"),
    "too_short": "must have at least one entry",
    "date_from_datetime_inexact": "must be a day without a time, such as 2026-11-01",
}
_PATTERNS = {
    r"^https?://[^\s/]": "must be an address that begins with http:// or https://",
    "^[a-z][a-z0-9_]{0,31}$": "must be small letters, digits and _, with a letter first, at most 32",
}
_TAB, _INDENTED_BY_TAB = "a tab stands here: indent with spaces", re.compile(" *\t")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def not_yaml(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Return the line, from 1, and what is wrong there; in a query's line, how a query is quoted."""
    lines = text.splitlines()
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark]
    if marks and marks[0].line < len(lines) and _INDENTED_BY_TAB.match(lines[marks[0].line]):
        return marks[0].line + 1, f"not YAML: {_TAB}"
    for mark in marks:
        if mark.line < len(lines) and _QUERY_LINE.search(lines[mark.line]):
            return mark.line + 1, f"query: not YAML as it stands: {IN_QUOTES}"
    problem = _QUOTED.sub(_hidden, error.problem or "unreadable")
    said = _TAB if r"'\t'" in problem else f"{problem}: mind indentation, colons and quotes"
    return (marks[0].line + 1 if marks else 1), f"not YAML: {said}"


def _hidden(quoted: re.Match[str]) -> str:
    """Return a sign or a <kind of token> as it stands, and for anything longer, which may be a secret, this."""
    said = quoted[1] or quoted[2] or ""
    return quoted[0] if len(said) < 2 or said == r"\t" or said.startswith("<") else "this"


def endless(node: yaml.Node) -> int | None:
    """Return the line, from 1, of a list or mapping that holds itself by an alias, or unfolds to too many parts."""
    sizes: dict[int, float] = {}

    def size(one: yaml.Node) -> float:
        if isinstance(one, yaml.ScalarNode):
            return 1
        if id(one) not in sizes:
            sizes[id(one)] = float("inf")  # while its parts are counted: whoever meets it there is within it
            parts = [part for pair in one.value for part in pair] if isinstance(one, yaml.MappingNode) else one.value
            sizes[id(one)] = 1 + sum(map(size, parts))
        return sizes[id(one)]

    return int(node.start_mark.line) + 1 if size(node) > _MOST_PARTS else None


def unquoted(text: str, node: yaml.Node, place: tuple[str | int, ...] = ()) -> Iterator[tuple[int, str]]:
    """Yield the line and the error of each value of which YAML reads less than a person wrote."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from unquoted(text, value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from unquoted(text, item, (*place, number))
    elif isinstance(node, yaml.ScalarNode) and node.style is None:
        field, query = ".".join(map(str, place)), bool(place) and place[-1] in _QUERIES
        remedy = IN_QUOTES if query else "put the value in single quotes; a comment has a space behind its #"
        if re.match(r"[ \t]+#[^\s#]", text[node.end_mark.index :]):
            yield node.start_mark.line + 1, f"{field}: YAML drops all from # on: {remedy}"
        elif query and text[node.start_mark.index : node.start_mark.index + 1] in ("&", "!"):
            yield node.start_mark.line + 1, f"{field}: YAML reads the first word as its own: {remedy}"


def explain(node: yaml.Node, model: type[BaseModel], problem: Any) -> tuple[int, str]:
    """Return the line and the words for one of pydantic's errors."""
    place, words = problem["loc"], reason(model, problem)
    if not place and (named := _named(node, words)):  # what is said of the whole file begins with the fields it means
        return line_of(node, named), words
    field = ".".join(str(part) for part in place) or "file"
    return line_of(node, place), f"{field}: {words}"


def _named(node: yaml.Node, reason: str) -> tuple[str, ...]:
    """Return the place of the field, such as `shifts:`, with whose name a reason begins."""
    place: list[str] = []
    for name in reason.split(": ")[:-1]:
        found = [value for key, value in node.value if key.value == name] if isinstance(node, yaml.MappingNode) else []
        if not found:
            break
        place.append(name)
        node = found[0]
    return tuple(place)


def reason(model: type[BaseModel], problem: Any) -> str:
    """Return the words for one of pydantic's errors: what is wrong with the value, and the remedy."""
    place, said = problem["loc"], str(problem["msg"]).removeprefix("Value error, ")
    said = _SAID.get(problem["type"], re.sub("^(Input|String) should ", "must ", said))
    said = _PATTERNS.get(problem.get("ctx", {}).get("pattern", ""), said)
    last, value = str(place[-1]) if place else "", problem.get("input")
    if problem["type"] == "missing":
        return "missing: add it"
    if problem["type"] == "extra_forbidden":
        known = ", ".join(sorted(set(model.model_fields) - {"id"}))
        return "unknown field: remove it or mend its spelling" + (f" (known: {known})" if len(place) == 1 else "")
    if last.endswith("_env"):
        return (
            "must be the name of an environment variable, such as TINGFENG_COOKIE (capitals, digits, _): "
            "put the secret in that variable, and only its name here"
        )
    if last in _QUERIES and problem["type"] == "string_type":
        return f"YAML reads this as {kind_of(value)}, not as words: {IN_QUOTES}"
    if problem["type"] == "string_type":
        remedy = "write it, or remove the line" if value is None else "put it in quotes"
        remedy = "write one text" if isinstance(value, dict | list) else remedy
        return f"YAML reads this as {kind_of(value)}, not as text: {remedy}"
    if problem["type"] in ("value_error", "assertion_error"):
        return said
    if isinstance(value, dict | list | tuple) or _SECRET.search(last) or _may_be_secret(value):
        return f"{said}: change it (got {kind_of(value)})"
    return f"{said}: got {value if kind_of(value) == 'a date' else repr(value)}, change it"


def _may_be_secret(value: object) -> bool:
    text = str(value)
    return len(text) > _LONGEST_SHOWN or "://" in text or "=" in text


def line_of(node: yaml.Node, place: tuple[Any, ...]) -> int:
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


def repeated_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield each key that a mapping holds twice, with its line."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add(key.value)
            yield from repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from repeated_keys(item)
