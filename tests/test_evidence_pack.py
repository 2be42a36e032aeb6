"""A pack of evidence holds together without us, and not once a single byte of it is changed."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from config.retention import EvidenceRetention
from config.settings import DAY_ZONE
from crawlers.storage import pages
from crawlers.storage.pages import Entry
from indexing.evidence.chain import append
from indexing.evidence.erasure import erase
from indexing.evidence.line import Item
from indexing.evidence.night import put_away
from indexing.evidence.pack import NoSuchMention, Pack, pack
from indexing.evidence.prove import prove
from indexing.evidence.roots import root_of, seal
from indexing.evidence.seen import seal_pages, sealed
from tests.story_posts import DAY, make_post, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

ID = "weibo:post:1:xinghe"
AT = datetime(2026, 8, 3, 12, tzinfo=DAY_ZONE)
BODY = "<html>星河手机又闪退了</html>".encode("gb18030")
SCRIPT = Path(__file__).parent.parent / "indexing" / "evidence" / "verify_pack.py"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def store(emptied_store: "Store") -> "Store":
    put(emptied_store, [mention(make_post(1)), mention(make_post(2))])
    return emptied_store


def keep_page() -> Entry:
    entry = Entry(
        digest=hashlib.sha256(BODY).hexdigest(), size=len(BODY), url="https://s.weibo.com/weibo?q=星河", status=200,
        request_headers={"user-agent": "tingfeng"}, response_headers={"content-type": "text/html; charset=gb2312"},
        fetched_at=AT, last_fetched_at=AT, run_id="r", platform="weibo", posts=("weibo:post:1",),
    )  # fmt: skip
    pages.keep(entry, BODY)
    return entry


def unpacked(made: Pack, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        archive.extractall(folder)
    return folder


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the pack's own script in an isolated Python, far from our code."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")], capture_output=True, text=True, cwd="/", check=False
    )


def test_the_script_is_short_and_needs_the_standard_library_alone() -> None:
    code = SCRIPT.read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 80
    assert {line.split()[1] for line in code.splitlines() if line.startswith(("import ", "from "))} <= {
        "hashlib", "json", "sys", "pathlib", "typing"
    }  # fmt: skip


def test_a_pack_holds_together_in_an_isolated_python(store: "Store", folder: Path) -> None:
    keep_page()
    append([*sealed(store, [ID]), Item(kind="event", content={"event": "firing"})], now=AT)
    (root,) = seal(AT + DAY)
    made = pack(store, ID, now=AT + DAY)
    said = verify(unpacked(made, folder / "pack"))
    assert said.returncode == 0, said.stdout + said.stderr
    assert root.root in said.stdout
    assert "all of it holds together" in said.stdout
    assert "page-1 is what was received" in said.stdout
    page = json.loads((folder / "pack" / "page-1.json").read_bytes())
    assert (page["url"], page["fetched_at"]) == ("https://s.weibo.com/weibo?q=星河", AT.isoformat())
    assert (folder / "pack" / "page-1.body").read_bytes() == BODY
    assert pack(store, ID, now=AT + DAY).content == made.content, "the same evidence is the same bytes"
    assert [note.en for note in made.notes] == ["the mention is in the chain since 2026-08-03 12:00 (Asia/Shanghai)"]


def test_a_single_byte_that_is_changed_anywhere_is_noticed(store: "Store", folder: Path) -> None:
    keep_page()
    append([*sealed(store, [ID]), Item(kind="event", content={"event": "firing"})], now=AT)
    seal(AT + DAY)
    whole = unpacked(pack(store, ID, now=AT + DAY), folder / "pack")
    for path in sorted(whole.iterdir()):
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        said = verify(whole)
        assert said.returncode != 0, f"{path.name}: {said.stdout}"
        path.write_bytes(content)
    assert verify(whole).returncode == 0


def test_sums_that_were_made_to_fit_do_not_hide_a_change(store: "Store", folder: Path) -> None:
    """Who changes the words and the sums still has the chain against them, and the chain the published root."""
    keep_page()
    append(sealed(store, [ID]), now=AT)
    seal(AT + DAY)
    whole = unpacked(pack(store, ID, now=AT + DAY), folder / "pack")
    changes = {
        "mention.json": ("关机", "开机"), "page-1.json": ("12:00:00", "11:00:00"),
        "mention.root.json": ('"last":1', '"last":2'),
        "mention.lines": ("04:00:00", "03:00:00"), "mention.line.json": ("weibo:post:1:xinghe", "weibo:post:2:xinghe"),
    }  # fmt: skip
    for name, (old, new) in changes.items():
        kept = {path: path.read_bytes() for path in whole.iterdir()}
        text = (whole / name).read_text(encoding="utf-8")
        assert old in text
        (whole / name).write_text(text.replace(old, new), encoding="utf-8")
        sums = (whole / "SHA256SUMS").read_text(encoding="utf-8")
        before = hashlib.sha256(kept[whole / name]).hexdigest()
        after = hashlib.sha256((whole / name).read_bytes()).hexdigest()
        (whole / "SHA256SUMS").write_text(sums.replace(before, after), encoding="utf-8")
        said = verify(whole)
        assert said.returncode == 1, f"{name}: {said.stdout}"
        for path, content in kept.items():
            path.write_bytes(content)


def test_a_page_is_in_the_chain_from_the_night_after_it_came(store: "Store", folder: Path) -> None:
    """Whoever asks weeks later can still show that the page was there then."""
    keep_page()
    put_away(EvidenceRetention(), now=AT + DAY)
    assert seal_pages(AT + DAY) == 0, "once"
    made = pack(store, ID, now=AT + 30 * DAY)
    assert any("the mention was not in the chain before 2026-09-02" in note.en for note in made.notes)
    assert any("page-1 is in the chain since 2026-08-04 12:00" in note.en for note in made.notes)
    whole = unpacked(made, folder / "pack")
    assert (whole / "page-1.lines").exists()
    said = verify(whole)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "page-1 is what was received" in said.stdout
    for name in ("page-1.json", "page-1.line.json", "page-1.lines"):
        kept = (whole / name).read_bytes()
        (whole / name).write_bytes(kept.replace(b"weibo.com", b"weibo.org").replace(b'"page"', b'"pagf"'))
        assert verify(whole).returncode == 1, name
        (whole / name).write_bytes(kept)


def test_a_page_that_was_not_kept_is_said_honestly(store: "Store", folder: Path) -> None:
    made = pack(store, ID, now=AT)
    assert any("the received page was not kept" in note.en for note in made.notes)
    assert any("was not in the chain before" in note.en for note in made.notes)
    assert any("the day is not over" in note.en for note in made.notes)
    said = verify(unpacked(made, folder / "pack"))
    assert said.returncode == 0, said.stdout + said.stderr
    assert "the received page was not kept" in said.stdout
    again = pack(store, ID, now=AT + timedelta(minutes=1))
    assert prove("2026-08-03").lines == 1, "it is there already"
    assert any("the mention is in the chain since" in note.en for note in again.notes)


def test_a_page_that_was_lost_is_said_too(store: "Store", folder: Path) -> None:
    entry = keep_page()
    append(sealed(store, [ID]), now=AT)
    Path(folder / "data" / "pages" / entry.digest[:2] / f"{entry.digest}.zst").unlink()
    made = pack(store, ID, now=AT)
    assert any("1 of 1 pages are lost" in note.en for note in made.notes)
    assert verify(unpacked(made, folder / "pack")).returncode == 0


def test_what_was_erased_is_packed_no_more(store: "Store") -> None:
    append(sealed(store, [ID]), now=AT)
    erase([ID], receipt="r1", now=AT)
    store.client.delete(index=store.month_alias("2026.08"), id=ID, refresh=True)
    with pytest.raises(NoSuchMention, match="tingfeng query"):
        pack(store, ID, now=AT)
    assert prove("2026-08-03").erased == {"r1": 1}


def test_the_command_writes_the_zip(store: "Store", folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from indexing.elasticsearch import store as stores
    from tingfeng import app

    monkeypatch.setattr(stores, "open_store", lambda: store)
    out = folder / "out.zip"
    said = CliRunner().invoke(app, ["evidence", ID, "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert zipfile.ZipFile(out).testzip() is None
    assert root_of("2026-08-03") is None
