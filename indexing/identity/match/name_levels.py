# ruff: noqa: E501
"""How alike two names are, in levels: the given name, and the surname beside it."""

from indexing.identity.match.comparison import Comparison, Level
from indexing.identity.match.likeness import like, null, typo

__all__ = ["given_name", "surname"]

_LATIN = "ascii(gn_l) < 13000"
_EXCHANGED = (
    "gn_l = sn_r AND gn_r = sn_l OR gn_py_l = sn_py_r AND gn_py_r = sn_py_l"
    " OR sn_l || gn_l = gn_r || sn_r OR sn_r || gn_r = gn_l || sn_l"
)
_ALONE = "length(gn_l) > 1 AND sn_r || gn_r = gn_l OR length(gn_r) > 1 AND sn_l || gn_l = gn_r"
_NEARLY_EXCHANGED = (
    f"{_LATIN} AND jaro_winkler_similarity(gn_l, sn_r) >= 0.88 AND jaro_winkler_similarity(gn_r, sn_l) >= 0.88"
)
_TWO = "length(gn_l) = 2 AND length(gn_r) = 2 AND ascii(gn_l) > 13000"
_SHAPES = "(CASE WHEN length(gn_l) = length(gn_r) THEN list_has_any(shapes_l, shapes_r) ELSE false END)"


def _nickname() -> str:
    # 王伟 says all of its name, and is no short form of 王伟明
    short = [f"(nk_{one} = gn_{one} AND sn_{one} IS NOT NULL AND ascii(gn_{one}) > 13000)" for one in "lr"]
    return (
        f"NOT {short[1]} AND list_contains(answers_l, nk_r) OR NOT {short[0]} AND list_contains(answers_r, nk_l)"
        " OR (nk_l = nk_r AND gn_l <> gn_r)"
    )


def _nearly(one_of_two: str) -> tuple[Level, ...]:
    letters = f"{_LATIN} AND length(gn_l) > 2 AND length(gn_r) > 2"
    siblings = f"{_TWO} AND sn_py_l = sn_py_r"  # one character is mistyped into another, two are not
    return (
        Level("nearly the same letters", f"{letters} AND ({typo('gn', bytes=2)} OR {like('gn', 0.9)})", 0.07, 0.004),
        Level(
            "nearly the same sound",
            f"gn_key_l = gn_key_r OR NOT ({one_of_two}) AND {like('gn_py', 0.92)}",
            0.03,
            0.006,
            other=1,
        ),
        # what sounds and looks otherwise is seldom mistyped, and often what brothers, sisters and twins share
        Level("one character of two", one_of_two, 0.005, 0.02, h=0.3, needs_own=True, other=1),
        Level("another name of the same family", siblings, 0.002, 0.02, h=0.3, other=2),
    )


def given_name() -> Comparison:
    """Return the comparison of given names, beside their surnames."""
    one_of_two = f"{_TWO} AND (gn_l[1] = gn_r[1] OR gn_l[2] = gn_r[2])"
    turned = f"{_TWO} AND gn_l[1] = gn_r[2] AND gn_l[2] = gn_r[1]"
    lost = "ascii(gn_l) > 13000 AND length(gn_l) + length(gn_r) = 3 AND (contains(gn_l, gn_r) OR contains(gn_r, gn_l))"
    twice = f"NOT {_LATIN} AND length(gn_l) > 1 AND nk_l IS NOT NULL AND sn_l IS NULL AND sn_r IS NULL AND gn_l = gn_r"
    by_surname = "sn_r IS NULL AND nk_r = sn_l OR sn_l IS NULL AND nk_l = sn_r"
    initials = "(ends_with(gn_l, '.') OR ends_with(gn_r, '.')) AND (starts_with(gn_ini_l, gn_ini_r) OR starts_with(gn_ini_r, gn_ini_l))"
    return Comparison(
        "given_name",
        null("gn"),
        (
            Level("the same nickname", twice, 0.005, 0.002),
            Level("initials", initials, 0.01, 0.04),
            Level("equal", "gn_l = gn_r", 0.72, 0.004, "gn"),
            Level("sounds the same (pinyin)", "gn_py_l = gn_py_r", 0.05, 0.002),
            Level("exchanged with the surname", _EXCHANGED, 0.02, 0.002),
            Level("given name alone", _ALONE, 0.02, 0.002),
            Level("looks the same but for a part", _SHAPES, 0.03, 0.002),
            Level("nickname", _nickname(), 0.04, 0.01),
            Level("called by the surname", by_surname, 0.02, 0.02, h=0.4),
            Level("characters in another order", turned, 0.01, 0.0005),
            Level("a character is left out", lost, 0.01, 0.004),
            Level("nearly exchanged with the surname", _NEARLY_EXCHANGED, 0.01, 0.0005),
            *_nearly(one_of_two),
            Level("different", "ELSE", 0.03, 0.93, other=1),
        ),
        shared=False,
        of_name=True,
    )


def surname() -> Comparison:
    """Return the comparison of surnames."""
    told = f"{null('sn')} OR {_EXCHANGED} OR {_NEARLY_EXCHANGED} OR {_ALONE}"  # the given name's level says it all
    another = (
        "ascii(sn_l) > 13000 AND ascii(sn_r) > 13000 AND NOT coalesce(list_has_any(sn_shapes_l, sn_shapes_r), false)"
    )
    letters = f"{typo('sn_py')} AND length(sn_py_l) > 3 OR {like('sn', 0.9)}"
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
