"""Which attributes of an object a test asserts: those that notice something, and a few that say what it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from domains.codegen.engine.inside.scenarios import Seen

_FEW = 6
"""Attributes that are asserted in any case, where there are as many."""
_SHORT = 80
"""Letters of one that is asserted though it notices nothing."""


def told_apart(one: Sequence[Seen], other: Sequence[Seen]) -> frozenset[str]:
    """Return the attributes in which two runs of a scenario differ, where they differ in nothing else."""
    if len(one) != len(other) or [*one[:-1]] != [*other[:-1]] or not one:
        return frozenset()
    if replace(one[-1], parts=()) != replace(other[-1], parts=()):
        return frozenset()
    return frozenset(name for name, _ in {*one[-1].parts} ^ {*other[-1].parts})


def telling(seen: tuple[Seen, ...], noticed: Iterable[Collection[str]]) -> tuple[Seen, ...]:
    """Leave out attributes that a test need not assert.

    `noticed` are, for each mutant that is left to this row, the attributes that notice it. The first that notices the
    most are kept until each is noticed; then some that notice nothing, short ones, in the order of the object.
    """
    last = seen[-1]
    there = {name for name, _ in last.parts}  # a mutant may have set one that the original does not
    left = [names for names in (there & frozenset(names) for names in noticed) if names]
    kept: set[str] = set()
    while left:
        best = max((name for name, _ in last.parts), key=lambda name: sum(name in names for names in left))
        kept.add(best)
        left = [names for names in left if best not in names]
    for name, text in last.parts:
        if len(kept) < _FEW and len(text) <= _SHORT:
            kept.add(name)
    return (*seen[:-1], replace(last, parts=tuple(part for part in last.parts if part[0] in kept)))
