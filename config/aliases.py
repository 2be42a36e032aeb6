"""What people call a brand besides its name, by kind; wherever its query says the name, each of them is meant too."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from config.fold import fold
from config.query import And, Near, Not, Or, Query, QueryError, Term, parse

__all__ = ["KINDS", "Aliases", "widened"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_LEAST = 2


class Aliases(BaseModel):
    """Lists of names, each by how it comes about; all of them count alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[Text, ...] = ()
    """Official and short names, such as 鹅厂 or MI."""
    homophones: tuple[Text, ...] = ()
    """谐音: other characters of the same sound."""
    split: tuple[Text, ...] = ()
    """拆字: characters taken apart, such as 弓虽 for 强."""
    masked: tuple[Text, ...] = ()
    """Abbreviations and half-hidden names, such as HW or 某为."""
    slang: tuple[Text, ...] = ()
    """Nicknames."""

    @field_validator("*")
    @classmethod
    def _are_words(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            try:
                read = parse(f'"{value}"')
            except QueryError as error:
                raise ValueError(f"{value!r}: {error.reason}") from error
            if not isinstance(read, Term) or not any(map(str.isalnum, value)):
                raise ValueError(f"{value!r}: write the name alone, without quotation marks and operators")
            if len(fold(value).replace(" ", "")) < _LEAST:
                raise ValueError(f"{value!r}: a single character would be found everywhere: write two at least")
        return values

    def all(self) -> tuple[str, ...]:
        """Return every alias once, in order."""
        return tuple(dict.fromkeys(alias for kind in KINDS for alias in getattr(self, kind)))


KINDS = tuple(Aliases.model_fields)


def widened(query: Query, name: str, aliases: tuple[str, ...]) -> Query:
    """Return the query with the aliases beside the name, wherever it wants it; QueryError where it never does."""
    wide = _widened(query, fold(name).lower(), aliases)
    if wide == query and aliases:
        raise QueryError(f"aliases stand for the name, and the query nowhere asks for {name!r}: write it there")
    return wide


def _widened(query: Query, name: str, aliases: tuple[str, ...]) -> Query:
    match query:
        case Term():
            every = tuple(_all(query, name, aliases))
            return Or(every) if len(every) > 1 else query
        case Near(left, right, gap):
            wide = [tuple(one for term in side for one in _all(term, name, aliases)) for side in (left, right)]
            return Near(wide[0], wide[1], gap)
        case And(parts):
            return And(tuple(_widened(part, name, aliases) for part in parts))
        case Or(parts):
            wider = [_widened(part, name, aliases) for part in parts]
            return Or(tuple(one for part in wider for one in (part.parts if isinstance(part, Or) else (part,))))
        case Not():
            return query


def _all(term: Term, name: str, aliases: tuple[str, ...]) -> Iterator[Term]:
    yield term
    if term.field in (None, "title", "text") and not term.goes_on and fold(term.value).lower() == name:
        yield from (Term(alias, term.field) for alias in aliases)
