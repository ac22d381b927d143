import subprocess
import sys

import httpx
import pytest

from benchmarks import moe_served


def test_the_stock_kernel_is_among_those_served() -> None:
    assert moe_served.KERNELS["stock"] == ("--kernel", "stock")
    assert all("--kernel" in flags for flags in moe_served.KERNELS.values())


def test_a_server_that_dies_is_not_waited_for() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with httpx.Client(base_url="http://127.0.0.1:9") as client, pytest.raises(TimeoutError, match="become healthy"):
        moe_served._wait(client, child)
