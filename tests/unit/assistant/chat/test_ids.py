"""Identities."""

from __future__ import annotations

import os
import uuid

from assistant.chat import ids


def test_they_are_version_4_uuids_and_all_differ() -> None:
    drawn = [ids.fresh() for _ in range(2000)]
    assert len(set(drawn)) == 2000
    parsed = [uuid.UUID(one) for one in drawn]
    assert {one.version for one in parsed} == {4}
    assert {one.variant for one in parsed} == {uuid.RFC_4122}
    assert [str(one) for one in parsed] == drawn


def test_a_child_does_not_draw_its_parents_numbers() -> None:
    ids.fresh()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.fresh().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 36).decode() != ids.fresh()
    os.close(reading)
    os.close(writing)
