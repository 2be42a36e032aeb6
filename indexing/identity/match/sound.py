# ruff: noqa: E501, SIM905
"""Surnames, and how names sound: in pinyin, in what dialects leave of it, in Soundex."""

import re
from functools import lru_cache

__all__ = ["COMPOUND", "SURNAMES", "initials", "letters", "made_of_name", "sound", "sound_key"]

_HAN = re.compile(r"[\u3400-\u9fff]")
COMPOUND = tuple(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 夏侯 轩辕 端木 百里 南宫 独孤 西门 申屠 太史 澹台 公冶 宗政"
    " 濮阳 淳于 单于 赫连 呼延 钟离 闾丘 仲孙 拓跋 纳兰 东郭 万俟 闻人 司空 第五".split()
)
SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏"
    "付傅方邹熊白孟秦邱丘侯江尹薛闫阎段雷钱汤龙黎史陶贺毛郝顾龚邵万覃武戴严莫孔向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿"
    "关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝招区赖"
)
"""Surnames of one character, the most common first: 轩 in 轩女士 is none."""
_READ_AS_SURNAME = {
    **{
        "单": "shan",
        "仇": "qiu",
        "解": "xie",
        "区": "ou",
        "查": "zha",
        "曾": "zeng",
        "任": "ren",
        "华": "hua",
        "盖": "ge",
    },
    **{"缪": "miao", "朴": "piao", "翟": "zhai", "乐": "yue", "种": "chong", "员": "yun", "冼": "xian", "折": "she"},
    **{
        "召": "shao",
        "覃": "qin",
        "燕": "yan",
        "葛": "ge",
        "应": "ying",
        "逄": "pang",
        "牟": "mu",
        "纪": "ji",
        "祭": "zhai",
    },
    **{"尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai"},
}
"""Surnames that pypinyin reads otherwise, compound ones a character at a time (findings/pypinyin-surnames.sh)."""
_SOUNDS_LIKE = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("ng", "n"),
    ("l", "n"),
    ("hu", "fu"),
    ("lv", "lu"),
    ("nv", "nu"),
)
_SOUNDEX = {
    letter: digit for digit, letters in enumerate("aeiouyhw bfpv cgjkqsxz dt l mn r".split()) for letter in letters
}


@lru_cache(maxsize=200_000)
def sound(part: str, *, surname: bool = False) -> str:
    """Return how it is read, in letters without tones; letters stay as they are."""
    if not _HAN.search(part):
        return re.sub(r"[^a-z0-9]", "", part) or part
    if surname and part in _READ_AS_SURNAME:
        return _READ_AS_SURNAME[part]
    return "".join(map(_read, part))


@lru_cache(maxsize=30_000)
def _read(character: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


def initials(given: str) -> str:
    """Return the first letter of each syllable of Chinese characters, and of letters the first: gh of 国华, g of guohua."""
    if _HAN.search(given):
        return "".join(_read(character)[0] for character in given if _HAN.match(character))
    return given.rstrip(".") if given.endswith(".") else given[:1]


def letters(surname: str, given: str) -> str:
    """Return the letters of how both are read, sorted: the same in whatever order the syllables stand."""
    return "".join(sorted(sound(surname, surname=True) + sound(given)))


def made_of_name(address: str | None, surname: str | None, given: str | None, first: str | None) -> bool | None:
    """Say whether what one chose, an address before its @ or a handle, is the name as it is read; `first`: initials."""
    if not address or not given:
        return None
    chosen = address.partition("@")[0]
    local = re.sub(r"[^a-z]", "", sound(chosen) if _HAN.search(chosen) else chosen)
    family = surname or ""
    ways = {given, family + given, given + family, family[:1] + given, given + family[:1]}
    return local in ways | ({family + first, first + family} if first else set())


@lru_cache(maxsize=200_000)
def sound_key(part: str, *, surname: bool = False) -> str:
    """Return what sounds alike has in common: without the differences that dialects drop, or a Soundex code of letters."""
    said = sound(part, surname=surname)
    if _HAN.search(part):
        for fine, rough in _SOUNDS_LIKE:
            said = said.replace(fine, rough)
        return said
    return _soundex(said)


def _soundex(word: str) -> str:
    """Return the first letter and up to three digits, as American Soundex has them."""
    letters = [one for one in word if one in _SOUNDEX]
    if not letters:
        return word
    digits, before = [], _SOUNDEX[letters[0]]
    for letter in letters[1:]:
        digit = _SOUNDEX[letter]
        if digit and digit != before:
            digits.append(str(digit))
        if letter not in "hw":
            before = digit
    return letters[0] + "".join(digits[:3])
