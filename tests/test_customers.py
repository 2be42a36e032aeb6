"""The shop's list becomes customers, and the accounts that it states become links, with evidence and back again."""

import contextlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config import settings
from crawlers.feeds import feeds
from crawlers.post import Author, Kind, Post
from crawlers.spider import spider_of
from crawlers.tables import UnusableTable
from indexing.customers import import_customers, link, link_records, marking, revoke
from indexing.customers import writing as customers_writing
from indexing.customers.customer_link import CustomerLink
from indexing.customers.link_records import UnknownLink, read_links
from indexing.elasticsearch import bulk
from indexing.mentions import write as writing
from indexing.people.pseudonyms import pseudonyms
from nlp.mention import Label, MatchedBy, Mention, Sentiment
from tests.soaking import in_part

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
LIST = """\
customer_id,name,phone,tier,weibo,weibo_id,forum
C1,甲示例,13000000001,金卡,晴天的橘猫,,
C2,乙示例,13000000002,,,2002,路过的番茄
C3,"丙,示例",13000000003,银卡,@大号评测,,
"""


def written(folder: Path, text: str = LIST, encoding: str = "utf-8", name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def mention(number: int, id: str, name: str | None, *, platform: str = "weibo", followers: int = 5) -> Mention:
    post = Post(
        platform=platform, feed="weibo_search", kind=Kind.POST, native_id=str(number), url="https://example.org/1",
        text="星河不错", author=Author(id=id, name=name, followers=followers), published_at=NOW - DAY, fetched_at=NOW,
        query="q", run_id="r",
    )  # fmt: skip
    sentiment = Sentiment(label=Label.POSITIVE, probability=0.9, score=0.8, engine="e", model="m")
    return Mention(post=post, brand="xinghe", matched_by=MatchedBy.QUERY, matched=(), sentiment=sentiment, analysis="1")


def put(store: "Store", *mentions: Mention) -> None:
    from indexing.elasticsearch.field import Writer
    from indexing.mentions.document import analysis_part, document_id, month, page_part, timestamp
    from indexing.mentions.write import Outcome, Update, write

    names = pseudonyms()
    updates = [
        Update(
            id=document_id(one),
            parts={Writer.PAGE: page_part(one, names), Writer.ANALYSIS: analysis_part(one, NOW)},
            month=month(one.post.published_at),
            ingested=timestamp(NOW),
        )
        for one in mentions
    ]
    assert {result.outcome for result in write(store, updates)} <= {Outcome.INDEXED, Outcome.UNCHANGED}


SPEAKERS = (
    mention(1, "1001", "晴天的橘猫"),
    mention(2, "1001", "晴天的橘猫"),
    mention(3, "2002", "改过的名字"),
    mention(4, "example.org/user/7", "路过的番茄", platform="forum"),
    mention(5, "3003", "大号评测", followers=50_000),
    mention(6, "4004", "没人认识的人"),
    mention(7, "5005", None),
)


def customers_of(store: "Store") -> dict[str, str | None]:
    """Return the customer of each mention, by its native id."""
    store.refresh("mentions")
    hits = store.client.search(index=store.alias("mentions"), size=100)["hits"]["hits"]
    return {hit["_source"]["native_id"]: hit["_source"].get("customer", {}).get("id") for hit in hits}


def links(store: "Store") -> list[CustomerLink]:
    return sorted((one.link for one in read_links(store).values()), key=lambda one: (one.customer, one.platform))


def customer_documents(store: "Store") -> dict[str, dict[str, Any]]:
    store.refresh("customers")
    hits = store.client.search(index=store.alias("customers"), size=100)["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


def dead_rows(path: Path | None) -> list[dict[str, Any]]:
    assert path is not None
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_accounts_that_a_list_states_are_linked_with_their_evidence(emptied_store: "Store", tmp_path: Path) -> None:
    store = emptied_store
    put(store, *SPEAKERS)
    report = import_customers(store, written(tmp_path), now=NOW)
    assert (report.read, report.stored, report.unchanged, report.dead, report.dead_letters) == (3, 3, 0, 0, None)
    done = link(store, now=NOW)
    assert (done.made, done.linked, done.conflicts) == (4, 5, ())
    assert customers_of(store) == {"1": "C1", "2": "C1", "3": "C2", "4": "C2", "5": "C3", "6": None, "7": None}
    first = links(store)[0]
    assert (first.customer, first.platform, first.type, first.weight, first.linked_by, first.active) == (
        "C1", "weibo", "stated_handle", 1.0, "import", True,
    )  # fmt: skip
    assert first.account == pseudonyms().of("weibo", "1001")
    evidence = first.evidence
    assert evidence is not None
    assert (evidence.file, evidence.line, evidence.column, evidence.kind) == ("shop.csv", 2, "weibo", "name")
    hit = store.client.search(index=store.alias("mentions"), query={"term": {"native_id": "1"}})["hits"]["hits"][0]
    assert hit["_source"]["customer"] == {"id": "C1", "link": first.id, "weight": 1.0, "confidence": 1.0}


def test_neither_names_nor_numbers_nor_handles_reach_the_index(emptied_store: "Store", tmp_path: Path) -> None:
    put(emptied_store, *SPEAKERS)
    import_customers(emptied_store, written(tmp_path))
    link(emptied_store)
    emptied_store.refresh("links")
    index = f"{emptied_store.alias('customers')},{emptied_store.alias('links')}"
    text = json.dumps(emptied_store.client.search(index=index, size=100).body, ensure_ascii=False)
    assert '"C2"' in text
    for personal in ("示例", "1300000", "橘猫", "番茄", "大号评测", '"2002"', "1001"):
        assert personal not in text


def test_doing_it_again_changes_nothing(emptied_store: "Store", tmp_path: Path) -> None:
    put(emptied_store, *SPEAKERS)
    path = written(tmp_path)
    import_customers(emptied_store, path, now=NOW)
    link(emptied_store, now=NOW)
    before = (customer_documents(emptied_store), links(emptied_store))
    again = import_customers(emptied_store, path, now=NOW + DAY)
    assert (again.stored, again.unchanged, again.removed) == (0, 3, 0)
    done = link(emptied_store, now=NOW + DAY)
    assert (done.made, done.revoked, done.linked, done.unlinked, done.holding) == (0, 0, 0, 0, 4)
    assert (customer_documents(emptied_store), links(emptied_store)) == before
    put(emptied_store, mention(8, "1001", "晴天的橘猫"))
    assert link(emptied_store).linked == 1


def test_a_handle_that_is_gone_from_the_list_is_unlinked_and_stays_on_record(
    emptied_store: "Store", tmp_path: Path
) -> None:
    store = emptied_store
    put(store, *SPEAKERS)
    import_customers(store, written(tmp_path), now=NOW)
    link(store, now=NOW)
    fewer = "\n".join(line for line in LIST.splitlines() if not line.startswith("C3")).replace("晴天的橘猫", "")
    report = import_customers(store, written(tmp_path, fewer), now=NOW + DAY)
    assert (report.stored, report.unchanged, report.removed) == (1, 1, 1)
    done = link(store, now=NOW + DAY)
    assert (done.revoked, done.unlinked, done.holding) == (2, 3, 2)
    assert customers_of(store) == {"1": None, "2": None, "3": "C2", "4": "C2", "5": None, "6": None, "7": None}
    gone = links(store)[0]
    assert (gone.active, gone.revoked_by, gone.revoked_at) == (False, "import", NOW + DAY)
    assert customer_documents(store)["C3"]["active"] is False
    assert customer_documents(store)["C3"]["handles"] == []
    import_customers(store, written(tmp_path), now=NOW + 2 * DAY)
    assert link(store, now=NOW + 2 * DAY).linked == 3
    back = links(store)[0]
    assert (back.id, back.active, back.revoked_at, back.linked_at) == (gone.id, True, None, NOW + 2 * DAY)


def test_what_a_person_revokes_stays_revoked(emptied_store: "Store", tmp_path: Path) -> None:
    store = emptied_store
    put(store, *SPEAKERS)
    import_customers(store, written(tmp_path))
    link(store)
    wrong = links(store)[0]
    assert revoke(store, wrong.id, by="张三", reason="同名") == 2
    assert revoke(store, wrong.id, by="李四") == 0
    assert link(store).linked == 0
    assert customers_of(store)["1"] is None
    kept = links(store)[0]
    assert (kept.active, kept.revoked_by, kept.revoked_for, kept.evidence) == (False, "张三", "同名", wrong.evidence)
    with pytest.raises(UnknownLink, match="link nosuch: there is none"):
        revoke(store, "nosuch", by="张三")


def test_an_account_that_several_state_is_nobodys_and_told(emptied_store: "Store", tmp_path: Path) -> None:
    store = emptied_store
    put(store, *SPEAKERS)
    import_customers(store, written(tmp_path), now=NOW)
    link(store, now=NOW)
    import_customers(store, written(tmp_path, "customer_id,weibo\nX9,晴天的橘猫\n", name="other.csv"), now=NOW + DAY)
    done = link(store, now=NOW + DAY)
    (conflict,) = done.conflicts
    assert "C1 (shop.csv:2 weibo) and X9 (other.csv:2 weibo)" in conflict
    assert (done.revoked, done.unlinked) == (1, 2)
    assert customers_of(store)["1"] is None
    assert links(store)[0].revoked_for == "stated of others too"
    assert done.books()["conflict 1"] == conflict


def test_a_name_that_two_accounts_bear_is_nobodys_but_an_id_decides(emptied_store: "Store", tmp_path: Path) -> None:
    store = emptied_store
    put(store, mention(1, "1001", "晴天的橘猫"), mention(2, "1002", "晴天的橘猫"), mention(3, "1001", "橘猫新名"))
    import_customers(store, written(tmp_path, "customer_id,weibo\nC1,晴天的橘猫\n"))
    done = link(store)
    assert (done.made, len(done.conflicts)) == (0, 1)
    assert "2 accounts bear" in done.conflicts[0]
    import_customers(store, written(tmp_path, "customer_id,weibo,weibo_id\nC1,晴天的橘猫,1001\n"))
    link(store)
    assert customers_of(store) == {"1": "C1", "2": None, "3": "C1"}


def test_names_of_one_account_stated_of_two_customers_are_a_conflict(emptied_store: "Store", tmp_path: Path) -> None:
    put(emptied_store, mention(1, "1001", "旧名字"), mention(2, "1001", "新名字"))
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo\nC1,旧名字\nC2,新名字\n"))
    done = link(emptied_store)
    assert done.made == 0
    assert "state one account" in done.conflicts[0]


def test_an_account_that_becomes_public_keeps_its_link(emptied_store: "Store", tmp_path: Path) -> None:
    put(emptied_store, mention(1, "1001", "晴天的橘猫"), mention(2, "1001", "晴天的橘猫", followers=20_000))
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo\nC1,晴天的橘猫\n"))
    assert link(emptied_store).made == 1
    assert customers_of(emptied_store) == {"1": "C1", "2": "C1"}


def test_a_handle_counts_on_its_own_platform_and_as_a_whole(emptied_store: "Store", tmp_path: Path) -> None:
    put(
        emptied_store,
        mention(1, "1", "橘猫"),
        mention(2, "2", "晴天的橘猫", platform="forum"),
        mention(3, "3", "ＱIU秋"),
    )
    import_customers(emptied_store, written(tmp_path, "customer_id,weibo\nC1,晴天的橘猫\nC2,qiu秋\n"))
    link(emptied_store)
    assert customers_of(emptied_store) == {"1": None, "2": None, "3": "C2"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_lists_of_all_spreadsheets_are_read(emptied_store: "Store", tmp_path: Path, encoding: str) -> None:
    text = LIST.replace("\n", "\r\n").replace("customer_id,name", "Customer_ID ,Name") + ",,,,,,\r\n\r\n"
    report = import_customers(emptied_store, written(tmp_path, text, encoding))
    assert (report.read, report.stored, report.dead) == (3, 3, 0)
    named = customer_documents(emptied_store)["C1"]["handles"][0]["pseudonym"]
    assert named == pseudonyms().handles("weibo", "晴天的橘猫")[1]


def test_a_list_may_have_a_row_a_handle(emptied_store: "Store", tmp_path: Path) -> None:
    text = """\
customer_id,platform,handle,handle_kind
C1,weibo,晴天的橘猫,name
C1,Weibo,1001,id
C1,forum,路过的番茄,
C2,weibo,2002,id
"""
    report = import_customers(emptied_store, written(tmp_path, text))
    assert (report.read, report.stored) == (4, 4)
    handles = customer_documents(emptied_store)["C1"]["handles"]
    assert [(h["platform"], h["kind"], h["line"]) for h in handles] == [
        ("weibo", "name", 2),
        ("weibo", "id", 3),
        ("forum", "name", 4),
    ]


def test_faulty_rows_are_dead_letters_with_line_and_reason(emptied_store: "Store", tmp_path: Path) -> None:
    text = """\
customer_id,name,weibo,weibo_id
C1,甲,晴天的橘猫,
,乙,没有编号的人,
C1,丙,又是一号,
C4,丁,一个,两个,三个
C5,戊,,6.23E+09
C6,己,,12 34
C7,"庚"坏引号,名字,
C8,辛
C9,壬,好名字,
C10,癸,"没有关上的引号,
C11,子,被吞掉的人,
"""
    report = import_customers(emptied_store, written(tmp_path, text))
    assert report.read == report.stored + report.unchanged + report.dead
    assert (report.stored, report.dead, report.removed) == (2, 8, 0)
    assert sorted(customer_documents(emptied_store)) == ["C1", "C9"]
    dead = dead_rows(report.dead_letters)
    told = [(row["line"], row["reason"]) for row in dead]
    for (line, reason), expected in zip(
        told,
        [
            (3, "customer_id: missing"),
            (4, "'C1' stands on line 2 already"),
            (5, "5 cells where the header has 4"),
            (6, "rounded by a spreadsheet"),
            (7, "holds white space"),
            (8, "not CSV"),
            (9, "2 cells where the header has 4"),
            (11, "not CSV"),
        ],
        strict=True,
    ):
        assert line == expected[0]
        assert expected[1] in reason
    assert dead[2]["content"] == "C4,丁,一个,两个,三个"
    assert dead[-1]["content"] == 'C10,癸,"没有关上的引号,\nC11,子,被吞掉的人,'
    assert report.dead_letters is not None
    assert report.dead_letters.stat().st_mode & 0o077 == 0
    mended = import_customers(emptied_store, written(tmp_path))
    assert mended.dead_letters is None
    assert not list((settings.data_dir() / "dead" / "customers").iterdir())


def test_one_faulty_row_of_a_customer_sets_all_its_rows_aside(emptied_store: "Store", tmp_path: Path) -> None:
    text = "customer_id,platform,handle\nC1,weibo,甲\nC1,tiktok,乙\nC2,weibo,丙\nC1,weibo,丁\n"
    report = import_customers(emptied_store, written(tmp_path, text))
    reasons = {row["line"]: row["reason"] for row in dead_rows(report.dead_letters)}
    assert (report.stored, report.dead) == (1, 3)
    assert "line 3 of the same customer is faulty" in reasons[2]
    platforms = sorted({spider_of(feed).platform for feed in feeds()})
    assert f"platform: 'tiktok' is none: write one of {', '.join(platforms)}" in reasons[3]
    assert "stands on line 2 already" in reasons[5]


def test_while_any_row_is_faulty_nobody_counts_as_missing(emptied_store: "Store", tmp_path: Path) -> None:
    import_customers(emptied_store, written(tmp_path))
    report = import_customers(emptied_store, written(tmp_path, LIST.replace("C3,", ",")))
    assert (report.dead, report.removed) == (1, 0)
    assert customer_documents(emptied_store)["C3"]["active"] is True


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("name,weibo\n甲,乙\n", "customer_id: missing"),
        ("customer_id,qq\nC1,1\n", "'qq' is no column"),
        ("customer_id,weibo,weibo\nC1,1,2\n", "'weibo' stands twice"),
        ("customer_id,platform\nC1,weibo\n", "platform and handle belong together"),
        ("customer_id,weibo,platform,handle\nC1,a,weibo,b\n", "keep one way"),
        ("customer_id;weibo\nC1;a\n", "no column"),
        ("customer_id,weibo\n", "holds no customer"),
        (b"customer_id,weibo\nC1,\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_list_that_cannot_be_read_as_a_whole_changes_nothing(
    emptied_store: "Store", tmp_path: Path, text: str | bytes, told: str
) -> None:
    import_customers(emptied_store, written(tmp_path))
    before = customer_documents(emptied_store)
    path = tmp_path / "shop.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UnusableTable) as caught:
        import_customers(emptied_store, path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)
    assert customer_documents(emptied_store) == before


@pytest.mark.parametrize("step", in_part(range(8), 0, 3, 6))
def test_a_kill_at_any_write_ends_as_an_undisturbed_run(
    emptied_store: "Store", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    class Killed(BaseException):
        pass

    left = iter(range(step))

    def dying(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return real(*arguments)

        return call

    store = emptied_store
    put(store, *SPEAKERS)
    moved = LIST.replace("晴天的橘猫", "没人认识的人")
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(customers_writing, "send", dying(bulk.send))
        patch.setattr(link_records, "send", dying(bulk.send))
        patch.setattr(marking, "write", dying(writing.write))
        play(store, tmp_path, (LIST, moved))
    play(store, tmp_path, (LIST, moved))
    assert customers_of(store) == {"1": None, "2": None, "3": "C2", "4": "C2", "5": "C3", "6": "C1", "7": None}
    assert [(one.customer, one.active) for one in links(store)].count(("C1", True)) == 1


def play(store: "Store", folder: Path, texts: Iterable[str]) -> None:
    for text in texts:
        import_customers(store, written(folder, text))
        link(store)
