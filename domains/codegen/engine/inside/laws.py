"""Tries laws on many values, and keeps the ones that nothing contradicts and that at least say something.

A law is tried kind by kind of its values: for typed parameters it must hold on every kind, for others on the kind that
the functions take most. Values are those of the search and wilder ones; what the domain refuses is no counter-example,
and how far the domain reaches is told, so that a test can draw from it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import process_time  # not a clock: a busy machine finds the same laws
from typing import Any

from domains.codegen.engine.inside.algebra import Law, proposals, type_name
from domains.codegen.engine.inside.guessing import kind_of
from domains.codegen.engine.inside.running import Runner, traced
from domains.codegen.engine.inside.scenarios import TAKEN, Step
from domains.codegen.engine.inside.search import Search
from domains.codegen.engine.inside.targets import Target
from domains.codegen.engine.inside.wild import ALPHABETS, wild

TRIED = 160
_ENOUGH = 30
"""Values a law must hold on, a third of which must say something."""
_STALLS = 4
_JUDGING = 10
"""Examples that a mutant is asked."""
_SHOWN = 40
_SELDOM = {"bool", "none", "callable"}
"""Kinds that no law is tried on where no type is stated: that it holds on them says nothing about others."""
_DRAWN = {"str", "int", "float", "bytes", "list[int]", "list[str]", "list[float]", "list", "bool"}
"""Types of which a value may be drawn by chance: others mean fewer values than their kind has."""

Example = tuple[str, ...]


@dataclass(slots=True)
class Standing:
    """A law and what came of trying it.

    `examples` are those it holds on, the telling ones first; `outside` those that its domain refuses; `counter` is one
    that contradicts it, with what both sides gave. `kinds` are those of its values, `lines` what it runs.
    """

    law: Law
    examples: list[Example] = field(default_factory=list)
    outside: list[Example] = field(default_factory=list)
    counter: tuple[Example, str, str] | None = None
    kinds: tuple[str, ...] = ()
    alphabet: str = ""
    approx: bool = False
    telling: int = 0
    different: set[str] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    kills: int = 0

    @property
    def holds(self) -> bool:
        """Whether it held on many values and said something on enough of them."""
        enough = len(self.examples) >= _ENOUGH and self.telling * 3 >= _ENOUGH and len(self.different) >= 5
        return enough and self.counter is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ending` is holds, fails, outside or stalled; `left` and `right` are what both sides gave."""

    ending: str
    left: str = ""
    right: str = ""
    telling: bool = False
    approx: bool = False


def known(
    search: Search, wanted: list[Target], said: Sequence[dict[str, str]], taken: frozenset[str], until: float
) -> list[Standing]:
    """Return the laws that hold, and those the documentation states that do not. `until` is of time.process_time."""
    found = []
    for law in proposals(wanted, said, taken):
        if process_time() > until:
            break
        standing = _best(law, search, {target.symbol: target for target in wanted}, until)
        if standing is not None and (
            standing.holds or (standing.counter and law.because not in {"names", "signature"})
        ):
            standing.lines = _lines(standing, search.runner)
            found.append(standing)
    return found


def verdict(runner: Runner, law: Law, example: Example) -> Verdict:
    """Ask a law about one example; each expression gets values of its own."""
    told: dict[str, Any] = {}

    def value(text: str) -> Any:  # noqa: ANN401 - any value
        given = {name: runner.named(source) for name, source in zip(law.names, example, strict=True)}
        return runner.named(text, given)

    error, in_time = runner.attempt(lambda: value(law.domain))
    if error is not None or not in_time:
        return Verdict("outside" if in_time else "stalled")

    def claim() -> None:
        told["left"], told["right"] = value(law.left), value(law.right)
        told["same"] = _same(told["left"], told["right"])

    error, in_time = runner.attempt(claim)
    if not in_time:
        return Verdict("stalled")
    shown = [_shown(runner, told, side) for side in ("left", "right")]
    if error is not None:
        return Verdict("fails", f"raises {type(error).__name__}: {error}"[:200], shown[1])
    _, _ = runner.attempt(lambda: told.update(telling=bool(value(law.shows))))
    approx = any(isinstance(told[side], float) for side in ("left", "right"))
    return Verdict("holds" if told["same"] else "fails", shown[0], shown[1], bool(told.get("telling")), approx)


def _shown(runner: Runner, told: dict[str, Any], side: str) -> str:
    """Write a value as it writes itself, which is code under test and may fail."""
    written: list[str] = []
    if side in told:
        runner.attempt(lambda: written.append(repr(told[side])[:200]))
    return written[0] if written else ""


def noticed(standing: Standing, runner: Runner) -> bool:
    """Whether the law no longer holds on a mutant."""
    some = standing.examples[:_JUDGING]
    return any(verdict(runner, standing.law, example).ending != "holds" for example in some)


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float | int):
        return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-12)  # as pytest.approx
    return type(left) is type(right) and bool(left == right)


def _best(law: Law, search: Search, targets: dict[str, Target], until: float) -> Standing | None:
    """Try a law on every kind of its values; None where there are no values to try."""
    target = targets[law.symbols[-1]]
    groups: dict[tuple[str, ...], Standing] = {}
    pools = _pools(law, target, search)
    for example in dict.fromkeys(_examples(law, target, search, pools)):
        if process_time() > until:
            break
        kinds = tuple(kind_of(text) for text in example)
        if not set(kinds) & _SELDOM or all(p.typed for p in target.parameters):
            group = groups.setdefault(kinds, Standing(law, kinds=kinds))
            if len(group.examples) + len(group.outside) < TRIED and group.counter is None:
                _try(group, example, search.runner)
    for group in groups.values():
        if len(law.names) > 1 and group.examples and group.counter is None:
            _alike(group, pools, search, until)
        plain = all(type_name(p.hint) in _DRAWN for p in target.parameters if p.needed and p.typed)
        if plain and group.counter is None and len(group.examples) >= 3 and process_time() < until:
            _wilder(group, search.runner, search.chance, until)
    tried = [group for group in groups.values() if group.examples or group.counter]
    if not tried:
        return None
    most = max(tried, key=lambda group: (len(group.examples) + bool(group.counter), group.telling))
    typed = all(p.typed for p in target.parameters if p.needed) and bool(target.parameters or target.owner)
    wrong = next((group for group in tried if group.counter is not None), None)
    return wrong if typed and wrong is not None else most


def _pools(law: Law, target: Target, search: Search) -> list[list[str]]:
    """Return likely values for each of a law's names; of one without a type, of the kinds that several draws give."""
    if target.owner:
        return []
    needed = [p for p in target.parameters if p.needed and not p.variadic] or list(target.parameters[:1])
    pools = []
    for parameter in needed[: len(law.names)]:
        draws = (search.guesses.values(target, parameter)[: 60 if parameter.typed else 24] for _ in range(8))
        texts = dict.fromkeys(text for draw in draws for text in draw if not TAKEN.search(text))
        pools.append(list(texts)[:TRIED])
    return pools if len(pools) == len(law.names) and all(pools) else []


def _examples(law: Law, target: Target, search: Search, pools: list[list[str]]) -> Iterator[Example]:
    """Yield values that calls of the search took, then likely ones."""
    count = len(law.names)
    for row in search.rows:
        steps = row.scenario.steps
        if row.scenario.symbol != target.symbol or row.seen[-1].kind == "raises" or _arranged(steps):
            continue
        if target.owner and len(steps) == 2 and steps[0].binds:
            yield (steps[0].source(),)
        elif not target.owner and len(steps) == 1 and len(steps[0].arguments) >= count:
            yield tuple(text for _, text in steps[0].arguments[:count])
    if len(pools) == 1:
        yield from ((text,) for text in pools[0])
    elif pools:
        yield from (tuple(search.chance.choice(pool) for pool in pools) for _ in range(TRIED))


def _arranged(steps: Sequence[Step]) -> bool:
    """Whether a fixture has a part in it: a law's values are written out."""
    return any(TAKEN.search(step.source()) for step in steps)


def _alike(group: Standing, pools: list[list[str]], search: Search, until: float) -> None:
    """Try more values of the kinds that a group is of."""
    fitting = [[text for text in pool if kind_of(text) == kind] for pool, kind in zip(pools, group.kinds, strict=False)]
    for _ in range(_ENOUGH if fitting and all(fitting) else 0):
        example = tuple(search.chance.choice(pool) for pool in fitting)
        known = example in group.examples or example in group.outside
        if process_time() > until or (not known and _try(group, example, search.runner) == "fails"):
            return


def _try(group: Standing, example: Example, runner: Runner) -> str:
    said = verdict(runner, group.law, example)
    if said.ending == "holds":
        group.approx |= said.approx
        group.telling += said.telling
        group.different.add(said.left)
        group.examples.insert(0 if said.telling else len(group.examples), example)
    elif said.ending == "fails":
        group.counter = (example, said.left, said.right)
    else:
        group.outside.append(example)
    return said.ending


def _wilder(group: Standing, runner: Runner, chance: random.Random, until: float) -> None:
    """Draw until the law has been tried often; find the widest alphabet that its domain takes whole."""
    stalls = 0
    for alphabet in ALPHABETS if any("str" in kind for kind in group.kinds) else ("any",):
        endings: list[str] = []
        for _ in range(TRIED // 2):
            example = _drawn(group, chance, alphabet)
            if example is None or process_time() > until or stalls > _STALLS:
                return
            endings.append(_try(group, example, runner))
            stalls += endings[-1] == "stalled"
            if endings[-1] == "fails":
                return
            if endings.count("outside") > 5 and alphabet != list(ALPHABETS)[-1] and "str" in "".join(group.kinds):
                break
        if "outside" not in endings and "stalled" not in endings:
            group.alphabet = alphabet
            return


def _drawn(group: Standing, chance: random.Random, alphabet: str) -> Example | None:
    """Draw an example; None where nothing is drawn of such kinds. Numbers are also drawn between those taken before."""
    known = chance.choice(group.examples)
    drawn = [wild(kind, chance, alphabet) for kind in group.kinds]
    if all(text is None for text in drawn):
        return None
    for n, kind in enumerate(group.kinds):
        if kind == "int" and chance.random() < 0.5:
            taken = [int(example[n]) for example in group.examples]
            drawn[n] = repr(chance.randint(min(taken), max(taken)))
    return tuple(text if text is not None else old for text, old in zip(drawn, known, strict=True))


def _lines(standing: Standing, runner: Runner) -> set[int]:
    lines: set[int] = set()
    for example in [*standing.examples[:6], *([standing.counter[0]] if standing.counter else [])]:
        edges: set[tuple[int, int]] = set()
        with traced(runner.path, edges):
            verdict(runner, standing.law, example)
        lines |= {line for edge in edges for line in edge if line > 0}
    return lines


def steady(standing: Standing, runner: Runner) -> bool:
    """Whether a law holds as before on a module that was loaded anew."""
    return all(verdict(runner, standing.law, example).ending == "holds" for example in standing.examples[:_SHOWN])


def told(standing: Standing) -> dict[str, Any]:
    """Return what the host hears of a law."""
    law = standing.law
    counter = standing.counter
    return {
        "kind": law.kind, "symbols": law.symbols, "names": law.names, "left": law.left, "right": law.right,
        "because": law.because, "approx": standing.approx, "kinds": standing.kinds, "alphabet": standing.alphabet,
        "examples": standing.examples[:_SHOWN], "bounds": [_bounds(standing, n) for n in range(len(law.names))],
        "kills": standing.kills, "tried": len(standing.examples),
        "counter": None if counter is None else {"example": counter[0], "left": counter[1], "right": counter[2]},
    }  # fmt: skip


def _bounds(standing: Standing, position: int) -> tuple[str | None, str | None] | None:
    """Return the range that the domain takes of a number; None where it is no range, or no number."""
    if standing.kinds[position] not in {"int", "float"}:
        return None
    read = int if standing.kinds[position] == "int" else float
    taken = [read(example[position]) for example in standing.examples]
    low, high = min(taken), max(taken)
    refused = [read(example[position]) for example in standing.outside]
    if any(low <= number <= high for number in refused):
        return None
    under, over = any(number < low for number in refused), any(number > high for number in refused)
    return (repr(low) if under else None, repr(high) if over else None)
