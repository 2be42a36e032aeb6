"""Tokens and keywords: the brands' words stay whole, and what says nothing is left out."""

import time
from pathlib import Path

import pytest

from config.brand import Brand
from nlp.keywords import brand_words, keywords, stopwords
from nlp.segment import Segmenter

BRANDS = [
    Brand(
        id="xinghe",
        name="星河造物",
        query="星河造物 OR 澎湃云芯 NOT 银河粥铺",
        words=("星河X9Pro", "Vast Ocean", "Vast Ocean 15", "云·海", "一键秒充"),
    )
]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(BRANDS)


@pytest.mark.parametrize("word", ["星河造物", "澎湃云芯", "银河粥铺", "星河X9Pro", "一键秒充", "云·海"])
def test_the_brands_words_stay_whole(segmenter: Segmenter, word: str) -> None:
    for text in (f"这个{word}的屏幕", word, f"{word}，很好", f"买了{word}"):
        assert word.lower() in segmenter.tokens(text)
        assert word.lower() not in Segmenter().tokens(text)


def test_words_with_a_space_stay_whole_but_not_within_another(segmenter: Segmenter) -> None:
    assert segmenter.tokens("入手VAST OCEAN 15了") == ("入手", "vast ocean 15", "了")
    assert "vast ocean" in segmenter.tokens("Vast Ocean真不错")
    assert "vast ocean 15" not in segmenter.tokens("Vast Ocean 150")
    assert "vast ocean" not in segmenter.tokens("MyVast Ocean")


def test_case_makes_no_difference(segmenter: Segmenter) -> None:
    assert segmenter.tokens("星河x9pro") == segmenter.tokens("星河X9Pro") == ("星河x9pro",)


def test_punctuation_goes_and_emoticons_stay(segmenter: Segmenter) -> None:
    tokens = segmenter.tokens("屏幕真好看！！[怒][允悲] 3.5折 😀……")
    assert tokens == ("屏幕", "真", "好看", "[怒]", "[允悲]", "3.5", "折")


def test_one_brands_words_are_not_anothers() -> None:
    Segmenter(BRANDS)
    assert "澎湃云芯" not in Segmenter([]).tokens("澎湃云芯")


@pytest.mark.parametrize("text", ["", " \n", "！？。", "😀", "[", "]]]][[[", "a" * 100_000, "[a]" * 30_000, "\ufffd"])
def test_any_text_is_answered_within_bounds(segmenter: Segmenter, text: str) -> None:
    start = time.process_time()
    tokens = segmenter.tokens(text)
    assert time.process_time() - start < 2
    assert len(tokens) <= 512
    assert all(0 < len(token) <= 64 for token in tokens)


def test_a_long_text_gives_its_first_tokens(segmenter: Segmenter) -> None:
    assert segmenter.tokens("屏幕发热。" * 1_000) == ("屏幕", "发热") * 256


def test_keywords_are_the_most_frequent_words_that_say_something() -> None:
    tokens = ("电池", "的", "发热", "[怒]", "3.5", "发热", "x9", "卡", "电池", "发热", "客服")
    assert keywords(tokens, stopwords() | {"x9"}) == ("发热", "电池", "客服")
    assert len(keywords([f"词语{i}甲" for i in range(99)], ())) == 10


def test_a_users_own_stop_words_stand_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"的", "转发微博"} <= stopwords()
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    assert {"的", "转发微博"} <= stopwords()
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "stopwords.txt").write_text("# 自己的\n发热  # 说得太多\nABC\n\n", encoding="utf-8")
    assert stopwords() == {"发热", "abc"}


@pytest.mark.parametrize("word", ["这家", "那本", "第二天", "每一次", "两次", "很多", "不少", "这么多", "好多", "许多"])
def test_fillers_are_no_keywords(word: str) -> None:
    assert keywords([word, "客服"], frozenset()) == ("客服",)


@pytest.mark.parametrize("word", ["家电", "本书", "多彩", "一流", "不错", "第一名", "天猫", "三星", "两岸"])
def test_words_that_only_look_like_fillers_stay(word: str) -> None:
    assert keywords([word], frozenset()) == (word,)


def test_a_brands_own_names_are_no_topics_of_its_mentions_and_its_products_are() -> None:
    own = brand_words(("当当", "dangdang"))
    tokens = ("当当网", "当当", "dangdang", "当当旗舰店", "当当云阅读", "京东商城", "送货")
    assert keywords(tokens, own) == ("当当云阅读", "京东商城", "送货")
