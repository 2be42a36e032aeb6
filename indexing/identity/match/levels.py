# ruff: noqa: E501
"""How alike two values are, in levels: for each kind of field conditions from equal to different, with first guesses."""

from collections.abc import Mapping, Sequence
from typing import Any

from indexing.identity.match.comparison import Comparison, Level
from indexing.identity.match.fields import FieldKind
from indexing.identity.match.likeness import like, null, one_step, typo
from indexing.identity.match.name_levels import given_name, surname

__all__ = ["comparisons"]


def comparisons(columns: Mapping[str, FieldKind]) -> list[Comparison]:
    """Return the comparisons of the prepared columns."""
    found = [given_name(), surname()] if "gn" in columns else []
    for name, kind in columns.items():
        if kind is not FieldKind.NAME:
            found.append(
                _OF_KIND.get(kind, _text)(name, [one for one, of in columns.items() if of is kind and one != name])
            )
    return found


_GENERATION = 16
"""In years, at the least."""


def _birthday(name: str, _: Sequence[str]) -> Comparison:
    left, right = f'"{name}_l"', f'"{name}_r"'
    moved = f"{left}[1:4] = {right}[1:4] AND {left}[5:6] = {right}[7:8] AND {left}[7:8] = {right}[5:6]"
    day = f"{left}[-4:] = {right}[-4:]"
    years = f"abs(try_cast({left}[1:4] AS INTEGER) - try_cast({right}[1:4] AS INTEGER)) >= {_GENERATION}"
    return Comparison(
        name,
        null(name),
        (
            # a century has 36,525 days; at home there are twins
            Level("equal", f"{left} = {right}", 0.88, 0.00005, h=0.015, n=0.001, at_least=1 / 36_525),
            Level("day and month exchanged", moved, 0.01, 0.00005, n=0.0005),
            Level("one digit differs", f"length({left}) = 8 AND {typo(name)}", 0.06, 0.0008, n=0.004),
            Level("same day of another year", day, 0.01, 0.003, n=0.004),
            Level("same year", f"{left}[1:4] = {right}[1:4]", 0.02, 0.015, h=0.06, n=0.002),
            Level(
                "a generation apart",
                f"length({left}) = 8 AND length({right}) = 8 AND {years}",
                0.004,
                0.45,
                n=0.96,
                at_most=0.006,
                other=1,
            ),
            Level("different", "ELSE", 0.016, 0.53, n=0.03, other=1),
        ),
        shared=False,
    )


def _number(name: str, others: Sequence[str]) -> Comparison:
    left, right = f'"{name}_l"', f'"{name}_r"'
    masked = f"regexp_full_match({left}, replace({right}, '*', '.')) OR regexp_full_match({right}, replace({left}, '*', '.'))"
    crossed = " OR ".join(f'{left} = "{other}_r" OR {right} = "{other}_l"' for other in others)
    first = not others or name < min(others)
    # the same two numbers, the other way round, are said once
    told = null(name) if first else f"coalesce({null(name)} OR {left} <> {right} AND ({crossed}), false)"
    another = [Level("equal to another number of theirs", crossed, 0.02, 0.0001, h=0.02)] if others and first else []
    return Comparison(
        name,
        told,
        (
            Level("equal", f"{left} = {right}", 0.8, 0.0001, name, h=0.4),
            *another,
            Level(
                "equal where it is shown",
                f"(contains({left}, '*') OR contains({right}, '*')) AND ({masked})",
                0.02,
                0.0001,
                h=0.01,
            ),
            Level("one digit differs", f"length({left}) > 6 AND {typo(name)}", 0.05, 0.00005, h=0.02),
            Level("same end", f"length({left}) > 8 AND {left}[-6:] = {right}[-6:]", 0.01, 0.00005, h=0.005),
            Level("different", "ELSE", 0.12, 0.999, h=0.56),
        ),
    )


def _email(name: str, _: Sequence[str]) -> Comparison:
    left, right = (f"split_part(\"{name}_{side}\", '@', 1)" for side in "lr")
    digits = [f"regexp_replace({one}, '[^0-9]', '', 'g')" for one in (left, right)]
    # made of the names, which are weighed already: lihua_liu of one 刘丽华 is lihua_liu of another elsewhere
    named = (
        f'"{name}_l" <> "{name}_r" AND "{name}_named_l" AND "{name}_named_r"'
        f" AND NOT ({digits[0]} = {digits[1]} AND length({digits[0]}) > 2) AND ({left} = {right} OR {one_step(left, right)})"
    )
    letters = [f"regexp_replace({one}, '[^a-z]', '', 'g')" for one in (left, right)]
    # both made of one name, which is weighed already: a digit that differs may be another 王伟's as well as mistyped
    namesakes = (
        f"{left} <> {right} AND length({letters[0]}) > 3 AND {letters[0]} = {letters[1]} AND {one_step(left, right)}"
    )
    return Comparison(
        name,
        f"coalesce({null(name)} OR {namesakes}, true) OR coalesce({named}, false)",
        (
            Level("equal", f'"{name}_l" = "{name}_r"', 0.75, 0.00005, name, h=0.04),
            Level("same before the @", f"{left} = {right} AND length({left}) > 4", 0.06, 0.0002, h=0.004),
            Level("nearly the same", f"length({left}) > 4 AND {one_step(left, right)}", 0.05, 0.0002, h=0.004),
            Level("different", "ELSE", 0.14, 0.9995, h=0.95),
        ),
        own=True,
    )


def _id_number(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.9, 0.00002),
        Level("one digit differs", f'length("{name}_l") > 5 AND {typo(name)}', 0.06, 0.00005),
        Level("different", "ELSE", 0.04, 0.999, other=1),
    )
    return Comparison(name, null(name), levels, shared=False, number=True)


def _code(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.88, 0.01, name),
        Level("one character differs", f'length("{name}_l") > 2 AND {typo(name)}', 0.06, 0.02),
        Level("different", "ELSE", 0.06, 0.97),
    )
    return Comparison(name, null(name), levels)


def _group(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.9, 0.25, name),
        Level("different", "ELSE", 0.1, 0.75),
    )
    return Comparison(name, null(name), levels)


def _gender(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.98, 0.5, h=0.42),
        Level("different", "ELSE", 0.02, 0.5, h=0.58),  # couples
    )
    return Comparison(name, null(name), levels, shared=False)


def _handle(name: str, _: Sequence[str]) -> Comparison:
    # 刘伟1985 is another 刘伟's as well: against namesakes it says a few bits, whatever two random rows show
    named = f'"{name}_l" = "{name}_r" AND "{name}_named_l" AND "{name}_named_r"'
    levels = (
        Level("equal and made of the name", f"coalesce({named}, false)", 0.3, 0.02, h=0.01, at_least=0.02),
        Level("equal", f'"{name}_l" = "{name}_r"', 0.7, 0.0005, name, h=0.02),
        Level("nearly the same", f'length("{name}_l") > 4 AND {like(name, 0.92)}', 0.08, 0.001, h=0.01),
        Level("different", "ELSE", 0.22, 0.998, h=0.97),
    )
    return Comparison(name, null(name), levels, own=True)


def _address(name: str, others: Sequence[str]) -> Comparison:
    crossed = [f'"{name}_l" = "{other}_r"' for other in others] + [f'"{name}_r" = "{other}_l"' for other in others]
    part = f'(length("{name}_l") > 5 AND length("{name}_r") > 5 AND (contains("{name}_l", "{name}_r") OR contains("{name}_r", "{name}_l")))'
    levels = [
        Level("equal", f'"{name}_l" = "{name}_r"', 0.7, 0.002, name),
        *([Level("equal to the other line", " OR ".join(crossed), 0.03, 0.001)] if crossed else []),
        Level("nearly the same", f"{like(name, 0.92)} OR {part}", 0.12, 0.005),
        Level("alike", like(name, 0.82), 0.06, 0.03),
        Level("different", "ELSE", 0.1, 0.96),
    ]
    return Comparison(name, null(name), levels)


def _text(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.78, 0.01, name),
        Level("nearly the same", like(name, 0.9), 0.12, 0.01),
        Level("different", "ELSE", 0.1, 0.98),
    )
    return Comparison(name, null(name), levels)


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
