"""Any Hugging Face classifier: the model that TINGFENG_TRANSFORMERS_MODEL names, a folder or an id of the hub.

It needs the extra `[torch]`. It reads whole texts: of targets and emotions it knows nothing.
"""

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config import settings
from config.errors import UserError
from nlp.classifier.predictions import Predictions
from nlp.labels import column_of, three_classes

__all__ = ["NoTransformer", "Transformer", "load"]

_BATCH, _LONGEST = 16, 512


class NoTransformer(UserError):
    """The model or what runs it is missing; the message says what to set or to install."""


class Transformer:
    """One model of the hub behind the seam."""

    name = "transformers"

    def __init__(self, source: str, revision: str | None, labels: dict[str, str]) -> None:
        self._source, self._revision = source, revision
        config = _wanted("AutoConfig", source, revision)
        self._columns = column_of(dict(config.id2label), labels)
        self.model = (
            f"{self.name}-{Path(source).name}@{_version(source, config)} {sorted(labels.items()) or ''}".strip()
        )
        self.size = sum(file.stat().st_size for file in Path(source).glob("*") if file.is_file()) or None
        """Bytes of the model's files, for one in a folder."""

    def answers(self, texts: Sequence[str], targets: Sequence[str | None] | None = None) -> Predictions:
        """Return three classes of each whole text."""
        rows = [self._rows(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        found = np.concatenate(rows) if rows else np.zeros((0, len(self._columns)), np.float32)
        return Predictions.of(three_classes(found, self._columns))

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import torch

        tokenizer, model = _loaded(self._source, self._revision)
        longest = min(_LONGEST, tokenizer.model_max_length)
        sound = [text.encode("utf-8", "replace").decode() for text in texts]  # a lone surrogate is no character
        given = tokenizer(sound, padding=True, truncation=True, max_length=longest, return_tensors="pt")
        with torch.inference_mode():
            logits = model(**given).logits
        found: NDArray[np.float32] = torch.softmax(logits.float(), dim=-1).numpy()
        return found


def _wanted(kind: str, source: str, revision: str | None) -> Any:
    """Read a part of the model with one of the library's Auto classes."""
    import transformers

    try:
        return getattr(transformers, kind).from_pretrained(source, revision=revision)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise NoTransformer(
            f"TINGFENG_TRANSFORMERS_MODEL={source!r} cannot be read: {reason}: name a folder with config.json, "
            "the tokenizer and model.safetensors, or an id of the hub"
        ) from error


@lru_cache(maxsize=1)
def _loaded(source: str, revision: str | None) -> tuple[Any, Any]:
    """Load tokenizer and weights once a process, when something is asked."""
    tokenizer = _wanted("AutoTokenizer", source, revision)
    model = _wanted("AutoModelForSequenceClassification", source, revision).eval()
    return tokenizer, model


def _version(source: str, config: Any) -> str:
    """Return the hub's commit, or a digest of the folder's files."""
    folder = Path(source)
    if not folder.is_dir():
        return str(getattr(config, "_commit_hash", None) or "unknown")[:12]
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        digest.update(file.name.encode())
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def load() -> Transformer:
    """Return the engine; NoTransformer says what is missing, UnknownLabels what the labels need."""
    model = settings.transformers_model()
    if model is None:
        raise NoTransformer("TINGFENG_TRANSFORMERS_MODEL: name a folder, or an id of the hub, to use this engine")
    missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    if missing:
        raise NoTransformer(f"{' and '.join(missing)}: not installed: uv pip install -e '.[torch]'")
    return Transformer(model.source, model.revision, model.labels)
