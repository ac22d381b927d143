"""Proposed calls are typed, run twice in the JVM and judged by what they add: lines, and changes that survived."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.types import Project, Survivor
from domains.codegen.java.mutators import mutants
from domains.codegen.java.reading import read
from domains.codegen.java.runner import find
from domains.codegen.java.trying import Attempt, Made, Named, Tried, attempt
from sandbox import Sandbox

SOURCE = """package a;

import java.util.*;

public class School {
    public enum Level { LOW, HIGH }

    static int count = (int) (System.nanoTime() % 100000);
    private final int limit;

    public School(int limit) {
        this.limit = limit;
    }

    public static String grade(int points) {
        if (points > 89) {
            return "A";
        }
        return "B";
    }

    public static String level(Level level, char sign) {
        return level + "" + sign;
    }

    public static long sum(long[] all, Map<String, Integer> more) {
        long sum = 0;
        for (long one : all) sum += one;
        for (int one : more.values()) sum += one;
        return sum;
    }

    public boolean fits(List<Integer> pupils, School other) {
        return pupils.size() <= limit + other.limit;
    }

    public static int twice(Integer one) { return 1; }
    public static int twice(String one) { return 2; }

    public static int ticket() {
        return count++;
    }

    public static int forever() {
        while (true) {}
    }
}
"""
PROJECT = Project({"a/School.java": SOURCE.encode()}, "a/School.java")


def tried(*attempts: Attempt, surviving: Sequence[Survivor] = ()) -> list[Tried]:
    source = read(SOURCE.encode())
    return attempt(
        Sandbox(), find(), PROJECT, source, attempts, surviving, seconds=10.0, cancelled=threading.Event()
    )  # fmt: skip


def of(name: str, *arguments: object) -> Attempt:
    return Attempt(f"School.{name}", None, arguments)


def test_each_says_what_it_gave_ran_and_noticed() -> None:
    edge = next(one for one in mutants(SOURCE, read(SOURCE.encode()).root) if one.line == 16 and one.text == ">=")
    surviving = [Survivor(99, "nothing like it"), Survivor(edge.line, edge.change)]
    high, near, odd, endless = tried(
        of("grade", 95), of("grade", 89), of("ticket"), of("forever"), surviving=surviving
    )  # fmt: skip
    assert high.row is not None
    assert near.row is not None
    assert endless.row is not None
    assert (high.row.seen.text, 17 in high.lines, 19 in high.lines, high.steady) == ('"A"', True, False, True)
    assert (near.row.seen.text, 17 in near.lines, 19 in near.lines) == ('"B"', False, True)
    assert (high.kills, near.kills) == ((), (1,))
    assert not odd.steady
    assert endless.row.seen.kind == "stalled"


def test_values_are_typed_as_the_parameters_are() -> None:
    level, total, fits, made = tried(
        of("level", Named("Level.HIGH"), "x"),
        of("sum", [1, 2], {"a": 3}),
        Attempt("School.fits", [1], [[1, 2], Made("School", (1,))]),
        Attempt("School", None, [7]),
    )
    assert [one.row and one.row.seen.text for one in (level, total, fits)] == ['"HIGHx"', "6L", "true"]
    assert total.row is not None
    assert total.row.args == ("new long[] {1L, 2L}", 'new HashMap<>(Map.of("a", 3))')
    assert fits.row is not None
    assert fits.row.maker == ("1",)
    assert made.row is not None
    assert made.row.constructs


def test_what_no_type_takes_without_loss_is_not_run() -> None:
    wrong = [
        of("grade", 2.5), of("grade", *[True]), of("grade", "x"), of("grade", 3_000_000_000), of("grade", None),
        of("grade"),
        of("grade", 1, 2), of("level", Named("Level.NONE"), "x"), of("level", Named("HIGH"), "xy"), of("nothing", 1),
        of("fits", [1], Made("School", (1,))), Attempt("School.grade", [1], [95]), of("twice", None),
        Attempt("School.fits", [1], [[1], Made("Other", (1,))]),
    ]  # fmt: skip
    assert [one.row for one in tried(*wrong)] == [None] * len(wrong)


def test_it_is_stopped_at_once() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        attempt(
            Sandbox(), find(), PROJECT, read(SOURCE.encode()), [of("forever")], (), seconds=30.0, cancelled=stop
        )  # fmt: skip
