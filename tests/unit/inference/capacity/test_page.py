"""docs/capacity.md: its flags exist, and its figures are the command's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from inference.capacity import __main__ as command
from inference.capacity.evidence import all_of_it
from inference.serving.__main__ import _parser

ROOT = Path(__file__).parents[4]
PAGES = [ROOT / "docs" / name for name in ("capacity.md", "capacity.zh-CN.md")]


def flags(text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z0-9-]+", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_flag_is_one_of_ours_or_of_the_installed_vllm(page: Path) -> None:
    found = importlib.util.find_spec("vllm")
    if found is None or not found.submodule_search_locations:
        pytest.skip("vLLM is not installed")
    vllm = Path(found.submodule_search_locations[0])
    theirs = [vllm / "engine" / "arg_utils.py", *(vllm / "entrypoints").rglob("*cli_args.py")]
    known = flags("".join(path.read_text(encoding="utf-8") for path in theirs)) | {"--host", "--port", "--api-key"}
    ours = flags(_parser().format_help()) | flags(command._parser().format_help())
    assert flags(page.read_text(encoding="utf-8")) - known - ours == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_rows_are_what_the_command_says(page: Path) -> None:
    said = {f"{row['tokens_per_second']:,.0f}": row for row in (command._row(*one) for one in cases())}
    rows = [line.split("|")[1:-1] for line in page.read_text(encoding="utf-8").splitlines() if "|" in line]
    table = [[cell.strip() for cell in row] for row in rows if len(row) == 8][2:]
    assert len(table) > 8
    for row in table:
        made = said[row[6]]
        assert f"{made['users_asked']:,}" == row[3]
        assert f"{made['users']:,}" == row[5]


def cases() -> list[command._Case]:
    return [command._case(*one, 2048) for one in command._COMMON]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_ratios_are_those_of_the_command(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for one in all_of_it()[:3]:
        assert re.search(rf"\| {one.measured:g} tokens?/s \| {one.ratio:.1f} \|", text), one
