"""`python -m domains.codegen generate FILE` and `evaluate PATH`: tests for a module, and how good such tests are."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from domains.codegen import trees
from domains.codegen.engine.errors import EngineError, SourceBroken
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.evaluation import corpus, measure, peers, stryker
from domains.codegen.evaluation.comparing import Comparison
from domains.codegen.evaluation.keeping import Kept
from domains.codegen.helping.asking import Source, own_loop
from domains.codegen.making import generate
from domains.codegen.wire import to_fields
from sandbox import Sandbox, SandboxError

_PEERS = {"pynguin": "python", "stryker": "javascript"}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; exit status 2 for what cannot be done, with the reason on standard error."""
    asked = _parser().parse_args(arguments)
    box = Sandbox()
    try:
        box.check()
        return _generate(box, asked) if asked.command == "generate" else _evaluate(box, asked)
    except SourceBroken as error:
        place = f"{error.line}:{error.column}: " if error.line else ""
        sys.stderr.write(f"{place}{error}\n")
    except (EngineError, SandboxError, corpus.CorpusBroken, peers.PeerAbsent, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m domains.codegen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("generate", help="write tests for a module in Python, JavaScript, TypeScript or Java")
    make.add_argument("file", type=Path)
    make.add_argument("--symbol", action="append", default=[], help="name or Class.method; may be repeated")
    make.add_argument("--budget", type=float, default=8.0, metavar="SECONDS", help="for search and mutants")
    make.add_argument("--out", type=Path, metavar="DIR", help="write the test files here; none is overwritten")
    make.add_argument("--tests", type=Path, metavar="FILE", help="a test file to add to; what it has is kept")
    make.add_argument("--root", type=Path, metavar="DIR", help="the project's folder: its modules and settings too")
    _add_model(make)
    make.add_argument("--json", action="store_true")
    judge = commands.add_parser("evaluate", help="measure on a folder of modules, a data set, or the pinned list")
    judge.add_argument("path", type=Path, nargs="?", help="left out: the modules pinned in the source")
    judge.add_argument("--language", choices=["python", "javascript", "java"], default="python")
    judge.add_argument("--tier", choices=["typed", "untyped"], help="of the pinned modules")
    judge.add_argument("--slice", type=int, metavar="N", help="N of them, drawn by the seed")
    judge.add_argument("--seed", type=int, default=1)
    judge.add_argument("--budget", type=float, default=8.0, metavar="SECONDS")
    judge.add_argument(
        "--peer", choices=["pynguin", "stryker"],
        help="made on demand: Pynguin beside ours on Python, both judged by mutmut; Stryker as judge of JavaScript",
    )  # fmt: skip
    judge.add_argument("--peer-seconds", type=int, default=30, metavar="SECONDS", help="the peer's search")
    judge.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep results as they come; a run with the same file goes on there"
    )
    _add_model(judge)
    judge.add_argument("--json", action="store_true")
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model-url", metavar="URL", help="a server that speaks OpenAI's protocol, ending in /v1; helps"
    )
    parser.add_argument("--model-name", metavar="NAME", default="", help="the served model's name")
    parser.add_argument("--model-key-file", type=Path, metavar="FILE", help="a file with the server's key")


@contextmanager
def _source(asked: argparse.Namespace) -> Iterator[Source | None]:
    """Return the model that may help, with an event loop of its own; none where none was named."""
    if asked.model_url is None:
        yield None
        return
    from inference.client.openai_protocol import OpenAIModel  # the client library takes a while to load

    key = "none" if asked.model_key_file is None else asked.model_key_file.read_text(encoding="utf-8").strip()
    with own_loop() as loop:
        yield Source(OpenAIModel(asked.model_url, key, asked.model_name), loop)


def _generate(box: Sandbox, asked: argparse.Namespace) -> int:
    project, existing = trees.project(asked.file, asked.tests, asked.root)
    with _source(asked) as source:
        made = generate(box, project, Options(tuple(asked.symbol), asked.budget, existing=existing), None, source)
    if asked.out is not None:
        _write(made, asked.out, project)
    if asked.json:
        sys.stdout.write(json.dumps(to_fields(made), ensure_ascii=False) + "\n")
        return 0
    if asked.out is None:
        sys.stdout.write("\n".join(made.files.values()))
    score = made.mutation_score
    sys.stdout.write(
        f"\n# {len(made.tests)} tests; lines {made.coverage.line:.0%}"
        + (f", branches {made.coverage.branch:.0%}" if made.coverage.branch is not None else "")
        + (f", mutants {score:.0%}" if score is not None else "")
        + f"; {len(made.suspected_bugs)} suspected bugs\n"
    )
    helped = made.model
    if asked.model_url is not None:
        given = f"names {helped.names}, reasons {helped.reasons}, inputs {helped.inputs}"
        read = f"expectations {helped.expectations}, suspected bugs {helped.bugs}"
        sys.stdout.write(f"# model {helped.name or helped.state}: {given}, {read}; not taken {helped.refused}\n")
    for bug in made.suspected_bugs:
        sys.stdout.write(
            f"# suspected: {bug.counter_example} gave {bug.observed}; expected {bug.expected} ({bug.contract})\n"
        )
    for left in made.left_out:
        sys.stdout.write(f"# left out: {left.name}: {left.reason}\n")
    return 0


def _write(made: Generated, folder: Path, project: Project) -> None:
    """Write the files; one that is there is somebody's work, unless it is the one that was added to.

    Raises FileExistsError before any is written.
    """
    places = {folder / name: name for name in made.files}
    for place, name in places.items():
        if place.exists() and not (place.is_file() and place.read_bytes() == project.files.get(name)):
            raise FileExistsError(
                f"{place} is there already and stays as it is. Choose another folder with --out, or have it added to "
                f"with --tests {place} --root DIR."
            )
    for place, name in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(made.files[name], encoding="utf-8")


def _evaluate(box: Sandbox, asked: argparse.Namespace) -> int:
    listed = (
        corpus.subjects(asked.path, asked.language) if asked.path is not None else corpus.pinned_modules(asked.tier)
    )
    if asked.slice is not None and asked.slice <= len(listed):
        listed = random.Random(asked.seed).sample(listed, asked.slice)  # noqa: S311 - repeatable, not secret
    options = Options(budget_s=asked.budget)
    kept, compared = Kept(asked.keep, options), None
    if asked.peer is not None and asked.language != _PEERS[asked.peer]:
        raise peers.PeerAbsent(f"{asked.peer} knows {_PEERS[asked.peer]} only: add --language {_PEERS[asked.peer]}.")
    if asked.peer == "pynguin":
        compared = Comparison(box, asked.peer_seconds, lambda line: _say(f"{line}\n"), peers.packages(), kept)

    def told(subject: corpus.Subject, row: measure.Measured) -> None:
        _told(row)
        if compared is not None:
            compared.add(subject, row)

    with _source(asked) as source:
        # what is kept does not say which model helped
        one = kept.measure if source is None else partial(measure.measure, source=source)
        rows = measure.measure_all(box, listed, options, told, one)
    figures = {**measure.summary(rows), **(compared.summary() if compared is not None else {})}
    if asked.peer == "stryker":
        figures |= stryker.summary(_by_stryker(box, listed, rows, kept))
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _by_stryker(
    box: Sandbox, listed: list[corpus.Subject], rows: list[measure.Measured], kept: Kept
) -> list[peers.Judged]:
    suites = [
        stryker.Suite(subject.name, subject.project, row.files) for subject, row in zip(listed, rows, strict=True)
    ]
    return stryker.judge_all(box, stryker.packages(), suites, kept, lambda line: _say(f"{line}\n"))


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _told(row: measure.Measured) -> None:
    branch = "-" if row.branch is None else f"{row.branch:.2f}"
    mutation = "-" if row.mutation is None else f"{row.mutation:.2f}"
    found = "".join("+" if found else "." for found in row.found)
    _say(
        f"{row.name}: line {row.line:.2f} branch {branch} mutants {mutation} {found} "
        f"suspected {row.false_alarms} tests {row.tests} {row.seconds:.1f} s {row.error[:160]}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
