"""When two values are nearly the same, as conditions in DuckDB's SQL over `…_l` and `…_r`."""

__all__ = ["like", "null", "one_step", "typo"]


def null(name: str) -> str:
    """One of the two says nothing."""
    return f'"{name}_l" IS NULL OR "{name}_r" IS NULL'


def like(name: str, least: float) -> str:
    """Their letters are alike by Jaro and Winkler, from 0 to 1, at the least."""
    return f'jaro_winkler_similarity("{name}_l", "{name}_r") >= {least}'


def typo(name: str, *, bytes: int = 1) -> str:
    """One letter differs, or two are exchanged, of letters of so many bytes."""
    left, right = f'"{name}_l"', f'"{name}_r"'
    return one_step(left, right, bytes)


def one_step(left: str, right: str, bytes: int = 1) -> str:
    """Say the same of any two values; the dear count is made only where it can be one."""
    step = f"damerau_levenshtein({left}, {right}) <= 1"
    # doubled, for hamming refuses texts of two lengths, and DuckDB may ask it of rows that the conditions leave out
    twice = f"hamming({left} || {right}, {right} || {left})"
    same = f"CASE WHEN {twice} <= {4 * bytes} THEN {step} ELSE false END"
    apart = f"abs(strlen({left}) - strlen({right}))"
    return f"(CASE WHEN {apart} = 0 THEN {same} WHEN {apart} <= {bytes} THEN {step} ELSE false END)"
