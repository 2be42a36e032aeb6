# ruff: noqa: E501
"""How alike two values are, in levels: for each kind of field conditions from equal to different, with first guesses."""

from collections.abc import Mapping, Sequence
from typing import Any

from indexing.identity.match.comparison import Comparison, Level
from indexing.identity.match.fields import FieldKind
from indexing.identity.match.given_names import INITIALS, LOST, NICK, ONE_OF_TWO, TURNED, TWO

__all__ = ["comparisons"]


def comparisons(columns: Mapping[str, FieldKind]) -> list[Comparison]:
    """Return the comparisons of the prepared columns."""
    found = [_given(), _surname()] if "gn" in columns else []
    for name, kind in columns.items():
        if kind is not FieldKind.NAME:
            found.append(
                _OF_KIND.get(kind, _text)(name, [one for one, of in columns.items() if of is kind and one != name])
            )
    return found


_GENERATION = 16
"""In years, at the least."""
_LATIN = "ascii(gn_l) < 13000"
_EXCHANGED = (
    "gn_l = sn_r AND gn_r = sn_l OR gn_py_l = sn_py_r AND gn_py_r = sn_py_l"
    " OR sn_l || gn_l = gn_r || sn_r OR sn_r || gn_r = gn_l || sn_l"
)
_ALONE = "length(gn_l) > 1 AND sn_r || gn_r = gn_l OR length(gn_r) > 1 AND sn_l || gn_l = gn_r"
_NEARLY_EXCHANGED = (
    f"{_LATIN} AND jaro_winkler_similarity(gn_l, sn_r) >= 0.88 AND jaro_winkler_similarity(gn_r, sn_l) >= 0.88"
)
_SHAPES = "(CASE WHEN length(gn_l) = length(gn_r) THEN list_has_any(shapes_l, shapes_r) ELSE false END)"


def _null(name: str) -> str:
    return f'"{name}_l" IS NULL OR "{name}_r" IS NULL'


def _like(name: str, least: float) -> str:
    return f'jaro_winkler_similarity("{name}_l", "{name}_r") >= {least}'


def _typo(name: str, *, bytes: int = 1) -> str:
    """One letter differs, or two are exchanged, of letters of so many bytes; its dear count is made only where it can be."""
    left, right = f'"{name}_l"', f'"{name}_r"'
    return _one_step(left, right, bytes)


def _one_step(left: str, right: str, bytes: int = 1) -> str:
    step = f"damerau_levenshtein({left}, {right}) <= 1"
    # doubled, for hamming refuses texts of two lengths, and DuckDB may ask it of rows that the conditions leave out
    twice = f"hamming({left} || {right}, {right} || {left})"
    same = f"CASE WHEN {twice} <= {4 * bytes} THEN {step} ELSE false END"
    apart = f"abs(strlen({left}) - strlen({right}))"
    return f"(CASE WHEN {apart} = 0 THEN {same} WHEN {apart} <= {bytes} THEN {step} ELSE false END)"


def _given() -> Comparison:
    twice = f"NOT {_LATIN} AND length(gn_l) > 1 AND nk_l IS NOT NULL AND sn_l IS NULL AND sn_r IS NULL AND gn_l = gn_r"
    by_surname = "sn_r IS NULL AND nk_r = sn_l OR sn_l IS NULL AND nk_l = sn_r"
    letters = f"{_LATIN} AND length(gn_l) > 2 AND length(gn_r) > 2"
    siblings = f"{TWO} AND sn_py_l = sn_py_r"  # one character is mistyped into another, two are not
    return Comparison(
        "given_name",
        _null("gn"),
        (
            Level("the same nickname", twice, 0.005, 0.002),
            Level("initials", INITIALS, 0.01, 0.04),
            Level("equal", "gn_l = gn_r", 0.72, 0.004, "gn"),
            Level("sounds the same (pinyin)", "gn_py_l = gn_py_r", 0.05, 0.002),
            Level("exchanged with the surname", _EXCHANGED, 0.02, 0.002),
            Level("given name alone", _ALONE, 0.02, 0.002),
            Level("looks the same but for a part", _SHAPES, 0.03, 0.002),
            Level("nickname", NICK, 0.04, 0.01),
            Level("called by the surname", by_surname, 0.02, 0.02, h=0.4),
            Level("characters in another order", TURNED, 0.01, 0.0005),
            Level("a character is left out", LOST, 0.01, 0.004),
            Level("nearly exchanged with the surname", _NEARLY_EXCHANGED, 0.01, 0.0005),
            Level(
                "nearly the same letters", f"{letters} AND ({_typo('gn', bytes=2)} OR {_like('gn', 0.9)})", 0.07, 0.004
            ),
            Level(
                "nearly the same sound",
                f"gn_key_l = gn_key_r OR NOT ({ONE_OF_TWO}) AND {_like('gn_py', 0.92)}",
                0.03,
                0.006,
                other=1,
            ),
            # what sounds and looks otherwise is seldom mistyped, and often what brothers, sisters and twins share
            Level("one character of two", ONE_OF_TWO, 0.005, 0.02, h=0.3, needs_own=True, other=1),
            Level("another name of the same family", siblings, 0.002, 0.02, h=0.3, other=2),
            Level("different", "ELSE", 0.03, 0.93, other=1),
        ),
        shared=False,
        of_name=True,
    )


def _surname() -> Comparison:
    told = f"{_null('sn')} OR {_EXCHANGED} OR {_NEARLY_EXCHANGED} OR {_ALONE}"  # the given name's level says it all
    another = (
        "ascii(sn_l) > 13000 AND ascii(sn_r) > 13000 AND NOT coalesce(list_has_any(sn_shapes_l, sn_shapes_r), false)"
    )
    letters = f"{_typo('sn_py')} AND length(sn_py_l) > 3 OR {_like('sn', 0.9)}"
    return Comparison(
        "surname",
        f"coalesce({told}, false)",
        (
            Level("equal", "sn_l = sn_r", 0.85, 0.01, "sn", h=0.55),
            Level("sounds the same (pinyin)", "sn_py_l = sn_py_r", 0.04, 0.005, h=0.01),
            Level("nearly the same letters", letters, 0.06, 0.01, h=0.02),
            # of Chinese characters, for nobody there takes another with marriage
            Level("another that neither sounds nor looks alike", another, 0.005, 0.9, h=0.4, at_most=0.02, other=1),
            Level("different", "ELSE", 0.035, 0.07, h=0.02),
        ),
        of_name=True,
    )


def _birthday(name: str, _: Sequence[str]) -> Comparison:
    left, right = f'"{name}_l"', f'"{name}_r"'
    moved = f"{left}[1:4] = {right}[1:4] AND {left}[5:6] = {right}[7:8] AND {left}[7:8] = {right}[5:6]"
    day = f"{left}[-4:] = {right}[-4:]"
    years = f"abs(try_cast({left}[1:4] AS INTEGER) - try_cast({right}[1:4] AS INTEGER)) >= {_GENERATION}"
    return Comparison(
        name,
        _null(name),
        (
            # a century has 36,525 days; at home there are twins
            Level("equal", f"{left} = {right}", 0.88, 0.00005, h=0.015, n=0.001, at_least=1 / 36_525),
            Level("day and month exchanged", moved, 0.01, 0.00005, n=0.0005),
            Level("one digit differs", f"length({left}) = 8 AND {_typo(name)}", 0.06, 0.0008, n=0.004),
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
    told = _null(name) if first else f"coalesce({_null(name)} OR {left} <> {right} AND ({crossed}), false)"
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
            Level("one digit differs", f"length({left}) > 6 AND {_typo(name)}", 0.05, 0.00005, h=0.02),
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
        f" AND NOT ({digits[0]} = {digits[1]} AND length({digits[0]}) > 2) AND ({left} = {right} OR {_one_step(left, right)})"
    )
    letters = [f"regexp_replace({one}, '[^a-z]', '', 'g')" for one in (left, right)]
    # both made of one name, which is weighed already: a digit that differs may be another 王伟's as well as mistyped
    namesakes = (
        f"{left} <> {right} AND length({letters[0]}) > 3 AND {letters[0]} = {letters[1]} AND {_one_step(left, right)}"
    )
    return Comparison(
        name,
        f"coalesce({_null(name)} OR {namesakes}, true) OR coalesce({named}, false)",
        (
            Level("equal", f'"{name}_l" = "{name}_r"', 0.75, 0.00005, name, h=0.04),
            Level("same before the @", f"{left} = {right} AND length({left}) > 4", 0.06, 0.0002, h=0.004),
            Level("nearly the same", f"length({left}) > 4 AND {_one_step(left, right)}", 0.05, 0.0002, h=0.004),
            Level("different", "ELSE", 0.14, 0.9995, h=0.95),
        ),
        own=True,
    )


def _id_number(name: str, _: Sequence[str]) -> Comparison:
    levels = (
        Level("equal", f'"{name}_l" = "{name}_r"', 0.9, 0.00002),
        Level("one digit differs", f'length("{name}_l") > 5 AND {_typo(name)}', 0.06, 0.00005),
        Level("different", "ELSE", 0.04, 0.999, other=1),
    )
    return Comparison(name, _null(name), levels, shared=False, number=True)


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
        Level("equal", f'"{name}_l" = "{name}_r"', 0.98, 0.5, h=0.42),
        Level("different", "ELSE", 0.02, 0.5, h=0.58),  # couples
    )
    return Comparison(name, _null(name), levels, shared=False)


def _handle(name: str, _: Sequence[str]) -> Comparison:
    # 刘伟1985 is another 刘伟's as well: against namesakes it says a few bits, whatever two random rows show
    named = f'"{name}_l" = "{name}_r" AND "{name}_named_l" AND "{name}_named_r"'
    levels = (
        Level("equal and made of the name", f"coalesce({named}, false)", 0.3, 0.02, h=0.01, at_least=0.02),
        Level("equal", f'"{name}_l" = "{name}_r"', 0.7, 0.0005, name, h=0.02),
        Level("nearly the same", f'length("{name}_l") > 4 AND {_like(name, 0.92)}', 0.08, 0.001, h=0.01),
        Level("different", "ELSE", 0.22, 0.998, h=0.97),
    )
    return Comparison(name, _null(name), levels, own=True)


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
