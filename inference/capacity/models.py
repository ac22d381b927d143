"""Models as a roofline sees them: parameters by where they are read, and bytes of keys and values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kept(Enum):
    """How weights are kept: bits of experts and of everything else, scales included.

    INT4 as our CPU kernel packs a model that was stored in Q4_K_M: 4.75 bits, but 8.5 for every second down projection
    and for attention's values, which int4 would lose much of (the packed files of the 1.5B by size).
    """

    BF16 = (16.0, 16.0)
    FP8 = (8.0, 8.0)
    INT8 = (8.5, 8.5)
    INT4 = (5.4, 4.8)

    @property
    def expert_bits(self) -> float:
        """Of a routed expert's parameter."""
        return float(self.value[0])

    @property
    def other_bits(self) -> float:
        """Of attention, shared experts, dense layers and the output head."""
        return float(self.value[1])

    @property
    def head_again_bits(self) -> float:
        """Of the output head's second form, of which a token reads few rows: beside int4 it is kept in int8 too."""
        return 8.5 if self is Kept.INT4 else 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """Sizes as in config.json.

    `attention`: parameters of one layer's attention; `cache`: numbers that a token leaves in one layer's key-value
    cache, two bytes each; `heads`: over how many tensor ranks they can be shared out; `mixed`: layers with experts;
    `dense`: parameters of all layers without; `shared`: inner width of the experts that every token uses; `tied`: the
    output head is the embedding.
    """

    name: str
    layers: int
    hidden: int
    vocabulary: int
    attention: int
    cache: int
    heads: int
    experts: int
    top_k: int
    inner: int
    mixed: int
    dense: int = 0
    shared: int = 0
    tied: bool = False

    @property
    def expert(self) -> int:
        """Parameters of one expert of one layer."""
        return 3 * self.hidden * self.inner

    @property
    def routed(self) -> int:
        """Parameters of all routed experts."""
        return self.mixed * self.experts * self.expert

    @property
    def others(self) -> int:
        """Parameters that every token reads: attention, router, shared experts, dense layers, output head."""
        beside = self.mixed * (self.experts + 3 * self.shared) * self.hidden
        return self.layers * self.attention + beside + self.dense + self.vocabulary * self.hidden

    @property
    def embedding(self) -> int:
        """Parameters of the embedding where it is not the head: in memory, but a token reads one row."""
        return 0 if self.tied else self.vocabulary * self.hidden

    @property
    def active(self) -> int:
        """Parameters that a token is multiplied with."""
        return self.others + self.mixed * self.top_k * self.expert

    @property
    def cache_bytes(self) -> int:
        """Of keys and values, a token."""
        return 2 * self.layers * self.cache

    def weight_bytes(self, kept: Kept) -> float:
        """In memory, on all devices together, without copies."""
        return (self.routed * kept.expert_bits + self.unrouted_bits(kept)) / 8

    def unrouted_bits(self, kept: Kept) -> float:
        """In memory, of all but the routed experts."""
        head = self.vocabulary * self.hidden * kept.head_again_bits
        return (self.others + self.embedding) * kept.other_bits + head

    def chosen(self, tokens: float) -> float:
        """Experts of a layer that some of so many tokens chose, when every expert is as likely."""
        return self.experts * (1 - float((1 - self.top_k / self.experts) ** tokens))


def grouped(hidden: int, heads: int, cached: int, width: int) -> tuple[int, int]:
    """Attention's parameters, and numbers in the cache, of a layer with so many heads and cached heads."""
    return 2 * hidden * width * (heads + cached), 2 * cached * width


def _upcycled(name: str, layers: int, hidden: int, heads: int, inner: int, experts: int, top_k: int) -> Model:
    """A dense Qwen2.5 whose feed-forward layers were copied; its head is the embedding."""
    attention, cache = grouped(hidden, heads, 2, hidden // heads)
    return Model(name, layers, hidden, 151_936, attention, cache, 2, experts, top_k, inner, layers, tied=True)


def _qwen3(name: str, layers: int, hidden: int, heads: int, inner: int) -> Model:
    attention, cache = grouped(hidden, heads, 4, 128)
    return Model(name, layers, hidden, 151_936, attention, cache, 4, 128, 8, inner, layers)


def _deepseek_v3() -> Model:
    """Multi-head latent attention (arXiv 2405.04434): 512 + 64 numbers a token and layer are cached."""
    queries = 7168 * 1536 + 1536 * 128 * 192
    attention = queries + 7168 * 576 + 512 * 128 * 256 + 128 * 128 * 7168
    first = 3 * 3 * 7168 * 18_432
    return Model("deepseek-v3", 61, 7168, 129_280, attention, 576, 1, 256, 8, 2048, 58, dense=first, shared=2048)


MODELS = (
    _upcycled("qwen2.5-coder-0.5b-moe", 24, 896, 14, 4864, 4, 2),
    _upcycled("qwen2.5-coder-1.5b-moe", 28, 1536, 12, 8960, 2, 1),
    _qwen3("qwen3-30b-a3b", 48, 2048, 32, 768),
    _qwen3("qwen3-235b-a22b", 94, 4096, 64, 1536),
    _deepseek_v3(),
)
