"""The embedded Elasticsearch's jars are fetched once, checked at every start, and mended when broken."""

import errno
import gc
import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexing.elasticsearch import jars
from indexing.elasticsearch.embedded_errors import JarBroken, JarUnavailable

GOOD = b"the bytes of a jar"


def make_jar(content: bytes = GOOD, name: str = "one", target: str = "lib", group: str = "org.example") -> jars.Jar:
    digest = hashlib.sha256(content).hexdigest()
    return jars.Jar(group=group, artifact=name, version="1.0", sha256=digest, size=len(content), target=target)


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[jars.Jar, ...]:
    """Give a lock of two small jars, beside the one that names the version; the Maven cache is empty."""
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setattr(jars, "_PAUSE", 0)
    return (
        make_jar(name="elasticsearch", group="org.elasticsearch"),
        make_jar(),
        make_jar(name="netty", target=jars.NETTY),
    )


class Repository:
    """A stand-in for the network: serves each next content in turn, the last one for ever."""

    def __init__(self, *contents: bytes | OSError) -> None:
        self.contents = list(contents)
        self.asked: list[str] = []

    def __call__(self, jar: jars.Jar, folder: Path) -> Path:
        """Write the next content as `jar`, or raise the next error after half of it."""
        self.asked.append(jar.name)
        content = self.contents.pop(0) if len(self.contents) > 1 else self.contents[0]
        path = folder / jar.name
        if isinstance(content, OSError):
            path.write_bytes(GOOD[:4])
            raise content
        path.write_bytes(content)
        return path


def no_network(jar: jars.Jar, folder: Path) -> Path:
    pytest.fail(f"the network was asked for {jar.name}")


def test_after_the_first_download_neither_this_nor_another_checkout_needs_the_network(
    tmp_path: Path, pinned: tuple[jars.Jar, ...]
) -> None:
    repository = Repository(GOOD)
    jars.assemble(tmp_path / "first", pinned, fetch=repository)
    jars.assemble(tmp_path / "first", pinned, fetch=no_network)
    jars.assemble(tmp_path / "second", pinned, fetch=no_network)

    assert sorted(repository.asked) == ["elasticsearch-1.0.jar", "netty-1.0.jar", "one-1.0.jar"]
    assert (tmp_path / "second/lib/one-1.0.jar").read_bytes() == GOOD
    descriptor = (tmp_path / "second" / jars.NETTY / "plugin-descriptor.properties").read_text(encoding="utf-8")
    assert "elasticsearch.version=1.0" in descriptor
    assert not list(tmp_path.rglob(".fetch-*"))


@pytest.mark.parametrize("damage", [GOOD[:5], b"", GOOD.replace(b"jar", b"rat")], ids=["truncated", "empty", "altered"])
def test_a_broken_jar_is_named_and_mended_from_the_cache(
    tmp_path: Path, pinned: tuple[jars.Jar, ...], damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    jars.assemble(tmp_path / "home", pinned, fetch=Repository(GOOD))
    broken = tmp_path / "home/lib/one-1.0.jar"
    broken.write_bytes(damage)
    jars.assemble(tmp_path / "home", pinned, fetch=no_network)

    assert broken.read_bytes() == GOOD
    assert str(broken) in caplog.text
    assert hashlib.sha256(damage).hexdigest() in caplog.text


def test_a_jar_broken_in_the_cache_too_is_named_and_fetched_again(
    tmp_path: Path, pinned: tuple[jars.Jar, ...], caplog: pytest.LogCaptureFixture
) -> None:
    jars.assemble(tmp_path / "home", pinned, fetch=Repository(GOOD))
    cached = tmp_path / "m2/org/example/one/1.0/one-1.0.jar"
    for place in (cached, tmp_path / "home/lib/one-1.0.jar"):
        place.write_bytes(GOOD[:7])
    repository = Repository(b"a proxy's login page", OSError("reset"), GOOD)
    jars.assemble(tmp_path / "home", pinned, fetch=repository)

    assert repository.asked == ["one-1.0.jar"] * 3
    assert cached.read_bytes() == GOOD
    assert (tmp_path / "home/lib/one-1.0.jar").read_bytes() == GOOD
    assert str(cached) in caplog.text


def test_a_jar_that_stays_wrong_is_refused_with_both_sums(tmp_path: Path, pinned: tuple[jars.Jar, ...]) -> None:
    with pytest.raises(JarBroken) as caught:
        jars.assemble(tmp_path / "home", pinned[:1], fetch=Repository(b"wrong"))

    assert "elasticsearch-1.0.jar" in str(caught.value)
    assert pinned[0].sha256 in str(caught.value)
    assert hashlib.sha256(b"wrong").hexdigest() in str(caught.value)
    assert not list(tmp_path.rglob("*.jar"))


def test_without_network_the_error_says_where_to_put_the_jar(tmp_path: Path, pinned: tuple[jars.Jar, ...]) -> None:
    with pytest.raises(JarUnavailable, match="no route") as caught:
        jars.assemble(tmp_path / "home", pinned[:1], fetch=Repository(OSError("no route")))

    assert str(tmp_path / "m2/org/elasticsearch/elasticsearch/1.0/elasticsearch-1.0.jar") in str(caught.value)
    assert not list(tmp_path.rglob("*.jar"))


def test_a_full_disk_is_not_taken_for_a_broken_network(tmp_path: Path, pinned: tuple[jars.Jar, ...]) -> None:
    with pytest.raises(OSError, match="No space") as caught:
        jars.assemble(tmp_path / "home", pinned, fetch=Repository(OSError(errno.ENOSPC, "No space left on device")))

    assert not isinstance(caught.value, JarUnavailable)


def test_a_jar_of_no_lock_is_dropped_from_the_node(tmp_path: Path, pinned: tuple[jars.Jar, ...]) -> None:
    stray = tmp_path / "home" / jars.NETTY / "netty-0.9.jar"
    stray.parent.mkdir(parents=True)
    stray.touch()
    jars.assemble(tmp_path / "home", pinned, fetch=Repository(GOOD))

    assert not stray.exists()


def test_a_read_only_cache_does_not_stop_the_set_up(
    tmp_path: Path, pinned: tuple[jars.Jar, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("M2_REPO", str(tmp_path / "file" / "m2"))  # below a file, which stops even root
    jars.assemble(tmp_path / "home", pinned, fetch=Repository(GOOD))

    assert (tmp_path / "home/lib/one-1.0.jar").read_bytes() == GOOD


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_jgo_downloads_from_a_maven_repository_over_http(
    tmp_path: Path, pinned: tuple[jars.Jar, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    import jgo.maven._core

    served = tmp_path / "served"
    for jar in pinned:
        (served / jar.maven_path).parent.mkdir(parents=True)
        (served / jar.maven_path).write_bytes(GOOD)
    handler = partial(QuietHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(
            jgo.maven._core, "DEFAULT_REMOTE_REPOS", {"central": f"http://127.0.0.1:{server.server_port}"}
        )
        jars.assemble(tmp_path / "home", pinned)
        with pytest.raises(JarUnavailable, match=r"absent-1\.0\.jar"):
            jars.assemble(tmp_path / "home", (*pinned, make_jar(name="absent")))
        server.shutdown()
    gc.collect()  # jgo leaves the connection of a 404 open; not in a later test

    assert (tmp_path / "home/lib/one-1.0.jar").read_bytes() == GOOD


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_the_lock_pins_every_jar_and_names_no_host() -> None:
    pinned = jars.read_lock()

    assert jars.version(pinned) == "9.5.3"
    assert {jar.target for jar in pinned} == {jars.LIB, jars.NETTY}
    assert all(len(bytes.fromhex(jar.sha256)) == 32 and jar.size for jar in pinned)
    assert len({(jar.group, jar.artifact) for jar in pinned}) == len(pinned) > 40
    assert "//" not in jars.LOCK.read_text(encoding="utf-8")
