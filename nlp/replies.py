"""The answers of the brands' own accounts, found while a batch is analysed: they are posts and no mentions."""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec

from crawlers.post import Post

__all__ = ["Reply", "decode_reply", "replies_in"]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a brand's own account, as the stage `replies` keeps it; ids are `Post.id`s."""

    post: str
    root: str
    """The first post of the conversation."""
    brand: str
    account: str
    """The account that answered, with its platform before it: `weibo:1234`."""
    at: datetime


def replies_in(post: Post, brands: Collection[str]) -> Iterator[bytes]:
    """Yield a line for each of the brands (ids) whose own account wrote the post, where it answers another."""
    if post.author and post.root_id:
        account = f"{post.platform}:{post.author.id}"
        for brand in sorted(brands):
            yield msgspec.json.encode(
                Reply(post=post.id, root=post.root_id, brand=brand, account=account, at=post.published_at)
            )


decode_reply = msgspec.json.Decoder(Reply).decode
"""Read a reply from a line; msgspec.ValidationError names the field."""
