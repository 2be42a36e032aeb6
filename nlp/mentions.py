"""Posts → mentions: which brands each post speaks of, what its author says, and in what mood."""

from collections.abc import Iterator, Mapping, Sequence

from config.brand import Brand
from config.fold import fold
from config.query import Term, wanted
from crawlers.post import Post
from nlp.clean import clean
from nlp.entities import Entities
from nlp.keywords import brand_words, keywords
from nlp.matcher import Matcher
from nlp.mention import Label, MatchedBy, Mention, Sentiment, Speaker
from nlp.query import Document, holds
from nlp.reader import Reader, Reading, likeliest
from nlp.segment import Segmenter, as_token
from nlp.shift import UNCHANGED, Change
from nlp.stance.scene import SentimentTarget
from nlp.variants import unified

__all__ = ["Analyser", "Spoken", "holds_alone", "names_of", "said"]

Spoken = dict[str, tuple[MatchedBy, tuple[str, ...]]]
"""Brand id → how the post came to speak of it, with the terms that matched."""


class Analyser:
    """Everything that reads a post, made ready once; `version` is stamped on each mention."""

    def __init__(
        self,
        brands: Sequence[Brand],
        reader: Reader,
        stopwords: frozenset[str],
        version: str,
        changes: Mapping[str, Change] | None = None,
    ) -> None:
        """`changes` are what the brands' own priors make of the probabilities, by brand."""
        self._reader, self._version = reader, version
        self._matcher, self._segmenter = Matcher(brands), Segmenter(brands)
        self._names = {brand.id: names_of(brand) for brand in brands}
        self._neutral = {brand.id: brand.neutral for brand in brands}
        self._changes = changes or {}
        self._entities = Entities(brands)
        self._partners = {brand.id: {(one.platform, one.id) for one in brand.partners} for brand in brands}
        self._silent = {
            brand.id: stopwords | {brand.id} | brand_words(map(as_token, _called(brand))) for brand in brands
        }

    def as_root(self, post: Post) -> tuple[str, ...]:
        """Return the brands that answers to this first post speak of: those it names, and those whose own it is."""
        matches = self._matcher.match(post)
        return tuple(sorted({*matches.found, *matches.own}))

    def spoken_of(self, post: Post, roots: Mapping[str, Sequence[str]]) -> tuple[Spoken, frozenset[str]]:
        """Return the brands that the post is a mention of, and the brands whose own account wrote it.

        `roots` maps ids of first posts to the brands that their answers inherit. No own post is a mention of its brand.
        """
        matches = self._matcher.match(post)
        spoken: Spoken = {brand: (MatchedBy.QUERY, terms) for brand, terms in matches.found.items()}
        for brand in roots.get(post.root_id or "", ()):
            spoken.setdefault(brand, (MatchedBy.ROOT, ()))
        return {brand: how for brand, how in spoken.items() if brand not in matches.own}, matches.own

    def mentions(self, found: Sequence[tuple[Post, Spoken]]) -> Iterator[Mention]:
        """Yield the mentions of these posts in their order; the engine gets all their texts at once."""
        texts = [said(post.title, post.text) for post, _ in found]
        plains = [unified(text.lower()) for text in texts]
        pairs = [
            (text, self._ask(brand, plain, spoken))
            for text, plain, (_, spoken) in zip(texts, plains, found, strict=True)
            for brand in spoken
        ]
        readings = iter(self._reader.read([text for text, _ in pairs], [subject for _, subject in pairs]))
        for (post, spoken), text, plain in zip(found, texts, plains, strict=True):
            tokens = self._segmenter.tokens(text)
            for brand, (matched_by, matched) in spoken.items():
                reading = next(readings)
                mood, mood_probability = likeliest(reading.mood)
                yield Mention(
                    post=post,
                    brand=brand,
                    matched_by=matched_by,
                    matched=matched,
                    sentiment=self._sentiment(reading, brand),
                    mood=Label(mood),
                    mood_probability=mood_probability,
                    emotion=reading.emotion,
                    emotion_probability=reading.emotion_probability,
                    intent=reading.intent,
                    intent_probability=reading.intent_probability,
                    speaker=self._speaker(post, brand),
                    entities=self._entities.of(plain, brand),
                    keywords=keywords(tokens, self._silent[brand]),
                    tokens=tokens,
                    analysis=self._version,
                )

    def _speaker(self, post: Post, brand: str) -> Speaker:
        author = post.author
        if author and (post.platform, author.id) in self._partners[brand]:
            return Speaker.PARTNER
        return Speaker.PGC if author and (author.organisation or author.verified) else Speaker.UGC

    def _ask(self, brand: str, plain: str, spoken: Spoken) -> SentimentTarget | None:
        """Ask about the brand where the text, in its plain form, names it; else about the whole text."""
        mine = tuple(name for name in self._names[brand] if unified(name) in plain)
        if not mine:
            return None
        known = (name for other in spoken if other != brand for name in self._names[other])
        others = tuple(name for name in known if unified(name) in plain)
        return SentimentTarget(target=mine[0], names=mine, others=others)

    def _sentiment(self, reading: Reading, brand: str) -> Sentiment:
        neutral, change = self._neutral[brand], self._changes.get(brand, UNCHANGED)
        label, probability, score = reading.best(neutral, change)
        return Sentiment(
            label=Label(label),
            probability=probability,
            score=score,
            engine=self._reader.engine.name,
            model=self._reader.engine.model,
            target=reading.target,
            why=reading.why,
            before=None if change.nothing and neutral == 1.0 else reading.sentiment,
        )


def names_of(brand: Brand) -> tuple[str, ...]:
    """Return what a brand is called, in lower case: name, words, and what of its query matches by itself."""
    name, *alone = _called(brand)
    further = (fold(word).lower() for word in (*brand.words, *brand.aliases.all()))
    return tuple(dict.fromkeys((name, *further, *alone)))


def _called(brand: Brand) -> tuple[str, ...]:
    """Return the brand's name and what of its query matches by itself; its words may be products, hence topics."""
    alone = (term.value for term in wanted(brand.parsed) if holds_alone(brand, term))
    return tuple(dict.fromkeys(fold(name).lower() for name in (brand.name, *alone)))


def holds_alone(brand: Brand, term: Term) -> bool:
    """Return whether a post that says nothing but this term is a mention."""
    return term.field is None and holds(brand.parsed, Document.saying(term.value))


def said(title: str | None, text: str) -> str:
    """Return what the author says: the title, unless the text begins with it, and the author's own words."""
    title, own = clean(title or "").own, clean(text).own
    return own if own.startswith(title) else f"{title}\n{own}".strip()
