"""How a source says which fields of its posts it made up: one header of the answer, whatever the format of its pages.

    X-Tingfeng-Synthetic: author, published_at, staged=4901234567890123%204901234567890124

A name alone holds for every post of the page; a name with native ids (percent-encoded, a space between) for those.
"""

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import quote, unquote

from crawlers.post import Post

__all__ = ["HEADER", "declare", "declared"]

HEADER = "X-Tingfeng-Synthetic"
_LONGEST = 8_000
"""Characters; HTTP clients refuse lines that are much longer."""


def declare(posts: Sequence[Post]) -> str:
    """Return the header for a page of these posts; should it be too long, its names hold for the whole page."""
    ids: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        for name in post.synthetic:
            ids[name].append(post.native_id)
    entries = {name: "" if len(of) == len(posts) else f"={quote(' '.join(of))}" for name, of in ids.items()}
    value = ", ".join(f"{name}{which}" for name, which in sorted(entries.items()))
    return value if len(value) <= _LONGEST else ", ".join(sorted(entries))


def declared(header: str, native_id: str) -> tuple[str, ...]:
    """Return what the header says was made up of the post with this native id."""
    if not header:
        return ()
    found = set()
    for entry in header.split(","):
        name, qualified, ids = entry.strip().partition("=")
        if name and (not qualified or native_id in unquote(ids).split(" ")):
            found.add(name)
    return tuple(sorted(found))
