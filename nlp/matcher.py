"""Which brands a post speaks of, by which words, and whether a brand's own account wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.brand import Brand
from crawlers.post import Post
from nlp.prefilter import Prefilter
from nlp.query import Document, evidence
from nlp.stored_queries import StoredQueries

__all__ = ["Matcher", "Matches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What a post says of the brands: `found` maps brand id → the terms that matched; `own` are its author's brands."""

    found: dict[str, tuple[str, ...]]
    own: frozenset[str]


class Matcher:
    """The brands' queries and own accounts, ready for any number of posts."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._parsed = {brand.id: brand.parsed for brand in brands}
        self._queries = StoredQueries(self._parsed)
        self._may_hold = Prefilter(self._parsed.values()).may_hold
        self._own: dict[tuple[str, str], frozenset[str]] = {}
        for brand in brands:
            for account in brand.own_accounts:
                key = (account.platform, account.id)
                self._own[key] = self._own.get(key, frozenset()) | {brand.id}

    def match(self, post: Post) -> Matches:
        """Return the brands whose query holds, in the order of the brands, own ones included."""
        own = self._own.get((post.platform, post.author.id), frozenset()) if post.author else frozenset[str]()
        return Matches(found=self._found(post) if self._may_hold(post) else {}, own=own)

    def _found(self, post: Post) -> dict[str, tuple[str, ...]]:
        document = Document.of(post)
        return {id: evidence(self._parsed[id], document) for id in self._queries.matching(document)}
