"""What a spreadsheet made of a value, taken back where that is certain: 1771925961.0, ="1771925961", 1,771,925,961."""

import re
import unicodedata

from config import fold

__all__ = ["SpoiltCell", "mended"]

_EXACT_DIGITS, _EXACT_FLOAT = 15, 2**53
_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"|="?([^"=]*)"?|\'(?=[\d=+@-])(.*)', re.DOTALL)
_FAULT = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|#{3,}", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE](\+?)(\d{1,3})")
_WHOLE = re.compile(r"(\d+)[.,]0+|(\d{1,3}(?:,\d{3})+)(?:\.0+)?|(\d+)")
_REMEDY = 'format the column as text and export again, or write it as ="…"'


class SpoiltCell(Exception):
    """Digits are lost, or nothing is said; the message says what, and the remedy."""


def mended(cell: str) -> str:
    """Return the value without what a spreadsheet put around it, "" for an empty one.

    Full-width digits, invisible characters, white space at the ends, the marks of text (`="…"`, a leading `'`),
    thousands' commas and a decimal .0 go; scientific notation is written out where all its digits stand there.
    SpoiltCell where digits are lost.
    """
    plain = fold.plain(cell).strip()
    if marked := _AS_TEXT.fullmatch(plain):
        return next(part for part in marked.groups() if part is not None).replace('""', '"').strip()
    if _FAULT.fullmatch(plain):
        raise SpoiltCell(f"{plain!r} is a spreadsheet's error: mend its formula, or leave the cell empty")
    number = unicodedata.normalize("NFKC", plain)
    if found := _SCIENTIFIC.fullmatch(number):
        return _written_out(plain, found)
    if found := _WHOLE.fullmatch(number):
        return _whole(plain, (found[1] or found[2] or found[3]).replace(",", ""), was_float=bool(found[1]))
    return plain


def _written_out(plain: str, found: re.Match[str]) -> str:
    first, decimals, plus, exponent = found[1], found[2] or "", found[3], int(found[4])
    if not plus and not decimals:
        return plain  # 3E10 may be the shop's own number
    if len(decimals) == exponent < _EXACT_DIGITS:
        return first + decimals
    raise SpoiltCell(f"{plain!r} was rounded by a spreadsheet: {_REMEDY}")


def _whole(plain: str, digits: str, *, was_float: bool) -> str:
    rounded = len(digits) > _EXACT_DIGITS + 1 and not digits[_EXACT_DIGITS:].strip("0")
    if rounded or (was_float and int(digits) > _EXACT_FLOAT):
        raise SpoiltCell(f"{plain!r} was rounded by a spreadsheet, which keeps {_EXACT_DIGITS} digits: {_REMEDY}")
    return digits
