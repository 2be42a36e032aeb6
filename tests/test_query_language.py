"""The query language: what parses, what is refused and how that is told, and what the reader of texts finds.

tests/test_query_dsl.py holds the reader of the index to the same cases.
"""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.query import (
    EXACT_FIELDS,
    WORD_FIELDS,
    And,
    Near,
    Not,
    Or,
    Query,
    QueryError,
    Term,
    parse,
    parse_brand_query,
)
from config.query import terms as terms_of
from crawlers.post import Kind
from nlp.mention import Label
from nlp.query import Document, evidence, holds
from tests.query_cases import CASES, KNOWN, MENTIONS

ROOT = Path(__file__).resolve().parent.parent
A, B, C, D = Term("a"), Term("b"), Term("c"), Term("d")


@pytest.mark.parametrize(
    ("text", "tree"),
    {
        "小米": Term("小米"),
        "a b c": And((A, B, C)),
        "a AND b c": And((A, B, C)),
        "a OR b OR c": Or((A, B, C)),
        "a b OR c d": Or((And((A, B)), And((C, D)))),
        "a (b OR c)": And((A, Or((B, C)))),
        "a NOT b": And((A, Not(B))),
        "a AND NOT b": And((A, Not(B))),
        "a OR NOT b": Or((A, Not(B))),
        "NOT NOT a": A,
        "NOT NOT NOT a": Not(A),
        "NOT (a b)": Not(And((A, B))),
        "((((a))))": A,
        "(a b) (c d)": And((A, B, C, D)),
        "a OR (b OR (c OR d))": Or((A, B, C, D)),
        "(a)(b)": And((A, B)),
        "a(b)NOT(c)": And((A, B, Not(C))),
        '"小米 手机"': Term("小米 手机"),
        "“小米 手机”": Term("小米 手机"),
        "”小米 手机”": Term("小米 手机"),
        "「小米 “手机”」": Term("小米 “手机”"),
        '"AND"': Term("AND"),
        '"  a   b "': Term("a b"),
        '"and"': Term("and"),
        'a "b and c"': And((A, Term("b and c"))),
        "ANDROID NOTE ORANGE": And((Term("ANDROID"), Term("NOTE"), Term("ORANGE"))),
        "title:a": Term("a", "title"),
        "title：a": Term("a", "title"),
        'title: "a b"': Term("a b", "title"),
        "（a ＯＲ b）": Or((A, B)),
        "ｉＰｈｏｎｅ１５": Term("iPhone15"),
        "小\u200b米": Term("小米"),
        "a\u3000b\n\tc": And((A, B, C)),
        "[偷笑] #话题# R&D 10.5 don't C++": And(
            tuple(map(Term, ("[偷笑]", "#话题#", "R&D", "10.5", "don't", "C++"))),
        ),
        "author:... a": And((Term("...", "author"), A)),
        "小米15*": Term("小米15", goes_on=True),
        'title:"小米 15"* a': And((Term("小米 15", "title", goes_on=True), A)),
        "a NEAR/5 b": Near((A,), (B,), 5),
        "a NEAR/0 (b OR c) d": And((Near((A,), (B, C), 0), D)),
        "(a OR b) NEAR/3 c OR d": Or((Near((A, B), (C,), 3), D)),
        "NOT a NEAR/1 b*": Not(Near((A,), (Term("b", goes_on=True),), 1)),
        "title:a NEAR/2 b": Near((Term("a", "title"),), (Term("b", "title"),), 2),
        '"NEAR" "NEAR/5"': And((Term("NEAR"), Term("NEAR/5"))),
    }.items(),
)
def test_a_query_has_this_tree_and_prints_as_itself(text: str, tree: Query) -> None:
    assert parse(text) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "the query is empty: write a word"),
        (" \u200b\n", 0, "the query is empty"),
        ("(", 1, "this ( is never closed: write its )"),
        ("小米 AND (崩溃 OR (闪退)", 8, "this ( is never closed"),
        ("小米)", 3, "this ) closes nothing: remove it"),
        ("小米 ()", 4, "these brackets hold nothing"),
        ("AND 小米", 1, "AND needs something before it"),
        ("小米 OR", 4, "OR needs something behind it"),
        ("小米 AND OR 华为", 4, "AND needs something behind it"),
        ("(NOT) 小米", 2, "NOT needs something behind it"),
        ("小米 AND 颜色：红", 8, "no field '颜色' (known: title, text, author, brand,"),
        ("http://example.org", 1, "put the words in quotes if you mean them"),
        ("title:", 1, "title: needs a word or a quoted phrase behind it"),
        ("a title:(b)", 3, "title: needs a word"),
        ("sentiment:bad", 11, "sentiment is never 'bad': write one of negative, neutral, positive"),
        ("kind:posts", 6, "write one of post, article, comment, repost, review"),
        (":a", 1, "nothing stands before this colon"),
        ("小米*15", 3, "* stands only at the end of a word, as in 小米15*: write each word with OR"),
        ("* 小米", 1, "* stands only at the end of a word"),
        ("小米*", 1, "* adds nothing behind 米: a character is a whole word"),
        ("C++*", 1, "* follows a letter or a digit"),
        ("author:张*", 8, "* is for words, and author has whole values"),
        ("小米 NEAR 爆炸", 4, "write NEAR/5"),
        ("小米 near/5 爆炸", 4, "write NEAR/5"),
        ("小米 NEAR/5", 4, "NEAR/5 needs something behind it"),
        ("小米 NEAR/5 (爆炸 起火)", 4, "NEAR/5 joins words, phrases, or (a OR b)"),
        ("小米 NEAR/5 爆炸 NEAR/2 起火", 14, "write a NEAR/5 b AND b NEAR/5 c"),
        ("小米 NEAR/5 title:爆炸", 4, "write title: or text: before both, or none"),
        ("tag:小米 NEAR/5 爆炸", 8, "NEAR/5 joins words of one text"),
        ("Mi NEAR/5 mi", 4, "write two different ones"),
        ("小米 NEAR/101 爆炸", 4, "more than 100 words: write AND"),
        ("小米，华为", 3, "， does not join words: write AND or OR"),
        ("小米 -小米粥", 4, "write NOT for what must not stand"),
        ("小米 | 华为", 4, "| does not join words"),
        ("小米 and 华为", 4, "write AND in capitals, or put the phrase that it belongs to in quotes"),
        ("Marks And Spencer", 7, "And in small letters joins nothing"),
        ("小米 or 华为", 4, "write OR in capitals"),
        ("小米 not 小米粥", 4, "write NOT in capitals"),
        ("小米 && 华为", 4, "'&&' holds no word"),
        ('小米 ""', 4, "holds no word"),
        ('小米 "手机', 4, "this quotation mark is never closed"),
        ("小米 「手机", 4, "this quotation mark is never closed"),
        (f"{'(' * 13}a{')' * 13}", 13, "brackets lie more than 12 deep"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_refused_with_its_place_and_a_remedy(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    error = refused.value
    assert error.position == max(position - 1, 0)
    assert said in str(error)
    assert "\n" not in str(error)
    if text.strip(" \u200b\n"):
        assert str(error).startswith(f"character {position}: ")


def test_the_picture_puts_its_caret_under_the_place() -> None:
    with pytest.raises(QueryError) as refused:
        parse("小米 a)")
    assert refused.value.picture == "小米 a)\n      ^"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "NOT " * 2_500 + "a b " * 500,
        "a" * 20_000,
        "a OR " * 401 + "b",
        '"' * 9_999,
        "title:" * 1_500,
        "(a OR NOT " * 900,
    ],
    ids=lambda text: f"{text[:10]}…{len(text)}",
)
def test_an_endless_query_is_refused_and_not_a_crash(text: str) -> None:
    with pytest.raises(QueryError):
        parse(text)


def test_as_much_as_is_allowed_is_read() -> None:
    assert parse("NOT " * 2_499 + "a") == Not(A)
    flat = parse(" OR ".join(f"词{i}" for i in range(400)))
    assert len(list(terms_of(flat))) == 400
    deep = "a"
    for _ in range(12):
        deep = f"(b OR NOT {deep})"
    assert parse(str(parse(deep))) == parse(deep)
    assert not holds(parse(deep), Document.of(MENTIONS["crash"]))


_words = st.text(
    st.sampled_from("小米手机aZ9.&'-+[]#|*:：，()（）\"“”「」 \u3000AND OR NOT！@《》·怒❤👍\u200b"),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.lists(_words, max_size=8).map(" ".join))
def test_any_text_is_either_refused_or_prints_as_itself(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(error.query)
        return
    assert parse(str(tree)) == tree
    assert str(parse(str(tree))) == str(tree)


@pytest.mark.parametrize(
    "text", ["小米 NOT 小米粥", "platform:weibo 小米", "(NOT a b) OR c", "NOT (a OR NOT b)", "author:林间"]
)
def test_a_brand_asks_for_something(text: str) -> None:
    assert parse_brand_query(text) == parse(text)


@pytest.mark.parametrize("text", ["NOT 小米粥", "小米 OR NOT 小米粥", "NOT (a b)", "NOT platform:weibo"])
def test_a_brand_is_not_found_in_silence(text: str) -> None:
    parse(text)
    with pytest.raises(QueryError, match="name words that must stand"):
        parse_brand_query(text)


@pytest.mark.parametrize("field", ["brand:xinghe", "sentiment:negative"])
def test_a_brand_asks_only_for_what_a_post_holds_by_itself(field: str) -> None:
    with pytest.raises(QueryError, match="known only after the analysis: remove it"):
        parse_brand_query(f"小米 {field}")


def test_the_values_that_a_field_can_have_are_those_of_the_values_themselves() -> None:
    for field, values in (("kind", Kind), ("sentiment", Label)):
        for value in values:
            assert parse(f"{field}:{value}") == Term(value, field)


def test_reading_a_query_needs_no_parser_until_there_is_one() -> None:
    code = "import sys, config.query; print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_part_of_the_tree_has_its_reader() -> None:
    assert set(get_args(Query)) == {Term, Near, Not, And, Or}
    assert {term.field for query in CASES for term in terms_of(parse(query))} == {None, *WORD_FIELDS, *EXACT_FIELDS}


@pytest.mark.parametrize("query", CASES)
def test_the_reader_of_texts_finds_these(query: str) -> None:
    parsed = parse(query)
    documents = {name: Document.of(mention, **KNOWN.get(name, {})) for name, mention in MENTIONS.items()}
    assert {name for name, document in documents.items() if holds(parsed, document)} == CASES[query]


def test_a_text_that_says_two_words_a_thousand_times_is_soon_read() -> None:
    began = time.thread_time()
    for gap, near in ((90, False), (100, True)):
        said = Document.saying("小米" * 12_000 + "好" * 100 + "爆炸" * 12_000)
        assert holds(parse(f"爆炸 NEAR/{gap} 小米"), said) is near
    assert time.thread_time() - began < 5, "each place is held against the nearest ones, not against all"


def test_evidence_names_the_terms_that_speak_for_the_match() -> None:
    query = parse("(星河 OR 云海) (闪退 OR 召回 OR 星河) platform:weibo NOT (粥 OR NOT 怒)")
    assert evidence(query, Document.of(MENTIONS["crash"])) == ("星河", "闪退", "platform:weibo", "怒")


def test_the_documents_examples_are_as_it_says() -> None:
    document = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(query|refused)\n(.*?)```", document, re.DOTALL))
    for line in blocks["query"].splitlines():
        assert parse(line)
    for line in blocks["refused"].splitlines():
        with pytest.raises(QueryError):
            parse(line)
    for field in (*WORD_FIELDS, *EXACT_FIELDS):
        assert re.search(rf"^\|[^|]*`{field}`", document, re.MULTILINE)
