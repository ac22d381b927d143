import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assistant.config import secrets


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = secrets.ensure(tmp_path, "key")
    assert len(first) >= 43
    assert secrets.ensure(tmp_path, "key") == first
    assert secrets.ensure(tmp_path, "other") != first


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    secrets.ensure(tmp_path, "key")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "key").stat().st_mode) == 0o600


def test_an_unknown_secret_is_none(tmp_path: Path) -> None:
    assert secrets.read(tmp_path, "key") is None


def test_replacing_keeps_the_new_value_and_its_mode(tmp_path: Path) -> None:
    secrets.ensure(tmp_path, "key")
    secrets.replace(tmp_path, "key", "new")
    assert secrets.read(tmp_path, "key") == "new"
    assert stat.S_IMODE((tmp_path / "secrets" / "key").stat().st_mode) == 0o600


def test_nothing_but_secrets_is_left_in_the_folder(tmp_path: Path) -> None:
    secrets.ensure(tmp_path, "key")
    secrets.replace(tmp_path, "key", "new")
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["key"]


def test_askers_at_the_same_time_agree(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from assistant.config import secrets; "
    script += "print(secrets.ensure(Path(sys.argv[1]), 'key'))"

    def ask(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
