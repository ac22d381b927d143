import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.catalog.registry import entry
from inference.catalog.store import default_cache, download_folder, exclusive, folder_of, staging_folder
from inference.catalog.types import Options

MODEL = entry("qwen2.5-coder-0.5b-moe")


def test_the_cache_is_the_users_and_follows_xdg() -> None:
    assert default_cache({"XDG_CACHE_HOME": "/big/disk"}) == Path("/big/disk/moe-assistant/models")
    assert default_cache({}) == Path.home() / ".cache" / "moe-assistant" / "models"


def test_a_folder_is_named_by_checksum_options_and_converter(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, MODEL, Options(4, 2))
    assert folder.parent.name == MODEL.name
    assert folder.name == f"{MODEL.artefact.sha256[:12]}-experts4-topk2-r{MODEL.converter_revision}"


def test_variants_of_a_model_share_the_download_and_nothing_else(tmp_path: Path) -> None:
    variants = [Options(0, 0), Options(2, 1), Options(4, 2)]
    assert len({folder_of(tmp_path, MODEL, options) for options in variants}) == 3
    assert MODEL.artefact.sha256 in download_folder(tmp_path, MODEL).name


def test_staging_is_on_the_same_file_system_as_the_final_folder(tmp_path: Path) -> None:
    final = folder_of(tmp_path, MODEL, Options(4, 2))
    assert staging_folder(tmp_path, final).is_relative_to(tmp_path)


HOLDER = """
import sys, pathlib
from inference.catalog.registry import entry
from inference.catalog.store import exclusive
with exclusive(pathlib.Path(sys.argv[1]), entry(sys.argv[2]), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Any]:
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), MODEL.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_told_that_it_waits_and_then_gets_the_lock(
    tmp_path: Path, holder: subprocess.Popen[bytes]
) -> None:
    told = threading.Event()
    entered = threading.Event()

    def enter() -> None:
        with exclusive(tmp_path, MODEL, told.set):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert told.wait(10)
    assert not entered.is_set()
    holder.communicate()
    assert entered.wait(10)
    thread.join()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    holder.wait()
    waited = []
    with exclusive(tmp_path, MODEL, lambda: waited.append(1)):
        assert not waited
