"""Text → the query's tree: the grammar, and what is wrong with a query that does not keep it."""

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from typing import cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from config.fold import plain
from config.query_tree import EXACT_FIELDS, WORD_FIELDS, And, Near, Not, Or, Query, QueryError, Term

__all__ = ["read"]

_MAX_LENGTH, _MAX_TERMS, _MAX_DEPTH, _MAX_GAP = 10_000, 400, 12, 100
_VALUES = {
    "emotion": ("neutral", "angry", "happy", "sad", "fear", "surprise"),
    "intent": ("complaint", "question", "suggestion", "purchase", "praise", "news", "other"),
    "kind": ("post", "article", "comment", "repost", "review"),
    "sentiment": ("negative", "neutral", "positive"),
}
_OPERATORS = ("and", "or", "not")
_MEANT_NEAR = re.compile(r"NEAR|(?i:near)/.*")
_GRAMMAR = r"""
?start: _all (_OR _all)*          -> either
_all: all
all: clause (_AND? clause)*
?clause: _NOT clause              -> negated
       | one
       | one NEAR one             -> near
?one: _LEFT start _RIGHT
    | value                       -> anywhere
    | FIELD value                 -> in_field
!?value: WORD | QUOTED

_AND.2: /AND(?![^\s()（）"“”「」])/
_OR.2: /OR(?![^\s()（）"“”「」])/
_NOT.2: /NOT(?![^\s()（）"“”「」])/
NEAR.2: /NEAR\/\d+(?![^\s()（）"“”「」])/
FIELD.3: /[^\s()（）"“”「」:：*|,，、;；]+[:：]/
QUOTED: /(["“”][^"“”]*["“”]|「[^」]*」)(\*(?![^\s()（）]))?/
WORD: /(?![-!+])[^\s()（）"“”「」:：*|,，、;；]+(\*(?![^\s()（）]))?/
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
    except QueryError as error:  # what a part of the tree finds wrong knows its place, and not the whole text
        raise QueryError(error.reason, text, error.position) from None


class _Builder(Transformer[Token, Query]):
    def either(self, parts: list[Query]) -> Query:
        return _joined(Or, parts)

    def all(self, parts: list[Query]) -> Query:
        return _joined(And, parts)

    def negated(self, parts: list[Query]) -> Query:
        [part] = parts
        return part.part if isinstance(part, Not) else Not(part)

    def near(self, parts: list[Query | Token]) -> Query:
        left, operator, right = parts
        return _near(_alternatives(left), cast(Token, operator), _alternatives(right))

    def anywhere(self, tokens: list[Token]) -> Query:
        return Term(_value(tokens[0]), goes_on=tokens[0].endswith("*"))

    def in_field(self, tokens: list[Token]) -> Query:
        field, value = tokens
        return Term(_value(value), field[:-1], goes_on=value.endswith("*"))


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def _alternatives(query: Query | Token) -> tuple[Term, ...]:
    """Return the words of which one is to stand on this side of NEAR; none where it is something else."""
    parts = query.parts if isinstance(query, Or) else (query,)
    return tuple(part for part in parts if isinstance(part, Term)) if all(isinstance(p, Term) for p in parts) else ()


def _near(left: tuple[Term, ...], operator: Token, right: tuple[Term, ...]) -> Near:
    """Return the tree of `left NEAR/n right`; a field before the first word is the field of both sides."""
    place, gap = _place(operator), int(operator.removeprefix("NEAR/"))
    if not left or not right:
        raise QueryError(f"{operator} joins words, phrases, or (a OR b): put AND, NOT and NEAR outside", "", place)
    field = left[0].field
    right = tuple(replace(term, field=field) if term.field is None else term for term in right)
    if {term.field for term in (*left, *right)} != {field} or field in EXACT_FIELDS:
        raise QueryError(f"{operator} joins words of one text: write title: or text: before both, or none", "", place)
    if {_same(term) for term in left} & {_same(term) for term in right}:
        raise QueryError(f"{operator} has the same word on both sides: write two different ones", "", place)
    if gap > _MAX_GAP:
        raise QueryError(f"{operator} is more than {_MAX_GAP} words: write AND", "", place)
    return Near(left, right, gap)


def _same(term: Term) -> str:
    return "".join(term.value.lower().split())


@lru_cache(maxsize=1)
def _lark() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())


def _value(token: Token) -> str:
    text = token.removesuffix("*")
    return " ".join((text[1:-1] if token.type == "QUOTED" else text).split())


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
    if token.type == "WORD" and not field and _MEANT_NEAR.fullmatch(token):
        raise QueryError(f"{token} needs how many words may lie between: write NEAR/5", text, _place(token))
    value, name = _value(token), field[:-1] if field else None
    if name in _VALUES and value not in _VALUES[name]:
        raise QueryError(f"{name} is never {value!r}: write one of {', '.join(_VALUES[name])}", text, _place(token))
    if not value or (name not in EXACT_FIELDS and not any(unicodedata.category(c)[0] in "LNS" for c in value)):
        raise QueryError(f"{str(token)!r} holds no word: write one, or AND, OR, NOT in capitals", text, _place(token))
    if token.endswith("*"):
        _check_open_end(token, value, name, text)


def _check_open_end(token: Token, value: str, field: str | None, text: str) -> None:
    if field in EXACT_FIELDS:
        raise QueryError(f"* is for words, and {field} has whole values: remove the *", text, _place(token))
    if unicodedata.category(value[-1])[0] not in "LN":
        raise QueryError(f"{str(token)!r}: * follows a letter or a digit, such as Note1*", text, _place(token))
    if unicodedata.name(value[-1], "").startswith(("CJK", "HIRAGANA")):
        raise QueryError(
            f"* adds nothing behind {value[-1]}: a character is a whole word, and {value} finds every text that holds"
            " it: remove the *",
            text,
            _place(token),
        )


def _unreadable(char: str) -> str:
    if char in '"“”「':
        return "this quotation mark is never closed: write its other half"
    if char in "-!+":
        return f"{char} before a word is not known: write NOT for what must not stand, AND for what must"
    if char in ":：":
        return "nothing stands before this colon: write a field, such as title:小米, or put the words in quotes"
    if char == "*":
        return "* stands only at the end of a word, as in 小米15*: write each word with OR, such as 小米15 OR 小米15Pro"
    return f"{char} does not join words: write AND or OR, or put the phrase in quotes"


def _misplaced(token: Token, tokens: list[Token], text: str) -> QueryError:
    """Return the error for a token that cannot stand there; `$END` stands after all of them."""
    index = len(tokens) if token.type == "$END" else [_place(other) for other in tokens].index(_place(token))
    before = tokens[index - 1] if index else None
    if before and before.type == "FIELD":
        return QueryError(f"{before} needs a word or a quoted phrase behind it", text, _place(before))
    if token.type == "NEAR" and before and before.type != "NEAR" and _has(tokens[:index], "NEAR"):
        return QueryError(f"{token} joins two sides only: write a NEAR/5 b AND b NEAR/5 c", text, _place(token))
    if before and before.type in ("_AND", "_OR", "_NOT", "NEAR"):
        return QueryError(f"{before} needs something behind it: a word, a phrase or brackets", text, _place(before))
    if before and token.type == "_RIGHT":
        return QueryError("these brackets hold nothing: write a word in them or remove them", text, _place(before))
    return QueryError(f"{token} needs something before it: a word, a phrase or brackets", text, _place(token))


def _has(tokens: list[Token], kind: str) -> bool:
    return any(token.type == kind for token in tokens)


def _place(token: Token) -> int:
    return token.start_pos or 0
