"""Fit the head of sentiment towards a target: a logistic regression per engine on judgements in several hands.

The lines of judgements/ are `text ‖ target sign ‖ …` below their kinds (`# kind`); each file is one hand's, which saw
neither rules nor tests. The sentences of targets/ stand beside them, and count less: one hand wrote them all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from nlp.classifier.judge import STANCE, Default, Fast, load
from nlp.stance.head import BUCKETS, Inputs, inputs, standard
from nlp.stance.polarity import lexicon, names
from nlp.stance.scene import SentimentTarget
from nlp.towards import asked, guessed
from nlp.training.sentences import targets

__all__ = ["Judgement", "judgements", "write"]

LOG = logging.getLogger(__name__)
Array = npt.NDArray[np.float32]
_HERE = Path(__file__).parent / "judgements"
_SIGNS = "-0+"
STRENGTH = 1.0
"""How little weights are held back. Chosen, as all here, on the third hand by what the first two and targets/ teach."""
FIGURES = np.float32(1 / 12)
"""What a standard deviation of a figure is scaled to, so that all weights are held back alike; n-grams have 1."""
ENCODED = 0.3
"""How much a sentence of targets/ counts beside a judgement: the encoder has learnt its label before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a target fares in a text: 0 negative, 1 neutral, 2 positive; and how much that counts."""

    kind: str
    text: str
    target: str
    label: int
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
                yield Judgement(kind=kind, text=text, target=target, label=_SIGNS.index(sign))


def write(folder: Path, hands: Sequence[str] | None = None) -> None:
    """Fit a head for each engine whose files lie in a folder, and write them there."""
    known = [*judgements(hands)]
    for row in targets():
        known.append(Judgement(kind="", text=row.text, target=row.target, label=row.labels["target"], counts=ENCODED))
    arrays: dict[str, Array] = {}
    for name in ("fast", *(("default",) if (folder / "judge.onnx").exists() else ())):
        LOG.info("stances: %s", name)
        given, labels, counts = _windows(load(name, folder), known)
        arrays |= {f"{name}.{part}": value for part, value in _fit(given, labels, counts).items()}
    new = folder / f"new-{STANCE}"
    small = {name: value.astype(np.float16 if value.ndim > 1 else np.float32) for name, value in arrays.items()}
    np.savez_compressed(new, allow_pickle=False, **small)
    new.replace(folder / STANCE)


def _windows(
    engine: Default | Fast, known: Sequence[Judgement]
) -> tuple[Inputs, npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the windows in which texts name their targets, and of each the label and how much it counts."""
    words = lexicon().guessing(lambda said: guessed(engine, said))
    told = [(one, asked(one.text, SentimentTarget.of(one.target), names(), words)) for one in known]
    found = [(one, window) for one, places in told for window in places.windows if window.scene.named]
    rows = list(dict.fromkeys(row for _, window in found for row in (window.row, window.beside) if row))
    at = {row: place for place, row in enumerate(rows)}
    answers = engine.answers([text for text, _ in rows], [target for _, target in rows])
    places = [(at[window.row], at[window.beside] if window.beside else -1) for _, window in found]
    given = inputs([window for _, window in found], answers, places, words)
    return given, np.asarray([one.label for one, _ in found]), np.asarray([one.counts for one, _ in found])


def _fit(given: Inputs, labels: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]) -> dict[str, Array]:
    mean, step = given.figures.mean(0), given.figures.std(0) + np.float32(1e-6)
    centre, spread = given.pooled.mean(0), (given.pooled.std(0) + np.float32(1e-6)) * np.float32(22.6)
    some, width = len(mean), given.pooled.shape[1]
    gram = csr_matrix((given.value, (given.owner, given.bucket)), shape=(len(labels), BUCKETS))
    dense = np.concatenate([standard(given.figures, mean, step) * FIGURES, (given.pooled - centre) / spread], 1)
    rows = hstack([csr_matrix(dense), gram]).tocsr()
    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(rows, labels, sample_weight=counts)
    weights = model.coef_.T.astype(np.float32)
    pooled = weights[some : some + width] / spread[:, None]
    return {
        "mean": mean,
        "step": step,
        "figures": weights[:some] * FIGURES,
        "pooled": pooled,
        "grams": weights[some + width :],
        "bias": (model.intercept_ - centre @ pooled).astype(np.float32),
    }
