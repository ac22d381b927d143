"""Which laws a module's functions may follow, and why anybody should think so: by name, by signature, or as it says.

A law that nothing but chance suggests is not proposed: idempotence, order and symmetry need a name that means them or a
sentence that says them; that one function undoes another also shows in their types.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.targets import Target

_MOST = 40
_UNDOES = {
    "encode": ("decode",), "parse": ("format", "unparse", "render", "build", "serialize", "dump", "write"),
    "load": ("dump", "save"), "loads": ("dumps",), "pack": ("unpack",), "compress": ("decompress",),
    "escape": ("unescape",), "quote": ("unquote",), "serialize": ("deserialize",), "encrypt": ("decrypt",),
    "flatten": ("unflatten",), "split": ("join", "unsplit"), "to": ("from",), "wrap": ("unwrap",),
    "marshal": ("unmarshal",),
    "freeze": ("unfreeze", "thaw"), "zip": ("unzip",), "encipher": ("decipher",), "explode": ("implode",),
    "read": ("write",), "quantize": ("dequantize",), "tokenize": ("detokenize", "untokenize"), "shift": ("unshift",),
    "camelize": ("decamelize", "underscore"), "mask": ("unmask",), "hexlify": ("unhexlify",), "rotate": ("unrotate",),
}  # fmt: skip
_PARTNERS = {(a, b) for one, others in _UNDOES.items() for other in others for a, b in ((one, other), (other, one))}
_ONCE = {
    "normalize", "normalise", "clean", "canonicalize", "canonical", "canonicalise", "sanitize", "sanitise", "strip",
    "trim", "slugify", "dedupe", "deduplicate", "unique", "uniq", "sort", "sorted", "flatten", "collapse", "squash",
    "simplify", "compact", "tidy", "fold", "casefold", "lower", "upper", "dedent", "standardize", "remove", "ensure",
    "normalized", "normalised", "cleaned", "standardise",
}  # fmt: skip
_EITHER_WAY = {
    "add", "plus", "sum", "gcd", "lcm", "max", "min", "maximum", "minimum", "multiply", "mul", "product", "distance",
    "similarity", "union", "intersection", "intersect", "overlap", "overlaps", "jaccard", "hamming", "levenshtein",
    "xor", "dot", "mean", "average", "equal", "equals", "commutes",
}  # fmt: skip
_WAYS = {
    "slow", "fast", "naive", "simple", "reference", "ref", "recursive", "iterative", "brute", "force", "bruteforce",
    "optimized", "optimised", "efficient", "quick", "memo", "memoized", "memoised", "cached", "dp", "v1", "v2", "old",
    "new", "legacy", "loop", "vectorized", "py", "2",
}  # fmt: skip
_SORTS = re.compile(r"(?:^|_)(?:\w*sort|sorted)(?:_|$)")
_LOOSE = {"typing.Any", "Any", "object", "bool", "None", "NoneType", "", "T"}


@dataclass(frozen=True, slots=True)
class Law:
    """A claim about all values of its `names`: where `domain` can be reckoned, `left` equals `right`.

    Expressions over the module's names and `names`; `shows` is true of values on which the claim says something.
    `symbols` are the functions it speaks of, `because` is names, signature, or the sentence of the documentation.
    """

    kind: str
    symbols: tuple[str, ...]
    names: tuple[str, ...]
    domain: str
    left: str
    right: str
    shows: str
    because: str


@dataclass(frozen=True, slots=True)
class Form:
    """A target as a function of its first value; `rest` are further values that it needs."""

    target: Target
    first: str
    rest: tuple[str, ...]
    takes: str
    gives: str

    def of(self, text: str) -> str:
        """Write the call."""
        if self.target.owner:
            return f"{_closed(text)}.{self.target.callee.split('.', 1)[1]}()"
        return f"{self.target.callee}({', '.join((text, *self.rest))})"


def forms(wanted: Iterable[Target], taken: frozenset[str]) -> list[Form]:
    """Return the targets that are functions of a value. `taken` are names that no variable may have."""
    found = []
    for target in wanted:
        needed = [p for p in target.parameters if p.needed and not p.variadic]
        constructs = target.symbol == target.callee and target.callee[:1].isupper() and "." not in target.callee
        if target.reads or constructs or any(p.keyword for p in needed):
            continue
        if target.owner:
            if not needed and ".__" not in target.callee:
                found.append(
                    Form(target, _free(target.owner.lower(), taken), (), target.owner, type_name(target.returns))
                )
        elif needed or any(not p.variadic for p in target.parameters[:1]):
            first, *rest = needed or target.parameters[:1]
            names = tuple(_free(p.name, taken) for p in rest)
            found.append(Form(target, _free(first.name, taken), names, _hinted(first), type_name(target.returns)))
    return found


def proposals(wanted: Iterable[Target], said: Iterable[Mapping[str, str]], taken: frozenset[str]) -> list[Law]:
    """Return the laws to try. `said` are claims of the documentation: kind, symbol, other, said."""
    listed = forms(wanted, taken)
    by_symbol = {form.target.symbol: form for form in listed}
    laws: dict[tuple[str, str, str], Law] = {}
    for law in itertools.chain(_said(said, by_symbol), _named(listed), _signed(listed)):
        laws.setdefault((law.kind, law.left, law.right), law)
    return list(laws.values())[:_MOST]


def _said(said: Iterable[Mapping[str, str]], forms: Mapping[str, Form]) -> Iterator[Law]:
    for claim in said:
        one, other = forms.get(claim["symbol"]), forms.get(claim["other"])
        if one is None:
            continue
        if claim["kind"] in {"inverse", "agrees"}:
            if other is not None and _fit(one, other):
                make = _inverse if claim["kind"] == "inverse" else _agrees
                yield make(one, other, claim["said"])
        else:
            yield from _alone(claim["kind"], one, claim["said"])


def _named(listed: list[Form]) -> Iterator[Law]:
    for form in listed:
        words = _words(form.target.symbol)
        if words and words[0] in _ONCE:
            yield from _alone("idempotent", form, "names")
        if set(words) & _EITHER_WAY:
            yield from _alone("commutative", form, "names")
        if _SORTS.search("_".join(words)) and not {"key", "reverse", "cmp"} & {p.name for p in form.target.parameters}:
            yield from _alone("sorted", form, "names")
            yield from _alone("keeps", form, "names")
    for one, other in itertools.permutations(listed, 2):
        if _fit(one, other) and _are_partners(_words(one.target.symbol), _words(other.target.symbol)):
            yield _inverse(one, other, "names")
    for one, other in itertools.combinations(listed, 2):
        if _fit(one, other) and _are_ways(_words(one.target.symbol), _words(other.target.symbol)):
            yield _agrees(one, other, "names")


def _signed(listed: list[Form]) -> Iterator[Law]:
    for one, other in itertools.permutations(listed, 2):
        typed = one.takes == other.gives and one.gives == other.takes and not {one.takes, one.gives} & _LOOSE
        if typed and one.takes != one.gives and _fit(one, other):
            yield _inverse(one, other, "signature")


def _alone(kind: str, form: Form, because: str) -> Iterator[Law]:
    x, rest, symbol = form.first, form.rest, (form.target.symbol,)
    once = form.of(x)
    if kind == "idempotent":
        yield Law(kind, symbol, (x, *rest), once, form.of(once), once, f"{once} != {x}", because)
    elif kind == "sorted":
        shows = f"list({once}) != list({x})"
        yield Law(kind, symbol, (x, *rest), once, f"list({once})", f"sorted({once})", shows, because)
    elif kind == "keeps":
        yield Law(kind, symbol, (x, *rest), once, f"sorted({once})", f"sorted({x})", f"len({x}) > 1", because)
    elif kind == "commutative" and len(rest) == 1 and not form.target.owner:
        y, callee = rest[0], form.target.callee
        yield Law(kind, symbol, (x, y), once, once, f"{callee}({y}, {x})", f"{x} != {y}", because)


def _inverse(undo: Form, do: Form, because: str) -> Law:
    x = do.first
    inner = do.of(x)
    symbols = (undo.target.symbol, do.target.symbol)
    return Law("inverse", symbols, (x, *do.rest), inner, undo.of(inner), x, f"{inner} != {x}", because)


def _agrees(one: Form, other: Form, because: str) -> Law:
    names, symbols = (one.first, *one.rest), (one.target.symbol, other.target.symbol)
    same = Form(other.target, one.first, one.rest, other.takes, other.gives)
    return Law("agrees", symbols, names, same.of(one.first), one.of(one.first), same.of(one.first), "True", because)


def _fit(one: Form, other: Form) -> bool:
    """Whether two take the same further values, and the classes that they belong to do not part them."""
    owners = {form.target.owner or form.target.symbol.rpartition(".")[0] for form in (one, other)}
    return one.rest == other.rest and one.target.symbol != other.target.symbol and len(owners) == 1


def _are_partners(one: list[str], other: list[str]) -> bool:
    """Whether two names say that each undoes the other: encode_x, decode_x; x_to_y, y_to_x; pack, unpack."""
    for join in ("to", "2"):
        if join in one[1:-1] and join in other[1:-1]:
            a, b = one.index(join), other.index(join)
            return (one[:a], one[a + 1 :]) == (other[b + 1 :], other[:b])
    if len(one) != len(other):
        return {*one} ^ {*other} in ({"inverse"}, {"inv"}, {"reverse"})
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(apart) == 1 and (apart[0] in _PARTNERS or _negates(*apart[0]) or _negates(apart[0][1], apart[0][0]))


def _negates(one: str, other: str) -> bool:
    return len(other) > 2 and one in {f"un{other}", f"de{other}", f"in{other}"}


def _are_ways(one: list[str], other: list[str]) -> bool:
    """Whether two names differ only in how the same is done: total_fast, total_slow."""
    stems = [[word for word in words if word not in _WAYS] for words in (one, other)]
    return stems[0] == stems[1] and bool(stems[0]) and one != other


def _words(symbol: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", symbol.rpartition(".")[2])
    return [word for word in re.split(r"_|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", spaced.lower()) if word]


def _hinted(parameter: Parameter) -> str:
    return type_name(parameter.hint) if parameter.typed else ""


def type_name(hint: Any) -> str:  # noqa: ANN401 - any annotation
    """Name a type, or what an annotation says; empty where it says nothing."""
    if isinstance(hint, str):
        return hint.replace("typing.", "")
    empty = getattr(hint, "__name__", "") == "_empty"
    return "" if empty else hint.__name__ if type(hint) is type else str(hint).replace("typing.", "")


def _free(name: str, taken: frozenset[str]) -> str:
    return name if name not in taken and name.isidentifier() else f"given_{name}"


def _closed(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+(?:\([^()]*\))?", text) else f"({text})"
