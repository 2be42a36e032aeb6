"""Laying out a node's folder, and running its process until it stands on its own."""

import hashlib
import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config import settings
from indexing.elasticsearch import jars, machine
from indexing.elasticsearch.embedded_errors import SettingWrong, StartFailed
from indexing.elasticsearch.node_home import NodeHome

__all__ = ["prepare", "spawn", "start_failed", "tail"]

_SPAWN_PATIENCE = 60.0
_PASSED_ON = ("PATH", "HOME", "USER", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_ROOT = Path(__file__).resolve().parents[2]

LOG4J = """\
status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${sys:es.logs.base_path}/node.log
appender.file.filePattern = ${sys:es.logs.base_path}/node-%i.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 4
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
logger.node.name = org.elasticsearch.node.Node
logger.node.level = info
logger.http.name = org.elasticsearch.http
logger.http.level = info
logger.native.name = org.elasticsearch.nativeaccess
logger.native.level = fatal
logger.lucene.name = org.apache.lucene.internal.vectorization
logger.lucene.level = error
logger.vector.name = org.elasticsearch.simdvec
logger.vector.level = error
"""
"""What Elasticsearch logs: warnings, and each start and stop; no word on the native libraries that Maven lacks."""

log = logging.getLogger(__name__)


def prepare(home: NodeHome, progress: Callable[[str, float], None]) -> dict[str, object]:
    """Check the machine, lay out the folder and the jars, and return what the node's process is told."""
    stale = home.read_state()
    if stale:
        log.warning("%s names process %d, which no longer runs the node: starting anew", home.state_file, stale.pid)
    ports = os.environ.get("TINGFENG_ES_PORTS") or "9200-9299"
    if not re.fullmatch(r"\d{1,5}(-\d{1,5})?", ports):
        raise SettingWrong(f"TINGFENG_ES_PORTS={ports}: write a port or a range, as in 9200-9299")
    backups = Path(os.environ.get("TINGFENG_BACKUPS") or settings.data_dir() / "backups").expanduser().resolve()
    machine.check_folder(backups, variable="TINGFENG_BACKUPS")
    heap = machine.choose_heap()
    extra = shlex.split(os.environ.get("TINGFENG_ES_JAVA", ""))
    pinned = jars.read_lock()
    distribution = home.distribution(jars.version(pinned))
    try:
        home.state_file.unlink(missing_ok=True)
        shutil.rmtree(home.temporary, ignore_errors=True)
        for folder in (home.config, home.data, home.logs, home.temporary):
            folder.mkdir(exist_ok=True)
        (home.config / "elasticsearch.yml").write_text("", encoding="utf-8")
        (home.config / "log4j2.properties").write_text(LOG4J, encoding="utf-8")
        jars.assemble(distribution, pinned, progress=progress)
    except OSError as error:
        raise machine.disk_error(home.path, error) from error
    return {
        "jars": str(distribution),
        "java": [*machine.java_options(heap), *extra],
        **_membership(home.path),
        "ports": ports,
        "backups": str(backups),
    }


def spawn(home: NodeHome, spec: dict[str, object]) -> None:
    """Run the node's process until it has detached itself, holding the folder's lock."""
    # no secret of ours, and no JAVA_TOOL_OPTIONS, goes along; UTF-8, or Java cannot open a folder named in Chinese
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["LC_ALL"] = "C.UTF-8"
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", "indexing.elasticsearch.node", str(home.path), json.dumps(spec)]
    try:
        with home.process_log.open("wb") as output:
            subprocess.run(
                command,
                check=True,
                cwd=home.path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_SPAWN_PATIENCE,
            )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise start_failed(home, "the node's process did not start") from error


_TRACE = 200
"""Lines of the process's output in which the reason of a failed start stands."""


def start_failed(home: NodeHome, what: str) -> StartFailed:
    """Return the error for a node that did not come up: its last word, and where the rest is."""
    said = tail(home.process_log, _TRACE)
    # Java's last line is seldom the reason: that is its deepest cause
    causes = [line for line in said.splitlines() if line.startswith("Caused by: ")]
    reason = causes[-1] if causes else tail(home.process_log, 1)
    if "BindHttpException" in said:
        what = "every port of TINGFENG_ES_PORTS is taken: set another range"
    elif "Mount point not found" in said:
        what = f"{home.path} lies on no mount that /proc/mounts names, as in a chroot: bind-mount it on itself"
    return StartFailed(f"Elasticsearch: {what}; see {home.process_log} and {home.node_log}: {reason or 'no last word'}")


def tail(path: Path, lines: int) -> str:
    """Return the last `lines` lines of the file, or nothing when there is none."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _membership(folder: Path) -> dict[str, object]:
    """Return the cluster's name, its members' addresses and this node's own; a node without members is its own cluster.

    The name is one that no other folder's node has, so that a port is never taken for ours when it is another's.
    """
    named = os.environ.get("TINGFENG_ES_MEMBERS", "")
    members, own = sorted(filter(None, named.split(","))), os.environ.get("TINGFENG_ES_MEMBER", "")
    if members and own not in members:
        raise SettingWrong(f"TINGFENG_ES_MEMBER={own}: name this node's own of TINGFENG_ES_MEMBERS={named}")
    if wrong := [member for member in members if not re.fullmatch(r"127\.0\.0\.1:\d{1,5}", member)]:
        raise SettingWrong(f"TINGFENG_ES_MEMBERS: {wrong[0]}: write 127.0.0.1:9310,127.0.0.1:9311,127.0.0.1:9312")
    identity = ",".join(members).encode() or os.fsencode(folder)
    return {"cluster": f"tingfeng-{hashlib.sha256(identity).hexdigest()[:12]}", "members": members, "member": own}
