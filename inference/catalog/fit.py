"""Which generator a machine can carry. Measurements: infra/decisions, "Which generator is the default"."""

from dataclasses import dataclass

from inference.catalog.registry import entries
from inference.catalog.types import Entry, Options

GIB = 2**30
MEMORY_LIMIT = 10 * GIB
"""What the whole of `make run` may take, in bytes."""

_HOUSE = int(2.2 * GIB)
"""Resident bytes of everything but the model server: PostgreSQL, Redis, two web workers and the ingestion worker with
their encoders.
"""

_ENGINE = int(1.9 * GIB)
"""Resident bytes of the model server beyond the weights: interpreter, libraries, key-value cache, activations."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The generator to use, and whether it is within the limits. `serving_bytes`: resident memory of its server."""

    model: Entry
    options: Options
    serving_bytes: int
    disk_bytes: int
    fits: bool


def best_generator(memory_available: int, disk_free: int, memory_limit: int = MEMORY_LIMIT) -> Fit:
    """The best generator, with its default options, that fits; the smallest, marked so, if none does. All sizes in
    bytes.

    Args:
        memory_available: memory that can be had without swapping.
        disk_free: space under the cache folder.
        memory_limit: what the whole installation may take, model included.
    """
    budget = min(memory_available, memory_limit) - _HOUSE
    fit: Fit | None = None
    for model in entries():
        if model.kind != "generator" or model.defaults is None:
            continue
        weights = model.footprint.of(model.defaults)
        disk = weights + model.artefact.size
        fit = Fit(model, model.defaults, weights + _ENGINE, disk, weights + _ENGINE <= budget and disk <= disk_free)
        if fit.fits:
            return fit
    if fit is None:
        raise LookupError("the catalogue holds no generator")
    return fit
