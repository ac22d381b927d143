"""`python -m assistant.config.supervisor`: what `make run` and `manage.py up` run."""

from __future__ import annotations

import asyncio
import fcntl
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from assistant.config import env
from assistant.config.env import BadEnvironment, Env
from assistant.config.supervisor import runfile, sockets
from assistant.config.supervisor.errors import AlreadyRunning, CannotStart, SupervisorError
from assistant.config.supervisor.screen import Screen
from assistant.config.supervisor.supervisor import Supervisor


def main() -> int:
    """Start, run until Ctrl-C or SIGTERM, stop everything; 0 unless the start failed."""
    console = Console()
    try:
        settings = env.load()
        with sole(settings.data_dir):
            check_port(settings)
            asyncio.run(supervise(settings, Screen(console)))
    except (SupervisorError, BadEnvironment) as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0


async def supervise(settings: Env, screen: Screen) -> None:
    """Run the supervisor until it fails or a signal comes, then end every child."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    supervisor = Supervisor(settings, screen)
    work = asyncio.create_task(supervisor.run())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            screen.say("Stopping… / 正在停止…")
        else:
            await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await supervisor.stop()


@contextmanager
def sole(data_dir: Path) -> Iterator[None]:
    """Hold this DATA_DIR for ourselves. Raises AlreadyRunning."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_already(data_dir)) from None
        yield


def _already(data_dir: Path) -> str:
    where, path = str(data_dir), data_dir / runfile.PATH.name
    if path.exists():
        where = json.loads(path.read_text(encoding="utf-8"))["url"]
    return (
        f"The assistant already runs ({where}). Stop it with Ctrl-C where it runs, or start another with another "
        f"DATA_DIR and PORT. / 助手已在运行({where})。请先停止它,或使用另外的 DATA_DIR 和 PORT。"
    )


def check_port(settings: Env) -> None:
    """Refuse a port that somebody else has. Raises CannotStart."""
    if sockets.is_taken(settings.port):
        raise CannotStart(
            f"Port {settings.port} is taken by another program: stop it, or choose another one, for example "
            f"PORT={settings.port + 1} make run. / 端口 {settings.port} 已被占用:请停止占用它的程序,或换一个端口,"
            f"例如 PORT={settings.port + 1} make run。"
        )


if __name__ == "__main__":
    sys.exit(main())
