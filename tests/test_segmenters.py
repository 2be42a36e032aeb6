"""Both segmentation engines, what a user's dictionary may say, and words that Chinese engines would cut."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.brand import Brand
from nlp.segment import Segmenter, as_token
from nlp.segmentation import BadDictionary, Entry, UnknownSegmenter, engine, engine_names, entries, version

ENGINES = ("jieba", "rjieba")
ODD = [
    *("纽约Ⅰ线", "ソニーストア", "Café咖啡", "Pro²", "喜茶の店", "ⅩⅡ代", "½杯", "①号", "Nº5", "ﾃｽﾄ", "ほっともっと"),
    *(
        "𠮷野家",
        "Россия",
        "αβγ线",
        "샤오미",
        "Å牌",
        "Dove™",
        "Nike®鞋",
        "云·海",
        "L'Oréal",
        "M&M's",
        "老乡鸡🐔",
        "🍎🍎",
        "T-恤",
        "İstanbul",
        "❤️奶茶",
    ),
    *("7-11", "H&M", "C#", "Pro+", "A+", "No.1", "3.5L装", "500ml", "100%纯", "Vast Ocean", "iPhone手机", "鐘薛高"),
]


@pytest.fixture(scope="module")
def odd() -> dict[str, Segmenter]:
    brand = Brand(id="odd", name="牌子", query="牌子 OR LV OR PC OR JD OR C OR M OR 11 OR don", words=tuple(ODD))
    return {name: Segmenter([brand], name=name) for name in ENGINES}


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("word", ODD)
def test_a_brands_word_is_one_token(odd: dict[str, Segmenter], name: str, word: str) -> None:
    for text in (f"这个{word}的屏幕", word, f"{word}，很好", f"买了 {word} 吗", word.upper(), f"（{word}）"):
        assert as_token(word) in odd[name].tokens(text), text


@pytest.mark.parametrize(
    ("text", "tokens"),
    {
        "LVMH和PCOS": ("lvmh", "和", "pcos"),
        "买LV包，PC端": ("买", "lv", "包", "pc", "端"),
        "C++和C#": ("c++", "和", "c#"),
        "AT&T与H&M": ("at&t", "与", "h&m"),
        "JD.com和JD，JD。": ("jd.com", "和", "jd", "jd"),
        "PC_98与my_LV": ("pc_98", "与", "my_lv"),
        "3.11折11%": ("3.11", "折", "11%"),
        "Vast Ocean 与MyVast Oceans": ("vast ocean", "与", "myvast", "oceans"),
        "l’oréal、Ｈ＆Ｍ、云•海、❤奶茶": ("l'oréal", "h&m", "云·海", "❤️奶茶"),
        "Cafe\u0301咖啡 VAST  OCEAN": ("café咖啡", "vast ocean"),
        "ソニー製品とПривет": ("ソニー", "制品", "と", "привет"),
    }.items(),
)
def test_latin_words_end_at_their_borders(odd: dict[str, Segmenter], text: str, tokens: tuple[str, ...]) -> None:
    assert odd["rjieba"].tokens(text) == tokens


@pytest.mark.parametrize("name", ENGINES)
def test_traditional_text_is_cut_as_simplified(name: str) -> None:
    assert Segmenter(name=name).tokens("售後不給換") == Segmenter(name=name).tokens("售后不给换")
    assert Segmenter(name=name).tokens("發熱嚴重") == ("发热", "严重")
    brand = Brand(id="b", name="鐘薛高", query="鐘薛高", words=("衞生署",))
    tokens = Segmenter([brand], name=name).tokens("鐘薛高、钟薛高、衞生署、卫生署、衛生署")
    assert tokens == ("钟薛高", "钟薛高", "卫生署", "卫生署", "卫生署")


def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    path = tmp_path / "lexicons" / "userdict.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ENGINES)
def test_a_users_dictionary_is_read_as_jieba_reads_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\ufeff云计算 5 n\r\n闪退门\n售後門 nz\n创新办 3\n\n卡拉OK厅 2 n\nеда 1\niPhone 15 3 n\n"
    write(tmp_path, monkeypatch, text)
    assert entries()[:4] == (Entry("云计算", 5, "n"), Entry("闪退门"), Entry("售後門", None, "nz"), Entry("创新办", 3))
    assert entries()[-1] == Entry("iPhone 15", 3, "n")
    tokens = Segmenter(name=name).tokens("闪退门后售后门、创新办的卡拉ok厅 iPhone 15")
    assert {"闪退门", "售后门", "创新办", "卡拉ok厅", "iphone 15"} <= set(tokens)


@pytest.mark.parametrize(
    "line", ["云计算 5x n", "云计算 -1 n", "云计算 3.5", "云计算\t5\tn", "云计算,5,n", "……", "云计算 99999999999 n"]
)
def test_a_broken_line_is_told_with_its_place_and_remedy(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, monkeypatch, f"闪退门\n{line}\n")
    with pytest.raises(BadDictionary, match="write `word frequency tag`") as told:
        Segmenter()
    assert str(told.value).startswith(f"{path}:2: ")


def test_a_dictionary_in_another_encoding_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, monkeypatch, "")
    path.write_bytes("a 1\n闪退门 5 n\n".encode("gbk"))
    with pytest.raises(BadDictionary, match=r"userdict.txt:2: not UTF-8: save"):
        entries()


def test_the_settings_choose_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_names() == list(ENGINES)
    assert version().startswith("rjieba-")
    monkeypatch.setenv("TINGFENG_SEGMENTER", "jieba")
    assert type(engine()).__name__ == "Jieba"
    assert version().startswith("jieba-")
    monkeypatch.setenv("TINGFENG_SEGMENTER", "hanlp")
    with pytest.raises(UnknownSegmenter, match="TINGFENG_SEGMENTER=hanlp: .* write jieba or rjieba"):
        Segmenter()


def test_jieba_is_silent_and_keeps_its_dictionary_in_the_data_folder(tmp_path: Path) -> None:
    code = "from nlp.segmentation import engine; print(*engine('jieba').cut('小米手机闪退'))"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=root, env={"TINGFENG_DATA": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("小米 手机 闪退", "")
    assert [path.name for path in (tmp_path / "jieba").iterdir()] == ["jieba.cache"]


def test_one_engines_words_are_not_anothers() -> None:
    first, other = engine("jieba"), engine("jieba")
    first.add("澎湃云芯", None, None)
    assert "澎湃云芯" in first.cut("澎湃云芯好")
    assert "澎湃云芯" not in other.cut("澎湃云芯好")


def test_another_dictionary_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    before = version()
    write(tmp_path, monkeypatch, "闪退门 5 n\n")
    assert version() != before
