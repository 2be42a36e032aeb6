"""Fit the head of sentiment towards a target: a logistic regression per engine on judgements in several hands.

The lines of judgements/ are `text ‖ target sign ‖ …` below their kinds (`# kind`); each file is one hand's, which saw
neither rules nor tests. Of real posts (real.tsv) they have a hash, a target and a sign. The sentences of targets/ stand
beside them, and count less: one hand wrote them all.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from nlp.classifier.judge import STANCE, Default, Fast, load
from nlp.stance.head import BUCKETS, Head, Inputs, inputs, standard
from nlp.stance.polarity import Lexicon, lexicon, names
from nlp.stance.scene import SentimentTarget
from nlp.stance.windows import Window
from nlp.towards import asked, guessed
from nlp.training.calibrate import surprise
from nlp.training.corpora import texts
from nlp.training.sentences import targets

__all__ = ["Judgement", "apart", "found", "judgements", "real", "sentences", "write"]

LOG = logging.getLogger(__name__)
Array = npt.NDArray[np.float32]
_HERE = Path(__file__).parent / "judgements"
_SIGNS = "-0+"
STRENGTH = 1.0
"""How little weights are held back. Chosen, as all here, on the third hand by what the first two and targets/ teach."""
FIGURES = np.float32(1 / 12)
"""What a standard deviation of a figure is scaled to, so that all weights are held back alike; n-grams have 1."""
_APART, _SHARE_APART = frozenset({"wire"}), 5
"""The hands, and which part of the real posts, that the encoder never learns from."""
ENCODED = 0.3
"""How much a sentence of targets/ counts beside a judgement: the encoder has learnt its label before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a target fares in a text: 0 negative, 1 neutral, 2 positive; and how much that counts."""

    text: str
    target: str
    label: int
    kind: str = ""
    hand: str = ""
    counts: float = 1.0


def judgements(hands: Sequence[str] | None = None) -> Iterator[Judgement]:
    """Yield what the hands (the files' stems; all where None) judged."""
    for file in sorted(_HERE.glob("*.txt")):
        kind = ""
        for line in file.read_text(encoding="utf-8").splitlines() if hands is None or file.stem in hands else ():
            if line.startswith("# "):
                kind = line[2:]
                continue
            text, *pairs = line.split(" ‖ ")
            for target, sign in (pair.rsplit(" ", 1) for pair in pairs):
                yield Judgement(kind=kind, hand=file.stem, text=text, target=target, label=_SIGNS.index(sign))


def real(data: Path) -> Iterator[Judgement]:
    """Yield how targets fare in real posts: we have their hashes, their texts are in the research data alone."""
    told = defaultdict(list)
    for line in (_HERE / "real.tsv").read_text(encoding="utf-8").splitlines():
        digest, target, sign = line.split("\t")
        told[digest].append((target, _SIGNS.index(sign)))
    for text in (" ".join(text.split()) for text in texts(data)):
        for target, label in told.pop(hashlib.sha256(text.encode()).hexdigest()[:16], ()):
            yield Judgement(hand="real", text=text, target=target, label=label)


def apart(one: Judgement) -> bool:
    """Say whether the encoder never learns from it: by these it is weighed beside the regression, and calibrated."""
    if one.hand == "real":
        return int.from_bytes(hashlib.sha256(one.text.encode()).digest()) % _SHARE_APART == 0
    return one.hand in _APART


def sentences() -> Iterator[Judgement]:
    """Yield what targets/ says."""
    for row in targets():
        yield Judgement(text=row.text, target=row.target, label=row.labels["target"], counts=ENCODED)


def write(folder: Path, data: Path, hands: Sequence[str] | None = None) -> None:
    """Fit a head for each engine whose files lie in a folder, and write them there; `data` has the real posts."""
    known = [*judgements(hands), *real(data), *sentences()]
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name in ("fast", *(("default",) if (folder / "judge.onnx").exists() else ())):
        LOG.info("stances: %s", name)
        weights = _head(load(name, folder), known)
        unit = np.abs(weights["grams"]).max() / np.float32(127)
        for part, value in weights.items():
            arrays[f"{name}.{part}"] = value.astype(np.float16 if value.ndim > 1 else np.float32)
        arrays |= {f"{name}.grams": np.round(weights["grams"] / unit).astype(np.int8), f"{name}.unit": unit}
    new = folder / f"new-{STANCE}"
    np.savez_compressed(new, allow_pickle=False, **arrays)
    new.replace(folder / STANCE)


def _head(engine: Fast | Default, known: Sequence[Judgement]) -> dict[str, Array]:
    """Return an engine's weights: of figures and n-grams, and of what the encoder says by the hands that it never read.

    How much either counts, and how sure both are, is learnt where neither has learnt before; a regression alone stays
    as it is.
    """
    words = lexicon().guessing(lambda said: guessed(engine, said))
    told = found(engine, known, words)
    return _weights(told, answered(engine, [window for _, window in told], words))


def _weights(told: Sequence[tuple[Judgement, Window]], given: Inputs) -> dict[str, Array]:
    labels, counts = np.asarray([one.label for one, _ in told]), np.asarray([one.counts for one, _ in told])
    unread = np.asarray([apart(one) for one, _ in told])
    weights = _fit(given, labels, counts)
    if given.stance.shape[1] and unread.any() and not unread.all():
        blind = Head(**_fit(given, labels, np.where(unread, 0, counts)))
        weights = _blended(weights, blind.logits(given)[unread], given.stance[unread], labels[unread])
    return weights


def answered(engine: Fast | Default, windows: Sequence[Window], words: Lexicon) -> Inputs:
    """Return what windows are judged by, from an engine's answers."""
    rows = list(dict.fromkeys(row for window in windows for row in (window.row, window.beside) if row))
    at = {row: place for place, row in enumerate(rows)}
    answers = engine.answers([text for text, _ in rows], [target for _, target in rows])
    places = [(at[window.row], at[window.beside] if window.beside else -1) for window in windows]
    return inputs(windows, answers, places, words)


def found(engine: Fast | Default, known: Sequence[Judgement], words: Lexicon) -> list[tuple[Judgement, Window]]:
    """Return the windows in which texts name their targets."""
    told = [(one, asked(one.text, SentimentTarget.of(one.target), names(), words)) for one in known]
    return [(one, window) for one, places in told for window in places.windows if window.scene.named]


def _fit(given: Inputs, labels: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]) -> dict[str, Array]:
    mean, step = given.figures.mean(0), given.figures.std(0) + np.float32(1e-6)
    gram = csr_matrix((given.value, (given.owner, given.bucket)), shape=(len(labels), BUCKETS))
    rows = hstack([csr_matrix(standard(given.figures, mean, step) * FIGURES), gram]).tocsr()
    learnt = counts > 0
    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(
        rows[learnt], labels[learnt], sample_weight=counts[learnt]
    )
    weights = model.coef_.T.astype(np.float32)
    return {
        "mean": mean,
        "step": step,
        "figures": weights[: len(mean)] * FIGURES,
        "stance": np.zeros((given.stance.shape[1], len(_SIGNS)), np.float32),
        "grams": weights[len(mean) :],
        "bias": model.intercept_.astype(np.float32),
    }


def _blended(
    weights: dict[str, Array], logits: Array, stance: Array, labels: npt.NDArray[np.int64]
) -> dict[str, Array]:
    """Return weights scaled as is likeliest where these are the `logits` and the encoder's `stance`."""
    parts = [logits, stance]

    def unlikely(scales: npt.NDArray[np.float64]) -> float:
        return surprise(np.sum([scale * part for scale, part in zip(scales, parts, strict=True)], 0), labels)

    best = minimize(unlikely, np.full(len(parts), 1 / len(parts)), method="L-BFGS-B").x.astype(np.float32)
    LOG.info("the regression counts %.2f, the encoder %.2f", *best)
    heard = np.eye(len(_SIGNS), dtype=np.float32) * best[1]
    return weights | {name: weights[name] * best[0] for name in ("figures", "grams", "bias")} | {"stance": heard}
