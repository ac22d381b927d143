"""What holds of any text: cutting loses nothing, inserting keeps what is around, changes are told whole."""

from __future__ import annotations

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from domains.codegen.coding import functions
from domains.codegen.coding.coder import new_faults
from domains.codegen.coding.context import Place, choose
from domains.codegen.coding.editing import block, inserted, replaced
from domains.codegen.coding.passages import cut, tokens_of
from domains.codegen.coding.syntax import faults
from domains.codegen.coding.work import change

LINES = st.lists(st.text("abc =()[]:\t '\"#零", max_size=12), max_size=12)
TEXTS = LINES.map("\n".join)
PATHS = st.sampled_from(["a.py", "a.js", "a.tsx", "A.java", "a.go", "a.txt"])


@settings(max_examples=60, deadline=None)
@given(PATHS, TEXTS)
def test_passages_hold_every_line_that_says_something_once(path: str, source: str) -> None:
    seen = [line for one in cut({path: source}) for line in range(one.start, one.end + 1)]
    assert len(seen) == len(set(seen))
    said = {n for n, line in enumerate(source.splitlines(), 1) if line.strip()}
    assert said <= set(seen)


@settings(max_examples=60, deadline=None)
@given(PATHS, TEXTS)
def test_any_text_is_judged_without_a_crash_and_places_lie_within_it(path: str, source: str) -> None:
    count = len(source.split("\n")) + 1
    for fault in faults(path, source):
        assert 1 <= fault.line <= count
        assert fault.column >= 0


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 15), st.integers(1, 15), TEXTS)
def test_what_is_inserted_stands_between_what_was_there(source: str, line: int, column: int, code: str) -> None:
    whole, text = inserted(source, line, column, code)
    assert len(whole) == len(source) + len(text)
    at = next(n for n in range(len(source) + 1) if source[:n] + text + source[n:] == whole)
    assert whole[:at] + whole[at + len(text) :] == source


@settings(max_examples=60, deadline=None)
@given(LINES.filter(bool), st.data())
def test_a_replacement_leaves_the_lines_around_it(lines: list[str], data: st.DataObject) -> None:
    source = "".join(f"{line}\n" for line in lines)
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    after = replaced(source, start, end, "x = 1")
    assert after.startswith("".join(f"{line}\n" for line in lines[: start - 1]))
    assert after.endswith("".join(f"{line}\n" for line in lines[end:]))
    assert "x = 1" in after


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_code_in_a_fence_is_the_code(source: str) -> None:
    wanted = source.strip("\n").rstrip()
    assert block(f"Sure.\n```python\n{source}\n```\nDone.") == wanted


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_a_diff_is_empty_only_where_nothing_changed(before: str, after: str) -> None:
    same = before.splitlines(keepends=True) == after.splitlines(keepends=True)
    assert (change("m.py", before, after).diff == "") is same


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_more_text_takes_more_tokens(one: str, other: str) -> None:
    assert tokens_of(one + other) >= max(tokens_of(one), tokens_of(other))
    assert 3 * tokens_of(one) >= len(one.encode())


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(PATHS, TEXTS, max_size=4), st.integers(0, 200))
def test_context_keeps_to_its_tokens_and_to_the_order_of_the_files(files: dict[str, str], most: int) -> None:
    chosen = choose(files, Place("none", 1, 1), "abc", "abc", most)
    assert sum(one.tokens for one in chosen) <= most
    order = [*files]
    places = [(order.index(one.path), one.start) for one in chosen]
    assert places == sorted(places)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_a_file_that_was_broken_before_is_not_held_against_a_change(source: str) -> None:
    assert new_faults("a.py", source, source) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["return a", "a += 1", "b = [a]", "if a:\n        a = 2"]), min_size=1, max_size=5))
def test_a_function_made_to_fail_keeps_its_neighbours(body: list[str]) -> None:
    source = "x = 1\n\n\ndef f(a):\n" + "".join(f"    {line}\n" for line in body) + "\n\ny = 2\n"
    found = functions.find(source, "f")
    assert found is not None
    made = functions.failing(source, found)
    names = [ast.unparse(node) for node in ast.parse(made).body]
    assert (names[0], names[-1]) == ("x = 1", "y = 2")
    assert "raise RuntimeError" in names[1]
