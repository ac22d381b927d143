"""Who knows whom, beyond what the import contracts in pyproject.toml can say."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import CHECKOUT, sources

_READERS = {"assistant/config/env.py"}
_PROGRAMS = ("inference/catalog/__main__.py", "inference/serving/__main__.py")
"""Programs started as children: they hand their own environment on, and read nothing from it by name."""


def _looks_at_the_environment(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("os", "environ"), ("os", "environb"), ("os", "getenv")}
        for node in ast.walk(tree)
    )


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with an environment that knows nothing but a data folder."""
    environ = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(folder), "HOME": str(folder)}
    whole = [sys.executable, *command]
    return subprocess.run(whole, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)


def test_one_module_reads_the_environment() -> None:
    readers = {source.name for source in sources() if _looks_at_the_environment(source.tree)}
    allowed = {
        *_READERS,
        *_PROGRAMS,
        "manage.py",  # sets the default settings module, as asgi.py does
        "assistant/config/asgi.py",
        "infra/bootstrap/system_packages.py",  # hands it on to apt-get
        "inference/catalog/sources/wheels.py",  # hands it on to pip, which reads its own index and proxy there
        "benchmarks/server.py",  # hands it on to the assistant that it starts
        "benchmarks/cache_peers.py",  # sets the default settings module, as manage.py does
        "benchmarks/moe_gpu.py",  # tells Triton to interpret, which it reads when it is imported
        "benchmarks/ingest.py",  # points the settings at the servers that it starts
    }
    assert readers - allowed == set()


def test_the_web_server_loads_no_model_engine(tmp_path: Path) -> None:
    script = (
        "import sys; from assistant.config import asgi; from django.urls import resolve; resolve('/'); "
        "loaded = {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(loaded & {'torch', 'triton', 'vllm', 'transformers', 'sentence_transformers'}))"
    )
    done = _run(tmp_path, "-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_supervisor_does_not_even_load_django(tmp_path: Path) -> None:
    done = _run(
        tmp_path,
        "-c",
        "import sys, assistant.config.supervisor.__main__; print({'django', 'numpy'} & set(sys.modules))",
    )
    assert done.stdout.strip() == "set()", done.stderr


def test_every_model_change_has_its_migration(tmp_path: Path) -> None:
    done = _run(tmp_path, "manage.py", "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_at_import_needs_a_service(tmp_path: Path) -> None:
    done = _run(tmp_path, "manage.py", "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
