"""Queries with the mentions that match them: what the reader of texts and the reader of the index both must answer."""

from dataclasses import replace
from datetime import UTC, datetime

from crawlers.post import Author, Kind, Post
from nlp.mention import Label, MatchedBy, Mention, Sentiment

__all__ = ["CASES", "KNOWN", "MENTIONS"]

_PUBLISHED = datetime(2026, 3, 1, 4, tzinfo=UTC)


def _mention(name: str, text: str, label: Label = Label.NEUTRAL, brand: str = "xinghe", **fields: object) -> Mention:
    post = Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id=name, url=f"https://example.org/{name}",
        text=text, published_at=_PUBLISHED, fetched_at=_PUBLISHED, query="q", run_id="r",
    )  # fmt: skip
    return Mention(
        post=replace(post, **fields),  # type: ignore[arg-type]
        brand=brand,
        matched_by=MatchedBy.QUERY,
        matched=(),
        sentiment=Sentiment(label=label, probability=0.9, score=0.0, engine="e", model="m"),
        analysis="a",
    )


MENTIONS = {
    mention.post.native_id: mention
    for mention in (
        replace(
            _mention("crash", "星河手机今天又闪退了，气死[怒]", Label.NEGATIVE), emotion="angry", intent="complaint"
        ),
        _mention("praise", "星河X9 Pro 拍照真好看", Label.POSITIVE,
                 author=Author(id="1", name="林间测评", verified=True)),
        _mention("article", "屏幕供应商尚未回应。", title="星河手机召回 X9Pro", kind=Kind.ARTICLE, platform="rss",
                 feed="rss", site="news.example.org"),
        _mention("porridge", "早上喝了一碗银河粥，星 河 真 美"),
        _mention("punctuation", "星河，手机！闪-退"),
        _mention("wide", "Ｘ９Ｐｒｏ 开箱，ＳＴＡＲ\u200bＲＩＶＥＲ"),
        _mention("mini", "入手 Minipad 和 MI 手环，价格3.5折，不是35折"),
        _mention("tagged", "#星河发布会#现场", tags=("星河发布会", "StarRiver"), region="北京"),
        _mention("other", "隔壁的云海手机闪退也不少 👍🏽 ❤️", Label.NEGATIVE, brand="yunhai", kind=Kind.COMMENT,
                 platform="forum", feed="nodebb", site="bbs.example.org", author=Author(id="2", name="Nobody-7")),
        _mention("joint", "入手Note15，2天就坏。Vast：Ocean"),
        _mention("empty", ""),
        _mention("traditional", "雲海手機後臺掉線"),
        _mention("hongkong", "衞生署說麪包裏面有頭髮，羣峯爲證，大家看著辦吧，回覆在此"),
        _mention("taiwan", "衛生署說麵包裡面有頭髮，群峰為證，大家看著辦吧，回覆在此"),
        _mention("mainland", "卫生署说面包里面有头发，群峰为证，大家看着办吧，回复在此"),
        _mention("japan", "楽天の発表、鐘薛高と老干媽、后妃乾隆", title="小米發布会"),
        _mention("kana", "スター リバーとほし・がんばって"),
        _mention("latin", "don't panic: it's C++ and AT&T, user_name a.b café Ⅻ"),
    )
}  # fmt: skip
_ALL = set(MENTIONS)
_PLACES = {"hongkong", "taiwan", "mainland"}
KNOWN = {"crash": {"customer": "C-0001", "story": "5f2b0c9a41d3"}, "praise": {"customer": "c-0002"}}
"""What only the index knows of a mention, by its name."""

CASES: dict[str, set[str]] = {
    # words
    "星河": {"crash", "praise", "article", "porridge", "punctuation", "tagged"},
    "星河手机": {"crash", "article", "punctuation"},
    '"星河 手机"': {"crash", "article", "punctuation"},
    "手机星河": set(),
    "闪退": {"crash", "punctuation", "other"},
    "河手": {"crash", "article", "punctuation"},
    # traditional and simplified characters, each found by the other
    "云海": {"other", "traditional"},
    "雲海": {"other", "traditional"},
    "云海手机后台": {"traditional"},
    "後台掉線": {"traditional"},
    "text:云海 NOT 闪退": {"traditional"},
    # and whatever a place writes otherwise
    **dict.fromkeys(("卫生署", "衛生署", "衞生署", "生署", "说面包", "說麵包", "説麪包"), _PLACES),
    **dict.fromkeys(("里面有头发", "裡面有頭髮", "裏面有頭发", "群峰为证", "羣峯爲證", "羣峰為证"), _PLACES),
    **dict.fromkeys(("看着办", "看著辦", "回复", "回覆", "text:面包"), _PLACES),
    **dict.fromkeys(("乐天 AND 发表", "樂天", "老干妈", "老乾媽", "後妃干隆"), {"japan"}),
    **dict.fromkeys(("title:小米发布会", "title:小米發布會", "钟薛高", "鍾薛高"), {"japan"}),
    # Latin words are whole
    "mi": {"mini"},
    "MINIPAD": {"mini"},
    "pad": set(),
    "X9": {"praise"},
    "x9pro": {"article", "wide"},
    '"x9 pro"': {"praise"},
    "星河x9": {"praise"},
    "3.5": {"mini"},
    "35折": {"mini"},
    "5": set(),
    "starriver": {"wide"},
    "don't": {"latin"},
    "don": set(),
    '"at t"': {"latin"},
    "AT&T": {"latin"},
    '"c++"': {"latin"},
    "user_name": {"latin"},
    "a.b": {"latin"},
    "café": {"latin"},
    "cafe": set(),
    "ⅻ": {"latin"},
    "note15": {"joint"},
    "2天": {"joint"},
    '"15，2"': set(),
    "vast": {"joint"},
    '"note15，2天"': {"joint"},
    '"vast:ocean"': {"joint"},
    # words that go on
    "x9*": {"praise", "article", "wide"},
    "星河x9*": {"praise"},
    '"星河 x9"*': {"praise"},
    "mi*": {"mini"},
    "title:x9*": {"article"},
    "手机召回X9*": {"article"},
    "9*": set(),
    # words near each other
    "星河 NEAR/3 闪退": {"punctuation"},
    "星河 NEAR/6 闪退": {"crash", "punctuation"},
    "闪退 NEAR/6 星河": {"crash", "punctuation"},
    "星河 NEAR/0 手机": {"crash", "article", "punctuation"},
    "星河 NEAR/0 (手机 OR 发布会)": {"crash", "article", "punctuation", "tagged"},
    "(星河 OR 云海) NEAR/2 闪退": {"punctuation", "other"},
    "title:星河 NEAR/2 召回": {"article"},
    "text:星河 NEAR/2 召回": set(),
    "召回 NEAR/5 屏幕": set(),
    "星河手 NEAR/0 手机": {"crash", "article", "punctuation"},
    "minipad NEAR/1 mi": {"mini"},
    "mini* NEAR/2 手环": {"mini"},
    "衛生署 NEAR/2 面包": _PLACES,
    # pictures, kana, emoticons
    "👍🏽": {"other"},
    "👍": set(),
    "❤️": {"other"},
    "スター": {"kana"},
    "ター": set(),
    "がん": {"kana"},
    "[怒]": {"crash"},
    "怒": {"crash"},
    # operators
    "星河 AND 闪退": {"crash", "punctuation"},
    "星河 闪退": {"crash", "punctuation"},
    "召回 OR 开箱": {"article", "wide"},
    "星河 NOT 银河粥": {"crash", "praise", "article", "punctuation", "tagged"},
    "星河 AND (闪退 OR 召回) NOT 怒": {"article", "punctuation"},
    "星河（闪退 OR 召回）": {"crash", "article", "punctuation"},
    "拍照 OR 星河 召回": {"praise", "article"},
    "NOT 星河": _ALL - {"crash", "praise", "article", "porridge", "punctuation", "tagged"},
    "NOT (星河 OR 手机)": {*_PLACES, "japan", "wide", "mini", "joint", "empty", "kana", "latin"},
    "闪退 OR NOT 手": {
        *_PLACES,
        "japan",
        "crash",
        "punctuation",
        "other",
        "praise",
        "porridge",
        "wide",
        "tagged",
        "empty",
        "kana",
        "latin",
    },
    '"and"': {"latin"},
    # title and text
    "title:星河": {"article"},
    "text:星河": {"crash", "praise", "porridge", "punctuation", "tagged"},
    "星河 屏幕": {"article"},
    '"X9Pro 屏幕"': set(),
    "NOT title:星河 召回": set(),
    # whole values
    "platform:rss": {"article"},
    "platform:RSS": {"article"},
    "kind:comment": {"other"},
    "site:news.example.org": {"article"},
    "site:example.org": set(),
    "tag:星河发布会": {"tagged"},
    "tag:星河發佈會": {"tagged"},
    "tag:starriver": {"tagged"},
    "tag:星河": set(),
    "region:北京": {"tagged"},
    "author:林间测评": {"praise"},
    "author:林间": set(),
    "author:nobody-7": {"other"},
    "sentiment:negative": {"crash", "other"},
    "brand:yunhai": {"other"},
    "emotion:angry": {"crash"},
    "emotion:angry intent:complaint": {"crash"},
    "intent:praise": set(),
    "customer:c-0001": {"crash"},
    "customer:C-0002 OR customer:c-0003": {"praise"},
    "story:5F2B0C9A41D3": {"crash"},
    "星河 闪退 NOT story:5f2b0c9a41d3": {"punctuation"},
    "sentiment:negative NOT brand:yunhai": {"crash"},
    "platform:weibo NOT kind:post": set(),
}
"""Query → names of the mentions that match."""
