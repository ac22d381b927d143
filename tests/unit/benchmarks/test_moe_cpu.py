from typing import Any

from benchmarks.moe_cpu import best_read_rate, ratio_of


def test_a_ratio_is_theirs_over_ours_and_the_first_call_does_not_count(monkeypatch: Any) -> None:
    elapsed = [0.0]
    calls = []

    def takes(seconds: Any) -> Any:
        def call(number: Any) -> None:
            calls.append(number)
            elapsed[0] += 99.0 if number == 0 else seconds

        return call

    monkeypatch.setattr("benchmarks.moe_cpu.time.perf_counter", lambda: elapsed[0])
    assert ratio_of(takes(6.0), takes(2.0), 5) == (3.0, 2.0)
    assert calls == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_memory_is_read_at_some_rate() -> None:
    assert best_read_rate(1) > 1e8
