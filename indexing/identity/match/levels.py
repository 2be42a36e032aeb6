# ruff: noqa: E501
"""How alike two values are, in levels: for each kind of field conditions from equal to different, with first guesses.

A level's two numbers are how often it is met by two rows of one person (m) and of two people (u); they are what the
estimation begins with, and what it falls back to where the data says too little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from indexing.identity.match.fields import FieldKind

__all__ = ["Comparison", "Level", "comparisons"]


Tells: TypeAlias = Literal["person", "household", "other"]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: a condition in DuckDB's SQL over `…_l` and `…_r`, and its words."""

    words: str
    sql: str
    m: float
    u: float
    frequent: str | None = None
    """The column whose common values weigh less."""
    tells: Tells = "person"
    """Of a comparison that tells people apart: `person` speaks for one, `household` may be two of one household,
    `other` speaks for another."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison; `person` says whether it tells the people of one household apart."""

    name: str
    missing: str
    levels: Sequence[Level]
    person: bool = False
    number: bool = False
    """Whether it is of a number that no two people have."""
    decides: bool = False
    """Whether another value is another person's, unless a number says otherwise: given name, day of birth."""


def comparisons(columns: Mapping[str, FieldKind]) -> list[Comparison]:
    """Return the comparisons of the prepared columns."""
    found = [_given(), _surname()] if "gn" in columns else []
    addresses = [name for name, kind in columns.items() if kind is FieldKind.ADDRESS]
    for name, kind in columns.items():
        if kind is not FieldKind.NAME:
            found.append(_OF_KIND.get(kind, _text)(name, [one for one in addresses if one != name]))
    return found


_EXCHANGED = "ascii(gn_l) < 13000 AND jaro_winkler_similarity(gn_l, sn_r) >= 0.88 AND jaro_winkler_similarity(gn_r, sn_l) >= 0.88"


def _null(name: str) -> str:
    return f'"{name}_l" IS NULL OR "{name}_r" IS NULL'


def _like(name: str, least: float) -> str:
    return f'jaro_winkler_similarity("{name}_l", "{name}_r") >= {least}'


def _typo(name: str, longest: int = 1) -> str:
    return f'damerau_levenshtein("{name}_l", "{name}_r") <= {longest}'


def _given() -> Comparison:
    one_of_two = (
        "length(gn_l) = 2 AND length(gn_r) = 2 AND ascii(gn_l) > 13000 AND (gn_l[1] = gn_r[1] OR gn_l[2] = gn_r[2])"
    )
    nick = "list_contains(answers_l, nk_r) OR list_contains(answers_r, nk_l) OR (nk_l = nk_r AND gn_l <> gn_r)"
    letters = "ascii(gn_l) < 13000 AND length(gn_l) > 2 AND length(gn_r) > 2"
    return Comparison(
        "given_name",
        _null("gn"),
        (
            Level("equal", "gn_l = gn_r", 0.72, 0.004, "gn"),
            Level("sounds the same (pinyin)", "gn_py_l = gn_py_r", 0.05, 0.002),
            Level("exchanged with the surname", "gn_l = sn_r AND gn_r = sn_l", 0.02, 0.00005),
            Level("looks the same but for a part", "list_has_any(shapes_l, shapes_r)", 0.03, 0.002),
            Level("nickname", nick, 0.04, 0.01),
            Level("nearly exchanged with the surname", _EXCHANGED, 0.01, 0.0001),
            Level("nearly the same letters", f"{letters} AND ({_typo('gn')} OR {_like('gn', 0.9)})", 0.07, 0.004),
            Level(
                "nearly the same sound",
                f"gn_key_l = gn_key_r OR {_like('gn_py', 0.92)}",
                0.03,
                0.006,
                tells="household",
            ),
            Level("one character of two", one_of_two, 0.02, 0.02, tells="household"),
            Level("different", "ELSE", 0.03, 0.95, tells="other"),
        ),
        person=True,
        decides=True,
    )


def _surname() -> Comparison:
    return Comparison(
        "surname",
        _null("sn"),
        (
            Level("equal", "sn_l = sn_r", 0.85, 0.01, "sn"),
            Level("sounds the same (pinyin)", "sn_py_l = sn_py_r", 0.04, 0.005),
            Level("exchanged with the given name", "gn_l = sn_r AND gn_r = sn_l", 0.02, 0.00005),
            Level("nearly exchanged with the given name", _EXCHANGED, 0.01, 0.0001),
            Level(
                "nearly the same letters", f"{_typo('sn_py')} AND length(sn_py_l) > 3 OR {_like('sn', 0.9)}", 0.06, 0.01
            ),
            Level("different", "ELSE", 0.04, 0.97, tells="other"),
        ),
    )


def _birthday(name: str, _: Sequence[str]) -> Comparison:
    left, right = f'"{name}_l"', f'"{name}_r"'
    moved = f"{left}[1:4] = {right}[1:4] AND {left}[5:6] = {right}[7:8] AND {left}[7:8] = {right}[5:6]"
    day = f"{left}[-4:] = {right}[-4:]"
    return Comparison(
        name,
        _null(name),
        (
            Level("equal", f"{left} = {right}", 0.88, 0.00005),
            Level("day and month exchanged", moved, 0.01, 0.00005),
            Level("one digit differs", f"length({left}) = 8 AND {_typo(name)}", 0.06, 0.0008),
            Level("same day of another year", day, 0.01, 0.003, tells="household"),
            Level("same year", f"{left}[1:4] = {right}[1:4]", 0.02, 0.015, tells="household"),
            Level("different", "ELSE", 0.02, 0.98, tells="other"),
        ),
        person=True,
        decides=True,
    )


def _number(name: str, _: Sequence[str]) -> Comparison:
    left, right = f'"{name}_l"', f'"{name}_r"'
    masked = f"regexp_full_match({left}, replace({right}, '*', '.')) OR regexp_full_match({right}, replace({left}, '*', '.'))"
    return Comparison(
        name,
        _null(name),
        (
            Level("equal", f"{left} = {right}", 0.8, 0.0001, name),
            Level(
                "equal where it is shown",
                f"(contains({left}, '*') OR contains({right}, '*')) AND ({masked})",
                0.02,
                0.0001,
            ),
            Level("one digit differs", f"length({left}) > 6 AND {_typo(name)}", 0.05, 0.00005),
            Level("same end", f"length({left}) > 8 AND {left}[-6:] = {right}[-6:]", 0.01, 0.00005),
            Level("different", "ELSE", 0.12, 0.999),
        ),
    )


def _email(name: str, _: Sequence[str]) -> Comparison:
    left, right = (f"split_part(\"{name}_{side}\", '@', 1)" for side in "lr")
    return Comparison(
        name,
        _null(name),
        (
            Level("equal", f'"{name}_l" = "{name}_r"', 0.75, 0.00005, name),
            Level("same before the @", f"{left} = {right} AND length({left}) > 4", 0.06, 0.0002),
            Level("nearly the same", f"length({left}) > 4 AND damerau_levenshtein({left}, {right}) <= 1", 0.05, 0.0002),
            Level("different", "ELSE", 0.14, 0.9995),
        ),
    )


def _id_number(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.9, 0.00002),
        Level("one digit differs", f'length("{name}_l") > 5 AND {_typo(name)}', 0.06, 0.00005),
        Level("different", "ELSE", 0.04, 0.999, tells="other"),
    )
    return Comparison(name, _null(name), levels, person=True, number=True)


def _code(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.88, 0.01, name),
        Level("one character differs", f'length("{name}_l") > 2 AND {_typo(name)}', 0.06, 0.02),
        Level("different", "ELSE", 0.06, 0.97),
    )
    return Comparison(name, _null(name), levels)


def _group(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.9, 0.25, name),
        Level("different", "ELSE", 0.1, 0.75),
    )
    return Comparison(name, _null(name), levels)


def _gender(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.98, 0.5),
        Level("different", "ELSE", 0.02, 0.5, tells="other"),
    )
    return Comparison(name, _null(name), levels, person=True)


def _handle(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.7, 0.0005, name),
        Level("nearly the same", f'length("{name}_l") > 4 AND {_like(name, 0.92)}', 0.08, 0.001),
        Level("different", "ELSE", 0.22, 0.998),
    )
    return Comparison(name, _null(name), levels)


def _address(name: str, others: Sequence[str]) -> Comparison:
    crossed = [f'"{name}_l" = "{other}_r"' for other in others] + [f'"{name}_r" = "{other}_l"' for other in others]
    part = f'(length("{name}_l") > 5 AND length("{name}_r") > 5 AND (contains("{name}_l", "{name}_r") OR contains("{name}_r", "{name}_l")))'
    levels = [
        Level("equal", f'"{name}_l" = "{name}_r"', 0.7, 0.002, name),
        *([Level("equal to the other line", " OR ".join(crossed), 0.03, 0.001)] if crossed else []),
        Level("nearly the same", f"{_like(name, 0.92)} OR {part}", 0.12, 0.005),
        Level("alike", _like(name, 0.82), 0.06, 0.03),
        Level("different", "ELSE", 0.1, 0.96),
    ]
    return Comparison(name, _null(name), levels)


def _text(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.78, 0.01, name),
        Level("nearly the same", _like(name, 0.9), 0.12, 0.01),
        Level("different", "ELSE", 0.1, 0.98),
    )
    return Comparison(name, _null(name), levels)


_OF_KIND: Mapping[FieldKind, Any] = {
    FieldKind.BIRTHDAY: _birthday,
    FieldKind.PHONE: _number,
    FieldKind.EMAIL: _email,
    FieldKind.ID_NUMBER: _id_number,
    FieldKind.CODE: _id_number,
    FieldKind.POSTCODE: _code,
    FieldKind.STREET_NUMBER: _code,
    FieldKind.STATE: _group,
    FieldKind.GENDER: _gender,
    FieldKind.HANDLE: _handle,
    FieldKind.ADDRESS: _address,
    FieldKind.CITY: _text,
    FieldKind.TEXT: _text,
}
