"""The value at the analysis' border: a post that speaks of a brand."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from crawlers.post import Post

__all__ = ["Label", "MatchedBy", "Mention", "Sentiment", "Speaker", "decode_mention", "encode_mention"]


class Label(StrEnum):
    """The three classes of sentiment towards the brand."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class MatchedBy(StrEnum):
    """Why the post counts as a mention: its own words, or those of the post that it answers or reposts."""

    QUERY = "query"
    ROOT = "root"


class Speaker(StrEnum):
    """Who speaks: one whom the brand pays or supplies, an organisation or a verified account, or anybody else."""

    PARTNER = "partner"
    PGC = "pgc"
    UGC = "ugc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """Sentiment towards the brand: probabilities sum to 1; `score` is positive minus negative, -1 to 1."""

    label: Label
    probability: float
    """Of `label`, 0 to 1."""
    score: float
    engine: str
    model: str
    target: str | None = None
    """The words that were asked about; None where the whole post was judged."""
    why: str | None = None
    """The rule that decided in the model's stead, such as `comparison`."""
    before: tuple[float, float, float] | None = None
    """The engine's own negative, neutral and positive, where the brand's prior or `neutral` changed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One (post, brand). `tokens` are the cleaned text's words; `analysis` is the version of all that made it."""

    post: Post
    brand: str
    matched_by: MatchedBy
    matched: tuple[str, ...]
    """The terms that matched, as evidence."""
    sentiment: Sentiment
    mood: Label | None = None
    """The sentiment of the whole post, whomever it is about; None in mentions made before it was kept."""
    mood_probability: float | None = None
    """0 to 1."""
    emotion: str | None = None
    emotion_probability: float | None = None
    """0 to 1; the author's mood in the whole post, whatever it is about."""
    intent: str | None = None
    intent_probability: float | None = None
    speaker: Speaker | None = None
    """Who speaks; None in mentions made before it was kept."""
    entities: tuple[str, ...] = ()
    """Other brands, firms and products that the post names."""
    keywords: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    analysis: str

    @property
    def id(self) -> str:
        """The stable id: `platform:kind:native_id:brand`."""
        return f"{self.post.id}:{self.brand}"


_decoder = msgspec.json.Decoder(Mention)
_encoder = msgspec.json.Encoder()


def encode_mention(mention: Mention) -> bytes:
    """Return the mention as one line of JSON, without the line end."""
    return _encoder.encode(mention)


def decode_mention(line: bytes) -> Mention:
    """Read a mention from one line of JSON; msgspec.ValidationError names the field."""
    return _decoder.decode(line)
