"""Who acts is known to whatever is called meanwhile, and to nothing afterwards."""

from __future__ import annotations

import pytest

from assistant.audit import actor
from assistant.audit.actor import Actor, acting, current


def test_outside_of_everything_it_is_the_process() -> None:
    assert current() == Actor("system")


def test_the_process_says_once_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "_process", Actor("system"))
    actor.begin(Actor("worker", "ops"))
    assert (current().channel, current().name()) == ("worker", "ops")


def test_an_inner_block_without_a_name_keeps_the_outer_name() -> None:
    with acting("admin", lambda: "ann"), acting("import"):
        assert (current().channel, current().name()) == ("import", "ann")
    assert current() == Actor("system")


def test_the_end_of_a_block_is_its_end_even_after_an_error() -> None:
    with pytest.raises(RuntimeError), acting("api", "key 1"):
        raise RuntimeError
    assert current() == Actor("system")


def test_an_unknown_channel_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="carrier pigeon"), acting("carrier pigeon"):
        pass
