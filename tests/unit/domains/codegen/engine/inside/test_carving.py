"""What one function gives another to do becomes an input of a test of its own."""

from __future__ import annotations

from domains.codegen.engine.inside.carving import Carving, codes
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load
from tests.unit.domains.codegen.engine.inside.test_search import searched

SOURCE = """
import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*given, **named):
        return function(*given, **named)

    return wrapper


@logged
def join(pair, *more, glue="-", upper=False):
    text, number = pair
    if number == 4711 and text.startswith("n:"):
        return "seen"
    return glue.join([text, str(number), *more])


class Speller:
    def spell(self, number):
        return self.merge(("n:" + str(number), number), glue="+")

    def merge(self, pair, glue):
        return join(pair, glue=glue)

    @staticmethod
    def plain(pair):
        return pair

    def hand(self, handle):
        return self.take(handle, object())

    def take(self, handle, other):
        return handle


def start(number):
    return join(("n:" + str(number), number))
"""


def heard(subject: Subject, *steps: Step) -> list[tuple[str, dict[str, str]]]:
    """Run a scenario and return the calls that were heard, with their arguments by name."""
    names = Subject.names(subject.module)
    carving = Carving(names, codes(targets(subject.module, names, frozenset()), names))
    symbol = steps[-1].callee.replace("subject", "Speller")
    carving.begin(symbol)
    Runner(subject, names).run(Scenario(symbol, steps), set(), carving.hear)
    found = []
    while (one := carving.draw()) is not None:
        target, given = one
        found.append((target.symbol, {parameter.name: text for parameter, text in given}))
    return found


def test_calls_within_the_module_are_heard_with_their_arguments(load: Load) -> None:
    found = heard(load(SOURCE), Step("Speller", binds=True), Step("subject.spell", (("", "2"),)))
    assert found == [
        ("Speller.merge", {"pair": "('n:2', 2)", "glue": "'+'"}),
        ("join", {"pair": "('n:2', 2)", "glue": "'+'"}),
    ]


def test_an_argument_that_is_as_its_default_is_left_out(load: Load) -> None:
    assert heard(load(SOURCE), Step("start", (("", "3"),))) == [("join", {"pair": "('n:3', 3)"})]


def test_the_calls_of_the_search_itself_are_not_heard(load: Load) -> None:
    assert heard(load(SOURCE), Step("join", (("", "('a', 1)"),))) == []


def test_what_cannot_be_written_is_let_go(load: Load) -> None:
    assert heard(load(SOURCE), Step("Speller", binds=True), Step("subject.hand", (("", "1"),))) == []


def test_a_call_is_heard_once_and_of_a_function_a_dozen(load: Load) -> None:
    steps = [Step("start", (("", str(n)),)) for n in (3, 3, *range(3, 40))]
    found = heard(load(SOURCE), *steps)
    assert [symbol for symbol, _ in found].count("join") == 12
    assert found.count(("join", {"pair": "('n:3', 3)"})) == 1


def test_codes_are_those_of_functions_that_take_something(load: Load) -> None:
    subject = load(SOURCE)
    names = Subject.names(subject.module)
    found = codes(targets(subject.module, names, frozenset()), names)
    assert {code.co_name for code in found} == {
        "logged", "join", "spell", "merge", "plain", "hand", "take", "start"
    }  # fmt: skip


def test_the_search_reaches_what_only_such_a_call_reaches(load: Load) -> None:
    """No draw puts a pair of that text and that number together: `spell` does, when it is asked for the number."""
    search, _, _ = searched(load(SOURCE.replace("number == 4711", "number == 7 and len(text) == 3")), 3.0)
    direct = {row.seen[-1].text for row in search.rows if row.scenario.symbol == "join"}
    assert "'seen'" in direct
