"""`unionid`: two records of customers carry the id that WeChat gives one person for all of a company's programmes."""

from collections.abc import Iterator

from crawlers.post import Post
from indexing.people import contact
from indexing.people.edges import EdgeKind, Said

__all__ = ["KIND"]


def _reads(post: Post) -> Iterator[Said]:
    if post.author and post.platform.startswith("wechat") and (id := contact.normalised("unionid", post.author.id)):
        yield "contact:unionid", id


KIND = EdgeKind(
    name="unionid",
    rank=95,
    probability=1.0,
    words="the same unionid",
    reads=_reads,
    customers=frozenset({"unionid"}),
    between_customers=True,
)
