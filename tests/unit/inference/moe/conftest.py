import os
from pathlib import Path
from typing import Any

import pytest

from inference.catalog import default_cache
from inference.moe.kernels.cpu import Library, build


@pytest.fixture(scope="session")
def library_path() -> Path:
    """Built once a machine; later runs find it."""
    return build.library(build.default_cache(default_cache(dict(os.environ))))


@pytest.fixture
def library(library_path: Any) -> Any:
    loaded = Library.load(library_path)
    yield loaded
    loaded.choose(None)
