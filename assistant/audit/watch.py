"""Which rows are watched, and which of their columns the log may show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watch:
    """A model, as `app.Model`.

    `kept` are the fields whose values the log shows; `left_out` the others, because they are secret, personal, large
    or change by themselves. A field in neither is an error that a test finds, so that nobody forgets to decide.
    `tenant` is the path to the tenant (`document__tenant`), "" for the tenant itself, None for what belongs to the
    whole house. `label` names the fields to call the row by, the first that is not empty.
    """

    model: str
    kept: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    tenant: str | None = "tenant"
    label: tuple[str, ...] = ()
