"""The word rules by themselves, on nothing but Python: they find the same words on every release that is promised.

tests/test_words.py holds them to a real Elasticsearch.
"""

import time

import pytest

from config.fold import fold
from nlp.words import as_line, speaks, words


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "小米15Pro手机": ["小", "米", "15pro", "手", "机"],
        "OPPO Find X8，5折": ["oppo", "find", "x8", "5", "折"],
        "OPPO：Find": ["oppo", "find"],
        "C++和AT&T": ["c", "和", "at", "t"],
        "1,000元 a,b": ["1,000", "元", "a", "b"],
        "...!!! ，。": [],
        "ⅩⅡ①": ["ⅹⅱ"],
        "👨‍👩‍👧👍🏽": ["👨‍👩‍👧", "👍🏽"],
        "İΣ": ["iσ"],
        "青禾👎": ["青", "禾", "👎"],
        "👎👎🏿 ❤️": ["👎", "👎🏿", "❤️"],
        "🇨🇳🇯🇵 1️⃣#️⃣": ["🇨🇳", "🇯🇵", "1️⃣", "#️⃣"],
        "cafe\u0301 小\u0301米": ["cafe\u0301", "小\u0301", "米"],
        "ｶﾞソニー_ストア がん": ["ｶﾞソニー_ストア", "が", "ん"],
        "a__b _c_ 1_2 __": ["a__b", "_c_", "1_2"],
        "สวัสดี": ["สวัสดี"],
        "": [],
    }.items(),
)
def test_examples(text: str, expected: list[str]) -> None:
    assert words(fold(text)) == expected


def test_only_words_speak() -> None:
    assert all(map(speaks, ("小", "👎", "a", "…1")))
    assert not any(map(speaks, ("", "！？…", "__", "\u0301")))


def test_a_phrase_is_a_substring_of_the_line() -> None:
    line = as_line(words("入手小米15 Pro"))
    assert as_line(words("米15")) in line
    assert as_line(words("米1")) not in line
    assert as_line(words("pro")) in line
    assert as_line(words("ro")) not in line


@pytest.mark.parametrize(
    "piece", ["_", "a_", "a.", "\u0301", "1,", "ー_", "a", "👨\u200d", "_\u0301", "小", "ส", "🇨", "#️⃣", "a\u0301_"]
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    words(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "ＡＢＣｘｙｚ０１９，。！": "ABCxyz019，。！",
        "小\u200b米\ufeff手\u2060机\u00ad": "小米手机",
        "a\x00b\x1fc\x85d": "a b c d",
        "第一行\n第二行\t三": "第一行\n第二行\t三",
        "a\u202eb": "ab",
        "坏\ud800字": "坏\ufffd字",
        "👨\u200d👩\u200d👧 小\u200d米 👍\u200d": "👨\u200d👩\u200d👧 小米 👍",
        "繁體 [偷笑] ①": "繁體 [偷笑] ①",
        "iPhone15，2天；１；2": "iPhone15， 2天；1； 2",
        "OPPO：Find:X 12：30 价格：Good https://a.b": "OPPO： Find: X 12：30 价格：Good https://a.b",
        "1,000 小米，华为；": "1,000 小米，华为；",
    }.items(),
)
def test_a_folded_text_is_what_people_see(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert fold(fold(text)) == fold(text)
