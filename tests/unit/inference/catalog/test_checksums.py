import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.catalog import checksums
from inference.catalog.checksums import sha256_of, write_atomically


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_a_sum_read_in_blocks_is_the_sum_of_the_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checksums, "BLOCK", 7)
        assert sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 12345)
    seen = []
    sha256_of(path, seen.append)
    assert sum(seen) == 12345


def test_writing_replaces_the_text_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_atomically(path, "one")
    write_atomically(path, "二")
    assert path.read_text(encoding="utf-8") == "二"
    assert list(tmp_path.iterdir()) == [path]
