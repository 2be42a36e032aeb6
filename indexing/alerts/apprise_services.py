"""Which of Apprise's services can be taken at their word, and what those say that Apprise does not read.

Many services answer HTTP 200 and refuse in the body, where Apprise's plugin looks at the status alone. Where there is a
kind of our own, its address is refused; where the body's words are known, they are read here; what else looks at the
status alone is confirmed by that, and says so.
"""

import ast
import inspect
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

__all__ = [
    "JUDGED",
    "OWN_KINDS",
    "Refusal",
    "heard",
    "looks_at_status_alone",
    "refusal",
    "service_of",
    "taken_at_status",
]

OWN_KINDS: Mapping[str, str] = MappingProxyType(
    {"dingtalk": "dingtalk", "feishu": "feishu", "lark": "feishu", "wecombot": "wecom"}
)
"""Plugins of Apprise for which there is a kind of channel."""
_READERS = frozenset({"content", "json", "text", "iter_lines"})
_LOGGERS = frozenset({"debug", "error", "info", "trace", "warning"})
_WORDS_LENGTH = 160
_HEARD: ContextVar[list[tuple[str, Any]] | None] = ContextVar("answers that a plugin got", default=None)
_MISSING = object()
# Before 3.11.5 CPython counts the depth of a syntax tree in one place for all threads: two at once end in a SystemError
_ONE_TREE_AT_A_TIME = threading.Lock()


def _is(field: str, *accepted: object) -> Callable[[Any], bool]:
    return lambda said: isinstance(said, dict) and said.get(field, _MISSING) in accepted


def _either(*ways: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda said: any(way(said) for way in ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a service said instead of having taken the message; `clear` where it said anything."""

    service: str
    words: str
    clear: bool


JUDGED: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "bark": _is("code", 200),
        "burstsms": lambda said: isinstance(said, dict) and _is("code", "SUCCESS")(said.get("error")),
        "clicksend": _is("response_code", "SUCCESS"),
        "kodi": lambda said: isinstance(said, dict) and "error" not in said,
        "msg91": _is("type", "success"),
        "pushdeer": _is("code", 0),
        "pushme": lambda said: said == "success",
        "qq": _is("success", True),
        "serverchan": _either(_is("code", 0), _is("errno", 0)),
        "seven": _either(_is("success", "100", 100), lambda said: said in (100, "100")),
        "spugpush": _is("code", 200, 0),
        "synology": _is("success", True),
        "techuluspush": _is("success", True),
        "vonage": lambda said: isinstance(said, dict) and all(map(_is("status", "0"), said.get("messages") or [{}])),
    }
)
"""How a service says that it has taken the message, by the plugin's name: what its answer's body must hold."""


def service_of(plugin: object) -> str:
    """Return the name of a plugin of Apprise: its module's."""
    return type(plugin).__module__.rpartition("plugins.")[2].partition(".")[0]


@contextmanager
def heard(plugins: Iterable[object]) -> Iterator[list[tuple[str, Any]]]:
    """Collect what the plugins' services answer while the block runs, in threads of Apprise's own too."""
    for module in (module for plugin in plugins for module in _modules(type(plugin))):
        real = getattr(module, "requests", None)
        if isinstance(real, ModuleType):
            vars(module)["requests"] = _Listening(real, module.__name__.rpartition(".")[2])
    answers: list[tuple[str, Any]] = []
    token = _HEARD.set(answers)
    try:
        yield answers
    finally:
        _HEARD.reset(token)


def refusal(answers: Iterable[tuple[str, Any]]) -> Refusal | None:
    """Return the first answer that is no receipt, of those services whose words are known."""
    for service, answer in answers:
        said = _parsed(answer.text)
        if (judge := JUDGED.get(service)) and not judge(said):
            words = " ".join(str(said).split())[:_WORDS_LENGTH]
            return Refusal(service=service, words=words or "nothing", clear=isinstance(said, dict) or bool(words))
    return None


def taken_at_status(plugins: Iterable[object], answers: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the services of which nobody has read more than the HTTP status."""
    read = {service for service, _ in answers if service in JUDGED}
    alone = {service_of(plugin) for plugin in plugins if looks_at_status_alone(type(plugin))}
    return sorted(alone - read)


def looks_at_status_alone(plugin: type) -> bool:
    """Whether a plugin speaks HTTP and never reads what its service answers, but to log it."""
    modules = [module for module in _modules(plugin) if "requests" in vars(module)]
    return bool(modules) and not any(
        isinstance(node, ast.Attribute) and node.attr in _READERS
        for module in modules
        for node in _unlogged(_tree(module))
    )


def _tree(module: ModuleType) -> ast.AST:
    source = inspect.getsource(module)
    with _ONE_TREE_AT_A_TIME:
        return ast.parse(source)


def _modules(plugin: type) -> list[ModuleType]:
    """Return the modules in which a plugin and those that it builds on are written, but for the base of all."""
    found = (inspect.getmodule(one) for one in plugin.__mro__)
    own = (module for module in found if module and module.__name__.startswith("apprise.plugins."))
    return [module for module in own if module.__name__ != "apprise.plugins.base"]


def _unlogged(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr in _LOGGERS:
            continue
        yield child
        yield from _unlogged(child)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


class _Listening:
    """Stands for `requests` in a plugin's module; what is answered is also handed to whoever listens."""

    def __init__(self, real: ModuleType, service: str) -> None:
        self._real, self._service = real, service

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._overheard(found) if name in ("delete", "get", "patch", "post", "put", "request") else found

    def _overheard(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def sending(*arguments: Any, **options: Any) -> Any:
            answer = send(*arguments, **options)
            if (answers := _HEARD.get()) is not None:
                answers.append((self._service, answer))
            return answer

        return sending
