"""The page that lists the cases names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
PAGE = next((ROOT / "infra" / "decisions").glob("*-the-cases-an-expert-kernel-must-hold.md"))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_case_names_a_test_and_every_named_test_is_there() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 18
    for row in rows:
        named = NAMED.findall(row)
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), test
