"""A character's ways to be written are one, measured on every dictionary that the OpenCC package carries."""

import subprocess
import time
from pathlib import Path

import opencc
import pytest

from nlp.variants import simplified, unified, ways_to_write

_CLIB = Path(opencc.__file__).parent / "clib"
FOR_WORDS = {"TWPhrases", "TWPhrasesRev", "HKPhrases", "HKPhrasesRev", "JPShinjitaiPhrases"}
"""They hold other words for one thing, such as 軟件 and 軟體, or another language's."""
LOWEST = {"JPShinjitaiCharacters": 0.97, "JPShinjitaiCharactersRev": 0.97, "TSPhrases": 0.96}
"""缶 and 罐, 坏 and 坯, 画 and 划 are characters of their own in Chinese; in TSPhrases they stand often."""


def pairs(dictionary: Path, folder: Path) -> list[tuple[str, str]]:
    """Return what a dictionary says is one: a spelling, and each that it gives for it."""
    target = folder / f"{dictionary.stem}.txt"
    command: list[str | Path] = [
        _CLIB / "bin" / "opencc_dict",
        "-i",
        dictionary,
        "-o",
        target,
        "-f",
        "ocd2",
        "-t",
        "text",
    ]
    subprocess.run(command, check=True, capture_output=True)
    lines = (line.split("\t") for line in target.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return [(spelt, other) for spelt, others in lines for other in others.split(" ")]


def test_what_opencc_says_is_one_is_one(tmp_path: Path) -> None:
    dictionaries = sorted((_CLIB / "share" / "opencc").glob("*.ocd2"))
    share, all_pairs, all_alike = dict[str, float](), 0, 0
    for dictionary in dictionaries:
        if dictionary.stem not in FOR_WORDS:
            found = pairs(dictionary, tmp_path)
            alike = sum(unified(spelt) == unified(other) for spelt, other in found)
            share[dictionary.stem] = alike / len(found)
            all_pairs, all_alike = all_pairs + len(found), all_alike + alike
    assert len(share) > 10
    assert all_pairs > 60_000
    assert all_alike / all_pairs > 0.999
    assert {name: part for name, part in share.items() if part < LOWEST.get(name, 0.998)} == {}


@pytest.mark.parametrize(
    "ways",
    [
        *("发發髮発", "台臺檯颱枱", "里裏裡", "面麵麪麺", "干乾幹", "后後", "说說説", "群羣", "峰峯", "为為爲"),
        *("卫衛衞", "着著", "复復複覆", "只隻祇衹", "系係繫", "钟鐘鍾", "链鏈鍊", "气氣気", "乐樂楽", "团團団"),
        *("汤湯", "叶葉", "户戶戸", "历歷曆歴"),
    ],
)  # fmt: skip
def test_all_ways_are_known_from_each(ways: str) -> None:
    for way in ways:
        assert set(ways) <= set(ways_to_write(way)), way
        assert unified(way) == unified(ways[0])


@pytest.mark.parametrize(
    "pair",
    ["呆待", "坏坯", "画划", "欠缺", "罐缶", "联连", "艺芸", "喆哲", "予豫", "人入", "未末", "a А".replace(" ", "")],
)
def test_other_characters_stay_apart(pair: str) -> None:
    assert unified(pair[0]) != unified(pair[1])


def test_places_in_the_text_stay() -> None:
    text = "iPhone在香港：衞生署說「𠮷野家」的麪包👨‍👩‍👧裡面有頭髮…"
    assert len(unified(text)) == len(text)
    assert all(char == one or char in ways_to_write(one) for char, one in zip(text, unified(text), strict=True))
    assert unified(unified(text)) == unified(text)


@pytest.mark.parametrize(
    ("written", "read"),
    {
        "售後不給換，發熱嚴重": "售后不给换，发热严重",
        "衞生署裏面的麪包": "卫生署里面的面包",
        "這位著名演員看著鏡頭": "这位著名演员看着镜头",
        "乾隆年間的乾淨餅乾": "乾隆年间的干净饼干",
        "羣峯為證，群峰為證": "群峰为证，群峰为证",
        "什么？這是什麼": "什么？这是什么",
        "楽天と資生堂": "乐天と资生堂",
        "名著与看着": "名著与看着",
        "發熱了，把球打坏了": "发热了，把球打坏了",
        "籌畫發佈會": "筹划发布会",
        "iPhone 15 Pro": "iPhone 15 Pro",
        "": "",
    }.items(),
)
def test_people_read_simplified_characters(written: str, read: str) -> None:
    assert simplified(written) == read


def test_a_simplified_text_takes_no_time() -> None:
    text = "这台手机用了三天就闪退，客服说等更新。" * 20_000
    unified("发")
    start = time.process_time()
    assert unified(text) == simplified(text) == text
    assert time.process_time() - start < 1
