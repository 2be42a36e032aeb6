"""`external_userid`: the account is the WeCom contact that the CRM has."""

from collections.abc import Iterator

from crawlers.post import Post
from indexing.people import contact
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]

_PLATFORMS = ("wecom", "wecom_callback", "wecom_chat")


def _reads(post: Post) -> Iterator[Said]:
    if post.author and post.platform in _PLATFORMS and (id := contact.normalised("external_userid", post.author.id)):
        yield "contact:external_userid", id


KIND = EdgeKind(
    name="external_userid",
    rank=95,
    probability=1.0,
    words="the same WeCom contact",
    reads=_reads,
    customers=frozenset({"external_userid"}),
    between_customers=True,
    most=2,
)
