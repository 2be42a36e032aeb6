"""A post's own words: what stays, what goes, and that no text is too odd or too long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.classifier.text import LONGEST, normalise
from nlp.clean import clean


@pytest.mark.parametrize(
    ("text", "own"),
    {
        "星河手机不错": "星河手机不错",
        "ＳＴＡＲ　ｘ９ 真\u200b香": "STAR x9 真香",
        "  上一行\n\n下一行\t完 ": "上一行 下一行 完",
        "气死了[怒][怒]😡": "气死了[怒][怒]😡",
        "看这里 http://t.cn/A6aBc12 还有https://example.org/a?b=c&d=1#e，完了": "看这里 还有 ，完了",
        "t.cn/A6aBc 网页链接 O网页链接 www.example.org/x": "",
        "@星河手机 你们的售后呢": "你们的售后呢",
        "谢谢@林间-测评_01：说得对": "谢谢 说得对",
        "写信到 someone@example.org": "写信到",
        "客服邮箱kefu.a-b@mail.example.com.cn，谢谢": "客服邮箱 ，谢谢",
        "看视频t.cn/A6abc 好": "看视频 好",
        "看t.cn/A6abc好，戳b23.tv/xyz?p=1。链接:xhslink.com/a/B1（m.weibo.cn/status/4#c）": "看 好，戳 。链接: （ ）",
        "打开weixin://dl/x 看，或HTTP://A.CN/B、www.example.org": "打开 看，或 、",
        "Trip.com和JD.com，Node.js/Vue.js，和/或，9.9/斤": "Trip.com和JD.com，Node.js/Vue.js，和/或，9.9/斤",
        "你好@小明 真的，iPhone@小明 好用，看＠晴天的橘猫 说": "你好 真的，iPhone 好用，看 说",
        "看#星河发布会#现场，看＃星河＃好": "看 星河发布会 现场，看 星河 好",
        "@这一整句话都紧跟着符号因此不会是一个人的名字": "@这一整句话都紧跟着符号因此不会是一个人的名字",
        "回复@路人甲:这手机能用三年": "这手机能用三年",
        "#星河发布会# 现场很热": "星河发布会 现场很热",
        "#星河[超话]#打卡": "星河[超话] 打卡",
        "只有一个#号": "只有一个#号",
        "好<br/>看<a href='x'>全文</a>&nbsp;1&lt;2 &amp; 3": "好 看 全文 1<2 & 3",
        "3 < 5 而 7 > 6": "3 < 5 而 7 > 6",
        "\x00控\x1f制\x85符": "控 制 符",
        "半\ud83d个": "半\ufffd个",
        "": "",
    }.items(),
)
def test_own_words(text: str, own: str) -> None:
    assert clean(text).own == own


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("太失望了//@路人甲:星河又闪退//@林间测评：新版本来了", "太失望了", "星河又闪退 新版本来了"),
        ("//@路人甲: 支持", "", "支持"),
        ("转发微博", "", ""),
        ("转发微博。", "", ""),
        ("Repost", "", ""),
        ("轉發微博//@路人甲:转发微博", "", ""),
        ("[赞]//@路人甲 :好", "[赞]", "好"),
        ("好 // @路人甲:对", "好", "对"),
        ("不是转发微博", "不是转发微博", ""),
        ("好||@路人甲:对", "好", "对"),
        ("见 https://example.org//@x 的说明", "见 的说明", ""),
    ],
)
def test_own_words_and_those_of_others(text: str, own: str, quoted: str) -> None:
    cleaned = clean(text)
    assert (cleaned.own, cleaned.quoted) == (own, quoted)


def test_topics_are_the_authors_own() -> None:
    assert clean("#星河# 与 # 云海 #，#星河#//@路人甲:#别的#").topics == ("星河", "云海")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters() | st.sampled_from("@#/:：<>&;[]\ud800\u200d"), max_size=80))
def test_any_text_is_answered(text: str) -> None:
    cleaned = clean(text)
    for part in (cleaned.own, cleaned.quoted):
        assert part == " ".join(part.split())
        part.encode()


@pytest.mark.parametrize(
    "piece",
    ["星", "<", "<a ", "<!--", "@a", "//@a", "#", "#a", "&lt;", "http://", "[", "\u200d", "回复@a", "a:", "1，", " "],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    clean(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "read"),
    {
        "這個產品真的很難用，客服態度惡劣": "这个产品真的很难用,客服态度恶劣",
        "乾坤，頭髮，發展，后面，後面": "乾坤,头发,发展,后面,后面",
        "ＡＢＣ１２３！？": "ABC123!?",
        "零\u200b宽\ufeff字\u200d符": "零宽字符",
        "@小明 你看 @小红：好": "@ 你看 @:好",
        "{%#星河发布会#%}现场": "#星河发布会#现场",
        "笑死[偷笑][doge]😂😂": "笑死[偷笑][doge]😂😂",
        "❤️真好👍🏽": "❤真好👍🏽",
        "看 https://t.cn/A6x 和 www.example.org/a?b=1": "看  和",
        "哈哈哈哈哈哈哈": "哈哈哈",
        "控\x00制\x07符": "控 制 符",
        "半\ud83d个": "半个",
        "[髙興][淚]": "[髙兴][泪]",
    }.items(),
)
def test_what_the_models_read(text: str, read: str) -> None:
    assert normalise(text) == read


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_what_the_models_read_is_clean_already(text: str) -> None:
    once = normalise(text)
    once.encode()
    assert len(once) <= LONGEST
    assert "\u200b" not in once
