"""The mentions of a query as files for other programs: JSON lines, CSV, a workbook, Parquet; ids stay text."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from commands.tables import Sheet, write_csv, write_rows
from config.errors import UserError
from config.output import written

__all__ = ["Format", "NoFile", "export"]

Documents = Iterable[Mapping[str, Any]]
_NUMBERS = {"sentiment.score": "float64", "engagement.total": "int64"}
_BATCH = 5_000


class Format(StrEnum):
    """How the mentions are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class NoFile(UserError):
    """The mentions need a file; the message says how to name one."""


def export(documents: Documents, form: Format, out: Path | None) -> None:
    """Write every mention to `out`, or to the standard output, which is no place for a workbook or Parquet."""
    from indexing.mentions.search import FIELDS

    if out is None and form in (Format.XLSX, Format.PARQUET):
        raise NoFile(f"{form.value} is no text for a terminal: name a file, such as --out mentions.{form.value}")
    if form is Format.JSONL:
        _jsonl(documents, out)
    elif form is Format.PARQUET and out:
        _parquet(documents, out)
    elif out:
        write_rows(out, Sheet(form.value), FIELDS, documents)
    else:
        write_csv(sys.stdout, FIELDS, documents)


def _jsonl(documents: Documents, out: Path | None) -> None:
    def write(file: TextIO) -> None:
        file.writelines(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)

    if out is None:
        write(sys.stdout)
        return
    with written(out, private=True) as path, path.open("w", encoding="utf-8") as file:
        write(file)


def _parquet(documents: Documents, out: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    from config.settings import DAY_ZONE
    from indexing.mentions.search import FIELDS, at

    types = {"@timestamp": pyarrow.timestamp("ms", tz=DAY_ZONE.key)}
    types |= {field: getattr(pyarrow, name)() for field, name in _NUMBERS.items()}
    schema = pyarrow.schema([(field, types.get(field, pyarrow.string())) for field in FIELDS])

    def value(document: Mapping[str, Any], field: str) -> object:
        found = at(document, field)
        return datetime.fromisoformat(str(found)) if found and field == "@timestamp" else found

    with written(out, private=True) as path, parquet.ParquetWriter(path, schema) as writer:
        for some in _batches(documents):
            rows = [{field: value(document, field) for field in FIELDS} for document in some]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))


def _batches(documents: Documents) -> Iterator[list[Mapping[str, Any]]]:
    from itertools import islice

    left = iter(documents)
    while some := list(islice(left, _BATCH)):
        yield some
