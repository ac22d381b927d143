"""GPTCache over vectors that were handed over: run by `benchmarks.cache_peers` in GPTCache's own environment.

    python gptcache_child.py WORK.npz

Reads `curated` and `asked` (texts), `curated_vectors`, `asked_vectors` (float32 [n, dimension]); prints JSON: for every
question asked, the place of the curated question whose answer was served (-1 for none) and the seconds it took. Its
store is SQLite, its index FAISS, its judge the distance, its threshold 0.8: what its documentation starts with.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Fill the cache, ask, print."""
    import numpy as np
    from gptcache import Cache, Config
    from gptcache.adapter.api import get, put
    from gptcache.manager import CacheBase, VectorBase, get_data_manager
    from gptcache.processor.pre import get_prompt
    from gptcache.similarity_evaluation.distance import SearchDistanceEvaluation

    with np.load(sys.argv[1], allow_pickle=False) as work:
        curated, asked = work["curated"].tolist(), work["asked"].tolist()
        known = dict(zip(curated, work["curated_vectors"], strict=True))
        known.update(zip(asked, work["asked_vectors"], strict=True))
        dimension = work["asked_vectors"].shape[1]
    with tempfile.TemporaryDirectory() as folder:
        store = CacheBase("sqlite", sql_url=f"sqlite:///{Path(folder) / 'peer.db'}")
        index = VectorBase("faiss", dimension=dimension, index_path=str(Path(folder) / "peer.index"))
        cache = Cache()
        cache.init(
            pre_embedding_func=get_prompt,
            embedding_func=lambda text, **_: known[text],
            data_manager=get_data_manager(store, index),
            similarity_evaluation=SearchDistanceEvaluation(),
            config=Config(similarity_threshold=0.8),
        )
        for place, text in enumerate(curated):
            put(text, str(place), cache_obj=cache)
        served, seconds = [], []
        for text in asked:
            began = time.perf_counter()
            found = get(text, cache_obj=cache)
            seconds.append(time.perf_counter() - began)
            served.append(-1 if found is None else int(found))
    print(json.dumps({"served": served, "seconds": seconds}))


if __name__ == "__main__":
    main()
