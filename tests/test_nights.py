"""A night's backup writes what has changed, and is whole by itself: what was deleted, changed and new comes back."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.store import Store
from indexing.maintenance import backup as module
from indexing.maintenance import night
from indexing.maintenance.archive import Archive, BrokenBackup
from indexing.maintenance.backup import backup, backups, nightly, restore
from indexing.mentions.index import index
from nlp.mention import Mention
from tests.killing import dying

MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]
NIGHTS = [f"nightly-202611{day:02}T191700Z" for day in range(1, 29)]


@pytest.fixture
def store(emptied_store: Store, mention_of: MentionOf, batch_of: BatchOf, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with 600 mentions and some more, and a clock on which every call of it is another night."""
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "a key of the tests' own")
    names = iter(NIGHTS)
    monkeypatch.setattr(module, "window_at", lambda _: next(names).removeprefix("nightly-"))
    old = mention_of(5000, published_at=datetime(2026, 10, 1, tzinfo=UTC))
    index(
        batch_of([*(mention_of(n, text=f"{n * 7919} 次闪退，{n * 104729} 号") for n in range(600)), old]), emptied_store
    )
    put(emptied_store, "customers", "c1", {"tier": "金"})
    return emptied_store


def put(store: Store, kind: str, id: str, source: dict[str, Any] | None) -> None:
    operation = "delete" if source is None else "index"
    [answer] = send(store.client, [Action(operation=operation, index=store.alias(kind), id=id, source=source)])
    assert answer.done


def held(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in store.indices():
        store.client.indices.refresh(index=one.name)
        hits = store.client.search(index=one.name, size=5_000)["hits"]["hits"]
        found |= {f"{store.kind_of(one.name)}/{hit['_id']}": hit["_source"] for hit in hits}
    return found


def content(name: str) -> dict[str, Any]:
    """Return the documents of a backup, after checking it to its last line."""
    archive = Archive.named(module._root(), name)
    counts = archive.check().counts()
    lines = [line for kind in counts for line in archive.lines(kind)]
    assert len(lines) == sum(counts.values())
    return {f"{line.kind}/{line.id}": line.source for line in lines}


def written(folder: str) -> int:
    """Return the bytes of a night's folder that no other night has."""
    return sum(path.stat().st_size for path in Path(folder).iterdir() if path.stat().st_nlink == 1)


def change(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    """Change, delete and add documents, in a known month and in a new one."""
    put(store, "customers", "c1", {"tier": "银"})
    put(store, "customers", "c2", {"tier": "铜"})
    later = [mention_of(3, fetched_at=datetime(2026, 11, 21, tzinfo=UTC), text="改了"), mention_of(7000)]
    new = mention_of(8000, published_at=datetime(2026, 9, 1, tzinfo=UTC))
    index(batch_of([*later, new], window="20261121T000000Z"), store)
    put(store, "mentions-2026.11", "forum:post:bbs.example.com/topic/9:acme", None)
    put(store, "mentions-2026.10", "forum:post:bbs.example.com/topic/5000:acme", None)


def test_a_night_restores_as_a_full_backup_does(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    first = held(store)
    full = written(nightly(store, keep=7))
    quiet = written(nightly(store, keep=7))
    assert quiet <= full / 10, "a night with nothing new writes its manifest alone"
    change(store, mention_of, batch_of)
    before = held(store)
    some = written(nightly(store, keep=7))
    assert some <= full / 4
    backup(store, "full")
    assert content(NIGHTS[2]) == content("full") == before
    assert content(NIGHTS[0]) == content(NIGHTS[1]) == first
    put(store, "customers", "c1", None)
    restore(store, NIGHTS[2], grace=0)
    assert held(store) == before
    *_, night, whole = backups()
    assert (night.name, night.counts) == (NIGHTS[2], whole.counts)


def test_nights_go_one_by_one_and_the_rest_stays_whole(
    store: Store, data: Path, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    nightly(store, keep=2)
    nightly(store, keep=2)
    change(store, mention_of, batch_of)
    before = held(store)
    nightly(store, keep=2)
    assert [one.name for one in backups()] == NIGHTS[1:3]
    assert content(NIGHTS[2]) == before != content(NIGHTS[1])
    nightly(store, keep=1)
    assert [one.name for one in backups()] == NIGHTS[3:4]
    assert content(NIGHTS[3]) == before


def test_many_changes_become_a_first_part_again(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night, "_FEW", 3)
    parts = []
    for number in range(6):
        put(store, "customers", "c1", {"tier": str(number)})
        nightly(store, keep=7)
        manifest = Archive.named(data / "backups", NIGHTS[number]).check()
        parts.append(len(manifest.indices["customers"].parts))
    assert parts == [1, 2, 3, 4, 5, 1]
    assert [content(name)["customers/c1"]["tier"] for name in NIGHTS[:6]] == list("012345")


@pytest.mark.parametrize("how", ["cut", "missing"])
def test_a_broken_link_is_named_and_the_next_night_mends_it(store: Store, data: Path, how: str) -> None:
    nightly(store, keep=7)
    put(store, "customers", "c2", {"tier": "铜"})
    nightly(store, keep=7)
    part = data / "backups" / NIGHTS[1] / "mentions-2026.11.0.jsonl.zst"
    if how == "cut":
        os.truncate(part, part.stat().st_size - 9)
    else:
        part.unlink()
    before = held(store)
    says = {"cut": "cut off or altered", "missing": "No such file"}[how]
    with pytest.raises(
        BrokenBackup, match=f"{NIGHTS[1]}/{part.name}: {says}.*use another backup; the next night writes"
    ):
        restore(store, NIGHTS[1], grace=0)
    assert held(store) == before
    nightly(store, keep=7)
    Archive.named(data / "backups", NIGHTS[2]).check()


def test_killed_in_the_middle_the_nights_before_stay_and_the_next_one_is_whole(store: Store, data: Path) -> None:
    nightly(store, keep=7)
    put(store, "customers", "c2", {"tier": "铜"})
    before = held(store)
    for step in (0, 9):
        with dying(step, night, "link"):
            nightly(store, keep=7)
    with dying(0, module, "rotate"):
        nightly(store, keep=7)
    assert content(NIGHTS[0]).keys() == before.keys() - {"customers/c2"}
    nightly(store, keep=7)
    assert content(backups()[-1].name) == before
    assert not list((data / "backups").glob(".unfinished-*"))


def test_a_disk_without_links_gets_copies(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    nightly(store, keep=7)
    nightly(store, keep=7)
    shutil.rmtree(data / "backups" / NIGHTS[0])
    assert content(NIGHTS[1]) == held(store)


def test_nights_from_before_there_were_parts_are_no_base_and_are_rotated(store: Store, data: Path) -> None:
    earlier = "nightly-20261031T191700Z"
    backup(store, earlier)
    nightly(store, keep=2)
    assert content(earlier) == content(NIGHTS[0])
    assert {path.name for path in (data / "backups").iterdir()} == {earlier, NIGHTS[0]}
    nightly(store, keep=2)
    assert {path.name for path in (data / "backups").iterdir()} == {NIGHTS[0], NIGHTS[1]}


def test_a_newer_form_is_refused_by_name(store: Store, data: Path) -> None:
    made = Path(nightly(store, keep=7))
    archive = Archive(made)
    (made / "manifest.json").write_bytes(msgspec.json.encode(replace(archive.manifest(), format=3)))
    with pytest.raises(
        BrokenBackup, match=r"manifest.json: form 3, this version knows 1 and 2: use the one that wrote"
    ):
        restore(store, made.name)
    assert backups() == []
