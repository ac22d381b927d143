"""Runs pieces of the inside programs in one Node.js; nothing untrusted is involved."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domains.codegen.javascript.runner import INSIDE, JEST

Run = Callable[[str], Any]
_NODE = shutil.which("node") or "/usr/bin/node"
_SERVER = """
const inside = (name) => require(INSIDE + '/' + name + '.cjs');
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  let told;
  try {
    const body = `return (async () => { ${JSON.parse(line)} })();`;
    const made = await new Function('inside', 'packages', 'require', body)(inside, JEST, require);
    told = { made: made ?? null };
  } catch (error) {
    told = { failed: String(error && error.stack) };
  }
  process.stdout.write(JSON.stringify(told) + '\\n');
});
"""
SEARCH = """
const {{ Loading }} = inside('loading');
const {{ Runner }} = inside('running');
const {{ Pools }} = inside('pools');
const {{ Chance }} = inside('chance');
const {{ Counters, Search }} = inside('search');
const loading = new Loading(packages, {path});
const runner = new Runner(loading.load({{ counted: true }}), []);
const chance = new Chance(1);
const targets = {targets};
const pools = new Pools({constants}, chance);
const search = new Search({{ runner, pools, chance, counters: new Counters(loading.counters), targets }});
await search.grow(Date.now() + 4000, 1200);
"""
"""A search over a module, to be followed by what is asked of it."""


@pytest.fixture(scope="session")
def js() -> Iterator[Run]:
    """Run the body of an async function that may `inside("values")`; return what it returns, through JSON."""
    script = f"const INSIDE = {json.dumps(str(INSIDE))}, JEST = {json.dumps(str(JEST))};\n{_SERVER}"
    with subprocess.Popen([_NODE, "-e", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def run(body: str) -> Any:
            stdin.write(json.dumps(body) + "\n")
            stdin.flush()
            told = json.loads(stdout.readline())
            assert "failed" not in told, told["failed"]
            return told["made"]

        yield run
        process.kill()


@pytest.fixture
def module(tmp_path: Path) -> Callable[..., str]:
    """Write a module; return its path as JavaScript writes it."""

    def written(source: str, name: str = "module.js") -> str:
        (tmp_path / name).write_text(source, encoding="utf-8")
        return json.dumps(str(tmp_path / name))

    return written
