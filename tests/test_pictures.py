"""Pictures: fetched politely and from public hosts alone, within bounds, and stories with the same one join."""

import io
import itertools
import random
import struct
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pdqhash", reason="its wheels end with Python 3.13")

from PIL import Image

from config.load import ConfigError
from config.pictures import Pictures, load_pictures
from crawlers.pictures import kept
from crawlers.pictures.fetch import Finder
from crawlers.pictures.fingerprint import BITS, NoPicture, bands, distance, fingerprint, near_bands
from crawlers.pictures.public import is_public
from indexing.elasticsearch.mappings import MONTHLY
from indexing.stories.place import place
from indexing.stories.update import update_stories
from tests.crawl_server import Said, serving
from tests.made_pictures import CHANGES, KINDS, jpeg
from tests.story_posts import HOUR, MINUTE, NOW, documents, make_post, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

SAME = ("the same", "JPEG 30", "WebP 60", "half size", "brighter", "grey", "watermark")
EVERYBODY = {"/robots.txt": Said(body=b"User-agent: *\nAllow: /\n")}


@pytest.fixture(autouse=True)
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").mkdir()
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TINGFENG_STAGES", str(tmp_path / "stages"))
    return tmp_path


def made(kind: str = "photo", number: int = 1) -> Image.Image:
    return KINDS[kind](random.Random(f"{kind} {number}"))  # noqa: S311


def finder(**fields: int) -> Finder:
    return Finder(Pictures(enabled=True, delay=0, **fields), allowed=lambda *_: True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_platforms_do_to_a_picture_leaves_it_the_same_and_others_differ(kind: str) -> None:
    pictures = [made(kind, number) for number in range(2)]
    prints = [fingerprint(jpeg(picture)) for picture in pictures]
    for picture, found in zip(pictures, prints, strict=True):
        for name in (*SAME, "crop 2 %", "border", *(("crop 10 %",) if kind in ("photo", "chart") else ())):
            assert distance(found, fingerprint(CHANGES[name](picture))) <= 31, (kind, name)
    for one, other in itertools.combinations(prints, 2):
        assert distance(one, other) > 31


def test_up_to_31_changed_bits_are_found_by_keys() -> None:
    luck = random.Random(5)  # noqa: S311
    for _ in range(200):
        bits = luck.getrandbits(BITS)
        other = bits
        for bit in luck.sample(range(BITS), 31):
            other ^= 1 << bit
        one, changed = f"{bits:064x}", f"{other:064x}"
        assert distance(one, changed) == 31
        assert set(near_bands(one)) & set(bands(changed))


def bomb() -> bytes:
    """Return a PNG of 100,000 × 100,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def odd_pictures() -> dict[str, bytes]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    good = jpeg(made())
    return {
        "bomb": bomb(), "svg": svg, "nothing": b"", "text": b"hello", "small": out.getvalue(),
        "flat": jpeg(Image.new("RGB", (500, 500), "white")), "cut": good[: len(good) // 3],
        "large": good + b"\0" * (9 * 2**20), "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run",
    }  # fmt: skip


def test_what_is_no_picture_or_too_much_of_one_has_no_fingerprint() -> None:
    for name, content in odd_pictures().items():
        with pytest.raises(NoPicture):
            raise AssertionError(f"{name}: {fingerprint(content)}")
    luck, good = random.Random(3), jpeg(made())  # noqa: S311
    for _ in range(15):
        at = luck.randrange(len(good))
        try:
            fingerprint(good[:at] + luck.randbytes(6) + good[at + 6 :])
        except NoPicture:
            continue


def test_no_picture_is_asked_for_while_its_host_cannot_say_what_may_be_read() -> None:
    busy = True

    def answers(path: str, *_: object) -> Said:
        if path == "/robots.txt":
            return Said(status=503 if busy else 404)
        return Said(body=jpeg(made()))

    with serving(answers) as server:
        pictures = {"a": [f"{server.url}/1.jpg"]}
        assert finder().find(pictures)["a"] == () and not server.paths("/1.jpg")
        busy = False
        assert finder().find(pictures)["a"], "it was not put down as a picture that cannot be had"


def test_each_picture_is_asked_for_once_within_the_budget_and_robots_txt() -> None:
    shown = {f"/{number}.jpg": Said(body=jpeg(made(number=number))) for number in range(6)}
    moved = {"/moved.jpg": Said(status=302, headers={"Location": "/1.jpg"}), "/gone.jpg": Said(status=404)}
    closed = {"/robots.txt": Said(body=b"User-agent: *\nDisallow: /2.jpg\n")}
    pages = {**shown, **moved, **closed, "/bomb.png": Said(body=bomb())}

    with serving(lambda path, *_: pages[path]) as server:

        def at(*names: str) -> list[str]:
            return [f"{server.url}/{name}" for name in names]

        found = finder(of_a_post=4).find(
            {"a": at("0.jpg", "moved.jpg"), "b": at("2.jpg", "gone.jpg", "bomb.png"), "c": at("0.jpg")}
        )
        assert (len(found["a"]), found["b"], found["c"]) == (2, (), found["a"][:1])
        assert not server.paths("/2.jpg"), "robots.txt forbids it"
        before = len(server.asked)
        assert finder().find({"a": at("0.jpg", "moved.jpg"), "b": at("gone.jpg")})["a"] == found["a"]
        assert len(server.asked) == before, "what was met before is not asked again"
        assert finder(at_most=1).find({"d": at("3.jpg", "4.jpg")})["d"]
        assert not server.paths("/4.jpg"), "beyond the budget"
        assert finder(of_a_post=1).find({"e": at("5.jpg", "4.jpg")})["e"]
        assert not server.paths("/4.jpg"), "of a post, so many"
        asked = [headers for path, headers in server.asked if path.endswith(".jpg")]
        assert {headers["host"] for headers in asked} == {server.url.removeprefix("http://")}
        assert all("cookie" not in headers and "tingfeng" in headers["user-agent"] for headers in asked)


def test_a_silent_host_ends_with_the_budget() -> None:
    with serving(lambda path, *_: EVERYBODY.get(path) or Said(status=500)) as server:
        assert finder().find({"a": [f"{server.url}/x.jpg"], "b": ["http://127.0.0.1:9/x.jpg", "no address"]}) == {
            "a": (), "b": (),
        }  # fmt: skip


INWARD = (
    "http://127.0.0.1/x.jpg", "http://localhost/x.jpg", "http://10.0.0.1/x.jpg", "http://192.168.1.1/x.jpg",
    "http://169.254.169.254/latest/meta-data", "http://[::1]/x.jpg", "http://[::ffff:10.0.0.1]/x.jpg",
    "http://0.0.0.0/x.jpg", "http://100.64.0.1/x.jpg", "http://2130706433/x.jpg", "http://[fe80::1]/x.jpg",
    "http://[2002:7f00:1::]/x.jpg", "http://user@8.8.8.8/x.jpg", "http://8.8.8.8:6379/x.jpg", "file:///etc/passwd",
    "ftp://8.8.8.8/x.jpg", "gopher://8.8.8.8/x", "//8.8.8.8/x.jpg", "http://[bad/x.jpg", "http:///x.jpg", "",
)  # fmt: skip


def test_nothing_is_asked_of_private_networks_not_even_by_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    finder_ = Finder(Pictures(enabled=True, delay=0))

    async def ask(_self: Finder, _client: object, address: str, _place: object) -> tuple[int, str | None, bytes]:
        asked.append(address)
        return 404, None, b""

    monkeypatch.setattr(Finder, "_ask", ask)
    for address in INWARD:
        assert finder_.find({"a": [address]}) == {"a": ()}, address
    assert asked == []
    monkeypatch.undo()
    with (
        serving(lambda *_: Said()) as hidden,
        serving(
            lambda path, *_: EVERYBODY.get(path) or Said(status=302, headers={"Location": f"{hidden.url}/secret"})
        ) as server,
    ):
        port = int(server.url.rpartition(":")[2])
        led = Finder(Pictures(enabled=True, delay=0), allowed=lambda ip, at: at == port or is_public(ip, at))
        assert led.find({"a": [f"{server.url}/x.jpg"]}) == {"a": ()}
        assert server.paths("/x.jpg") and not hidden.asked


WORDS = (
    "今天收到的新手机屏幕有一道裂痕，客服说不给换",
    "大家看看这个，路过的朋友评评理，实在是太气人了",
    "周末和朋友们一起去公园散步，看到了很多花，心情特别舒畅",
)


def test_stories_join_by_their_picture_where_the_switch_is_on(emptied_store: "Store") -> None:
    picture, other = made(), made(number=2)
    served: Mapping[str, bytes] = {
        "/a.jpg": jpeg(picture), "/b.webp": CHANGES["WebP 60"](picture), "/c.jpg": jpeg(other),
        "/d.jpg": CHANGES["half size"](picture),
    }  # fmt: skip
    with serving(lambda path, *_: EVERYBODY.get(path) or Said(body=served[path])) as server:
        posts = [
            make_post(1, text=WORDS[0], pictures=(f"{server.url}/a.jpg",)),
            make_post(2, ago=30 * MINUTE, text=WORDS[1], pictures=(f"{server.url}/c.jpg", f"{server.url}/b.webp")),
            make_post(3, ago=20 * MINUTE, text=WORDS[2], pictures=(f"{server.url}/c.jpg",)),
            make_post(4, ago=10 * MINUTE, text=WORDS[0] + "！"),
        ]
        put(emptied_store, [mention(post) for post in posts])
        emptied_store.refresh(MONTHLY)
        place(emptied_store, {"match_all": {}}, now=NOW, finder=finder())
        emptied_store.refresh(MONTHLY)
        late = make_post(5, ago=MINUTE, text="好评", pictures=(f"{server.url}/d.jpg",))
        put(emptied_store, [mention(late), mention(replace(late, native_id="6", published_at=NOW - 40 * 24 * HOUR))])
        emptied_store.refresh(MONTHLY)
        place(emptied_store, {"match_all": {}}, now=NOW, finder=finder())
        emptied_store.refresh(MONTHLY)
    found = {one["native_id"]: one["story"] for one in documents(emptied_store, "mentions").values()}
    told = {number: (story["id"].rpartition(":")[2], story["role"]) for number, story in found.items()}
    assert told == {
        "1": ("1", "origin"), "2": ("1", "copy"), "3": ("3", "origin"), "4": ("1", "copy"),
        "5": ("1", "copy"), "6": ("6", "origin"),
    }  # fmt: skip
    assert len(found["1"]["pictures"]) == 1
    assert found["1"]["picture_keys"] and "picture_keys" not in found["2"]


def test_without_the_file_no_picture_is_asked_for(emptied_store: "Store", stages: Path) -> None:
    with serving(lambda *_: Said(body=jpeg(made()))) as server:
        posts = [make_post(n, text=WORDS[n], pictures=(f"{server.url}/a.jpg",)) for n in range(2)]
        put(emptied_store, [mention(post) for post in posts])
        update_stories(emptied_store, now=NOW)
        assert server.asked == []
        (stages / "config" / "pictures.yaml").write_text("enabled: true\n")
        put(emptied_store, [mention(make_post(7, text=WORDS[2], pictures=(f"{server.url}/a.jpg",)))])
        update_stories(emptied_store, now=NOW)
        assert server.asked == [], "this machine is not the public net"
    roles = Counter(one["story"]["role"] for one in documents(emptied_store, "mentions").values())
    assert roles == {"origin": 3}
    (stages / "config" / "pictures.yaml").write_text("distance: 60\n")
    with pytest.raises(ConfigError, match=r"pictures.yaml:1: distance"):
        load_pictures()


@pytest.mark.bench
def test_recall_and_false_joins_by_kind_and_change() -> None:
    kinds = {kind: [make(random.Random(f"bench {n}")) for n in range(20)] for kind, make in KINDS.items()}  # noqa: S311
    prints = {kind: [fingerprint(jpeg(one, 92)) for one in some] for kind, some in kinds.items()}
    lines = []
    for name, change in CHANGES.items():
        shares = []
        for kind, some in kinds.items():
            same = [
                distance(found, fingerprint(change(one))) <= 31 for found, one in zip(prints[kind], some, strict=True)
            ]
            shares.append(sum(same) / len(same))
        lines.append(
            f"  {name:<22}" + "".join(f"{kind} {share:.2f}   " for kind, share in zip(kinds, shares, strict=True))
        )
    every = [found for some in prints.values() for found in some]
    pairs = list(itertools.combinations(every, 2))
    false = sum(distance(*pair) <= 31 for pair in pairs)
    print("Recall of changed pictures", *lines, f"  false joins: {false} of {len(pairs):,} pairs", sep="\n")  # noqa: T201
    assert false <= len(pairs) / 10_000


def test_what_is_known_of_pictures_goes_when_its_time_is_over(stages: Path) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    for days in (1, 40, 500):
        kept.keep(f"https://img.example/{days}.jpg", kept.Known(hash="0f", at=now - timedelta(days=days)))
    broken = next((stages / "stages" / "pictures").glob("*"))
    (broken / "broken").write_bytes(b"{")
    before = now - timedelta(days=400)
    assert kept.expire(before, dry_run=True) == 2
    assert kept.expire(before) == 2
    assert kept.expire(before) == 0
    assert kept.read("https://img.example/40.jpg") and kept.read("https://img.example/500.jpg") is None
