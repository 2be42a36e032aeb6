"""The words of a text are those that a real Elasticsearch's `standard` analyzer finds in it."""

import gzip
import json
import random
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from config.fold import fold
from nlp.words import words
from tests.reviews_as_research import made
from tests.story_posts import research_folder

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

# Every block that a Chinese post may draw on; what Unicode has added to them since version 12 is left out.
BLOCKS = [
    range(0x20, 0x55B), range(0x1E00, 0x2C00), range(0x2C60, 0x2C80), range(0x2DE0, 0x31BB), range(0x31C0, 0x4DB6),
    range(0x4DC0, 0x9FF0), range(0xA000, 0xA720), range(0xA722, 0xA7BF), range(0xAC00, 0xD800), range(0xF900, 0xFB00),
    range(0xFE10, 0xFFF0), range(0x1D400, 0x1D800), range(0x1F000, 0x1F1AD), range(0x1F1E6, 0x1F23C),
    range(0x1F240, 0x20000), range(0x2F800, 0x2FA20),
]  # fmt: skip
PIECES = [
    *"小米手机あアー가각abcXYZ019_'.:,;-·’ \n　!?，。：；、…@#/&%+*①Ⅻ²½éñß\u0301ﾞｱй❤🇨〇ゝ・ªİΣςا٫١™©㊗Ⓐⓐ℃￥＿‿☆★⭐✔→𠮷",
    "がが", "😀", "👨‍👩‍👧", "❤️", "👍🏽", "🇨🇳", "1️⃣", "#️⃣", "\u200d", "สวัสดี", "a" * 300, "15Pro", "3.5", "don't",
    "user_name", "a.b@c.cn", "http://t.cn/A6x-y_z", "[偷笑]", "\x00", "\ud800", "\ufeff",
]  # fmt: skip


def analysed(es: "Elasticsearch", text: str) -> list[str]:
    return [token["token"] for token in es.indices.analyze(analyzer="standard", text=text)["tokens"]]


def chunks(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def differing(es: "Elasticsearch", texts: list[str], size: int) -> list[tuple[str, list[str], list[str]]]:
    """Ask about many texts in one go, line by line; look closer where the answer differs."""
    found = []
    for chunk in chunks(texts, size):
        if words("\n".join(chunk)) != analysed(es, "\n".join(chunk)):
            answers = ((text, words(text), analysed(es, text)) for text in chunk)
            found += [answer for answer in answers if answer[1] != answer[2]][:10]
    return found


def test_each_common_character_is_a_word_here_where_it_is_one_there(es: "Elasticsearch") -> None:
    characters = [chr(code) for block in BLOCKS for code in block if chr(code) == fold(chr(code)) and code != 0x0A]
    assert len(characters) > 50_000
    assert differing(es, characters, 5_000) == []


def test_mixed_texts_fall_into_the_same_words(es: "Elasticsearch") -> None:
    dice = random.Random(20260301)  # noqa: S311
    texts = [fold("".join(dice.choices(PIECES, k=dice.randint(1, 12)))).replace("\n", " ") for _ in range(6_000)]
    assert differing(es, texts, 200) == []


def test_real_posts_fall_into_the_same_words(es: "Elasticsearch") -> None:
    every = 3 if made() else 25
    with gzip.open(research_folder() / "weibo_ced_reposts.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [" ".join(fold(json.loads(line)["text"]).split()) for line in islice(lines, 0, 200_000, every)]
    assert len(texts) > 5_000
    assert differing(es, texts, 100) == []
