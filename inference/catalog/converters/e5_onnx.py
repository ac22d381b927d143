"""The encoder as ONNX graphs that end in a sentence embedding, so that a server needs only `tokenizers` and ONNX
Runtime.

Inputs `input_ids`, `attention_mask`: int64 [batch, tokens]. Output `sentence_embedding`: float32 [batch, hidden], the
mean over unmasked tokens, scaled to length one. Architecture: BERT (Devlin et al., arXiv 1810.04805) as in
multilingual-e5 (Wang et al., arXiv 2402.05672).

Two forms. `Fp32Weights` uses standard operators only. `Int8Weights` multiplies in int8 and keeps the embedding table
in the source's own 4-bit blocks (ONNX Runtime's GatherBlockQuantized), which are exact.
"""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from inference.catalog.converters.e5_file import BLOCK, E5File

_OPSET = 20
_CONTRIB = "com.microsoft"
_INT8_MAX = 127
_UINT8_ZERO = 128
_TINY = 1e-12
"""Keeps divisions defined for a row of zeros."""


class Graph:
    """Nodes and weights under construction; every method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def weight(self, name: str, values: npt.ArrayLike) -> str:
        """Store a constant."""
        from onnx import numpy_helper

        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def once(self, name: str, values: npt.ArrayLike) -> str:
        """Store a constant that many nodes share."""
        return name if any(weight.name == name for weight in self.weights) else self.weight(name, values)

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401 - ONNX's
        """Add an operator with one output."""
        from onnx import helper

        result = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [result], domain=domain, **attributes))
        return result


class Weights(Protocol):
    """How matrices are stored and multiplied: what sets the two forms apart."""

    def embed(self, graph: Graph, ids: str) -> str:
        """Word embeddings [batch, tokens, hidden] of `ids`."""

    def linear(self, graph: Graph, values: str, name: str, rows: int, columns: int) -> str:
        """`values` [..., columns] times the transposed matrix [rows, columns], plus its bias."""


class Fp32Weights:
    """Dequantised matrices, standard operators."""

    def __init__(self, source: E5File) -> None:
        self._source = source

    def embed(self, graph: Graph, ids: str) -> str:
        """See `Weights.embed`."""
        shape = self._source.shape
        table = graph.weight("emb.word", self._source.matrix("emb.word", shape.vocabulary, shape.hidden))
        return graph.node("Gather", table, ids)

    def linear(self, graph: Graph, values: str, name: str, rows: int, columns: int) -> str:
        """See `Weights.linear`."""
        matrix = graph.weight(f"{name}.w", self._source.matrix(f"{name}.w", rows, columns).T)
        bias = graph.weight(f"{name}.b", self._source.floats(f"{name}.b", rows))
        return graph.node("Add", graph.node("MatMul", values, matrix), bias)


class Int8Weights:
    """Matrices in int8 with a scale a row, activations in uint8 with a scale a token, the embedding table in its own
    4 bits.

    ONNX Runtime spends more time on passes over activations than on int8 products, so each pass is one operator:
    QuantizeLinear divides, rounds and narrows; MatMulIntegerToFloat scales the columns while it multiplies.

    The scale a token makes a text's vector independent of the texts it is batched with, which ONNX Runtime's own
    dynamic quantisation (one scale a tensor) does not, and keeps the cosine to float32 above 0.998 instead of 0.987.
    """

    def __init__(self, source: E5File) -> None:
        self._source = source
        self._quantised: dict[str, tuple[str, str]] = {}

    def embed(self, graph: Graph, ids: str) -> str:
        """See `Weights.embed`."""
        from onnx import TensorProto, helper

        shape = self._source.shape
        scales, values = self._source.blocks("emb.word", shape.vocabulary, shape.hidden)
        dims = (shape.vocabulary, shape.hidden)
        graph.weights.append(helper.make_tensor("emb.word", TensorProto.INT4, dims, _pack(values), raw=True))
        return graph.node(
            "GatherBlockQuantized",
            "emb.word",
            ids,
            graph.weight("emb.word.scales", scales),
            domain=_CONTRIB,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )

    def linear(self, graph: Graph, values: str, name: str, rows: int, columns: int) -> str:
        """See `Weights.linear`."""
        matrix = self._source.matrix(f"{name}.w", rows, columns)
        scales = np.maximum(np.abs(matrix).max(axis=1) / _INT8_MAX, _TINY).astype(np.float32)
        rounded = np.rint(matrix / scales[:, None]).astype(np.int8).T
        tokens, token_scales = self._activations(graph, values)
        columns_scaled = graph.node(
            "MatMulIntegerToFloat",
            tokens,
            graph.weight(f"{name}.w", rounded),
            graph.once("one", np.float32(1)),
            graph.weight(f"{name}.scales", scales),
            graph.once("uint8_zero", np.uint8(_UINT8_ZERO)),
            domain=_CONTRIB,
        )
        product = graph.node("Mul", columns_scaled, token_scales)
        return graph.node("Add", product, graph.weight(f"{name}.b", self._source.floats(f"{name}.b", rows)))

    def _activations(self, graph: Graph, values: str) -> tuple[str, str]:
        """`values` as uint8 around 128, and the scale of each token; query, key and value share them."""
        if values not in self._quantised:
            last = graph.once("last_axis_alone", np.array([-1]))
            lowest = graph.node("Neg", graph.node("ReduceMin", values, last, keepdims=1))
            largest = graph.node("Max", graph.node("ReduceMax", values, last, keepdims=1), lowest)
            scaled = graph.node("Mul", largest, graph.once("int8_step", np.float32(1 / _INT8_MAX)))
            scales = graph.node("Max", scaled, graph.once("int8_tiny", np.float32(_TINY)))
            self._quantised[values] = self._rounded(graph, values, scales), scales
        return self._quantised[values]

    def _rounded(self, graph: Graph, values: str, scales: str) -> str:
        """Divide, round, shift and narrow in one pass: QuantizeLinear takes a scale a row of a matrix."""
        from onnx import numpy_helper

        shape = graph.node("Shape", values)
        every = graph.node("Reshape", scales, graph.once("flat", np.array([-1])))
        zero = numpy_helper.from_array(np.array([_UINT8_ZERO], np.uint8))
        zeros = graph.node("ConstantOfShape", graph.node("Shape", every), value=zero)
        width = graph.node("Slice", shape, graph.once("last", np.array([-1])), graph.once("end", np.array([9])))
        matrix = graph.node("Reshape", values, graph.node("Concat", graph.once("flat", np.array([-1])), width, axis=0))
        return graph.node("Reshape", graph.node("QuantizeLinear", matrix, every, zeros, axis=0), shape)


def _pack(values: npt.NDArray[np.int8]) -> bytes:
    """Values -8..7 [rows, blocks, 32] -> int4 in two's complement, even elements in the low halves of bytes."""
    nibbles = values.view(np.uint8) & np.uint8(15)
    return (nibbles[..., 0::2] | (nibbles[..., 1::2] << np.uint8(4))).tobytes()


def write_graph(path: Path, source: E5File, weights: Weights) -> None:
    """Build the encoder with `weights` and save it as one file."""
    import onnx
    from onnx import TensorProto, helper

    graph = Graph()
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    states = _encode(graph, source, weights, mask)
    result = _pool(graph, states, mask)
    dims = ["batch", "tokens"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, dims) for n in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info(result, TensorProto.FLOAT, ["batch", source.shape.hidden])]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "multilingual-e5-small", inputs, outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)],
        producer_name="inference.catalog",
        ir_version=10,
    )
    onnx.save(model, path)


def _encode(graph: Graph, source: E5File, weights: Weights, mask: str) -> str:
    """Hidden states [batch, tokens, hidden] after the last layer."""
    shape = source.shape
    # Every token is of type 0: its vector is added to the positions once, here.
    positions = source.floats("emb.pos", shape.positions, shape.hidden)
    positions = positions + source.floats("emb.type", shape.types, shape.hidden)[0]
    length = graph.node("Shape", "input_ids", start=1, end=2)
    zero, row = graph.weight("zero", np.array([0])), graph.weight("row", np.array([0]))
    placed = graph.node("Slice", graph.weight("emb.pos", positions), zero, length, row)
    states = _norm(graph, source, graph.node("Add", weights.embed(graph, "input_ids"), placed), "emb.ln")
    # 0 where a token is attended to, very negative where it is padding: [batch, 1, 1, tokens]
    hidden_by_mask = graph.node("Sub", graph.weight("one", np.float32(1)), mask)
    penalty = graph.node("Mul", hidden_by_mask, graph.weight("minus_large", np.float32(-1e9)))
    penalty = graph.node("Unsqueeze", penalty, graph.weight("head_axes", np.array([1, 2])))
    for layer in range(shape.layers):
        states = _layer(graph, source, weights, states, penalty, f"l{layer}.")
    return states


def _layer(graph: Graph, source: E5File, weights: Weights, states: str, penalty: str, prefix: str) -> str:
    shape = source.shape
    attended = _attention(graph, source, weights, states, penalty, prefix)
    attended = weights.linear(graph, attended, f"{prefix}ao", shape.hidden, shape.hidden)
    states = _norm(graph, source, graph.node("Add", attended, states), f"{prefix}aln")
    inner = graph.node("Gelu", weights.linear(graph, states, f"{prefix}fi", shape.ffn, shape.hidden))
    inner = weights.linear(graph, inner, f"{prefix}fo", shape.hidden, shape.ffn)
    return _norm(graph, source, graph.node("Add", inner, states), f"{prefix}oln")


def _attention(graph: Graph, source: E5File, weights: Weights, states: str, penalty: str, prefix: str) -> str:
    """Scaled dot-product attention over all heads: [batch, tokens, hidden] -> the same."""
    shape = source.shape
    width = shape.hidden // shape.heads
    split = graph.weight(f"{prefix}split", np.array([0, 0, shape.heads, width]))

    def heads(name: str, order: list[int]) -> str:
        projected = weights.linear(graph, states, prefix + name, shape.hidden, shape.hidden)
        return graph.node("Transpose", graph.node("Reshape", projected, split), perm=order)

    scores = graph.node("MatMul", heads("q", [0, 2, 1, 3]), heads("k", [0, 2, 3, 1]))
    scaled = graph.node("Mul", scores, graph.weight(f"{prefix}scale", np.float32(width**-0.5)))
    weighted = graph.node("MatMul", graph.node("Softmax", graph.node("Add", scaled, penalty)), heads("v", [0, 2, 1, 3]))
    merged = graph.node("Transpose", weighted, perm=[0, 2, 1, 3])
    return graph.node("Reshape", merged, graph.weight(f"{prefix}merge", np.array([0, 0, shape.hidden])))


def _norm(graph: Graph, source: E5File, states: str, name: str) -> str:
    hidden = source.shape.hidden
    weight = graph.weight(f"{name}.w", source.floats(f"{name}.w", hidden))
    bias = graph.weight(f"{name}.b", source.floats(f"{name}.b", hidden))
    return graph.node("LayerNormalization", states, weight, bias, epsilon=source.shape.epsilon)


def _pool(graph: Graph, states: str, mask: str) -> str:
    """Mean over unmasked tokens, then length one; the result is called `sentence_embedding`."""
    from onnx import helper

    tokens = graph.weight("token_axis", np.array([1]))
    spread = graph.node("Unsqueeze", mask, graph.weight("last_axis", np.array([2])))
    total = graph.node("ReduceSum", graph.node("Mul", states, spread), tokens, keepdims=0)
    # The count of tokens cancels when the sum is scaled to length one, so it is never divided by.
    length = graph.node("ReduceL2", total, tokens, keepdims=1)
    floor = graph.node("Max", length, graph.weight("tiny", np.float32(_TINY)))
    graph.nodes.append(helper.make_node("Div", [total, floor], ["sentence_embedding"]))
    return "sentence_embedding"
