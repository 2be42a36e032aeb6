"""The lines of a CSV that a person wrote for a command; what is wrong with the file is told with the remedy."""

import csv
from collections.abc import Iterator
from pathlib import Path

from config.errors import UserError

__all__ = ["csv_rows"]


def csv_rows(
    path: Path, columns: tuple[str, ...], example: str, error: type[UserError] = UserError
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line, from 1; raise `error` where the file is none, lacks a column or has no row.

    What a short row lacks is empty. `example` is a row as it should be.
    """
    empty = True
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if missing := [name for name in columns if name not in (rows.fieldnames or ())]:
                told = f"no column {' and no column '.join(missing)}: the first line must name {', '.join(columns)}"
                raise error(f"{path}:1: {told}")
            for row in rows:
                empty = False
                yield rows.line_num, row
    except OSError as problem:
        raise error(f"{path}: cannot be read ({problem.strerror}): name a CSV file in UTF-8") from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise error(f"{path}: no CSV in UTF-8 ({problem}): save it as “CSV UTF-8”") from problem
    if empty:
        raise error(f"{path}: no rows below the first line: write one for each, such as {example}")
