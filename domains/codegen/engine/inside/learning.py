"""Reads and runs a module for what its parameters without a type take."""

from __future__ import annotations

import ast

from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.hints import hints
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.probing import probe
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.shapes import Fitting, foreign
from domains.codegen.engine.inside.targets import Target

_SHAPED = 60
"""Values kept for one parameter."""


def learned(subject: Subject, tree: ast.Module, runner: Runner, pools: Pools, wanted: list[Target]) -> Guesses:
    """Return what to try; where everything has a type nothing is probed."""
    guesses = Guesses(pools, pools.chance)
    if not any(map(is_untyped, wanted)):
        return guesses
    names = Subject.names(subject.module)
    guesses.hints = hints(tree, names)

    def works(text: str) -> bool:
        return runner.attempt(lambda: runner.named(text)) == (None, True)

    package = subject.name.split(".", maxsplit=1)[0] if "." in subject.name else ""
    fitting = Fitting(pools, pools.chance, foreign(names, package, works))
    shapes = probe(runner, wanted, pools.chance)
    guesses.shaped = {key: fitting.values(shape)[:_SHAPED] for key, shape in shapes.items()}
    return guesses


def is_untyped(target: Target) -> bool:
    """Whether a parameter of it has no type."""
    return any(not parameter.typed for parameter in target.parameters)
