"""Write a trained judge as an eight-bit ONNX graph of onnxruntime's own fused operators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from nlp.classifier.heads import SENTIMENTS, SERVED, SLICES, WIDTH

__all__ = ["read", "write"]

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]
MICROSOFT = "com.microsoft"
HEADS = 8


class _Graph:
    """Nodes and constants as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(value if value.ndim == 0 else np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: int | float) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, None, domain, None, **attributes))
        return output

    def linear(self, x: str, weight: Array, bias: Array, name: str) -> str:
        """`weight` is (out, in); each output has a step of its own, found for the least squared error."""
        eight, scale = _eight(weight)
        inputs = [
            x,
            self.constant(f"{name}.weight", eight.T),
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, name, MICROSOFT)


def _eight(weight: Array) -> tuple[npt.NDArray[np.int8], Array]:
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-8).astype(np.float32) / 127
    return np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8), scale


def write(weights: Weights, path: Path) -> None:
    """Write the graph: `ids` int64 and `mask` int32 (batch, length) in; out come `logits` (batch, SERVED) and
    `stances` (batch, length, 3), whose mean over a target's places says how it fares.
    """
    graph = _Graph()
    x = _embed(graph, weights)
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layers."))
    for number in range(layers):
        x = _layer(graph, weights, x, f"encoder.layers.{number}.")
    pooled = _pool(graph, x)
    kernel, bias = weights["heads.weight"][:SERVED], weights["heads.bias"][:SERVED]
    graph.add(
        "Gemm", [pooled, graph.constant("heads.w", kernel), graph.constant("heads.b", bias)], "logits", "", transB=1
    )
    _stances(graph, weights, x, pooled)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "length"]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", SERVED]),
        helper.make_tensor_value_info("stances", TensorProto.FLOAT, ["batch", "length", len(SENTIMENTS)]),
    ]
    body = helper.make_graph(graph.nodes, "judge", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(body, opset_imports=opsets, ir_version=8), path)


def _embed(graph: _Graph, weights: Weights) -> str:
    """Look up eight-bit rows, each with its own step, and add the places."""
    eight, scale = _eight(weights["encoder.word.weight"])
    rows = graph.add("Gather", [graph.constant("word", eight), "ids"], "word.rows")
    steps = graph.add("Gather", [graph.constant("word.step", scale[:, None]), "ids"], "word.steps")
    words = graph.add("Mul", [graph.add("Cast", [rows], "word.float", to=TensorProto.FLOAT), steps], "words")
    length = graph.add("Shape", ["ids"], "length", start=1, end=2)
    begin, axis = graph.constant("zero", np.zeros(1, np.int64)), graph.constant("axis", np.zeros(1, np.int64))
    places = graph.add(
        "Slice", [graph.constant("position", weights["encoder.position.weight"]), begin, length, axis], "places"
    )
    total = graph.add("Add", [words, places], "embedded")
    norm = [graph.constant(f"norm.{kind}", weights[f"encoder.norm.{kind}"]) for kind in ("weight", "bias")]
    return graph.add("LayerNormalization", [total, *norm], "start", axis=-1, epsilon=1e-12)


def _layer(graph: _Graph, weights: Weights, x: str, at: str) -> str:
    def linear(x: str, name: str, part: slice = slice(None)) -> str:
        suffix = "" if part == slice(None) else f".{part.start}"
        return graph.linear(
            x, weights[f"{at}{name}.weight"][part], weights[f"{at}{name}.bias"][part], at + name + suffix
        )

    def norm(x: str, skip: str, name: str) -> str:
        constants = [graph.constant(f"{at}{name}.{kind}", weights[f"{at}{name}.{kind}"]) for kind in ("weight", "bias")]
        # not SkipLayerNormalization: the two operators take a sixth of its time
        total = graph.add("Add", [x, skip], f"{at}{name}.sum")
        return graph.add("LayerNormalization", [total, *constants], at + name, axis=-1, epsilon=1e-12)

    hidden = len(weights[f"{at}done.weight"])
    q, k, v = (linear(x, "qkv", slice(n * hidden, (n + 1) * hidden)) for n in range(3))
    seen = graph.add("MultiHeadAttention", [q, k, v, "", "mask"], at + "seen", MICROSOFT, num_heads=HEADS)
    x = norm(linear(seen, "out"), x, "attended")
    wide = graph.add("Gelu", [linear(x, "wide")], at + "gelu", MICROSOFT)
    return norm(linear(wide, "narrow"), x, "done")


def _pool(graph: _Graph, x: str) -> str:
    """The mean of the real pieces, beside the first."""
    kept = graph.add("Cast", ["mask"], "kept", to=TensorProto.FLOAT)
    one = graph.constant("one", np.ones(1, np.int64))
    row = graph.add("Unsqueeze", [kept, one], "kept.row")
    total = graph.add("MatMul", [row, x], "sum")
    count = graph.add("ReduceSum", [row, graph.constant("two", np.full(1, 2, np.int64))], "count", keepdims=1)
    mean = graph.add("Squeeze", [graph.add("Div", [total, count], "mean.row"), one], "mean")
    first = graph.add("Gather", [x, graph.constant("nought", np.asarray(0, np.int64))], "first", axis=1)
    return graph.add("Concat", [mean, first], "pooled", axis=1)


def _stances(graph: _Graph, weights: Weights, x: str, pooled: str) -> None:
    """What each piece says of a target that stands there, beside what the whole text says."""
    kernel, width = weights["stance.weight"], 2 * len(weights["stance.weight"][0]) // 3
    whole = [pooled, graph.constant("stance.w", kernel[:, :width]), graph.constant("stance.b", weights["stance.bias"])]
    row = graph.add("Unsqueeze", [graph.add("Gemm", whole, "stance.whole", transB=1), "one"], "stance.row")
    there = graph.add("MatMul", [x, graph.constant("stance.there", kernel[:, width:].T)], "stance.places")
    graph.add("Add", [there, row], "stances")


def read(path: Path) -> dict[str, Array]:
    """Return the weights of a graph that `write` wrote, to train on.

    Heads that are not served come out as noughts; that of stances, where it is not there, as the one of targets.
    """
    parts = {part.name: numpy_helper.to_array(part).astype(np.float32) for part in onnx.load(path).graph.initializer}
    weights = {"encoder.word.weight": parts["word"] * parts["word.step"], "encoder.position.weight": parts["position"]}
    weights |= {f"encoder.norm.{kind}": parts[f"norm.{kind}"] for kind in ("weight", "bias")}
    for name in (name.removesuffix(".weight") for name in parts if name.startswith("encoder.layers.")):
        if f"{name}.scale" in parts:
            weights[f"{name}.weight"] = (parts[f"{name}.weight"] * parts[f"{name}.scale"]).T
            weights[f"{name}.bias"] = parts[f"{name}.bias"]
        elif f"{name}.weight" in parts:
            weights |= {f"{name}.{kind}": parts[f"{name}.{kind}"] for kind in ("weight", "bias")}
    for at in {name.partition(".qkv.")[0] for name in weights if ".qkv." in name}:
        hidden = len(parts["position"][0])
        for kind in ("weight", "bias"):
            thirds = [weights.pop(f"{at}.qkv.{n * hidden}.{kind}") for n in range(3)]
            weights[f"{at}.qkv.{kind}"] = np.concatenate(thirds)
    unserved = WIDTH - SERVED
    weights["heads.weight"] = np.pad(parts["heads.w"], ((0, unserved), (0, 0)))
    weights["heads.bias"] = np.pad(parts["heads.b"], (0, unserved))
    whole = parts["heads.w"][SLICES["target"]] / 2
    there = parts.get("stance.there", np.zeros((whole.shape[1] // 2, len(whole)), np.float32)).T
    weights["stance.weight"] = np.concatenate([parts.get("stance.w", whole), there], 1)
    weights["stance.bias"] = parts.get("stance.b", parts["heads.b"][SLICES["target"]] / 2)
    return weights
