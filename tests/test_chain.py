"""The hash chain: what is written stays, what is changed, moved, cut or removed is named, and erasure is no damage."""

import hashlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.retention import EvidenceRetention
from config.settings import DAY_ZONE
from crawlers.storage import files
from indexing.evidence import chain
from indexing.evidence.chain import append
from indexing.evidence.contents import spoken
from indexing.evidence.erasure import BadReceipt, erase, expire, holds
from indexing.evidence.line import BrokenChain, Item
from indexing.evidence.prove import NothingToProve, prove
from indexing.evidence.roots import root_of, seal
from indexing.evidence.segments import KEPT, LINES, compact, segments, writers

DAY = "2026-11-20"
NOON = datetime(2026, 11, 20, 12, tzinfo=DAY_ZONE)
TOMORROW = NOON + timedelta(days=1)


def item(number: int, *keys: str) -> Item:
    return Item(kind="event", content={"number": number, "said": "星河手机"}, keys=keys)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def written(folder: Path) -> Path:
    """Write ten lines in three goes; give the file of the lines."""
    for begin in (1, 4, 8):
        append([item(n, f"weibo:post:{n}") for n in range(begin, min(begin + 4, 11)) if n < {1: 4, 4: 8, 8: 11}[begin]],
               now=NOON)  # fmt: skip
    return the_file(LINES)


def the_file(what: str, day: str = DAY) -> Path:
    (writer,) = writers(day)
    (segment,) = segments(day, writer, what)
    return Path(segment.path)


def numbers(day: str = DAY) -> list[int]:
    return [content["number"] for writer in writers(day) for _, content in spoken(day, writer, "event")]


def test_lines_follow_from_each_other_and_prove_says_so(written: Path) -> None:
    proof = prove(DAY)
    assert (proof.lines, proof.contents, proof.writers, proof.wrong, proof.torn) == (10, 10, 1, [], [])
    lines = written.read_bytes().splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        assert json.loads(line)["before"] == hashlib.sha256(before).hexdigest()
    assert b"\xe6\x98\x9f" not in written.read_bytes()
    assert numbers() == list(range(1, 11))


def test_a_line_does_not_betray_what_it_speaks_of(folder: Path) -> None:
    append([item(1), item(1)], now=NOON)
    first, second = (json.loads(line)["of"] for line in the_file(LINES).read_bytes().splitlines())
    assert first != second


@pytest.mark.parametrize("what", [LINES, KEPT])
def test_any_byte_that_is_changed_is_named_with_file_and_line(written: Path, what: str) -> None:
    seal(TOMORROW)
    path = the_file(what)
    whole = path.read_bytes()
    place = 1
    for at, byte in enumerate(whole):
        if at % 7 == 0 or byte == 10:
            path.write_bytes(whole[:at] + bytes([byte ^ 1]) + whole[at + 1 :])
            wrong = prove(DAY).wrong
            assert any(f"{path}:{place}" in one for one in wrong), (at, place, wrong)
        place += byte == 10
    path.write_bytes(whole)
    assert prove(DAY).wrong == []


def test_a_removed_line_a_swapped_line_and_a_cut_file_are_named(written: Path) -> None:
    seal(TOMORROW)
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert any(f"{written}:5: line 5 is missing before it" in one for one in prove(DAY).wrong)
    written.write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))
    swapped = prove(DAY).wrong
    assert any(f"{written}:4: line 3 after line 4: it was moved here" in one for one in swapped)
    written.write_bytes(b"".join(lines[:7]))
    assert any(
        f"{written}:7: the last line; lines 8 to 10 are missing: the file was cut" in x for x in prove(DAY).wrong
    )
    written.unlink()
    assert any("lines up to 10 are missing: the files were removed" in one for one in prove(DAY).wrong)


def test_a_chain_that_is_cut_short_takes_no_further_line(written: Path) -> None:
    written.write_bytes(b"".join(written.read_bytes().splitlines(keepends=True)[:7]))
    with pytest.raises(BrokenChain, match="ends with line 7, though line 10 was written: bring the files back"):
        append([item(11)], now=NOON)


def test_a_day_that_is_not_over_is_held_against_what_this_machine_wrote(written: Path) -> None:
    """No root knows its end yet: a file cut short, a last line changed or all of it gone is named all the same."""
    whole, lines = written.read_bytes(), written.read_bytes().splitlines(keepends=True)
    assert prove(DAY).wrong == []
    written.write_bytes(b"".join(lines[:7]))
    (cut,) = prove(DAY).wrong
    assert f"{written}:7: the last line; lines 8 to 10 are missing: the file was cut" in cut
    seal(TOMORROW)  # a root of the cut file hides nothing either
    assert any("lines 8 to 10 are missing" in one for one in prove(DAY).wrong)
    Path(written.parent.parent / "root.json").unlink()
    written.write_bytes(whole.replace(lines[9], lines[9].replace(b'"n":10,', b'"n":10 ,')))
    assert any(f"{written}:10: changed: this machine wrote another last line" in one for one in prove(DAY).wrong)
    written.write_bytes(whole)
    assert prove(DAY).wrong == []
    for path in (written, the_file(KEPT)):
        path.unlink()
    assert any("lines up to 10 are missing: the files were removed" in one for one in prove(DAY).wrong)


def test_a_day_that_goes_on_is_proven_while_lines_are_added(written: Path) -> None:
    """What is noted last is read first, so that a writer in between is no forger."""
    adding, wrong = threading.Event(), list[str]()

    def add() -> None:
        for n in range(11, 61):
            append([item(n)], now=NOON)
        adding.set()

    writer = threading.Thread(target=add)
    writer.start()
    while not adding.is_set():
        wrong += prove(DAY).wrong
    writer.join()
    assert (wrong, prove(DAY).lines) == ([], 60)


def test_a_day_written_anew_is_not_the_published_one(written: Path, folder: Path) -> None:
    (root,) = seal(TOMORROW)
    assert prove(DAY, published=root.root).wrong == []
    for path in (written, the_file(KEPT)):
        path.unlink()
    Path(folder / "chain" / DAY / "root.json").unlink()
    for left in Path(folder / "chain").glob("*.end"):
        left.unlink()
    append([item(1)], now=NOON)
    seal(TOMORROW)
    assert prove(DAY).wrong == []
    assert any("the whole day was rewritten" in one for one in prove(DAY, published=root.root).wrong)


def test_roots_follow_from_each_other_over_days_and_writers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(3):
        append([item(day)], now=NOON + timedelta(days=day))
    monkeypatch.setenv("TINGFENG_STAGES", str(folder))
    monkeypatch.setenv("TINGFENG_DATA", str(folder / "other"))
    append([item(9)], now=NOON)
    assert [root.day for root in seal(NOON + timedelta(days=2))] == ["2026-11-20", "2026-11-21"]
    first, second = root_of("2026-11-20"), root_of("2026-11-21")
    assert first and second
    assert (second.before, len(first.heads), len(second.heads)) == (first.root, 2, 1)
    assert [prove(f"2026-11-2{day}").wrong for day in range(3)] == [[], [], []]
    path = folder / "chain" / "2026-11-20" / "root.json"
    path.write_text(path.read_text().replace(first.root[:8], "0" * 8))
    assert any("the root is not that of its own heads" in one for one in prove("2026-11-20").wrong)
    path.unlink()
    assert any("root.json: missing or damaged" in one for one in prove("2026-11-20").wrong)


def test_a_line_of_the_day_before_that_is_gone_is_noticed_the_day_after(written: Path) -> None:
    append([item(11)], now=TOMORROW)
    assert prove("2026-11-21").wrong == []
    written.write_bytes(b"".join(written.read_bytes().splitlines(keepends=True)[:9]))
    assert any("line 10 is missing before it" in one for one in prove("2026-11-21").wrong)


def test_a_clock_that_jumps_back_does_not_bring_the_days_into_disorder(folder: Path) -> None:
    append([item(1)], now=TOMORROW)
    append([item(2)], now=NOON)
    assert prove("2026-11-21").lines == 2
    assert prove("2026-11-21").wrong == []


def test_nothing_is_written_to_a_day_that_has_its_root(folder: Path) -> None:
    """An evaluation that slept over midnight, or a machine whose clock is behind, must not look like a forger."""
    append([item(1)], now=NOON)
    seal(TOMORROW)
    append([item(2)], now=NOON)
    assert numbers("2026-11-21") == [2]
    seal(TOMORROW + timedelta(days=9))
    (folder / "chain" / "writer").write_text("behind", encoding="utf-8")
    append([item(3)], now=NOON)
    assert numbers("2026-11-22") == [3], "days before the last sealed one get no root any more"
    seal(TOMORROW + timedelta(days=9))
    assert [prove(day).wrong for day in (DAY, "2026-11-21", "2026-11-22")] == [[], [], []]


def test_a_torn_last_line_is_mended_by_the_next_writer_who_says_so(written: Path) -> None:
    with written.open("ab") as file:
        file.write(b'{"n":11,"before":"ab')
    torn = prove(DAY)
    assert (torn.wrong, len(torn.torn)) == ([], 1)
    assert f"{written}:11: half a line" in torn.torn[0]
    with the_file(KEPT).open("ab") as file:
        file.write(b'{"n":11,"salt":"00","content":{"number":99}}\n{"n":12,"sa')
    append([item(11)], now=NOON)
    proof = prove(DAY)
    assert (proof.wrong, proof.torn, proof.lines, proof.contents) == ([], [], 12, 12)
    ((_, said),) = spoken(DAY, writers(DAY)[0], "mended")
    assert said == {"cut": '{"n":11,"before":"ab'}
    assert numbers() == list(range(1, 12))


def _write_until_killed() -> None:
    number = 0
    while True:
        number += 1
        append([item(number), item(number)], now=NOON)


def test_kills_anywhere_leave_a_chain_that_goes_on(folder: Path) -> None:
    context = multiprocessing.get_context("fork")
    for _ in range(6):
        writer = context.Process(target=_write_until_killed)
        writer.start()
        writer.join(0.15)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        append([item(0)], now=NOON)
        proof = prove(DAY)
        assert (proof.wrong, proof.torn) == ([], [])
    assert proof.lines > 12


def _append_some(number: int) -> None:
    for place in range(10):
        append([item(number * 100 + place)], now=NOON)


def test_processes_at_once_write_one_chain(folder: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_append_some, args=(number,)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    proof = prove(DAY)
    assert (proof.lines, proof.writers, proof.wrong) == (40, 1, [])


def test_a_full_disk_leaves_the_chain_whole(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            append([item(11)], now=NOON)
    append([item(12)], now=NOON)
    assert prove(DAY).wrong == []


def test_what_is_erased_has_a_receipt_and_is_no_damage(written: Path) -> None:
    assert [n for _, _, n in holds(["weibo:post:3", "weibo:post:7"])] == [3, 7]
    done = erase(["weibo:post:3", "weibo:post:7"], receipt="2026-0042", now=NOON)
    assert (done.lines, done.days) == (2, (DAY,))
    assert b"weibo:post:3" not in the_file(KEPT).read_bytes()
    proof = prove(DAY)
    assert (proof.wrong, proof.erased, proof.contents, proof.lines) == ([], {"2026-0042": 2}, 9, 11)
    assert erase(["weibo:post:3"], receipt="2026-0043", now=NOON).lines == 0
    append([item(12)], now=NOON)
    seal(TOMORROW)
    assert prove(DAY).wrong == []
    with pytest.raises(BadReceipt):
        erase(["weibo:post:4"], receipt="../x", now=NOON)


def test_a_content_that_somebody_made_away_with_has_none(written: Path) -> None:
    erase(["weibo:post:3"], receipt="r1", now=NOON)
    path = the_file(KEPT)
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:4] + [b'{"n":5,"erased":"r1"}\n'] + rows[5:]))
    assert prove(DAY).wrong == [f"{written}:5: what it speaks of is gone, and no receipt in the chain says why"]
    path.write_bytes(b"".join(rows[:4] + rows[5:]))
    assert prove(DAY).wrong == [f"{written}:5: what it speaks of is gone, and no receipt in the chain says why"]
    path.unlink()
    assert len(prove(DAY).wrong) == 11


def test_an_erasure_killed_in_the_middle_goes_on(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexing.evidence import erasure

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_drop", killed)
        with pytest.raises(KeyboardInterrupt):
            erase(["weibo:post:3"], receipt="r1", now=NOON)
    assert prove(DAY).wrong == []
    assert erase(["weibo:post:3"], receipt="r1", now=NOON).lines == 1
    assert prove(DAY).erased == {"r1": 1}


def test_retention_drops_contents_by_kind_and_the_chain_says_so(written: Path) -> None:
    append([Item(kind="evaluation", content={"at": "x"})], now=NOON)
    later = NOON + timedelta(days=30)
    seal(later)
    keep = EvidenceRetention.model_validate({"evaluations": "7d"})
    assert expire(keep, now=later, dry_run=True) == 1
    assert (expire(keep, now=later), expire(keep, now=later)) == (1, 0)
    proof = prove(DAY)
    assert (proof.wrong, proof.erased, proof.contents) == ([], {"retention-evaluation-2026-12-13": 1}, 10)
    assert expire(EvidenceRetention.model_validate({"alerts": "7d"}), now=later) == 10
    proof = prove(DAY)
    assert (proof.wrong, sum(proof.erased.values()), proof.contents) == ([], 11, 0)
    append([item(1)], now=later)
    assert prove("2026-12-20").wrong == []


def test_days_that_are_over_are_compressed_and_still_proven(written: Path) -> None:
    append([item(11)], now=TOMORROW)
    seal(TOMORROW)
    assert (compact("2026-11-21"), compact("2026-11-21")) == (2, 0)
    assert not written.exists()
    append([item(12)], now=TOMORROW)
    assert numbers() == list(range(1, 11))
    left = written.with_name("000000000001.lines")
    left.write_bytes(b"a kill before it was removed")
    assert prove(DAY).wrong == []
    assert compact("2026-11-21") == 1
    assert [prove(day).wrong for day in (DAY, "2026-11-21")] == [[], []]
    assert erase(["weibo:post:3"], receipt="r1", now=TOMORROW).lines == 1
    assert prove(DAY).erased == {"r1": 1}
    (writer,) = writers(DAY)
    (packed,) = segments(DAY, writer, LINES)
    Path(packed.path).write_bytes(Path(packed.path).read_bytes()[:-9])
    assert any(packed.path in one and "cut off or damaged" in one for one in prove(DAY).wrong)


def test_a_clock_that_is_days_behind_goes_on_after_what_is_compressed(written: Path) -> None:
    compact("2026-11-25")
    append([item(11)], now=NOON)
    append([item(12)], now=NOON)
    assert (prove(DAY).wrong, prove(DAY).lines) == ([], 12)
    compact("2026-11-25")
    append([item(13)], now=NOON)
    assert (prove(DAY).wrong, prove(DAY).lines, numbers()) == ([], 13, list(range(1, 14)))


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import fsspec

    monkeypatch.setenv("TINGFENG_STAGES", "memory://stages")
    yield
    fsspec.filesystem("memory").rm("/stages", recursive=True)


@pytest.mark.usefixtures("in_memory")
def test_where_nothing_can_be_appended_to_each_write_is_a_file(folder: Path) -> None:
    append([item(1, "k1"), item(2)], now=NOON)
    append([item(3)], now=NOON)
    (writer,) = writers(DAY)
    assert [one.first for one in segments(DAY, writer, LINES)] == [1, 3]
    assert erase(["k1"], receipt="r1", now=NOON).lines == 1
    proof = prove(DAY)
    assert (proof.lines, proof.contents, proof.erased, proof.wrong) == (4, 3, {"r1": 1}, [])
    for left in Path(folder / "chain").glob("*.end"):
        left.unlink()
    append([item(5)], now=TOMORROW)
    seal(TOMORROW)
    compact("2026-11-21")
    assert [one.first for one in segments(DAY, writer, LINES)] == [1]
    assert [prove(day).wrong for day in (DAY, "2026-11-21")] == [[], []]


def test_the_command_says_what_it_found_and_ends_badly_where_something_is_wrong(written: Path) -> None:
    from tingfeng import app

    said = CliRunner().invoke(app, ["prove", DAY])
    assert said.exit_code == 0, said.output
    assert "1 条链共 10 行，10 行仍有内容 10 lines of 1 chains" in said.output
    assert "as it was written" in said.output
    written.write_bytes(written.read_bytes().replace(b'"n":4,', b'"n":5,'))
    said = CliRunner().invoke(app, ["prove", DAY])
    assert said.exit_code == 1
    assert f"{written.name}:4" in said.output
    assert json.loads(CliRunner().invoke(app, ["prove", DAY, "--json"]).output)["wrong"]
    assert "bring the files that are named back" in said.output
    for wrong, remedy in ((["gestern"], "write it as 2026-11-20"), ([DAY, "--root", "abc"], "it has 64 digits")):
        assert remedy in str(CliRunner().invoke(app, ["prove", *wrong]).exception)
    today = datetime.now(DAY_ZONE).date().isoformat()
    append([item(1)], now=datetime.now(UTC))
    with pytest.raises(NothingToProve, match="leave --root out"):
        prove(today, published="0" * 64)
    with pytest.raises(NothingToProve, match="there is 2026-11-20 to"):
        prove("2026-01-01")


def test_a_writer_is_a_machine(folder: Path) -> None:
    append([item(1)], now=NOON)
    with chain.locked():
        assert writers(DAY) == [chain.writer_name()]


def test_the_night_seals_proves_and_compresses(
    written: Path, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexing.evidence.night import published, put_away

    assert published(NOON) is None or "2026-11-20" not in str(published(NOON))
    put_away(EvidenceRetention(), now=TOMORROW + timedelta(days=1))
    root = root_of(DAY)
    assert root
    assert not written.exists()
    assert root.root in str(published(TOMORROW))
    assert caplog.text == ""
    append([item(11)], now=TOMORROW + timedelta(days=1))
    path = the_file(KEPT, "2026-11-22")
    path.write_bytes(path.read_bytes().replace(b'"number":11', b'"number":12'))
    put_away(EvidenceRetention(), now=TOMORROW + timedelta(days=3))
    assert "the chain of 2026-11-22 is not as it was written" in caplog.text
    assert f"{path}:1: changed" in caplog.text


def test_what_the_sign_of_life_seals_is_proven_too(written: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A heartbeat before the night's work must not leave a day that nobody ever proves."""
    from indexing.evidence.night import published

    path = the_file(KEPT)
    path.write_bytes(path.read_bytes().replace(b'"number":3', b'"number":4'))
    assert published(TOMORROW)
    assert f"the chain of {DAY} is not as it was written" in caplog.text


def test_chains_lie_on_an_object_store_too(s3_root: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines without a common folder write to one bucket."""
    monkeypatch.setenv("TINGFENG_STAGES", s3_root)
    for machine in ("a", "b"):
        monkeypatch.setenv("TINGFENG_DATA", str(folder / machine))
        append([item(1, "k1"), item(2)], now=NOON)
        append([item(3)], now=NOON)
    assert erase(["k1"], receipt="r1", now=NOON).lines == 2
    (root,) = seal(TOMORROW)
    proof = prove(DAY, published=root.root)
    assert (proof.lines, proof.writers, proof.contents, proof.erased, proof.wrong) == (7, 2, 5, {"r1": 2}, [])
    assert compact("2026-11-21") == 10
    assert prove(DAY).wrong == []
    segment = segments(DAY, writers(DAY)[0], LINES)[0]
    files.remove(segment.path)
    assert any("are missing: the files were removed" in one for one in prove(DAY).wrong)
