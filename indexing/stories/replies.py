"""When a brand's own account first answered a story: its posts are no mentions, so the crawls' files are read for them.

A batch is read once for these brands, and again when their own accounts change, or when this was killed in between; the
earliest answer stands, so that reading again changes nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from config.brand import Brand
from crawlers.errors import MalformedPost
from crawlers.post import Post, decode_post
from crawlers.stage import Batch, batches
from indexing.document import post_id
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store

__all__ = ["Replies", "read_replies", "replies_in"]

Replies = dict[tuple[str, str], datetime]
"""By story and brand, when the brand's own account first answered."""
Own = dict[tuple[str, str], list[str]]
"""By platform and id of an account, the brands whose own it is."""
_AT_ONCE = 1_000


class _Answer(msgspec.Struct):
    """One answer of a brand's own account, as the stage `replies` keeps it."""

    root: str
    brand: str
    at: datetime


def read_replies(store: Store, brands: Sequence[Brand]) -> Replies:
    """Return the first answer to every story that a brand's own account has answered, from all batches there are."""
    accounts = sorted((one.platform, one.id, brand.id) for brand in brands for one in brand.own_accounts)
    if not accounts:
        return {}
    own: Own = {}
    for platform, account, brand in accounts:
        own.setdefault((platform, account), []).append(brand)
    made_by = hashlib.sha256(msgspec.json.encode(accounts)).hexdigest()[:12]
    first: Replies = {}
    decode = msgspec.json.Decoder(_Answer).decode
    for batch in batches("posts"):
        for answer in map(decode, _answers(batch, own, made_by)):
            key = answer.root, answer.brand
            first[key] = min(first.get(key, answer.at), answer.at)
    return _by_story(store, first)


def replies_in(posts: Iterator[Post], own: Own) -> Iterator[bytes]:
    """Yield the answers of own accounts, a line each."""
    for post in posts:
        if post.author and post.root_id:
            for brand in own.get((post.platform, post.author.id), ()):
                yield msgspec.json.encode(_Answer(root=post_id(post.root_id), brand=brand, at=post.published_at))


def _answers(batch: Batch, own: Own, made_by: str) -> Iterator[bytes]:
    """Return the lines of the batch's answers, found before or now."""
    source, kept = batch.manifest(), batch.to("replies")
    if source is None:
        return iter(())
    made_by = f"{made_by} {source.sha256}"
    done = kept.manifest()
    if done is None or done.made_by != made_by:
        with kept.write(made_by=made_by) as writer:
            for line in replies_in(_posts(batch), own):
                writer.add(line)
        done = kept.manifest()
    return kept.lines() if done and done.count else iter(())


def _posts(batch: Batch) -> Iterator[Post]:
    for line in batch.lines():
        try:
            yield decode_post(line)
        except MalformedPost:
            continue  # the analysis has set it aside already


def _by_story(store: Store, first: Replies) -> Replies:
    """Return the answers by the stories of the posts that they answer."""
    found: Replies = {}
    roots = sorted({root for root, _ in first})
    for start in range(0, len(roots), _AT_ONCE):
        stories = _stories(store, roots[start : start + _AT_ONCE])
        for (root, brand), at in first.items():
            if root in stories:
                key = stories[root], brand
                found[key] = min(found.get(key, at), at)
    return found


def _stories(store: Store, roots: Sequence[str]) -> dict[str, str]:
    query = {"bool": {"filter": [{"terms": {"post_id": list(roots)}}, {"exists": {"field": "story.id"}}]}}
    story = {"story": {"terms": {"field": "story.id", "size": 1}}}
    aggs = {"roots": {"terms": {"field": "post_id", "size": len(roots)}, "aggs": story}}
    with store_errors():
        answer = store.client.search(index=store.alias(MONTHLY), size=0, query=query, aggs=aggs)
    buckets = answer["aggregations"]["roots"]["buckets"]
    return {bucket["key"]: bucket["story"]["buckets"][0]["key"] for bucket in buckets}
