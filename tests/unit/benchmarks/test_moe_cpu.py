import json
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import moe_cpu
from benchmarks.llamacpp import Peer, PeerMissing
from benchmarks.moe_cpu import best_read_rate, ratio_of
from benchmarks.moe_served import Served


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


PEER = Peer("0.3", "AVX512 = 1", 400, 2.0, 200.0, 10.0, 1_000_000_000)
SERVED = Served(tokens_per_second=8.0, first_token_seconds=1.0, prefill_tokens_per_second=400.0)


def test_the_peer_stands_beside_ours_with_its_share_of_the_limit() -> None:
    assert moe_cpu._beside(None, 2e10, SERVED) is None
    found = moe_cpu._beside(PEER, 2e10, SERVED)
    assert found is not None
    assert (found["decode_ratio"], found["prefill_ratio"], found["limit_fraction"]) == (0.8, 2.0, 0.5)
    assert (found["version"], found["built_for"], found["decode_tokens_per_second"]) == ("0.3", "AVX512 = 1", 10.0)
    alone = moe_cpu._beside(PEER, 2e10, None)
    assert alone is not None
    assert alone["decode_ratio"] is None


def test_end_to_end_figures_are_null_without_a_server_and_have_their_share_of_the_limit() -> None:
    assert set(moe_cpu._end_to_end(None, None, 1e10).values()) == {None}
    found = moe_cpu._end_to_end(SERVED, 1_000_000_000, 1.6e10)
    assert found["end_to_end_limit_fraction"] == 0.5
    assert set(found) == set(moe_cpu._end_to_end(None, None, 1e10))


def test_bytes_of_a_token_are_those_of_what_multiplies(tmp_path: Any, monkeypatch: Any) -> None:
    config = {
        "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": 3,
        "num_experts_per_tok": 2, "intermediate_size": 100, "moe_intermediate_size": 128, "vocab_size": 1000,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(moe_cpu, "resolve", lambda _name, **_: SimpleNamespace(path=tmp_path))
    experts, rest = 3 * 2 * 3 * 64 * 128, 3 * 64 * (64 + 64 + 32 + 32) + 64_000
    wanted = {"bf16": 2 * (experts + rest), "int8": int(1.0625 * (experts + rest))}
    assert moe_cpu.packed_bytes("x") == wanted | {"int4": int((experts + rest) * 4.75 / 8)}


@pytest.fixture
def quick(monkeypatch: Any) -> None:
    """Nothing is built, packed or served."""
    kernel = moe_cpu.Alone(2.0, 1.5, {1: 2.0}, 0.7)
    monkeypatch.setattr(moe_cpu.build, "library", lambda _cache: "lib.so")
    monkeypatch.setattr(moe_cpu.Library, "load", lambda _path: SimpleNamespace(kernel="avx2"))
    monkeypatch.setattr(moe_cpu, "best_read_rate", lambda: 1e10)
    monkeypatch.setattr(moe_cpu, "alone", lambda _library, _repeats: dict.fromkeys(("bf16", "int8", "int4"), kernel))
    monkeypatch.setattr(moe_cpu, "packed_bytes", lambda _name: dict.fromkeys(("bf16", "int8", "int4"), 10**9))
    monkeypatch.setattr(moe_cpu, "measure_served", lambda _name: dict.fromkeys(("stock", "int8", "int4"), SERVED))


def test_a_peer_that_is_asked_for_is_measured_beside_the_default_model(
    quick: None, monkeypatch: Any, capsys: Any
) -> None:
    asked = []
    monkeypatch.setattr(moe_cpu.llamacpp, "measure", lambda name, *_: asked.append(name) or PEER)
    moe_cpu.main(["--peer", "llama.cpp", "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert asked == [moe_cpu.DEFAULT]
    assert found["peer"]["decode_ratio"] == 0.8
    assert found["by_dtype"]["int4"]["tokens_per_second"] == 8.0
    assert found["by_dtype"]["bf16"]["tokens_per_second"] is None


def test_a_peer_that_cannot_be_had_is_said_and_the_rest_is_printed(quick: None, monkeypatch: Any, capsys: Any) -> None:
    def missing(*_: object) -> Peer:
        raise PeerMissing("no compiler")

    monkeypatch.setattr(moe_cpu.llamacpp, "measure", missing)
    with pytest.raises(SystemExit, match=r"NOT MEASURED: llama.cpp. no compiler"):
        moe_cpu.main(["--peer", "llama.cpp", "--end-to-end", "other", "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["peer"] is None
    assert found["stock"]["tokens_per_second"] == 8.0


def test_perplexity_is_read_from_the_evaluation(quick: None, tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    def run(command: list[str], *, stdout: Any, **_: object) -> None:
        assert command[command.index("--text") + 1 :] == ["a.md", "b.md"]
        stdout.write('words\n{"all": {"bf16": 20.0, "int8": 20.1, "int4": 21.0}}\n')

    monkeypatch.setattr(moe_cpu, "resolve", lambda _name, **_: SimpleNamespace(path=tmp_path))
    monkeypatch.setattr("benchmarks.moe_cpu.subprocess.run", run)
    moe_cpu.main(["--json", "--perplexity", "a.md", "b.md"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [found["by_dtype"][fmt]["perplexity"] for fmt in ("bf16", "int8", "int4")] == [20.0, 20.1, 21.0]
    assert found["peer"] is None
