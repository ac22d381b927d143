"""A real Neovim with the language server, before the real assistant: what a person types is a line of Lua here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ide.conftest import TILL
from tests.ide.stand import CHECKOUT, Assistant

NEOVIM = shutil.which("nvim")

PREPARE = """
vim.o.swapfile = false
local told = {}
local show = vim.lsp.handlers['window/showMessage']
vim.lsp.handlers['window/showMessage'] = function(_, result) table.insert(told, result.message) end
local args = vim.json.decode(vim.env.TEST_ARGS)
vim.cmd('edit ' .. args.file)
local id = vim.lsp.start_client({
  name = 'moe-assistant', cmd = args.cmd, cmd_cwd = args.checkout, cmd_env = { PYTHONPATH = args.path },
  root_dir = args.root, init_options = args.options,
})
vim.lsp.buf_attach_client(0, id)
local ready = function() local c = vim.lsp.get_client_by_id(id); return c ~= nil and c.initialized end
assert(vim.wait(60000, ready, 20), 'the language server did not start')
local function ask(method, params)
  local all = vim.lsp.buf_request_sync(0, method, params, 90000)
  for _, one in pairs(all or {}) do return one.result, one.error end
end
local here = { uri = vim.uri_from_bufnr(0) }
local function actions(line)
  local at = { line = line, character = 0 }
  local marked = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    if d.user_data and d.user_data.lsp then table.insert(marked, vim.tbl_extend('force', d.user_data.lsp, {
      message = d.message, source = d.source,
      range = { start = { line = d.lnum, character = d.col },
        ['end'] = { line = d.end_lnum, character = d.end_col } } }))
    end
  end
  return ask('textDocument/codeAction', { textDocument = here, range = { start = at, ['end'] = at },
    context = { diagnostics = marked } })
end
local function run(...)
  return ask('workspace/executeCommand', { command = 'moeAssistant.generate', arguments = { ... } })
end
local out = {}
"""
FINISH = """
out.told = told
vim.wait(300)
vim.cmd('silent! wall')
local file = io.open(args.out, 'w'); file:write(vim.json.encode(out)); file:close()
vim.lsp.stop_client(id)
vim.wait(300)
vim.cmd('qa!')
"""

Drive = Callable[..., dict[str, Any]]


def neovim_there() -> str:
    if NEOVIM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true, but there is no Neovim: install what infra/test-packages.txt names")
        pytest.skip("no Neovim: install what infra/test-packages.txt names")
    return NEOVIM


@pytest.fixture
def neovim(tmp_path: Path, project: Path) -> Drive:
    """A function that runs Lua in a Neovim with a file open; what the Lua puts into `out` comes back."""
    program = neovim_there()

    def drive(
        lua: str, *, url: str = "http://127.0.0.1:9", key: str = "ak_12345678_wrong", **options: object
    ) -> dict[str, Any]:
        keyfile = tmp_path / "key"
        keyfile.write_text(key)
        keyfile.chmod(0o600)
        script, told = tmp_path / "drive.lua", tmp_path / "out.json"
        script.write_text(PREPARE + lua + FINISH)
        told.unlink(missing_ok=True)
        args = {
            "file": str(project / "till.py"), "root": str(project), "checkout": str(CHECKOUT), "out": str(told),
            "cmd": [sys.executable, "-m", "clients.lsp", "--token-file", str(keyfile)],
            "path": os.pathsep.join(path for path in sys.path[1:] if path),
            "options": {"endpoint": url, "budget": 1, **options},
        }  # fmt: skip
        home = tmp_path / "home"
        env = {**os.environ, "TEST_ARGS": json.dumps(args), "HOME": str(home), "XDG_STATE_HOME": str(home)}
        command = [program, "--headless", "-u", "NONE", "-i", "NONE", "-S", str(script)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=150, check=False, cwd=project)
        assert told.exists(), done.stdout + done.stderr
        said = json.loads(told.read_text())
        written = "".join(path.read_text(errors="replace") for path in home.rglob("*") if path.is_file())
        assert key not in json.dumps(said) + done.stdout + done.stderr + written
        assert isinstance(said, dict)
        return said

    return drive


def test_lenses_are_found(neovim: Drive) -> None:
    said = neovim("out.lenses = ask('textDocument/codeLens', { textDocument = here })")
    assert [(lens["range"]["start"]["line"], lens["command"]["arguments"][1]) for lens in said["lenses"]] == [
        (0, "net")
    ]


def test_neovims_own_lenses_show(neovim: Drive) -> None:
    said = neovim(
        "vim.lsp.codelens.refresh()\n"
        "vim.wait(20000, function() return #vim.lsp.codelens.get(0) > 0 end, 20)\n"
        "out.count = #vim.lsp.codelens.get(0)\n"
    )
    assert said["count"] == 1


def test_the_action_under_the_cursor_names_the_function(neovim: Drive) -> None:
    said = neovim("out.titles = {} for _, a in ipairs(actions(3)) do table.insert(out.titles, a.title) end")
    assert said["titles"] == ["Generate unit tests for net", "Generate unit tests for this file"]


def test_chinese_titles_arrive_whole(neovim: Drive) -> None:
    said = neovim(
        "out.titles = {} for _, a in ipairs(actions(3)) do table.insert(out.titles, a.title) end", language="zh"
    )
    assert said["titles"] == ["为 net 生成单元测试", "为此文件生成单元测试"]


def test_a_server_that_is_down_is_said_to_be_down(neovim: Drive) -> None:
    said = neovim("out.answer = run(here.uri)")
    assert said["answer"]["error"] == "unreachable"
    assert "does not answer" in said["told"][-1]


def test_a_wrong_key_is_said_to_be_wrong(neovim: Drive, assistant: Assistant) -> None:
    said = neovim("out.answer = run(here.uri)", url=assistant.url)
    assert said["answer"]["error"] == "not_authenticated"


def test_tests_are_written_and_the_bug_is_marked(neovim: Drive, assistant: Assistant, key: str, project: Path) -> None:
    said = neovim(
        "out.answer = run(here.uri)\n"
        "vim.wait(5000, function() return #vim.diagnostic.get(0) > 0 end, 20)\n"
        "out.marks = {}\n"
        "for _, d in ipairs(vim.diagnostic.get(0)) do table.insert(out.marks, { d.lnum, d.message }) end\n",
        url=assistant.url,
        key=key,
    )
    assert said["answer"]["tests"] >= 2
    assert "from till import net" in (project / "test_till.py").read_text()
    assert [line for line, _ in said["marks"]] == [0]
    assert "net(-1" in said["marks"][0][1]


def test_what_is_not_saved_is_what_is_tested(neovim: Drive, assistant: Assistant, key: str, project: Path) -> None:
    neovim(
        "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'def twice(n: int) -> int:', '    return n * 2' })\n"
        "out.answer = run(here.uri)\n"
        "vim.cmd('edit!')\n",
        url=assistant.url,
        key=key,
    )
    assert (project / "till.py").read_text() == TILL
    assert "import twice" in (project / "test_till.py").read_text()


def test_a_syntax_error_is_marked_where_it_is(neovim: Drive, assistant: Assistant, key: str) -> None:
    said = neovim(
        "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1', 'def f(:' })\n"
        "out.answer = run(here.uri)\n"
        "vim.wait(5000, function() return #vim.diagnostic.get(0) > 0 end, 20)\n"
        "local d = vim.diagnostic.get(0)[1] out.mark = { d.lnum, d.col, d.severity }\n"
        "vim.cmd('edit!')\n",
        url=assistant.url,
        key=key,
    )
    assert said["answer"]["error"] == "syntax_error"
    assert said["mark"] == [1, 6, 1]


AS_THE_PAGE_SAYS = """
vim.o.swapfile = false
local told = {}
vim.lsp.handlers['window/showMessage'] = function(_, result) table.insert(told, result.message) end
vim.cmd('edit till.py')
local first = vim.api.nvim_get_current_buf()
vim.cmd('edit other.js')
vim.cmd('buffer ' .. first)
local function ready() for _, c in pairs(vim.lsp.buf_get_clients(0)) do return c.initialized end end
assert(vim.wait(60000, ready, 20), 'the language server did not start')
local out = { clients = #vim.lsp.get_active_clients() }
vim.lsp.codelens.refresh()
vim.wait(20000, function() return #vim.lsp.codelens.get(0) > 0 end, 20)
out.lenses = #vim.lsp.codelens.get(0)
vim.cmd('10,12MoeEdit use max')
vim.wait(20000, function() return #told > 0 end, 20)
out.told = told
local file = io.open(vim.env.TEST_OUT, 'w'); file:write(vim.json.encode(out)); file:close()
vim.lsp.stop_client(vim.lsp.get_active_clients())
vim.wait(300)
vim.cmd('qa!')
"""


@pytest.mark.parametrize("page", ["ide.md", "ide.zh-CN.md"])
def test_what_the_page_says_for_init_lua_works_as_it_stands(tmp_path: Path, project: Path, page: str) -> None:
    """One server for all files, lenses, and the command for edits; only the address leads to where nobody listens."""
    text = (CHECKOUT / "docs" / page).read_text().partition("### Neovim")[2].partition("\n### ")[0]
    blocks = re.findall(r"^```lua\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    config = tmp_path / ".config" / "moe-assistant"
    config.mkdir(parents=True)
    (config / "key").write_text("ak_12345678_wrong")
    (config / "key").chmod(0o600)
    (project / "other.js").write_text("exports.a = 1;\n")
    init, script, told = tmp_path / "init.lua", tmp_path / "drive.lua", tmp_path / "out.json"
    init.write_text("\n".join(blocks).replace("127.0.0.1:8000", "127.0.0.1:9"))
    script.write_text(AS_THE_PAGE_SAYS)
    env = {
        **os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "CHECKOUT": str(CHECKOUT),
        "TEST_OUT": str(told),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path[1:] if path),
    }  # fmt: skip
    command = [neovim_there(), "--headless", "-u", str(init), "-i", "NONE", "-S", str(script)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=150, check=False, cwd=project)
    assert told.exists(), done.stdout + done.stderr
    said = json.loads(told.read_text())
    assert (said["clients"], said["lenses"]) == (1, 1)
    assert "does not answer" in said["told"][-1]


@pytest.mark.slow
def test_a_run_can_be_stopped_by_a_command(neovim: Drive, assistant: Assistant, key: str) -> None:
    said = neovim(
        "local answer = nil\n"
        "local p = { command = 'moeAssistant.generate', arguments = { here.uri } }\n"
        "vim.lsp.buf_request(0, 'workspace/executeCommand', p, function(_, result) answer = result end)\n"
        "vim.wait(2500)\n"
        "local c = { command = 'moeAssistant.cancel', arguments = { here.uri } }\n"
        "out.stopped = ask('workspace/executeCommand', c)\n"
        "vim.wait(10000, function() return answer ~= nil end, 20)\n"
        "out.answer = answer\n",
        url=assistant.url,
        key=key,
        budget=60,
    )
    assert said["stopped"] == 1
    assert said["answer"]["error"] == "cancelled"
    assert assistant.busy == 0
