"""The demo's first access: who may log in, with what, and where that is told."""

from __future__ import annotations

from assistant.config import secrets
from assistant.config.env import Env
from assistant.config.supervisor import runfile

ADMIN = "admin"
ADMIN_PASSWORD = "admin_password"  # noqa: S105 - the name of a secret
API_KEY = "demo_api_key"


def run_file(env: Env, processes: dict[str, int]) -> runfile.RunFile:
    """What `run.json` says of this installation."""
    return runfile.RunFile(
        url=address(env),
        api_key=secrets.read(env.data_dir, API_KEY) or "",
        admin_user=ADMIN,
        admin_password=secrets.read(env.data_dir, ADMIN_PASSWORD) or "",
        data_dir=str(env.data_dir),
        versions=runfile.versions(),
        processes=processes,
    )


def address(env: Env) -> str:
    """Where people reach the web server."""
    return env.public_url or f"http://127.0.0.1:{env.port}"


def welcome(env: Env) -> list[str]:
    """Addresses and the demo log-in, for the terminal."""
    url = address(env)
    password = secrets.read(env.data_dir, ADMIN_PASSWORD) or ""
    return [
        "",
        f"  [bold]Assistant / 助手[/]     {url}/",
        f"  Admin / 管理          {url}/admin/    {ADMIN} / {password}",
        f"  API / 接口文档        {url}/api/docs/",
        f"  API key / 密钥        {secrets.read(env.data_dir, API_KEY) or ''}",
        "  Ctrl-C stops everything. / 按 Ctrl-C 停止全部服务。",
        "",
    ]
