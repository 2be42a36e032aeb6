"""Who speaks, and whom they name besides: partners and professionals are marked, other names are found."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.aliases import Aliases
from config.brand import Account, Brand
from config.load import ConfigError, load
from crawlers.post import Author, Kind, Post, encode_post
from crawlers.storage.stage import Batch
from indexing.mentions.document import analysis_part
from nlp.analyse import Analysis
from nlp.entities import Entities
from nlp.mention import Mention, Speaker, decode_mention
from nlp.variants import unified

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MI = Brand(
    id="mi",
    name="小米",
    query="小米",
    words=("澎湃OS",),
    aliases=Aliases(masked=("某米",)),
    partners=(Account(platform="weibo", id="7"),),
)
LV = Brand(id="lv", name="LV", query="LV")


def analysed(data: Path, *posts: tuple[str, Author | None]) -> list[Mention]:
    batch = Batch(stage="posts", feed="weibo_search", query="q-1", window="20261121T080000Z")
    with batch.write() as writer:
        for number, (text, author) in enumerate(posts):
            post = Post(
                platform="weibo",
                feed="weibo_search",
                site="m.weibo.cn",
                kind=Kind.POST,
                native_id=str(number),
                url="https://m.weibo.cn/detail/1",
                text=text,
                author=author,
                published_at=NOW,
                fetched_at=NOW,
                query="q",
                run_id="r",
            )
            writer.add(encode_post(post))
    Analysis([MI, LV], "fast").of(batch)
    return [decode_mention(line) for line in batch.to("mentions").lines()]


def test_partners_and_professionals_are_marked(data: Path) -> None:
    found = analysed(
        data,
        ("小米真好用", Author(id="7", verified=True)),
        ("小米今天发布新机", Author(id="8", organisation=True)),
        ("小米今天涨价", Author(id="9", verified=True)),
        ("小米又卡了", Author(id="10")),
        ("小米又死机了", None),
        ("LV 和 LVMH 的包", Author(id="7")),
    )
    assert [one.speaker for one in found] == [
        Speaker.PARTNER,
        Speaker.PGC,
        Speaker.PGC,
        Speaker.UGC,
        Speaker.UGC,
        Speaker.UGC,
    ], "whoever is one brand's partner is not another's"
    assert analysis_part(found[0], NOW)["speaker"] == "partner"


def test_other_names_are_found_by_their_brands_name(data: Path) -> None:
    found = analysed(data, ("LV 比某米和澎湃OS都好，也比華為好", None), ("小米很好", None))
    assert {one.brand: one.entities for one in found[:2]} == {"mi": ("LV", "华为"), "lv": ("小米", "华为")}
    assert found[-1].entities == ()
    assert "entities" not in analysis_part(found[-1], NOW)


def test_a_latin_name_stands_alone_and_the_longest_counts() -> None:
    entities = Entities([LV, Brand(id="apple", name="苹果", query="苹果", words=("苹果手机壳",))])
    assert entities.of(unified("lvmh 与 oppox".lower()), "x") == ()
    assert entities.of("我的lv和苹果手机", "x") == ("LV", "苹果手机")
    assert entities.of("苹果手机壳", "x") == ("苹果",)


def test_a_partner_that_is_also_the_brands_own_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mi.yaml"
    account = '{platform: weibo, id: "7"}'
    file.write_text(f"name: 小米\nquery: 小米\nown_accounts: [{account}]\npartners: [{account}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="partners: 'weibo 7' is also among own_accounts"):
        load(file, MI.__class__)
