"""The typed description of this installation that every room gets."""

from pathlib import Path

from assistant.config import env, secrets, services
from assistant.config.house import HouseConfig

__all__ = ["HOUSE"]

_env = env.load()
_services = services.resolve(_env)

HOUSE = HouseConfig(
    data_dir=_env.data_dir,
    index_dir=_env.data_dir / "index",
    models_dir=_env.models_dir,
    encoder_dir=_env.encoder_dir or (None if _services.encoder_dir is None else _env.data_dir / _services.encoder_dir),
    encoder_class="retrieval.encoders.quickest.quickest",
    redis_url=_services.redis_url,
    model_url=_services.model_url,
    model_name=_services.model_name,
    model_api_key=_env.model_api_key or secrets.ensure(_env.data_dir, "model_api_key"),
    model_state_file=_env.data_dir / "model" / "state.json",
    demo_tenant="demo",
    public_url=_env.public_url or f"http://127.0.0.1:{_env.port}",
    tasks=_env.tasks,
    celery_broker_url=_env.celery_broker_url or _services.redis_url,
    milvus_uri=_env.milvus_uri if _env.index == "milvus" else None,
    milvus_token=_env.milvus_token or "",
    reranker_dir=None if _env.reranker is None else _env.data_dir / "rerankers" / Path(_env.reranker).expanduser(),
    reranker_sha256=_env.reranker_sha256,
    search_context=_env.search_context,
    import_private_addresses=_env.import_private_addresses,
)
