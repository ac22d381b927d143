"""A web process reduced to its look-up: asks curated questions until it is told to stop, and notes when and what.

Run as `python -m tests.storm.reader QUESTIONS KEYS SEED`; prints `ready`, reads a line to stop, prints what it saw as
JSON: a list of [monotonic time before the question, key, number in the answer or null].
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time

import django


def main() -> None:
    """Ask, and tell."""
    django.setup()
    from assistant.faq.lookup import FaqIndex
    from assistant.faq.stats import default_stats
    from tests import chatkit
    from tests.storm.words import question

    least, keys, chosen = int(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    index = FaqIndex(chatkit.ENCODER, default_stats())
    index.start()
    vectors = chatkit.ENCODER.encode_questions([question(key) for key in range(keys)])
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    seen: list[tuple[float, int, int | None]] = []
    while not stop.is_set() or len(seen) < least:
        key = chosen.randrange(keys)
        at = time.monotonic()
        if len(seen) % 2:
            match = index.exact("storm", question(key))
        else:
            match = index.nearest("storm", vectors[key], question(key), "en")
        seen.append((at, key, None if match is None else int(match.answer.split()[-1])))
        time.sleep(0.0005)
    index.stop()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
