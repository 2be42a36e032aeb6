"""The jars of the embedded Elasticsearch: pinned by sha256, fetched once, checked at every start.

`jars.lock` beside this file has a line a jar: `group:artifact:version sha256 size target`. A jar comes from the Maven
cache (`M2_REPO`, or ~/.m2/repository), which a second checkout on the machine shares, or else from jgo's default
repository. `python -m indexing.elasticsearch.jars lock 9.5.3` writes the lock anew.
"""

import hashlib
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from indexing.elasticsearch.embedded_errors import JarBroken, JarUnavailable
from indexing.elasticsearch.machine import is_full

__all__ = ["Fetch", "Jar", "assemble", "download", "maven_cache", "read_lock", "version"]

LOCK = Path(__file__).with_name("jars.lock")
LIB = "lib"
NETTY = "modules/transport-netty4"
_SERVER = ("org.elasticsearch", "elasticsearch")
_NETTY_PLUGIN = ("org.elasticsearch.plugin", "transport-netty4")
_AT_ONCE = 8
_ATTEMPTS = 3
_PAUSE = 1.0
_TIMEOUT = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One pinned jar: its Maven coordinates, what its bytes must be, and its folder in the distribution."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    target: str

    @property
    def name(self) -> str:
        """The file's name, as in `lucene-core-10.5.1.jar`."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def maven_path(self) -> Path:
        """The file's place inside a Maven repository or cache."""
        return Path(*self.group.split("."), self.artifact, self.version, self.name)


Fetch = Callable[[Jar, Path], Path]
"""Downloads a jar somewhere under the given folder and returns where; raises OSError when it cannot be had."""


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """Return the pinned jars; `path` is the lock file."""
    jars = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            coordinates, sha256, size, target = line.split()
            group, artifact, number = coordinates.split(":")
            jars.append(
                Jar(group=group, artifact=artifact, version=number, sha256=sha256, size=int(size), target=target)
            )
    return tuple(jars)


def version(jars: Iterable[Jar]) -> str:
    """Return the Elasticsearch version among `jars`."""
    return next(jar.version for jar in jars if (jar.group, jar.artifact) == _SERVER)


def maven_cache() -> Path:
    """Return the machine's Maven cache: `M2_REPO`, or ~/.m2/repository."""
    return Path(os.environ.get("M2_REPO") or "~/.m2/repository").expanduser()


def assemble(
    folder: Path,
    jars: tuple[Jar, ...],
    *,
    fetch: Fetch | None = None,
    progress: Callable[[str, float], None] = lambda message, done: None,
) -> None:
    """Bring `folder` to hold the pinned jars and no others.

    Every jar's sha256 is checked. A missing, truncated or altered one is replaced from the Maven cache, or fetched when
    it is broken there too; a broken one is named in the log. Raises JarBroken, JarUnavailable, or OSError for the disk.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        digests = pool.map(lambda jar: _sha256(_place(folder, jar)), jars)
        wanted = [
            jar for jar, digest in zip(jars, digests, strict=True) if _is_wanted(jar, _place(folder, jar), digest)
        ]
        installs = pool.map(lambda jar: _install(jar, folder, fetch or download), wanted)
        for done, jar in enumerate(installs, start=1):
            progress(f"Elasticsearch: {jar.name}", done / len(wanted))
    expected = {_place(folder, jar) for jar in jars}
    for stray in {*folder.rglob("*.jar")} - expected:  # Elasticsearch would load it
        stray.unlink()
    _describe_module(folder / NETTY, version(jars))


def download(jar: Jar, folder: Path) -> Path:
    """Download `jar` with jgo from its default repository, under `folder`; raises OSError when it cannot be had."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=folder, timeout=_TIMEOUT)
    try:
        return context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except RuntimeError as error:  # jgo's word for a file that no repository has
        raise OSError(str(error)) from error


def _place(folder: Path, jar: Jar) -> Path:
    return folder / jar.target / jar.name


def _sha256(path: Path) -> str | None:
    """Return the hexadecimal sha256 of the file, or None when there is none to read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _is_wanted(jar: Jar, path: Path, digest: str | None) -> bool:
    """Say whether the file at `path` must be put (again), and name it in the log when it is there but broken."""
    if digest is not None and digest != jar.sha256:
        log.warning(
            "broken jar %s (%d of %d bytes, sha256 %s, expected %s): replacing it",
            path,
            path.stat().st_size,
            jar.size,
            digest,
            jar.sha256,
        )
    return digest != jar.sha256


def _install(jar: Jar, folder: Path, fetch: Fetch) -> Jar:
    cached = maven_cache() / jar.maven_path
    if not _is_wanted(jar, cached, _sha256(cached)):
        _copy(cached, _place(folder, jar))
        return jar
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as scratch:
        fresh = _fetch_checked(jar, Path(scratch), fetch)
        _copy(fresh, _place(folder, jar))
        try:
            _copy(fresh, cached)
        except OSError as error:  # a read-only cache costs the next checkout a download, and nothing else
            log.warning("the Maven cache keeps no copy of %s: %s", jar.name, error)
    return jar


def _fetch_checked(jar: Jar, folder: Path, fetch: Fetch) -> Path:
    """Fetch `jar` until its sha256 is right, at most `_ATTEMPTS` times; raises JarBroken or JarUnavailable."""
    digest: str | None = None
    failure: OSError | None = None
    for attempt in range(_ATTEMPTS):
        place = folder / str(attempt)
        place.mkdir()
        try:
            fresh = fetch(jar, place)
        except OSError as error:
            if is_full(error):
                raise
            failure = error
            time.sleep(_PAUSE * attempt)
            continue
        digest = _sha256(fresh)
        if not _is_wanted(jar, fresh, digest):
            return fresh
    if digest is None:
        raise JarUnavailable(
            f"{jar.name} is not in {maven_cache()} and cannot be downloaded ({failure}): "
            f"connect to the network for the first start, or put the file at {maven_cache() / jar.maven_path}"
        )
    raise JarBroken(
        f"{jar.name}: sha256 {digest} after {_ATTEMPTS} downloads, jars.lock expects {jar.sha256}: "
        "something between here and the repository (a proxy, a mirror) alters it; fetch it another way "
        f"and put it at {maven_cache() / jar.maven_path}"
    )


def _copy(source: Path, target: Path) -> None:
    """Copy under a temporary name and rename, so that no reader ever sees half a jar."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        shutil.copyfile(source, name)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _describe_module(module: Path, number: str) -> None:
    """Write the module's descriptor; with a modulename in it, the loader would want the server as Java modules."""
    (module / "plugin-descriptor.properties").write_text(
        f"name=transport-netty4\ndescription=HTTP and transport on Netty\nversion={number}\n"
        f"elasticsearch.version={number}\njava.version=21\n"
        "classname=org.elasticsearch.transport.netty4.Netty4Plugin\n",
        encoding="utf-8",
    )


def _write_lock(number: str) -> None:
    """Resolve the server and its HTTP module at version `number` with jgo, and write jars.lock."""
    from jgo.maven import Artifact, Dependency, MavenContext

    context = MavenContext(timeout=_TIMEOUT)

    def closure(group: str, artifact: str) -> list[Artifact]:
        root = context.project(group, artifact).at_version(number).artifact()
        _, dependencies = context.resolver.resolve([Dependency(root)])
        return [root, *(dependency.artifact for dependency in dependencies)]

    server = closure(*_SERVER)
    on_class_path = {artifact.key for artifact in server}
    module = [artifact for artifact in closure(*_NETTY_PLUGIN) if artifact.key not in on_class_path]
    rows = []
    for target, artifacts in ((LIB, server), (NETTY, module)):
        for artifact in sorted(artifacts, key=lambda one: (one.groupId, one.artifactId)):
            path = artifact.resolve()
            coordinates = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            rows.append(f"{coordinates} {_sha256(path)} {path.stat().st_size} {target}")
    header = f"# Elasticsearch {number}; written by: python -m indexing.elasticsearch.jars lock {number}"
    LOCK.write_text("\n".join([header, "# group:artifact:version sha256 size target", *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["lock", number]:
            _write_lock(number)
        case ["lock"]:
            _write_lock(version(read_lock()))
        case _:
            sys.exit("usage: python -m indexing.elasticsearch.jars lock [version]")
