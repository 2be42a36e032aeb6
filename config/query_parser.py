"""Text → the query's tree: the grammar, and what is wrong with a query that does not keep it."""

import unicodedata
from functools import lru_cache
from typing import cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from config.fold import plain
from config.query_tree import EXACT_FIELDS, WORD_FIELDS, And, Not, Or, Query, QueryError, Term

__all__ = ["read"]

_MAX_LENGTH, _MAX_TERMS, _MAX_DEPTH = 10_000, 400, 12
_VALUES = {
    "emotion": ("neutral", "angry", "happy", "sad", "fear", "surprise"),
    "intent": ("complaint", "question", "suggestion", "purchase", "praise", "news", "other"),
    "kind": ("post", "article", "comment", "repost", "review"),
    "sentiment": ("negative", "neutral", "positive"),
}
_OPERATORS = ("and", "or", "not")
_GRAMMAR = r"""
?start: _all (_OR _all)*          -> either
_all: all
all: clause (_AND? clause)*
?clause: _NOT clause              -> negated
       | _LEFT start _RIGHT
       | value                    -> anywhere
       | FIELD value              -> in_field
!?value: WORD | QUOTED

_AND.2: /AND(?![^\s()（）"“”「」])/
_OR.2: /OR(?![^\s()（）"“”「」])/
_NOT.2: /NOT(?![^\s()（）"“”「」])/
FIELD.3: /[^\s()（）"“”「」:：*|,，、;；]+[:：]/
QUOTED: /["“”][^"“”]*["“”]|「[^」]*」/
WORD: /(?![-!+])[^\s()（）"“”「」:：*|,，、;；]+/
_LEFT: /[(（]/
_RIGHT: /[)）]/
%ignore /\s+/
"""


def read(text: str) -> Query:
    """Return the tree of a query; QueryError says where it goes wrong and what to write."""
    text = plain(text)
    if not text.strip():
        raise QueryError("the query is empty: write a word, such as 小米")
    if len(text) > _MAX_LENGTH:
        raise QueryError(f"the query has {len(text):,} characters, more than {_MAX_LENGTH:,}: split it")
    try:
        tokens = [*_lark().lex(text)]
        _check(tokens, text)
        return cast(Query, _lark().parse(text))
    except UnexpectedCharacters as error:
        raise QueryError(_unreadable(error.char), text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise _misplaced(error.token, tokens, text) from None


class _Builder(Transformer[Token, Query]):
    def either(self, parts: list[Query]) -> Query:
        return _joined(Or, parts)

    def all(self, parts: list[Query]) -> Query:
        return _joined(And, parts)

    def negated(self, parts: list[Query]) -> Query:
        [part] = parts
        return part.part if isinstance(part, Not) else Not(part)

    def anywhere(self, tokens: list[Token]) -> Query:
        return Term(_value(tokens[0]))

    def in_field(self, tokens: list[Token]) -> Query:
        field, value = tokens
        return Term(_value(value), field[:-1])


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


@lru_cache(maxsize=1)
def _lark() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())


def _value(token: Token) -> str:
    return " ".join((token[1:-1] if token.type == "QUOTED" else token).split())


def _check(tokens: list[Token], text: str) -> None:
    """Refuse what the grammar lets through, and name an open bracket by its own place."""
    open_brackets: list[Token] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "FIELD":
            _check_field(token, text)
        elif token.type in ("WORD", "QUOTED"):
            _check_value(token, before if before and before.type == "FIELD" else None, text)
        elif token.type == "_LEFT":
            open_brackets.append(token)
        elif token.type == "_RIGHT":
            if not open_brackets:
                raise QueryError("this ) closes nothing: remove it, or write its (", text, _place(token))
            open_brackets.pop()
        if len(open_brackets) > _MAX_DEPTH:
            raise QueryError(f"brackets lie more than {_MAX_DEPTH} deep: write it flatter", text, _place(token))
    if open_brackets:
        raise QueryError("this ( is never closed: write its )", text, _place(open_brackets[-1]))
    if (count := sum(token.type in ("WORD", "QUOTED") for token in tokens)) > _MAX_TERMS:
        raise QueryError(f"the query has {count} terms, more than {_MAX_TERMS}: split it")


def _check_field(token: Token, text: str) -> None:
    if token[:-1] not in WORD_FIELDS + EXACT_FIELDS:
        known = ", ".join(WORD_FIELDS + EXACT_FIELDS)
        raise QueryError(
            f"no field {token[:-1]!r} (known: {known}): put the words in quotes if you mean them", text, _place(token)
        )


def _check_value(token: Token, field: Token | None, text: str) -> None:
    if token.type == "WORD" and not field and token.lower() in _OPERATORS:
        remedy = f"write {token.upper()} in capitals, or put the phrase that it belongs to in quotes"
        raise QueryError(f"{token} in small letters joins nothing: {remedy}", text, _place(token))
    value, name = _value(token), field[:-1] if field else None
    if name in _VALUES and value not in _VALUES[name]:
        raise QueryError(f"{name} is never {value!r}: write one of {', '.join(_VALUES[name])}", text, _place(token))
    if not value or (name not in EXACT_FIELDS and not any(unicodedata.category(c)[0] in "LNS" for c in value)):
        raise QueryError(f"{str(token)!r} holds no word: write one, or AND, OR, NOT in capitals", text, _place(token))


def _unreadable(char: str) -> str:
    if char in '"“”「':
        return "this quotation mark is never closed: write its other half"
    if char in "-!+":
        return f"{char} before a word is not known: write NOT for what must not stand, AND for what must"
    if char in ":：":
        return "nothing stands before this colon: write a field, such as title:小米, or put the words in quotes"
    if char == "*":
        return "* stands for nothing here: write each word with OR, such as 小米15 OR 小米15Pro"
    return f"{char} does not join words: write AND or OR, or put the phrase in quotes"


def _misplaced(token: Token, tokens: list[Token], text: str) -> QueryError:
    """Return the error for a token that cannot stand there; `$END` stands after all of them."""
    index = len(tokens) if token.type == "$END" else [_place(other) for other in tokens].index(_place(token))
    before = tokens[index - 1] if index else None
    if before and before.type == "FIELD":
        return QueryError(f"{before} needs a word or a quoted phrase behind it", text, _place(before))
    if before and before.type in ("_AND", "_OR", "_NOT"):
        return QueryError(f"{before} needs something behind it: a word, a phrase or brackets", text, _place(before))
    if before and token.type == "_RIGHT":
        return QueryError("these brackets hold nothing: write a word in them or remove them", text, _place(before))
    return QueryError(f"{token} needs something before it: a word, a phrase or brackets", text, _place(token))


def _place(token: Token) -> int:
    return token.start_pos or 0
