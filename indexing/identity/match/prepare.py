"""Rows as they are compared: one Arrow table with a column for each part of what each field says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from indexing.identity.match import values
from indexing.identity.match.fields import Field, FieldKind, UnusableFields
from indexing.identity.match.names import Name, parted, shapes, sound, sound_key, whole

__all__ = ["Prepared", "columns_of", "prepare"]

_AT_ONCE = 50_000
_NAMES = (FieldKind.NAME, FieldKind.GIVEN_NAME, FieldKind.SURNAME)
_NAME_COLUMNS = ("sn", "gn", "sn_py", "gn_py", "sn_key", "gn_key", "gn_last", "nk")
_LISTS = ("answers", "shapes")
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
_SHARED_BY = 5


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
        if field.kind not in _NAMES:
            place = sum(name.rstrip("0123456789_") == field.kind for name in found)
            found[f"{field.kind}_{place}" if place else str(field.kind)] = field
    return found


def prepare(rows: Iterable[Mapping[str, Any]], fields: Sequence[Field]) -> Prepared:
    """Return the rows as they are compared; UnusableFields where no column could tell people apart."""
    if not fields:
        raise UnusableFields(
            "no column to link by: name columns as docs/identity.md does, or say what they hold, as --map 顾客=name"
        )
    others, named = columns_of(fields), any(field.kind in _NAMES for field in fields)
    waiting, batches, start = iter(rows), [], 0
    schema = _schema(others, named)
    while some := list(islice(waiting, _AT_ONCE)):
        batches.append(pa.RecordBatch.from_pydict(_columns(some, start, fields, others, named), schema=schema))
        start += len(some)
    table = _without_shared(pa.Table.from_batches(batches, schema=schema), others)
    kinds = {name: field.kind for name, field in others.items()}
    return Prepared(table=table, columns=kinds | (dict.fromkeys(_NAME_COLUMNS, FieldKind.NAME) if named else {}))


def _schema(others: Mapping[str, Field], named: bool) -> pa.Schema:
    single = [*others, *(f"{name}_key" for name in _keyed(others)), *(_NAME_COLUMNS if named else ())]
    lists = [pa.field(name, pa.list_(pa.string())) for name in (_LISTS if named else ())]
    return pa.schema([pa.field("id", pa.int64()), *(pa.field(name, pa.string()) for name in single), *lists])


def _keyed(others: Mapping[str, Field]) -> Iterator[str]:
    """Yield the columns of words: they get a second one, of the words that matter in their order."""
    yield from (name for name, field in others.items() if field.kind in (FieldKind.ADDRESS, FieldKind.CITY))


def _columns(
    rows: Sequence[Mapping[str, Any]], start: int, fields: Sequence[Field], others: Mapping[str, Field], named: bool
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"id": list(range(start, start + len(rows)))}
    for name, field in others.items():
        read = _SINGLE.get(field.kind, values.text)
        found[name] = [read(row.get(field.column)) for row in rows]
    for name in _keyed(others):
        found[f"{name}_key"] = [_word_key(value) for value in found[name]]
    if named:
        names = [_name(row, fields) for row in rows]
        found |= _name_columns(names)
        for place, said in enumerate(names):
            if said.gender and "gender" in found and found["gender"][place] is None:
                found["gender"][place] = said.gender
    return found


def _name(row: Mapping[str, Any], fields: Sequence[Field]) -> Name:
    said = {field.kind: values.text(row.get(field.column)) for field in fields if field.kind in _NAMES}
    if said.get(FieldKind.GIVEN_NAME) or said.get(FieldKind.SURNAME):
        return parted(said.get(FieldKind.SURNAME), said.get(FieldKind.GIVEN_NAME))
    return whole(said[FieldKind.NAME] or "") if said.get(FieldKind.NAME) else Name()


def _name_columns(names: Sequence[Name]) -> dict[str, list[Any]]:
    return {
        "sn": [one.surname for one in names],
        "gn": [one.given for one in names],
        "sn_py": [sound(one.surname, surname=True) if one.surname else None for one in names],
        "gn_py": [sound(one.given) if one.given else None for one in names],
        "sn_key": [sound_key(one.surname, surname=True) if one.surname else None for one in names],
        "gn_key": [sound_key(one.given) if one.given else None for one in names],
        "gn_last": [sound_key(one.called or one.given[-1]) if one.given else None for one in names],
        "nk": [one.called for one in names],
        "answers": [list(one.answers) or None for one in names],
        "shapes": [(list(shapes(one.given)) or None) if one.given else None for one in names],
    }


def _word_key(value: str | None) -> str | None:
    return "".join(value.split())[:6] if value else None


def _without_shared(table: pa.Table, others: Mapping[str, Field]) -> pa.Table:
    """Take away what too many rows share: a shop's own number, a colleague's, a form's example."""
    most = max(_SHARED_BY, table.num_rows // 100_000 * _SHARED_BY)
    for name, field in others.items():
        if field.kind in _OWN:
            said = table.column(name).to_pylist()
            common = {value for value, count in Counter(said).items() if count > most and value is not None}
            if common:
                kept = [None if value in common else value for value in said]
                table = table.set_column(table.schema.get_field_index(name), name, pa.array(kept, pa.string()))
    return table
