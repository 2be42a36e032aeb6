"""What can be wrong with a replay's source; each message names the place and the remedy."""

import re

from config.errors import UserError

__all__ = ["BadLine", "SourceError", "bad_line"]

_PLACE = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<field>[^`]*)`", re.DOTALL)


class SourceError(UserError):
    """The source as a whole cannot be replayed: it is absent, broken or of no known format."""


class BadLine(SourceError):
    """One line of a source is malformed: mend it, or pass `set_aside` (`--skip-malformed`) to go on without it."""


def bad_line(place: str, number: int, reason: str) -> BadLine:
    """Return the error for line `number` (from 1) of `place`; `reason` is `field: why`, or a decoder's message."""
    if match := _PLACE.fullmatch(reason):
        reason = f"{match['field'] or 'line'}: {match['reason']}"
    elif ": " not in reason:
        reason = f"line: {reason}"
    return BadLine(f"{place}:{number}: {reason}: mend the line, or leave it out with --skip-malformed")
