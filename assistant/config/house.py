"""What the rest of the house needs to know about this installation, as one typed value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HouseConfig:
    """Where things are. `settings.HOUSE` holds this process's own; rooms receive it, none reads the environment."""

    data_dir: Path
    index_dir: Path
    models_dir: Path | None
    """Folder of the model catalogue; None means the catalogue's own default, the user's cache folder."""
    encoder_dir: Path | None
    """A sentence-transformers folder; None until the catalogue has fetched one."""
    encoder_class: str
    redis_url: str
    model_url: str | None
    """Base of the OpenAI protocol, ending in /v1; None runs without a generator."""
    model_name: str | None
    model_api_key: str
    model_state_file: Path
    """JSON that the model's launcher writes: {"kernel", "experts", "engine"}."""
    demo_tenant: str
    public_url: str
    tasks: str
    """Who does the jobs of ingestion: a name of `assistant.knowledge.tasks.backend.BACKENDS`."""
    celery_broker_url: str
    milvus_uri: str | None
    """Where the vectors of the index are searched when that is not each process by FAISS: `INDEX=milvus`."""
    milvus_token: str
    reranker_dir: Path | None
    """Folder of a cross-encoder; None leaves it to the light reranker."""
    reranker_sha256: str | None
    search_context: str
    """What of its document the model sees around a passage: none, neighbours or section."""
    import_private_addresses: bool
    """Whether lists of addresses may name machines of private networks and this one."""
