"""Runs untrusted work: parsers of documents, generated tests. Bubblewrap, seccomp, limits; knows nothing of the house.

    box = Sandbox()
    box.check()                      # raises SandboxUnavailable where it cannot hold
    outcome = box.run(Job(python("-c", "print(1)")))

What runs sees a read-only system, an empty network, a scratch folder of bounded size, and its own processes. It is
ended, with everything it started, when it exceeds time, memory or output. What it has to say comes back over pipes;
no file that it wrote is ever opened outside.
"""

from sandbox.errors import SandboxError, SandboxUnavailable
from sandbox.runner import Sandbox
from sandbox.session import Session
from sandbox.types import BOX, MIB, REPORT_FD, SCRATCH, Job, Limits, Outcome, python

__all__ = [
    "BOX",
    "MIB",
    "REPORT_FD",
    "SCRATCH",
    "Job",
    "Limits",
    "Outcome",
    "Sandbox",
    "SandboxError",
    "SandboxUnavailable",
    "Session",
    "python",
]
