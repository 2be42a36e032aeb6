"""A batch of posts → a batch of mentions, and beside it one of the brands' own answers.

The mentions follow from the posts' file, the brands, the engines' models, the user's words and stop words, and what
`roots` answers, and from nothing else: the same again gives the same bytes. What this version has made of the same
posts is not made again.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from threading import Lock

import msgspec

from config.brand import Brand
from crawlers.errors import MalformedPost
from crawlers.post import Post, decode_post
from crawlers.storage import objections
from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch, Manifest, Writer
from nlp import segmentation
from nlp.analysed import made_by
from nlp.keywords import stopwords
from nlp.mention import encode_mention
from nlp.mentions import Analyser, Spoken
from nlp.priors import Prior, in_use
from nlp.reader import Reader
from nlp.replies import replies_in
from nlp.sentiment import DEFAULT
from nlp.sentiment import engine as load_engine

__all__ = ["DEFAULT", "Analysis", "RootBrands", "analyse"]

_CODE = 6
"""Raise it with every change that makes other mentions of the same posts."""
_CHUNK = 1_000

RootBrands = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""Ids of first posts → the brands that each is already known to speak of."""


class Analysis:
    """The analysis as the brands, the engine and the user's words make it, ready for one batch after another.

    UnknownEngine for an engine that is not there.
    """

    def __init__(self, brands: Sequence[Brand], engine: str = DEFAULT) -> None:
        self._brands = brands
        self._reader, self._stops = Reader(load_engine(engine)), stopwords()
        self._priors = in_use([brand.id for brand in brands], self._reader.engine.model)
        self.version = _version_of(brands, self._reader, self._stops, self._priors)
        """16 hexadecimal digits that change whenever the same posts could get other mentions."""
        self._turn = Lock()

    def of(
        self,
        batch: Batch,
        *,
        roots: RootBrands | None = None,
        progress: Callable[[int, int], None] | None = None,
        hand_on: bool = True,
    ) -> Manifest:
        """Write the mentions of a batch of posts to `batch.to("mentions")`, own answers first; return their manifest.

        Its books are posts = matched + unmatched + dead, own (the unmatched that a brand's own account wrote) and
        mentions. `roots` is asked for the brands of first posts that lie outside the batch; `progress` gets posts done
        and in all; with `hand_on` the mentions wait to be indexed. BrokenBatch when the posts are not there or not
        whole. Several threads may ask at once: one reads, while others wait for the disk.
        """
        source, target = batch.manifest(), batch.to("mentions")
        if source is None:
            raise BrokenBatch(f"{batch.path}.manifest: missing: crawl this window first")
        alone, with_roots = (made_by(self.version, source, roots=asked) for asked in (False, True))
        if done := _made_before(target, (with_roots,) if roots else (alone, with_roots)):
            return done
        made = with_roots if roots else alone
        with target.write(made, hand_on=hand_on) as writer, batch.to("replies").write(made) as replies:
            writer.complete = source.complete
            with self._turn:
                for posts in self._read(batch, roots, writer, replies):
                    if progress:
                        progress(posts, source.count)
            _check_books(writer, source)
        return writer.manifest

    def _read(self, batch: Batch, roots: RootBrands | None, writer: Writer, replies: Writer) -> Iterator[int]:
        """Write the mentions and own answers of a batch; yield, again and again, how many posts are read."""
        inherited = _brands_of_roots(batch, self._analyser, roots, {brand.id for brand in self._brands})
        writer.books = dict.fromkeys(("posts", "matched", "unmatched", "dead", "own", "mentions"), 0)
        kept_out = objections.load()
        for lines in _chunks(batch.lines()):
            found = list(_spoken(lines, self._analyser, inherited, writer, replies, kept_out))
            for mention in self._analyser.mentions(found):
                writer.add(encode_mention(mention))
                writer.books["mentions"] += 1
            yield writer.books["posts"]

    @cached_property
    def _analyser(self) -> Analyser:
        changes = {brand: prior.change for brand, prior in self._priors.items()}
        return Analyser(self._brands, self._reader, self._stops, self.version, changes)


def analyse(
    batch: Batch,
    brands: Sequence[Brand],
    *,
    engine: str = DEFAULT,
    roots: RootBrands | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Analyse one batch by itself: see `Analysis.of`."""
    return Analysis(brands, engine).of(batch, roots=roots, progress=progress)


def _version_of(brands: Sequence[Brand], reader: Reader, stops: Collection[str], priors: Mapping[str, Prior]) -> str:
    written = [brand.model_dump(mode="json", exclude={"crawl"}) for brand in brands]
    made_from = [_CODE, reader.version, segmentation.version(), sorted(stops), written]
    made_from += [{brand: prior.id for brand, prior in priors.items()}] if priors else []
    return hashlib.sha256(msgspec.json.encode(made_from, order="deterministic")).hexdigest()[:16]


def _brands_of_roots(
    batch: Batch, analyser: Analyser, ask: RootBrands | None, known: Collection[str]
) -> dict[str, Sequence[str]]:
    """Return, by the ids of conversations' first posts, the brands that their answers inherit."""
    wanted = {root for line in batch.lines() if (root := _root_of(line))}
    if not wanted:
        return {}
    roots: dict[str, Sequence[str]] = {}
    for line in batch.lines():
        try:
            post = decode_post(line)
        except MalformedPost:
            continue  # told when the lines are read again
        if post.id in wanted and not post.root_id and (brands := analyser.as_root(post)):
            roots[post.id] = brands
    missing = sorted(wanted - roots.keys())
    answers = ask(missing) if ask and missing else {}
    return roots | {root: sorted(set(answers[root]) & set(known)) for root in missing if root in answers}


class _Answer(msgspec.Struct):
    root_id: str | None = None


_answer = msgspec.json.Decoder(_Answer)


def _root_of(line: bytes) -> str | None:
    """Return the first post that the post of this line belongs to, without a look at the rest of it."""
    try:
        return _answer.decode(line).root_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # told when the lines are read again


def _spoken(
    lines: Sequence[bytes],
    analyser: Analyser,
    inherited: Mapping[str, Sequence[str]],
    writer: Writer,
    replies: Writer,
    kept_out: objections.Objections,
) -> Iterator[tuple[Post, Spoken]]:
    """Yield the posts that are mentions, enter every line in the books, keep own answers, set malformed lines aside.

    Of an author who has said no there is no mention, however old the posts.
    """
    for line in lines:
        writer.books["posts"] += 1
        try:
            post = decode_post(line)
        except MalformedPost as error:
            writer.books["dead"] += 1
            writer.set_aside(str(error), line.decode(errors="replace"))
            continue
        if kept_out.block(post.platform, post.author):
            writer.books["unmatched"] += 1
            continue
        spoken, own = analyser.spoken_of(post, inherited)
        writer.books["matched" if spoken else "unmatched"] += 1
        for reply in replies_in(post, own):
            replies.add(reply)
        if spoken:
            yield post, spoken
        else:
            writer.books["own"] += bool(own)


def _chunks(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(lines, _CHUNK)):
        yield chunk


def _made_before(batch: Batch, versions: Collection[str]) -> Manifest | None:
    """Return the batch's manifest if one of these versions made it and its file is still as it was."""
    manifest = batch.manifest()
    if manifest is None or manifest.made_by not in versions:
        return None
    try:
        deque(batch.lines(), maxlen=0)
    except BrokenBatch:
        return None
    return manifest


def _check_books(writer: Writer, source: Manifest) -> None:
    books = writer.books
    if not books["posts"] == source.count == books["matched"] + books["unmatched"] + books["dead"]:
        raise BooksDoNotBalance(f"{source.count} posts came in, but the books say {books}")
    if not books["mentions"] == writer.count >= books["matched"]:
        raise BooksDoNotBalance(f"{writer.count} mentions were written, but the books say {books}")
