"""A process that starts others and kills them: `python -m tests.unit.assistant.knowledge.victims`.

A line on standard input says what to do and after how many seconds to kill it ("ingest 0.05", "build 0.02"); a line on
standard output says that it is over. Forked from one that has everything imported, so that a kill costs milliseconds.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import django


def main() -> None:
    """Serve until standard input ends."""
    django.setup()
    from tests.unit.retrieval.conftest import HashingEncoder

    encoder = HashingEncoder()
    for line in sys.stdin:
        what, delay = line.split()
        pid = os.fork()
        if pid == 0:
            _be_victim(what, encoder)
            os._exit(0)
        time.sleep(float(delay))
        os.kill(pid, signal.SIGKILL)  # ours until it is waited for, also when it has ended
        _, status = os.waitpid(pid, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)  # noqa: T201 - the protocol


def _be_victim(what: str, encoder: object) -> None:
    from django.conf import settings

    from assistant.knowledge.live import build_index
    from assistant.knowledge.worker import Worker
    from retrieval.indexes.generations import GenerationStore
    from retrieval.ingest import parse_here

    if what == "import":
        from assistant.accounts.models import Tenant
        from assistant.knowledge.imports.bringing import bring
        from assistant.knowledge.imports.folder import Folder

        list(bring(Folder(settings.HOUSE.data_dir / "place", name="place"), Tenant.objects.get(slug="acme")))
    elif what == "sharpen":
        from assistant.knowledge.sharpening import sharpen

        sharpen(encoder)  # type: ignore[arg-type]
    elif what == "merge":
        from assistant.knowledge import live

        live.MERGE_AFTER = 1
        live.merge_if_due(GenerationStore(settings.HOUSE.index_dir), encoder.name)  # type: ignore[attr-defined]
    elif what == "ingest":
        Worker(lambda: encoder, parser=parse_here).drain()  # type: ignore[arg-type, return-value]
    else:
        build_index(GenerationStore(settings.HOUSE.index_dir), encoder.name)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
