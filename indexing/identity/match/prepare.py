"""Rows as they are compared: one Arrow table with a column for each part of what each field says."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indexing.identity.match import values
from indexing.identity.match.fields import NAMES, Field, FieldKind, UnusableFields
from indexing.identity.match.names import Name, parted, shapes, whole
from indexing.identity.match.sound import initials, letters, made_of_name, sound, sound_key

__all__ = ["Prepared", "columns_of", "prepare"]

_BETWEEN = "\x00"
_NAME_COLUMNS = ("sn", "gn", "sn_py", "gn_py", "sn_key", "gn_key", "gn_first", "gn_last", "gn_ini", "nk", "letters")
_LISTS = ("answers", "shapes", "sn_shapes")
_SINGLE: Mapping[FieldKind, Any] = {
    FieldKind.BIRTHDAY: values.birthday,
    FieldKind.PHONE: values.phone,
    FieldKind.EMAIL: values.email,
    FieldKind.GENDER: values.gender,
    FieldKind.ID_NUMBER: values.code,
    FieldKind.STREET_NUMBER: values.code,
    FieldKind.POSTCODE: values.code,
    FieldKind.CODE: values.code,
}
_OWN = (FieldKind.PHONE, FieldKind.EMAIL, FieldKind.ID_NUMBER, FieldKind.HANDLE, FieldKind.CODE)
"""What belongs to one person or few: a value that more rows of one table share stands for nobody."""
_CHOSEN = (FieldKind.EMAIL, FieldKind.HANDLE)
"""What people make of their names."""
_SHARED_BY, _ONE_DAY = 5, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A prepared table: `id` numbers its rows from 0, `fields` are the columns that both tables have."""

    table: pa.Table
    columns: Mapping[str, FieldKind]
    """Its columns by name; of names there are several, all of the kind `name`."""


def columns_of(fields: Sequence[Field]) -> dict[str, Field]:
    """Return the prepared columns of what is no name, with their fields."""
    found: dict[str, Field] = {}
    for field in fields:
        if field.kind not in NAMES:
            place = sum(name.rstrip("0123456789_") == field.kind for name in found)
            found[f"{field.kind}_{place}" if place else str(field.kind)] = field
    return found


def prepare(rows: Sequence[Mapping[str, Any]] | pa.Table, fields: Sequence[Field]) -> Prepared:
    """Return the rows as they are compared; UnusableFields where no column could tell people apart."""
    if not fields:
        raise UnusableFields(
            "no column to link by: name columns as docs/identity.md does, or say what they hold, as --map 顾客=name"
        )
    others, named = columns_of(fields), any(field.kind in NAMES for field in fields)
    cells = {field.column: _texts(rows, field.column) for field in fields}
    found = _columns(cells, fields, others, named)
    size = len(cells[fields[0].column])
    table = pa.table({"id": pa.array(range(size), pa.int64()), **found})
    kinds = {name: field.kind for name, field in others.items()}
    return Prepared(
        table=_without_defaults(_without_shared(table, others), others),
        columns=kinds | (dict.fromkeys(_NAME_COLUMNS, FieldKind.NAME) if named else {}),
    )


def _texts(rows: Sequence[Mapping[str, Any]] | pa.Table, column: str) -> pa.Array:
    """Return a column's cells as texts, None where there is nothing."""
    if not isinstance(rows, pa.Table):
        cells: Iterable[Any] = (row.get(column) for row in rows)
    elif column not in rows.column_names:
        return pa.nulls(rows.num_rows, pa.string())
    elif pa.types.is_string(rows.schema.field(column).type):
        return rows.column(column).combine_chunks()
    else:
        cells = rows.column(column).to_pylist()
    return pa.array((None if cell is None else str(cell) for cell in cells), pa.string())


def _keyed(others: Mapping[str, Field]) -> Iterator[str]:
    """Yield the columns of words: they get a second one, of the words that matter in their order."""
    yield from (name for name, field in others.items() if field.kind in (FieldKind.ADDRESS, FieldKind.CITY))


def _columns(
    cells: Mapping[str, pa.Array], fields: Sequence[Field], others: Mapping[str, Field], named: bool
) -> dict[str, pa.Array]:
    found = {name: _each(cells[field.column], _SINGLE.get(field.kind, values.text)) for name, field in others.items()}
    found |= {f"{name}_key": _each(found[name], _word_key) for name in _keyed(others)}
    if named:
        columns = {field.kind: field.column for field in fields if field.kind in NAMES}
        said = pc.binary_join_element_wise(
            *(pc.replace_substring(cells[column], _BETWEEN, " ") for column in columns.values()),
            _BETWEEN,
            null_handling="replace",
        ).dictionary_encode()
        names = [_name(dict(zip(columns, one.split(_BETWEEN), strict=True))) for one in said.dictionary.to_pylist()]
        found |= {name: pa.array(of, _type(name)).take(said.indices) for name, of in _name_columns(names).items()}
        if "gender" in found:
            titles = pa.array([one.gender for one in names], pa.string())
            found["gender"] = pc.coalesce(found["gender"], titles.take(said.indices))
    for name in (name for name, field in others.items() if field.kind in _CHOSEN):
        parts = [found[part].to_pylist() for part in ("sn_py", "gn_py", "gn_ini")] if named else []
        found[f"{name}_named"] = pa.array(
            [made_of_name(address, *own) for address, *own in zip(found[name].to_pylist(), *parts, strict=True)]
            if named
            else pa.nulls(len(found[name])),
            pa.bool_(),
        )
    return found


def _each(cells: pa.Array, read: Callable[[str], str | None]) -> pa.Array:
    """Return what is read of each cell; equal ones are read once."""
    different = cells.dictionary_encode()
    return pa.array(map(read, different.dictionary.to_pylist()), pa.string()).take(different.indices)


def _name(cells: Mapping[FieldKind, str]) -> Name:
    said = {kind: values.text(cell) for kind, cell in cells.items()}
    if said.get(FieldKind.GIVEN_NAME) or said.get(FieldKind.SURNAME):
        return parted(said.get(FieldKind.SURNAME), said.get(FieldKind.GIVEN_NAME))
    return whole(said[FieldKind.NAME] or "") if said.get(FieldKind.NAME) else Name()


def _type(name: str) -> pa.DataType:
    return pa.list_(pa.string()) if name in _LISTS else pa.string()


def _name_columns(names: Sequence[Name]) -> dict[str, list[Any]]:
    return {
        "sn": [one.surname for one in names],
        "gn": [one.given for one in names],
        "sn_py": [sound(one.surname, surname=True) if one.surname else None for one in names],
        "gn_py": [sound(one.given) if one.given else None for one in names],
        "sn_key": [sound_key(one.surname, surname=True) if one.surname else None for one in names],
        "gn_key": [sound_key(one.given) if one.given else None for one in names],
        "gn_first": [sound_key(one.given[0]) if one.given else None for one in names],
        "gn_last": [sound_key(one.called or one.given[-1]) if one.given else None for one in names],
        "gn_ini": [initials(one.given) if one.given else None for one in names],
        "nk": [one.called for one in names],
        "letters": [letters(one.surname, one.given) if one.surname and one.given else None for one in names],
        "answers": [list(one.answers) or None for one in names],
        "sn_shapes": [(list(shapes(one.surname)) or None) if one.surname else None for one in names],
        "shapes": [(list(shapes(one.given)) or None) if one.given else None for one in names],
    }


def _word_key(value: str) -> str:
    return "".join(value.split())[:6]


def _without_shared(table: pa.Table, others: Mapping[str, Field]) -> pa.Table:
    """Take away what too many rows share: a shop's own number, a colleague's, a form's example."""
    most = max(_SHARED_BY, table.num_rows // 100_000 * _SHARED_BY)
    for name in (name for name, field in others.items() if field.kind in _OWN):
        said = table.column(name)
        counted = pc.value_counts(said)
        common = counted.field("values").filter(pc.greater(counted.field("counts"), most))
        kept = pc.if_else(pc.is_in(said, common), pa.scalar(None, pa.string()), said)
        table = table.set_column(table.schema.get_field_index(name), name, kept)
    return table


def _without_defaults(table: pa.Table, others: Mapping[str, Field]) -> pa.Table:
    """Take away days that far more rows say than are born on one: what a form or a clerk fills in for nobody's."""
    most = _ONE_DAY + table.num_rows // 1_000
    for name in (name for name, field in others.items() if field.kind is FieldKind.BIRTHDAY):
        said = table.column(name)
        counted = pc.value_counts(said)
        whole = pc.equal(pc.utf8_length(counted.field("values")), len("19900803"))
        common = counted.field("values").filter(pc.and_(whole, pc.greater(counted.field("counts"), most)))
        kept = pc.if_else(pc.is_in(said, common), pa.scalar(None, pa.string()), said)
        table = table.set_column(table.schema.get_field_index(name), name, kept)
    return table
