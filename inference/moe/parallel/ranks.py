"""Ranks as processes of this machine, on gloo: to try a placement out, for benchmarks and for tests.

A case is a function of an importable module, called on every rank as `case(group, *args)`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import uuid4

from inference.moe.errors import KernelError
from inference.moe.parallel.group import Group

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["torch", "torch.distributed", "inference.moe.parallel.layer"])


class Ranks:
    """Processes by rank, each with a pipe that gives its result."""

    def __init__(self, processes: Sequence[BaseProcess], pipes: list[Connection]) -> None:
        self.processes, self.pipes = processes, pipes

    def results(self, limit: float = 90) -> list[Any]:
        """What every rank returned; raises what a rank raised, or as `result` does. `limit` in seconds for each."""
        got = [self.result(rank, limit) for rank in range(len(self.pipes))]
        for result in got:
            if isinstance(result, Exception):
                raise result
        return got

    def result(self, rank: int, limit: float = 90) -> Any:  # noqa: ANN401 - what the case gives
        """What one rank returned or raised. Raises TimeoutError when it hangs, EOFError when it died without a word."""
        if not wait([self.pipes[rank]], limit):
            raise TimeoutError(f"rank {rank} did not end within {limit} s")
        return pickle.loads(self.pipes[rank].recv_bytes())  # noqa: S301 - written by our own process

    def signal(self, rank: int, number: signal.Signals) -> None:
        """Kill, stop or continue one rank."""
        pid = self.processes[rank].pid
        if pid is not None:
            os.kill(pid, number)


def run(size: int, folder: Path, case: Callable[..., Any], *args: object, deadline: float = 60) -> list[Any]:
    """Results by rank of the case on `size` ranks that meet in `folder`; raises what `Ranks.results` does."""
    with started(size, folder, case, *args, deadline=deadline) as ranks:
        return ranks.results()


@contextlib.contextmanager
def started(size: int, folder: Path, case: Callable[..., Any], *args: object, deadline: float = 60) -> Iterator[Ranks]:
    """Ranks at work; whatever is left of them is killed at the end. `deadline`: seconds an exchange may take."""
    meeting = folder / f"meeting-{uuid4().hex}"
    pipes, processes = [], []
    for rank in range(size):
        mine, theirs = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(
            target=_member, args=(rank, size, meeting, deadline, theirs, case, args), daemon=True
        )
        process.start()
        theirs.close()
        pipes.append(mine)
        processes.append(process)
    try:
        yield Ranks(processes, pipes)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _member(
    rank: int,
    size: int,
    meeting: Path,
    deadline: float,
    pipe: Connection,
    case: Callable[..., Any],
    args: Sequence[object],
) -> None:
    os.putenv("GLOO_SOCKET_IFNAME", "lo")  # gloo reads it itself, and would listen on the machine's own address
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    limit = timedelta(seconds=deadline)
    result: Any
    try:
        dist.init_process_group("gloo", init_method=meeting.as_uri(), rank=rank, world_size=size, timeout=limit)
        # gloo calls a rank met before its peer does: one that then ends at once fails the other's meeting
        dist.barrier()
        result = case(Group(dist.group.WORLD, limit) if size > 1 else Group(), *args)
    except KernelError as error:
        result = error
    except (AssertionError, ValueError, RuntimeError) as error:  # also of a rank whose peer ended before they met
        result = RuntimeError(f"rank {rank}: {type(error).__name__}: {error}")
    pipe.send_bytes(pickle.dumps(result))  # a tensor by value: its usual way through a pipe needs the sender to stay
    pipe.close()
