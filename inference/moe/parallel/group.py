"""The ranks that compute a layer together. Every exchange has a deadline: a lost rank is an error, never a hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from inference.moe.errors import RankLost

DEADLINE = timedelta(seconds=30)


@dataclass(slots=True)
class Traffic:
    """What this rank has sent to others (what stays on the rank is not counted)."""

    bytes: int = 0
    exchanges: int = 0


class Group:
    """Exchanges of rows over torch.distributed (gloo on CPUs, NCCL on GPUs); a group of one needs neither.

    After a RankLost the group is unusable: the rank that is missing may still hold half an exchange.
    """

    def __init__(self, process_group: dist.ProcessGroup | None = None, deadline: timedelta = DEADLINE) -> None:
        """Take the ranks of `process_group`; None is this process alone."""
        self._group = process_group
        self._deadline = deadline
        self.rank = process_group.rank() if process_group is not None else 0
        self.size = process_group.size() if process_group is not None else 1
        self.traffic = Traffic()

    def exchange(self, rows: Tensor, sent: list[int], received: list[int], step: str) -> Tensor:
        """Send rows [sum(sent), ...], the first sent[0] of them to rank 0, and so on.

        Args:
            rows: any dtype; formats that a transport does not know travel as bytes.
            sent: rows for each rank.
            received: rows from each rank, as `lengths` told.
            step: its name, for the error.

        Returns:
            [sum(received), ...] in the order of ranks.

        Raises:
            RankLost: a rank ended, or the deadline passed.
        """
        self.traffic.exchanges += 1
        if self._group is None:
            return rows
        self.traffic.bytes += (len(rows) - sent[self.rank]) * rows[:1].numel() * rows.element_size() if len(rows) else 0
        wire = rows.contiguous()
        if wire.is_floating_point() and wire.element_size() == 1:  # gloo: "Invalid scalar type" for float8
            wire = wire.view(torch.uint8)
        got = wire.new_empty((sum(received), *rows.shape[1:]))
        self._wait(lambda: dist.all_to_all_single(got, wire, received, sent, group=self._group, async_op=True), step)
        return got.view(rows.dtype)

    def lengths(self, sent: Tensor, step: str) -> Tensor:
        """Tell every rank how many rows it will get: sent [ranks, ...] int64 -> [ranks, ...] from each rank."""
        ones = [1] * self.size
        return self.exchange(sent, ones, ones, step)

    def gather(self, mine: Tensor, step: str) -> Tensor:
        """Everybody's `mine` [...], stacked: [ranks, ...]."""
        return self.lengths(mine.expand(self.size, *mine.shape).contiguous(), step)

    def _wait(self, start: Callable[[], dist.Work | None], step: str) -> None:
        try:
            work = start()
            if work is not None:
                work.wait(self._deadline)
        except RuntimeError as error:  # torch raises no narrower class for a peer that ended or a deadline
            raise RankLost(step, self._deadline.total_seconds(), str(error).splitlines()[0]) from error
