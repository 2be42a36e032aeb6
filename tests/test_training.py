"""Training writes what the engines read, goes on after a kill, and repeats itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.classifier.encoder import Encoder as Shipped
from nlp.classifier.heads import HEADS, SERVED, SLICES
from nlp.classifier.ngrams import Ngrams
from nlp.classifier.pieces import SPECIAL, Pieces
from nlp.classifier.text import normalise
from nlp.training.measure import calibration_error, macro_f1

torch = pytest.importorskip("torch", reason="training needs the extra [train]: uv pip install -e .[train]")
pytest.importorskip("sklearn", reason="training needs the extra [train]")

GOOD, BAD = ["真好", "喜欢", "推荐", "满意"], ["太差", "讨厌", "退货", "失望"]


def _pieces() -> Pieces:
    letters = sorted({letter for word in GOOD + BAD for letter in word})
    return Pieces([*SPECIAL, *letters])


def test_the_onnx_file_answers_as_torch_does(tmp_path: Path) -> None:
    from nlp.classifier.pieces import frame
    from nlp.training import export
    from nlp.training.batches import pad
    from nlp.training.encoder import Encoder, Judge

    torch.manual_seed(0)
    pieces = _pieces()
    judge = Judge(Encoder(len(pieces.pieces), hidden=48, layers=2)).eval()
    export.write({name: value.numpy() for name, value in judge.state_dict().items()}, tmp_path / "judge.onnx")
    pieces.write(tmp_path / "pieces.txt")
    texts = ["真好喜欢", "太差", "推荐满意真好退货"]
    given = Shipped(tmp_path / "judge.onnx", tmp_path / "pieces.txt").logits(texts)
    with torch.no_grad():
        wanted = judge(pad([frame(pieces.cut(normalise(text)), 96) for text in texts])).numpy()[:, :SERVED]
    assert np.abs(given - wanted).max() < 0.1 * np.abs(wanted).max()


def test_a_killed_training_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlp.training import loop

    monkeypatch.setattr(loop, "EVERY", 0.0)

    def train(path: Path, killed_at: int = 99) -> Any:
        torch.manual_seed(3)
        model = torch.nn.Linear(4, 1)
        job = loop.Loop(model, path, steps=6, rate=lambda name: 0.1)

        def loss(batch: int) -> tuple[Any, int]:
            if batch >= killed_at * loop.BATCHES:
                raise KeyboardInterrupt
            rows = torch.from_numpy(np.random.default_rng(batch).random((8, 4))).to(torch.bfloat16)
            return (model(rows).float() - rows.float().sum(1, keepdim=True)).square().mean(), 8

        job.run(loss)
        return model.weight.detach()

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "killed.ckpt", killed_at=3)
    assert torch.load(tmp_path / "killed.ckpt", weights_only=True)["done"] == 3
    assert torch.allclose(train(tmp_path / "killed.ckpt"), train(tmp_path / "whole.ckpt"), atol=1e-3)


def test_finetuning_learns_a_pole(tmp_path: Path) -> None:
    from nlp.training.encoder import Encoder, Judge
    from nlp.training.judge import Example, answer, finetune
    from nlp.training.rounds import Round

    pieces = _pieces()
    place = list(HEADS).index("review")
    examples = []
    for pole, words in enumerate((BAD, GOOD)):
        for word in words * 100:
            labels = [pole if at == place else -1 for at in range(len(HEADS))]
            examples.append(Example(ids=[0, *pieces.cut(word), 2], labels=labels, corpus="made"))
    torch.manual_seed(3)
    plans = Round(passes={"made": 20}, few=0, epochs=20, rate=1.5e-4)
    judge = finetune(Judge(Encoder(len(pieces.pieces), layers=2)), examples, tmp_path / "judge.ckpt", plans)
    found = answer(judge, [example.ids for example in examples])[:, SLICES["review"]].argmax(axis=1)
    assert (found == [example.labels[place] for example in examples]).mean() > 0.9


def test_ngrams_learn_and_survive_eight_bits(tmp_path: Path) -> None:
    from nlp.training import ngrams

    texts = [first + second for words in (BAD, GOOD) for first in words for second in words]
    labels = np.repeat([0, 1], len(texts) // 2)
    rows, idf = ngrams.features(texts)
    weights, bias = np.zeros((rows.shape[1], SERVED), np.float32), np.zeros(SERVED, np.float32)
    weights[:, SLICES["review"]], bias[SLICES["review"]] = ngrams.fit(rows, labels)
    ngrams.write(tmp_path / "ngrams.npz", idf, weights, bias)
    found = Ngrams.read(tmp_path / "ngrams.npz").logits(texts)[:, SLICES["review"]]
    exact = np.asarray(rows @ weights + bias)[:, SLICES["review"]]
    assert (found.argmax(axis=1) == labels).all()
    assert np.abs(found - exact).max() < 0.1


def test_own_rows_name_the_bad_line(tmp_path: Path) -> None:
    from nlp.training.corpora import BadTable, own

    table = tmp_path / "own.csv"
    table.write_text("text,sentiment,target\n很好,positive,\n很差,bad,\n", encoding="utf-8")
    with pytest.raises(BadTable, match=r"own\.csv: line 3"):
        own(table)


def test_measures() -> None:
    sure = np.asarray([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]], np.float32)
    labels = np.asarray([0, 1, 1, 1])
    assert macro_f1(sure, labels) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert calibration_error(sure, labels) == pytest.approx(0.15)
