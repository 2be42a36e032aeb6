"""What is older than its retention goes, what is owed stays, and whoever reads packed days cannot tell."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config import settings
from config.brand import Brand
from config.load import ConfigError
from config.retention import load_retention
from crawlers.post import encode_post
from crawlers.storage import files, packs, queue
from crawlers.storage.handover import waiting
from crawlers.storage.stage import STAGES, Batch, batches
from indexing import backfill
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import Busy
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.store import Store
from indexing.maintenance.maintain import maintain
from indexing.maintenance.rebuild import rebuild
from indexing.maintenance.repair import repair
from indexing.pipeline import analyse_all, index_all, turn
from nlp.analyse import Analysis
from nlp.mention import Mention

pytestmark = pytest.mark.usefixtures("fast_pipeline")
MentionOf = Callable[..., Mention]
XINGHE = Brand(id="xinghe", name="星河", query="星河")
NOW = datetime(2026, 12, 20, tzinfo=UTC)
LATER = datetime(2028, 6, 1, tzinfo=UTC)


@pytest.fixture
def store(emptied_store: Store) -> Store:
    return emptied_store


@pytest.fixture
def crawled(data: Path, mention_of: MentionOf) -> Callable[..., Batch]:
    """Give a writer of crawled windows of two posts each, one of which speaks of the brand."""

    def write(number: int, day: str = "20261120") -> Batch:
        batch = Batch(stage="posts", feed="nodebb", query="q-1", window=f"{day}T08{number:02}00Z")
        with batch.write() as writer:
            for native_id, text in ((2 * number, f"星河手机第{number}天就闪退"), (2 * number + 1, "今天下雨")):
                writer.add(encode_post(mention_of(native_id, text=text).post))
            writer.add(b"{")
            writer.set_aside("unreadable", "<")
        return batch

    return write


def packed(stage: str) -> int:
    return sum(
        len(pack.windows)
        for _, _, folder in packs.day_folders(settings.stage_root(), stage)
        for pack in packs.of_day(folder).values()
    )


def held(store: Store) -> dict[str, Any]:
    store.refresh("mentions")
    hits = store.client.search(index=store.alias("mentions"), size=1_000)["hits"]["hits"]
    return {hit["_id"]: {**hit["_source"], "event": None} for hit in hits}


def test_every_stage_is_packed_once_nothing_waits_for_it(store: Store, crawled: Callable[..., Batch]) -> None:
    for number in range(3):
        crawled(number)
    assert maintain(store, now=NOW).packed.windows == 0, "nothing is analysed yet"
    analyse_all([XINGHE], store)
    done = maintain(store, now=NOW)
    assert (done.packed.windows, done.packed.owed) == (0, 3), "nothing is indexed yet"
    turn(store, [XINGHE])
    waits = crawled(3)
    assert maintain(store, now=datetime(2026, 11, 21, 20, tzinfo=UTC)).packed.windows == 0, "the day has just ended"
    done = maintain(store, now=NOW)
    assert (done.packed.windows, done.packed.owed, done.packed.faults) == (12, 1, ())
    assert [packed(stage) for stage in STAGES] == [3, 0, 3, 3, 3]
    assert Path(f"{waits.path}.manifest").exists()
    assert maintain(store, now=NOW).packed.windows == 0


def test_what_reads_history_finds_it_packed(store: Store, crawled: Callable[..., Batch]) -> None:
    """Packed days feed a rebuild, a backfill and a repair as they lay before."""
    windows = [crawled(number) for number in range(3)]
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    before = held(store)
    maintain(store, now=NOW)
    assert repair(store).again == 0
    assert rebuild(store, grace=0).mentions == 3
    assert held(store) == before
    maintain(store, now=NOW)
    assert not list(Path(windows[0].folder).glob("*.manifest")), "what the rebuild wrote is packed again"
    other = XINGHE.model_copy(update={"words": ("闪退",)})
    analysis = Analysis([other], "fast")
    assert backfill.begin(analysis) == 3
    assert maintain(store, now=NOW).packed.windows == 0, "a backfill is under way"
    assert backfill.run(analysis, store).batches == 3
    assert {source["analysis"] for source in held(store).values()} == {analysis.version}
    assert maintain(store, now=NOW).packed.windows > 0
    assert repair(store).again == 0
    Path(f"{windows[0].to('mentions').folder}/20261120").rename(f"{windows[0].to('mentions').folder}/gone")
    shutil.rmtree(f"{windows[0].to('mentions').folder}/gone")
    assert repair(store).again == 3, "lost mentions are made again of packed posts"
    assert analyse_all([other], store).books["matched"] == 3
    assert index_all(store).books["mentions"] == 3


def test_raw_data_goes_when_its_time_is_over_and_the_index_stays(
    store: Store, crawled: Callable[..., Batch], data: Path
) -> None:
    for number in range(3):
        crawled(number)
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    maintain(store, now=NOW)
    owed = crawled(5, "20261121")
    letters = data / "dead" / "customers" / "list.csv.jsonl"
    letters.parent.mkdir(parents=True)
    letters.write_text("{}")
    soon = {row.kind: row for row in maintain(store, now=NOW + timedelta(days=100)).rows}
    assert (soon["raw"].gone, soon["dead letters"].gone) == (0, 4), "of two packs, a window, a list"
    assert not letters.exists()
    assert not list(owed.dead_letters())
    assert [list(batch.dead_letters()) for batch in batches("posts")] == [[]] * 4
    before = {path for path in data.rglob("*") if path.is_file()}
    would = {row.kind: row for row in maintain(store, now=LATER, dry_run=True).rows}
    assert {path for path in data.rglob("*") if path.is_file()} == before
    did = {row.kind: row for row in maintain(store, now=LATER).rows}
    assert would == did
    assert (did["raw"].gone, did["raw"].owed) == (3, 1)
    assert batches("posts") == [owed], "what is not analysed yet stays, however old"
    assert [batches(stage) for stage in ("mentions", "indexed")] == [[], []]
    assert len(held(store)) == 3
    assert rebuild(store, grace=0).kept == 3
    assert len(held(store)) == 3
    assert repair(store).again == 0
    [work] = waiting("analyse")
    assert work.batch == owed


def test_raw_data_killed_half_way_owes_nothing_and_goes_the_next_time(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawlers.storage import days
    from tests.killing import dying

    for number in range(2):
        crawled(number)
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    for step in range(0, 40, 3):
        with dying(step, days, "remove"):
            maintain(store, now=LATER)
        assert repair(store).again == 0, step
    maintain(store, now=LATER)
    assert [batches(stage) for stage in STAGES] == [[]] * 5
    assert queue.markers("analyse") == queue.markers("index") == []


def test_the_index_keeps_to_its_own_retention(
    store: Store, crawled: Callable[..., Batch], data: Path, mention_of: MentionOf, batch_of: Callable[..., Batch]
) -> None:
    (data / "config").mkdir()
    (data / "config" / "retention.yaml").write_text("index: {mentions: 30d, runs: 30d, retracted: 7d}\n")
    story = [mention_of(1, published_at=datetime(2026, 9, 30, tzinfo=UTC)), mention_of(2), mention_of(3)]
    batch_of(story)
    for id, at in (("old", "2026-10-01T00:00:00.000Z"), ("new", "2026-12-19T00:00:00.000Z")):
        action = Action(operation="index", index=store.alias("runs"), id=id, source={"@timestamp": at})
        assert send(store.client, [action])[0].done
    turn(store, [XINGHE])
    rows = {row.kind: row.gone for row in maintain(store, now=NOW, dry_run=True).rows}
    assert (rows["mentions"], rows["runs"], rows["engagement"]) == (1, 1, 0)
    assert len(held(store)) == 3
    assert {row.kind: row.gone for row in maintain(store, now=NOW).rows} == rows
    assert len(held(store)) == 2
    store.refresh("runs")
    assert [hit["_id"] for hit in store.client.search(index=store.alias("runs"))["hits"]["hits"]] == ["new"]
    retracted = {row.kind: row for row in maintain(store, now=LATER).rows}["retracted"]
    assert (retracted.gone, retracted.owed) == (0, 3), "no turn has taken the mentions out of the stories yet"
    turn(store, [XINGHE])
    assert store.count("counted") == 0
    assert {row.kind: row.gone for row in maintain(store, now=LATER).rows}["retracted"] == 3
    assert store.count("mentions") == 0
    assert held(store) == {}, "the alias leads to an empty month"


def test_the_command_says_what_would_go_and_what_is_owed(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from commands.maintenance import maintain as command

    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda **_: store)
    recent = f"{datetime.now(UTC) - timedelta(days=10):%Y%m%d}"  # the command has no clock but the real one
    crawled(0, recent), analyse_all([XINGHE], store), turn(store, [XINGHE]), crawled(1, "20240101")
    command(dry_run=True)
    said = capsys.readouterr().out
    assert re.search(r"raw +400d +0 +windows +1 *\n", said), said
    assert re.search(r"mentions +forever +0 +months", said), said
    assert "4 windows would be packed; 1 wait for a stage and stay" in said
    assert (files.read(f"{queue.queue_root()}/format"), len(batches("posts"))) == (b"1", 2)
    command(dry_run=False)
    assert "4 windows packed" in capsys.readouterr().out
    assert files.read(f"{queue.queue_root()}/format") == b"2", "a version that knows no packs reads no further"


def test_nobody_else_exchanges_the_index_meanwhile(store: Store) -> None:
    with lease(store.client, store.state, "rebuild"), pytest.raises(Busy, match="a rebuild runs already"):
        maintain(store)


def test_a_spoilt_pack_is_told_of_and_hinders_no_other_day(store: Store, crawled: Callable[..., Batch]) -> None:
    crawled(0), crawled(1, "20261110")
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    maintain(store, now=NOW)
    [pack, *_] = sorted(Path(batches("posts")[0].folder).glob("20261110/*.pack"))
    pack.write_bytes(b"{")
    packs._load.cache_clear()
    crawled(2, "20261110"), crawled(3)
    analyse_all([XINGHE], store)
    turn(store, [XINGHE])
    done = maintain(store, now=NOW)
    assert any(f"{pack}: no pack" in fault for fault in done.packed.faults)
    assert done.packed.windows >= 4
    assert {row.kind: row.owed for row in maintain(store, now=LATER).rows}["raw"] > 0
    assert pack.exists()


@pytest.mark.parametrize(
    ("written", "says"),
    {
        "raw: 3d\n": "1: raw: got '3d': work may still wait for it: write 7d or more, or forever",
        "raw: soon\n": "1: raw: got 'soon': write a number and a unit",
        "backups: 0\n": "1: backups: must be greater than or equal to 1",
        "pages: 400d\nindex:\n  stories: 7d\n": "3: index.stories: unknown field",
        "movies: 7d\n": "1: movies: unknown field: .*known: backups, .*pages, pictures, plans, private, raw",
    }.items(),
)
def test_a_fault_of_the_file_is_named(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(written)
    with pytest.raises(ConfigError, match=f"retention.yaml:{says}"):
        load_retention(path)
