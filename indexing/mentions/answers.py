"""The brands' own answers, found while a batch is analysed and indexed with it; stories/answers.py joins them."""

from typing import Any

from crawlers.storage.stage import Batch, Manifest
from indexing.mentions.document import post_id, timestamp
from nlp.replies import Reply, decode_reply

__all__ = ["answers_of"]


def answers_of(batch: Batch, mentions: Manifest) -> list[tuple[str, dict[str, Any]]]:
    """Return the documents of the own answers that were found together with a batch of mentions, by id."""
    replies = batch.to("replies")
    found = replies.manifest()
    if not found or not found.count or found.made_by != mentions.made_by:
        return []
    return [_document(reply) for reply in map(decode_reply, replies.lines())]


def _document(reply: Reply) -> tuple[str, dict[str, Any]]:
    post = post_id(reply.post)
    return f"{post}:{reply.brand}", {
        "post_id": post,
        "root": post_id(reply.root),
        "brand": reply.brand,
        "account": reply.account,
        "at": timestamp(reply.at),
    }
