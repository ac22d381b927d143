"""A process that starts others and kills them: `python -m tests.unit.assistant.knowledge.victims`.

A line on standard input says what to do and after how many seconds to kill it ("ingest 0.05", "build 0.02"); "switch"
builds and dies by itself, before, within or right after the moment at which the new generation becomes the current one.
A line on standard output says that it is over.

Forked from one that has everything imported, so that a kill costs milliseconds.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

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
            _be_victim(what, encoder, int(float(delay) * 1000))
            os._exit(0)
        if what != "switch":
            time.sleep(float(delay))
            os.kill(pid, signal.SIGKILL)  # ours until it is waited for, also when it has ended
        _, status = os.waitpid(pid, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)  # noqa: T201 - the protocol


def _die_switching(moment: int) -> None:
    """Let this process end by SIGKILL at the switch of generations: before it, half-way, or when it is done."""
    from retrieval.indexes import generations

    switch = generations.replace_text

    def dying(path: Path, text: str) -> None:
        if moment % 3 == 1:
            path.with_name(f".{path.name}.{os.getpid()}.tmp").write_text(text[:4], encoding="utf-8")
        elif moment % 3 == 2:
            switch(path, text)
        os.kill(os.getpid(), signal.SIGKILL)

    generations.replace_text = dying


def _be_victim(what: str, encoder: object, moment: int = 0) -> None:
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
        if what == "switch":
            _die_switching(moment)
        build_index(GenerationStore(settings.HOUSE.index_dir), encoder.name)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
