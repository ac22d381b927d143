"""A worker process of either kind: `python -m tests.unit.assistant.knowledge.tasks.working database|celery`.

Its encoder is quick, and does what a text says: one with "slow" takes seconds, one with "flaky" fails the first time.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django


def main(kind: str) -> None:
    django.setup()
    from django.conf import settings

    from assistant.knowledge import encoder
    from assistant.knowledge.tasks.backend import relay
    from assistant.knowledge.worker import Worker
    from retrieval.types import Vectors
    from tests.unit.retrieval.conftest import HashingEncoder

    class Obedient(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            if any("slow" in text for text in texts):
                time.sleep(2)
            witness: Path = settings.HOUSE.data_dir / "flaky"
            if any("flaky" in text for text in texts) and not witness.exists():
                witness.touch()
                raise OSError("away for a moment")
            return super().encode_passages(texts)

    encoder._shared = Obedient()  # type: ignore[assignment]
    if kind == "celery":
        from assistant.knowledge.celery_jobs import run

        run(1)
    else:
        worker = Worker(encoder.shared_encoder, [(relay, 0.5)])
        if kind == "chores":
            worker.only_chores()
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    main(sys.argv[1])
