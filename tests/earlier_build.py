"""An earlier commit of this repository, set up by its own Makefile and lock, to be measured beside this one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ROOT", "earlier_build", "run"]

ROOT = Path(__file__).resolve().parent.parent
EARLIER = "0cc31c4"


@contextmanager
def earlier_build(folder: Path) -> Iterator[Path | None]:
    """Make it in `folder`, ready to run; BENCH_BESIDE names another commit, or is empty for none."""
    if not (commit := os.environ.get("BENCH_BESIDE", EARLIER)):
        yield None
        return
    run("git", "worktree", "add", "--detach", str(folder), commit, cwd=ROOT)
    try:
        run("make", "setup", f"PYTHON={sys.executable}", cwd=folder)
        yield folder
    finally:
        run("git", "worktree", "remove", "--force", str(folder), cwd=ROOT)


def run(*command: str, cwd: Path, **environment: str) -> str:
    """Run a command without this process's own settings; return what it printed; its stderr is ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TINGFENG_", "ELASTICSEARCH_"))}
    done = subprocess.run(command, cwd=cwd, env=clean | environment, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: ended with {done.returncode}"
    return done.stdout
