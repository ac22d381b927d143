"""What can go wrong with children. Each message says what, where and what to do next, in English and Chinese.

SupervisorError
├── StartFailed      a child or a step did not come up
├── AlreadyRunning   another supervisor holds this DATA_DIR
└── CannotStart      the machine lacks something
"""

from __future__ import annotations


class SupervisorError(Exception):
    """Base of what ends `manage.py up` with a message."""


class StartFailed(SupervisorError):
    """A child or a step did not come up; the message ends with its last lines."""


class AlreadyRunning(SupervisorError):
    """Another supervisor holds this DATA_DIR."""


class CannotStart(SupervisorError):
    """The machine lacks something that the start needs."""
