"""Has this machine the disk, the rights and the memory for a node? Asked before it starts, answered with a remedy."""

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

from indexing.elasticsearch.embedded_errors import DiskFull, EmbeddedError, MemoryShort, NotWritable, SettingWrong

__all__ = ["available_memory", "check_folder", "choose_heap", "disk_error", "is_full", "java_options"]

MB = 1024 * 1024
DISK_NEEDED = 500 * MB
_HEAPS = (1024 * MB, 768 * MB, 512 * MB, 384 * MB)
"""The heaps that are tried without TINGFENG_ES_HEAP, in bytes; in less than the last, a bulk of mentions fails."""
_BESIDE_HEAP = 350 * MB
"""What the process takes beside its heap: classes, compiled code, threads, network buffers."""
_HEAP = re.compile(r"(\d+)([mg])", re.IGNORECASE)
_CGROUP = Path("/sys/fs/cgroup")


def check_folder(folder: Path, *, variable: str = "TINGFENG_DATA") -> None:
    """Make `folder` if need be, and see that it can be written and has room; raises NotWritable or DiskFull.

    `variable` is the environment variable that moves the folder elsewhere.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise disk_error(folder, error, variable=variable) from error
    if free < DISK_NEEDED:
        raise DiskFull(
            f"{folder}: {free // MB} MB free on its disk, Elasticsearch needs {DISK_NEEDED // MB} MB: "
            f"free some space, or point {variable} at a larger disk"
        )


def disk_error(folder: Path, error: OSError, *, variable: str = "TINGFENG_DATA") -> EmbeddedError:
    """Return what to tell a person when the disk said `error` for a file in `folder`."""
    place = error.filename or folder
    if is_full(error):
        return DiskFull(f"{place}: {error.strerror}: free some space, or point {variable} at a larger disk")
    return NotWritable(
        f"{place}: {error.strerror or error}: make {folder} a folder that you may write, or point {variable} elsewhere"
    )


def is_full(error: OSError) -> bool:
    """Say whether the disk, or this user's share of it, is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def choose_heap() -> int:
    """Return the node's heap in bytes.

    `TINGFENG_ES_HEAP` (say `512m` or `2g`) is taken at its word; without it, 1 GB, or less where memory is short.
    Raises SettingWrong, or MemoryShort when the heap and what the process takes beside it do not fit.
    """
    free = available_memory()
    wish = os.environ.get("TINGFENG_ES_HEAP")
    heaps = (_parse_heap(wish),) if wish else _HEAPS
    for heap in heaps:
        if free is None or heap + _BESIDE_HEAP <= free:
            return heap
    least = heaps[-1]
    raise MemoryShort(
        f"{(free or 0) // MB} MB of memory available, Elasticsearch with a heap of {least // MB} MB "
        f"needs {(least + _BESIDE_HEAP) // MB} MB: close other programs, "
        + ("or set a smaller TINGFENG_ES_HEAP" if wish else "or give the machine or container more")
    )


def java_options(heap: int) -> tuple[str, ...]:
    """Return the Java machine's options for a heap of so many bytes.

    With the default heap or less, methods are compiled once and quickly: measured over a first load of 2,000 mentions
    and the turns behind it, Java's second compiler took as much of the processor as all of Elasticsearch's own work. A
    larger heap speaks of a node that lives long with much in it, for which that pays.
    """
    memory = (f"-Xms{heap // 4}", f"-Xmx{heap}", f"-XX:MaxDirectMemorySize={heap // 2}")
    return memory if heap > _HEAPS[0] else (*memory, "-XX:TieredStopAtLevel=1")


def available_memory() -> int | None:
    """Return the bytes that a new process may take, within the container's limit; None where nobody says."""
    limits = [limit for limit in (_meminfo(), _cgroup()) if limit is not None]
    return min(limits, default=None)


def _parse_heap(wish: str) -> int:
    found = _HEAP.fullmatch(wish.strip())
    heap = int(found[1]) * (MB if found[2].lower() == "m" else 1024 * MB) if found else 0
    if heap < 256 * MB:
        raise SettingWrong(f"TINGFENG_ES_HEAP={wish}: write a size of at least 256m, as in 512m or 2g")
    return heap


def _meminfo() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _cgroup() -> int | None:
    """Return what the container may still take; page cache that the kernel can drop counts as free."""
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
        stat = (_CGROUP / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    if limit == "max":
        return None
    droppable = next((int(line.split()[1]) for line in stat if line.startswith("inactive_file ")), 0)
    return int(limit) - used + droppable
