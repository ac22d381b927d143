"""Which tile sizes: a short table and a rule, instead of a file for every device.

Not tuned on a GPU yet: sizes follow from what is to be filled (64 rows of Hopper's matrix unit, the bytes that have to
be under way for full bandwidth, the shared memory of a multiprocessor). `python -m benchmarks.moe_gpu --sweep` times
the neighbours of every choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SHARED_KIB = {(7, 5): 64, (8, 0): 163, (8, 6): 99, (8, 7): 163, (8, 9): 99, (9, 0): 227, (12, 0): 99}
"""Shared memory that one program may have, by compute capability (CUDA C++ programming guide, table of technical
specifications); others are taken to have 227.
"""
DECODE_TOKENS = 64
"""Batches up to which a step is bound by reading weights, and `moe_decode` is meant."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides: the layer, the batch, and the kind of weights (`bits` each) on a device of `capability`."""

    experts: int
    hidden: int
    inner: int
    top_k: int
    tokens: int
    bits: int
    capability: tuple[int, int] = (9, 0)

    @property
    def slots_an_expert(self) -> float:
        """Mean over the experts that can be active."""
        slots = self.tokens * self.top_k
        return slots / max(1, min(self.experts, slots))


@dataclass(frozen=True, slots=True)
class Tiles:
    """Sizes of both products.

    tokens: places in a block; half: columns of inner in a tile of the first product; rows: columns of hidden in one of
    the second; depth: step of the sum; split: parts of the second product's depth; warps, stages: Triton's; programs:
    a multiprocessor's share of persistent programs, 0 for a program a tile.
    """

    tokens: int
    half: int
    rows: int
    depth: int
    split: int = 1
    warps: int = 4
    stages: int = 4
    programs: int = 0

    def shared_bytes(self, bits: int) -> int:
        """Of the wider product's stages."""
        return (max(2 * self.half, self.rows) + self.tokens) * self.depth * bits // 8 * self.stages


def decode(shape: Shape) -> Tiles:
    """For few tokens: small tiles and many of them, so that reads of all multiprocessors are always under way."""
    tokens = 16 if shape.slots_an_expert <= 12 else 32 if shape.slots_an_expert <= 24 else 64
    return _fitting(Tiles(tokens=tokens, half=32, rows=64, depth=128, split=_split(shape)), shape)


def prefill(shape: Shape) -> Tiles:
    """For many: large tiles, as many programs as fit, each taking tile after tile."""
    few = shape.slots_an_expert < 96
    if shape.bits == 8:  # sums before and after scaling: twice the registers of bf16, so half the tile
        tiles = Tiles(tokens=64 if few else 128, half=32, rows=64, depth=128, programs=2)
    elif few:
        tiles = Tiles(tokens=64, half=64, rows=128, depth=64, programs=2)
    else:
        tiles = Tiles(tokens=128, half=64, rows=128, depth=64, warps=8, stages=3, programs=2)
    return _fitting(tiles, shape)


def invariant(shape: Shape) -> Tiles:
    """For a result that no other token of the batch changes: sizes from layer and device alone."""
    depth = 128 if shape.bits == 8 else 64
    tiles = Tiles(tokens=64, half=32, rows=64, depth=depth, split=_split(shape), programs=4)
    return _fitting(tiles, shape)


def _split(shape: Shape) -> int:
    """Parts of the second product's depth: more where one token's tiles would leave multiprocessors idle. From the
    layer alone, never from the batch.
    """
    tiles = min(shape.top_k, shape.experts) * -(-shape.hidden // 64)
    steps = -(-shape.inner // 128)
    return next((split for split in (1, 2, 4) if tiles * split >= 128 or steps < 4 * split), 4)


def _fitting(tiles: Tiles, shape: Shape) -> Tiles:
    """Fewer stages, then a shallower step, where the device has less shared memory. fp8 keeps its step of 128."""
    room = SHARED_KIB.get(shape.capability, 227) * 1024
    while tiles.shared_bytes(shape.bits) > room and tiles.stages > 2:
        tiles = replace(tiles, stages=tiles.stages - 1)
    while tiles.shared_bytes(shape.bits) > room and tiles.depth > 32 and shape.bits != 8:
        tiles = replace(tiles, depth=tiles.depth // 2)
    return tiles
