"""Cells with two telephone numbers: the second stands in a column of its own, and is held against both of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pyarrow as pa

from indexing.identity.match.fields import Field, FieldKind
from indexing.people import contact

__all__ = ["Known", "parted"]

Known: TypeAlias = pa.Table | list[Mapping[str, Any]]


def parted(tables: Sequence[Known], fields: Sequence[Field]) -> tuple[list[Known], list[Field]]:
    """Return the tables and fields with a further column for each of telephones in which a cell of either holds two.

    Of more than two the first two are compared. The second table's columns are named by `Field.beside`.
    """
    found, columns = list(tables), list(fields)
    for field in (field for field in fields if field.kind is FieldKind.PHONE):
        names = [field.column, field.beside or field.column]
        cells = [_cells(table, name) for table, name in zip(found, names, strict=False)]
        numbers = [
            {cell: contact.several(FieldKind.PHONE, cell) for cell in set(some) if len(cell) > _ONE} for some in cells
        ]
        if not any(len(parts) > 1 for some in numbers for parts in some.values()):
            continue
        further = [f"{name} (2)" for name in names]
        columns.append(replace(field, column=further[0], beside=further[1] if field.beside else None))
        for place, (some, parts) in enumerate(zip(cells, numbers, strict=True)):
            both = [[*parts.get(cell, (cell,)), ""][:2] for cell in some]
            found[place] = _with(
                found[place], {names[place]: [one for one, _ in both], further[place]: [two for _, two in both]}
            )
    return found, columns


_ONE = 15
"""The longest that one number is without a note."""


def _cells(table: Known, column: str) -> list[str]:
    if not isinstance(table, pa.Table):
        cells: Sequence[Any] = [row.get(column) for row in table]
    elif column in table.column_names:
        cells = table.column(column).to_pylist()
    else:
        cells = [None] * table.num_rows
    return ["" if cell is None else str(cell) for cell in cells]


def _with(table: Known, columns: Mapping[str, Sequence[str]]) -> Known:
    if isinstance(table, pa.Table):
        for name, cells in columns.items():
            place = table.schema.get_field_index(name)
            said = pa.array(cells, pa.string())
            table = table.append_column(name, said) if place < 0 else table.set_column(place, name, said)
        return table
    return [
        {**row, **dict(zip(columns, cells, strict=True))}
        for row, cells in zip(table, zip(*columns.values(), strict=True), strict=True)
    ]
