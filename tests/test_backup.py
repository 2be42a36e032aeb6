"""A backup brings back what there was, to the last document; a broken one is refused before anything is touched."""

import gzip
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store
from indexing.maintenance import backup as module
from indexing.maintenance.archive import Archive, BackupFailed, BrokenBackup, Line, writing
from indexing.maintenance.backup import backup, backups, nightly, restore
from indexing.mentions.index import index
from nlp.mention import Mention
from nlp.priors import priors, put_in_use
from tests.test_priors import made

MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    """A store that the tests leave as they find it."""
    return new_store()


def held(store: Store) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for kind in ("mentions", "engagement", "runs", "customers", "links", "alerts", "alert-events"):
        store.refresh(kind)
        hits = store.client.search(index=store.alias(kind), size=5000)["hits"]["hits"]
        found |= {f"{store.kind_of(hit['_index'])}/{hit['_id']}": hit["_source"] for hit in hits}
    return found


def put(store: Store, kind: str, id: str, source: dict[str, Any]) -> None:
    [answer] = send(store.client, [Action(operation="index", index=store.alias(kind), id=id, source=source)])
    assert answer.done


@pytest.fixture
def filled(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> Store:
    old = mention_of(5000, published_at=datetime(2026, 10, 1, tzinfo=UTC))
    index(batch_of([*(mention_of(n) for n in range(1100)), old]), store)
    put(store, "customers", "c1", {"tier": "金"})
    put(store, "alerts", "a1", {"rule": "r", "evidence": {"ids": ["x"]}})
    return store


def test_what_was_deleted_and_changed_comes_back_equal(
    filled: Store, data: Path, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    before = held(filled)
    seen: list[tuple[int, int]] = []
    path = backup(filled, "first", lambda done, of: seen.append((done, of)))
    assert path == data / "backups" / "first"
    assert seen[-1] == (2204, 2204)
    [known] = backups()
    assert (known.name, known.counts["mentions"], known.counts["links"]) == ("first", 1101, 0)
    filled.client.indices.delete(index=filled.index_of(1, "mentions-2026.10"))
    put(filled, "customers", "c1", {"tier": "银"})
    put(filled, "customers", "c2", {"tier": "铜"})
    index(batch_of([mention_of(9000)], window="20261122T000000Z"), filled)
    seen.clear()
    counts: list[int] = []
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            counts.append(filled.count("mentions"))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(count)
        restored = restore(filled, "first", lambda done, of: seen.append((done, of)), grace=0.5)
        ended.set()
    assert restored == known.counts
    assert seen[-1] == (2204, 2204)
    assert held(filled) == before
    assert set(counts) <= {1101} and counts  # 1100 and 1 before, 1101 after: never both, never half
    assert {filled.generation_of(one.name) for one in filled.every_index()} == {2}


def test_an_empty_cluster_takes_it_back(filled: Store, new_store: Callable[[], Store]) -> None:
    before = held(filled)
    backup(filled, "moved")
    other = new_store()
    restore(other, "moved", grace=0)
    assert held(other) == before


def damaged(root: Path, how: str) -> None:
    mentions, manifest = root / "mentions.jsonl.gz", root / "manifest.json"
    if how == "cut":
        mentions.write_bytes(mentions.read_bytes()[:-20])
    elif how == "altered":
        mentions.write_bytes(mentions.read_bytes()[:-1] + b"x")
    elif how == "missing":
        mentions.unlink()
    elif how == "no manifest":
        manifest.unlink()
    elif how == "half a manifest":
        manifest.write_bytes(manifest.read_bytes()[:30])
    elif how == "another kind":
        manifest.write_bytes(manifest.read_bytes().replace(b'"mentions"', b'"../../keys"'))
    elif how == "another count":
        manifest.write_bytes(manifest.read_bytes().replace(b'"count": 2', b'"count": 3'))


@pytest.mark.parametrize(
    ("how", "says"),
    {
        "cut": "mentions.jsonl.gz: cut off or altered",
        "altered": "mentions.jsonl.gz: cut off or altered",
        "missing": "mentions.jsonl.gz: No such file",
        "no manifest": "manifest.json: missing",
        "half a manifest": "manifest.json: .*use another backup",
        "another kind": "'../../keys' is no kind of index",
        "another count": "2 documents instead of 3",
    }.items(),
)
def test_a_broken_backup_is_refused_before_anything_is_touched(data: Path, how: str, says: str) -> None:
    archive = Archive.named(data / "backups", "b")
    with writing(archive) as writer:
        writer.write("mentions", (Line(kind="mentions-2026.11", id=str(n), source={"text": "x"}) for n in range(2)))
    archive.check()
    damaged(archive.folder, how)
    with pytest.raises(BrokenBackup, match=says):
        restore(Store(None), "b")  # type: ignore[arg-type] # it has nothing to touch


@pytest.mark.parametrize(
    "content", [b"{", b'{"kind":"mentions-2026.11","id":"1"}', b'{"kind":"runs","id":"1","source":{}}']
)
def test_lines_that_are_no_documents_are_named(data: Path, content: bytes) -> None:
    archive = Archive.named(data / "backups", "b")
    with writing(archive) as writer:
        writer.write("mentions", [])
    (archive.folder / "mentions.jsonl.gz").write_bytes(gzip.compress(content + b"\n"))
    with pytest.raises(BrokenBackup, match=r"mentions.jsonl.gz"):
        list(archive.lines("mentions"))


def test_documents_that_the_mapping_refuses_leave_the_index_as_it_was(shared: Store, data: Path) -> None:
    put(shared, "customers", "c1", {"tier": "金"})
    before = held(shared)
    with writing(Archive.named(data / "backups", "newer")) as writer:
        writer.write("customers", [Line(kind="customers", id="c1", source={"a_later_field": 1})])
    with pytest.raises(StoreError, match="c1 is refused .*strict"):
        restore(shared, "newer", grace=0)
    assert held(shared) == before
    put(shared, "customers", "c1", {"tier": "银"})  # writers go on


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a b", "x" * 200])
def test_names_that_lead_elsewhere_are_refused(data: Path, name: str) -> None:
    with pytest.raises(BrokenBackup, match="write a name of letters"):
        restore(Store(None), name)  # type: ignore[arg-type]


def test_a_backup_that_fails_leaves_nothing(shared: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "changed", full)
    with pytest.raises(BackupFailed, match="No space left on device.*free space"):
        backup(shared, "one")
    assert list((data / "backups").iterdir()) == []
    monkeypatch.undo()


def test_a_name_is_used_once_and_nights_are_rotated(shared: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(shared, "kept")
    with pytest.raises(BackupFailed, match="there already"):
        backup(shared, "kept")
    names = iter(f"2026112{n}T000000Z" for n in range(9))
    monkeypatch.setattr(module, "window_at", lambda _: next(names))
    made = [nightly(shared, keep=2) for _ in range(3)]
    assert [one.name for one in backups()] == ["kept", "nightly-20261121T000000Z", "nightly-20261122T000000Z"]
    assert made[-1] == str(data / "backups" / "nightly-20261122T000000Z")
    assert (data / "backups").stat().st_mode & 0o077 == 0


def test_what_was_left_unfinished_is_no_backup_and_goes(shared: Store, data: Path) -> None:
    left = data / "backups" / ".unfinished-abc"
    left.mkdir(parents=True)
    (left / "manifest.json").write_bytes(msgspec.json.encode({}))
    assert backups() == []
    backup(shared, "next")
    assert not left.exists()


def test_what_brands_have_learnt_comes_back_and_what_came_since_stays(
    filled: Store, data: Path, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    first, since = made(), made(odds=(1.0, 2.0, 1.0))
    put_in_use(first)
    path, night = backup(filled, "first"), Path(nightly(filled, keep=3))
    put_in_use(since)
    restore(filled, "first", grace=0)
    assert priors("acme").now == since, "a backup takes no step back"
    shutil.rmtree(data / "priors")
    restore(filled, night.name, grace=0)
    assert priors("acme").known == (first,) == (priors("acme").now,)
    [step] = (path / "priors").glob("*/*.json")
    step.write_bytes(step.read_bytes()[:-1])
    before = held(filled)
    with pytest.raises(BrokenBackup, match="cut off or altered"):
        restore(filled, "first", grace=0)
    step.unlink()
    with pytest.raises(BrokenBackup, match="No such file"):
        restore(filled, "first", grace=0)
    manifest = msgspec.json.decode((path / "manifest.json").read_bytes())
    manifest["priors"] = {"../../elsewhere.json": "0"}
    (path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(BrokenBackup, match="no file of priors"):
        restore(filled, "first", grace=0)
    assert held(filled) == before
