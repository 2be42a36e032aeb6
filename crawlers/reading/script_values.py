r"""What a page's script sets its names to, read without running it: `var ct = "" || "17"`, `window.a = {b: 'c' * 1}`.

Objects and lists become dictionaries and lists, strings lose their escapes. Of several values that an expression names,
the first that is something counts, of a condition's the last; what a function would make is not known, but for its
first argument, since pages wrap strings so (`JsDecode('\x26')`).
"""

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["assigned", "assignments"]

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/"""
    r"""|(?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|`[^`\\]*(?:\\.[^`\\]*)*`)"""
    r"""|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_$][\w$.]*)|(?P<mark>.)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|(\r\n|.))", re.DOTALL)
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_SET, _BEFORE = re.compile(r"\s*=(?![=>])\s*"), re.compile(r"(?:^|[;,{}\n]|\b(?:var|let|const)\s|\b\w+\.)\s*$")
_NEAR = 24
"""Characters before a name by which it is told whether the whole name stands there."""
_OPENS, _CLOSES = {"{": "}", "[": "]", "(": ")"}, frozenset("}])")
_DEEPEST = 40
_LAST_CODE = 0x10FFFF


def assigned(script: str, name: str) -> Any:
    """Return the first value that is something of all that a name is set to in a script; None where there is none."""
    return next((value for value in assignments(script, name) if value not in (None, "", {}, [])), None)


def assignments(script: str, name: str) -> Iterator[Any]:
    """Yield what a name is set to, a variable or a window's field, each time."""
    at = script.find(name)
    while at >= 0:
        end = at + len(name)
        match = _SET.match(script, end)
        if match and _BEFORE.search(script, max(0, at - _NEAR), at):
            yield _Reader(script, match.end()).value(0)
        at = script.find(name, end)


class _Reader:
    """Reads values from a place in a script on."""

    def __init__(self, script: str, at: int) -> None:
        self._script, self._at = script, at
        self._kind, self._said = "", ""
        self._next()

    def value(self, depth: int) -> Any:
        """Return what an expression means, up to where it ends."""
        values: list[Any] = []
        chooses = False
        while self._kind and not (self._kind == "mark" and (self._said in _CLOSES or self._said in ",;")):
            if self._kind == "mark" and self._said in _OPENS:
                held = self._held(depth + 1)
                values += [held[0] if isinstance(held, tuple) and held else held] if held != () else []
                continue
            if self._kind == "string":
                values.append(_plain(self._said))
            elif self._kind == "number":
                values.append(float(self._said) if "." in self._said else int(self._said))
            chooses = chooses or self._said == "?"
            self._next()
        if chooses:
            values.reverse()
        return next((one for one in values if one not in ("", None)), values[0] if values else None)

    def _held(self, depth: int) -> Any:
        """Return what stands in brackets: an object, a list, or the arguments of a call as a tuple."""
        opened = self._said
        self._next()
        if depth > _DEEPEST:
            self._skip(_OPENS[opened])
            return None
        made: dict[str, Any] = {}
        listed: list[Any] = []
        while self._kind and not (self._kind == "mark" and self._said in _CLOSES):
            key = self._key() if opened == "{" else None
            value = self.value(depth)
            if key is not None:
                made.setdefault(key, value)
            elif opened != "{":
                listed.append(value)
            if self._kind == "mark" and self._said in ",;":
                self._next()
        self._next()
        return made if opened == "{" else listed if opened == "[" else tuple(listed)

    def _key(self) -> str | None:
        """Return the name of an object's field; None where there is none, as in a function's body."""
        kind, token = self._kind, self._said
        if kind not in ("string", "name", "number"):
            return None
        self._next()
        if self._kind != "mark" or self._said != ":":
            return None
        self._next()
        return _plain(token) if kind == "string" else token

    def _skip(self, closes: str) -> None:
        open_now = [closes]
        while self._kind and open_now:
            if self._kind == "mark" and self._said in _OPENS:
                open_now.append(_OPENS[self._said])
            elif self._kind == "mark" and self._said == open_now[-1]:
                open_now.pop()
            self._next()

    def _next(self) -> None:
        """Go on to the next token that means something; none is left at the end."""
        while match := _TOKEN.match(self._script, self._at):
            self._at = match.end()
            if match.lastgroup:
                self._kind, self._said = match.lastgroup, match[0]
                return
        self._kind, self._said = "", ""


def _plain(quoted: str) -> str:
    return _ESCAPE.sub(_meant, quoted[1:-1])


def _meant(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= _LAST_CODE else "\ufffd"
    return _MEANT.get(found[4], found[4])
