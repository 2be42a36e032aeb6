"""Any Hugging Face classifier behind the seam: its labels are understood, or the message says what to write."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from nlp.engines.transformers import NoTransformer, load
from nlp.labels import UnknownLabels, column_of, three_classes
from nlp.reader import Reader
from nlp.sentiment import about

TORCH = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"好坏很太差喜欢推荐退货"]


@pytest.mark.parametrize(
    ("labels", "told", "columns"),
    [
        (["negative", "neutral", "positive"], {}, [0, 1, 2]),
        (["Positive", "NEGATIVE"], {}, [2, 0]),
        (["积极", "消极", "中性"], {}, [2, 0, 1]),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], {}, [0, 0, 1, 2, 2]),
        (["stars (1)", "star 5", "star 3"], {}, [0, 2, 1]),
        (["LABEL_0", "LABEL_1"], {"LABEL_0": "negative", "LABEL_1": "positive"}, [0, 2]),
        (["angry", "happy", "none"], {"angry": "negative", "happy": "positive", "none": "neutral"}, [0, 2, 1]),
    ],
)
def test_labels_that_are_understood(labels: list[str], told: dict[str, str], columns: list[int]) -> None:
    assert column_of(dict(enumerate(labels)), told) == columns


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["LABEL_0", "LABEL_1"],
            "LABEL_0, LABEL_1 means is not known: .*TINGFENG_TRANSFORMERS_LABELS='LABEL_0=negative",
        ),
        (["positive"], "both poles are needed"),
        (["neutral", "positive"], "both poles are needed"),
        (["sports", "negative", "positive"], "what sports means"),
    ],
)
def test_labels_that_are_not_are_shown_with_the_remedy(labels: list[str], message: str) -> None:
    with pytest.raises(UnknownLabels, match=message):
        column_of(dict(enumerate(labels)), {})


def test_two_poles_become_three_classes() -> None:
    found = three_classes(np.asarray([[0.1, 0.9], [0.5, 0.5]], np.float32), [0, 2])
    assert np.allclose(found, [[0.01, 0.18, 0.81], [0.25, 0.5, 0.25]])
    stars = three_classes(np.asarray([[0.1, 0.2, 0.3, 0.2, 0.2]], np.float32), [0, 0, 1, 2, 2])
    assert np.allclose(stars, [[0.3, 0.3, 0.4]])


def test_without_a_model_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINGFENG_TRANSFORMERS_MODEL", raising=False)
    with pytest.raises(NoTransformer, match="TINGFENG_TRANSFORMERS_MODEL: name a folder"):
        load()
    [found] = [one for one in about() if one.name == "transformers"]
    assert not found.ready
    assert "TINGFENG_TRANSFORMERS_MODEL" in found.model


@pytest.mark.skipif(TORCH, reason="torch is here, so nothing is missing")
def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_TRANSFORMERS_MODEL", "any")
    with pytest.raises(NoTransformer, match=r"not installed: uv pip install -e '\.\[torch\]'"):
        load()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny BERT with random weights, saved as people save theirs."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(1)
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, id2label={0: "消极", 1: "中性", 2: "积极"},
        label2id={"消极": 0, "中性": 1, "积极": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    BertTokenizer(str(tmp_path / "vocab.txt"), model_max_length=64).save_pretrained(tmp_path)
    monkeypatch.setenv("TINGFENG_TRANSFORMERS_MODEL", str(tmp_path))
    return tmp_path


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
def test_a_model_in_a_folder_answers_as_every_engine_does(folder: Path) -> None:
    engine = load()
    texts = ["很好", "太差", "", "好" * 2_000, "\ud800坏", "😀", "\x00"]
    found = engine.answers(texts)
    assert found.sentiment.shape == (len(texts), 3)
    assert np.allclose(found.sentiment.sum(axis=1), 1, atol=1e-5)
    assert engine.answers([]).sentiment.shape == (0, 3)
    alone = np.concatenate([engine.answers([text]).sentiment for text in texts])
    assert np.allclose(found.sentiment, alone, atol=1e-4)
    [reading] = Reader(engine).read(["很好"])
    assert reading.emotion is None
    assert engine.model.startswith(f"transformers-{folder.name}@")


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
def test_its_version_is_that_of_its_files_and_labels(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load().model
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    config["label2id"] = {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UnknownLabels, match="LABEL_0, LABEL_1, LABEL_2"):
        load()
    monkeypatch.setenv("TINGFENG_TRANSFORMERS_LABELS", "LABEL_0=positive, LABEL_1=neutral, LABEL_2=negative")
    assert load().model != before


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
def test_a_folder_without_a_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_TRANSFORMERS_MODEL", str(tmp_path))
    with pytest.raises(NoTransformer, match="cannot be read: .*name a folder"):
        load()
