import os
import pwd
from pathlib import Path

import pytest

from assistant.config.supervisor import identity
from assistant.config.supervisor.process import Identity


@pytest.mark.skipif(os.geteuid() == 0, reason="this is about everyone but root")
def test_who_is_not_root_stays_who_they_are(tmp_path: Path) -> None:
    assert identity.for_database(tmp_path) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="this is about root")
def test_root_becomes_nobody_and_needs_passage_only_where_others_may_not_enter() -> None:
    open_place = identity.for_database(Path("/usr/lib"))
    assert open_place == Identity(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid, keep_passage=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="this is about root")
def test_a_closed_folder_anywhere_above_asks_for_passage(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    found = identity.for_database(closed / "below" / "deeper")
    assert found is not None
    assert found.keep_passage


def test_handing_over_touches_the_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir(mode=0o755)
    before = (tmp_path.stat().st_mode, tmp_path.stat().st_uid, beside.stat().st_mode)
    identity.hand_over(tmp_path / "postgres", identity.for_database(tmp_path))
    assert (tmp_path / "postgres").stat().st_mode & 0o777 == 0o700
    assert (tmp_path.stat().st_mode, tmp_path.stat().st_uid, beside.stat().st_mode) == before
