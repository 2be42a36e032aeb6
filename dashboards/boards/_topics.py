"""Panels of what is said beyond a brand's own past, whom it names besides, and who says it."""

from config.both import Both
from dashboards.panel import Draw, Panel, Top
from indexing.metrics.of.mentions import ENGAGEMENT, MENTIONS, NEGATIVE, NSR, POSITIVE
from indexing.metrics.of.topics import (
    TOPIC_DAYS,
    TOPIC_MENTIONS,
    TOPIC_NEGATIVE_SHARE,
    TOPIC_SIGNIFICANCE,
    TOPIC_USUAL,
)
from indexing.metrics.where import Is

__all__ = ["ENTITIES", "HOT_TOPICS", "HOT_WORDS", "SPEAKERS"]

HOT_TOPICS = Panel(
    id="hot-topics",
    title=Both("热点话题", "Hot topics"),
    question=Both(
        "什么话题比该品牌自己此前 28 天说得多？名称逐日沿用。",
        "Which topics are said more than in the brand's own 28 days before? A topic keeps its name from day to day.",
    ),
    kind="topics",
    where=Is("what", "topic"),
    by=(Top("name", Both("话题", "Topic"), 15),),
    show=(TOPIC_MENTIONS, TOPIC_USUAL, TOPIC_NEGATIVE_SHARE, TOPIC_SIGNIFICANCE, TOPIC_DAYS),
    draw=Draw.TABLE,
    width=28,
    height=15,
)
HOT_WORDS = Panel(
    id="hot-words",
    title=Both("热词", "Hot words"),
    question=Both(
        "哪些词比该品牌自己此前 28 天显著更多？",
        "Which words are said significantly more than in the brand's own 28 days before?",
    ),
    kind="topics",
    where=Is("what", "word"),
    by=(Top("name", Both("词", "Word"), 15),),
    show=(TOPIC_MENTIONS, TOPIC_USUAL, TOPIC_SIGNIFICANCE),
    draw=Draw.TABLE,
    width=20,
    height=15,
)
ENTITIES = Panel(
    id="entities",
    title=Both("一起被提到", "Named beside it"),
    question=Both(
        "哪些品牌、公司与产品一起被提到，口碑如何？取自词典（lexicons/names.txt 与各品牌档案）。",
        "Which brands, firms and products are named beside it, and how kindly? From a dictionary: lexicons/names.txt "
        "and the brands' files.",
    ),
    by=(Top("entities", Both("名称", "Name"), 15),),
    show=(MENTIONS, NEGATIVE, POSITIVE, NSR),
    draw=Draw.TABLE,
    width=24,
)
SPEAKERS = Panel(
    id="speakers",
    title=Both("谁在说", "Who speaks"),
    question=Both(
        "合作方（partner）、机构与认证账号（pgc）、普通用户（ugc）各说了多少，口碑如何？",
        "How much do partners, organisations and verified accounts (pgc), and everyone else (ugc) say, and how kindly?",
    ),
    by=(Top("speaker", Both("说话人", "Speaker"), 3),),
    show=(MENTIONS, NEGATIVE, POSITIVE, NSR, ENGAGEMENT),
    draw=Draw.TABLE,
    width=24,
)
