"""The folder of an embedded node: where its files lie, and which process, if any, owns it.

A node holds an exclusive `flock` on `node.lock` for as long as it lives. The kernel drops it with the process, however
that ends, so what `node.json` says counts only while the lock is held: a stale file, or a pid that another program now
has, deceives nobody.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["NodeHome", "State"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a node says of itself in node.json; port is 0 until it answers."""

    pid: int
    port: int
    cluster: str
    backups: str


@dataclass(frozen=True, slots=True)
class NodeHome:
    """The node's folder."""

    path: Path

    @property
    def config(self) -> Path:
        """The configuration that Elasticsearch itself reads: elasticsearch.yml, log4j2.properties."""
        return self.path / "config"

    @property
    def data(self) -> Path:
        """The indices."""
        return self.path / "data"

    @property
    def logs(self) -> Path:
        """The folder of node.log and process.log."""
        return self.path / "logs"

    @property
    def temporary(self) -> Path:
        """The Java runtime's scratch folder."""
        return self.path / "tmp"

    @property
    def node_log(self) -> Path:
        """What Elasticsearch logs; rotated by size."""
        return self.logs / "node.log"

    @property
    def process_log(self) -> Path:
        """What the node's process writes to stdout and stderr; begun anew at each start."""
        return self.logs / "process.log"

    @property
    def node_lock(self) -> Path:
        """Held by the node for its whole life."""
        return self.path / "node.lock"

    @property
    def start_lock(self) -> Path:
        """Held by whoever is starting the node."""
        return self.path / "start.lock"

    @property
    def state_file(self) -> Path:
        """The node's own word on its pid and port."""
        return self.path / "node.json"

    def distribution(self, version: str) -> Path:
        """Return the folder of the jars of Elasticsearch `version`."""
        return self.path / "jars" / version

    def is_held(self) -> bool:
        """Say whether a node process owns this folder now."""
        try:
            handle = os.open(self.node_lock, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def read_state(self) -> State | None:
        """Return what node.json says, true or stale; None when it is absent or not a node's."""
        try:
            return State(**json.loads(self.state_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        """Put node.json in one step."""
        fresh = self.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
        fresh.replace(self.state_file)
