"""A person's way: train two domains, look at the figures, merge, serve; stopped half-way, refused, or honest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from inference.serving import state
from inference.specialise import checkpoints
from inference.specialise.__main__ import main
from tests.unit.inference.specialise.conftest import said, train


def test_two_domains_gain_an_expert_each_and_the_report_says_how_much(
    base: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(base, tmp_path / "d", f"ledger={files['ledger']}", f"code={files['code']}") == 0
    found = said(capsys)
    assert found["experts"] == "trained: ledger, code"
    assert [(one["name"], one["expert"], one["named"]) for one in found["domains"]] == [
        ("ledger", 0, True),
        ("code", 1, True),
    ]
    for one in found["domains"]:
        assert one["after"] < 0.7 * one["before"]
        assert one["share"] > 0.8 > 0.5 > one["share_before"]
    assert (found["steps"], found["resumed_at"], found["device"]) == (24, 0, "cpu")


def test_the_same_seed_learns_the_same_and_another_does_not(base: Path, files: dict[str, Path], tmp_path: Path) -> None:
    domains = (f"ledger={files['ledger']}", f"code={files['code']}")
    for name, extra in (("one", ()), ("two", ()), ("other", ("--seed", "5"))):
        assert train(base, tmp_path / name, *domains, steps=6, extra=extra) == 0
    first, second, other = (load_file(tmp_path / name / "deltas.safetensors") for name in ("one", "two", "other"))
    assert first
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first.keys() & other.keys())


def test_a_run_that_is_killed_goes_on_and_learns_what_it_would_have(
    base: Path, files: dict[str, Path], trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    domains = (f"ledger={files['ledger']}", f"code={files['code']}")
    save, saved = checkpoints.save, []

    def killed(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        saved.append(arguments[2])
        if arguments[2] == 12:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        train(base, tmp_path / "d", *domains)
    assert saved == [4, 8, 12]
    monkeypatch.undo()
    assert train(base, tmp_path / "d", *domains) == 0
    assert said(capsys)["resumed_at"] == 12
    whole, resumed = load_file(trained / "deltas.safetensors"), load_file(tmp_path / "d" / "deltas.safetensors")
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_domain_that_did_not_gain_is_not_named_and_its_deltas_are_not_kept(
    modest: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(modest, tmp_path / "d", f"turned={files['turned']}", f"code={files['code']}") == 0
    found = said(capsys)
    turned, code = found["domains"]
    assert (turned["named"], code["named"]) == (False, True)
    assert found["experts"] == "trained: code"
    kept = load_file(tmp_path / "d" / "deltas.safetensors")
    assert any(".experts.1." in name for name in kept)
    assert not any(".experts.0." in name for name in kept)


def test_where_nothing_gained_experts_are_still_called_identical_and_nothing_is_merged(
    base: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = ("--learning-rate", "0", "--router-rate", "0")
    assert train(base, tmp_path / "d", f"ledger={files['ledger']}", steps=2, extra=nothing) == 0
    found = said(capsys)
    assert found["experts"] == "identical"
    assert found["domains"][0]["named"] is False
    assert main(["merge", "--model", str(base), "--deltas", str(tmp_path / "d")]) == 1
    err = capsys.readouterr().err
    assert "nothing was merged" in err
    assert "未合并" in err


def test_measured_again_from_the_deltas_the_figures_are_the_same(
    base: Path, files: dict[str, Path], trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = json.loads((trained / "manifest.json").read_text())
    domains = ("--domain", f"code={files['code']}", "--domain", f"turned={files['turned']}")
    asked = ["evaluate", "--model", str(base), "--deltas", str(trained), *domains, "--windows", "8"]
    assert main([*asked, "--device", "cpu"]) == 0
    found = said(capsys)
    code, turned = found["domains"]
    assert (code["before"], code["after"]) == pytest.approx(
        (about["domains"][1]["before"], about["domains"][1]["after"])
    )
    assert found["trained_on_the_same_files"] == {"code": True, "turned": False}
    assert (turned["expert"], turned["named"], turned["share"]) == (-1, False, 0.0)


def test_a_merged_model_names_its_domains_to_whoever_asks_the_server(
    base: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "merged"
    assert main(["merge", "--model", str(base), "--deltas", str(trained), "--into", str(into)]) == 0
    assert said(capsys)["model"] == str(into)
    assert state.experts_of(into) == "trained: ledger, code"
    assert main(["merge", "--model", str(base), "--deltas", str(trained), "--into", str(into)]) == 1
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("domains", "message", "chinese"),
    [
        (("ledger",), "no NAME=FILE", "名称=文件"),
        (("ledger=/nowhere.txt",), "/nowhere.txt does not exist", "不存在"),
        (("a-b={ledger}",), "no NAME=FILE", "名称=文件"),
        (("x={ledger}", "x={code}"), "given twice", "两次"),
        (("a={code}", "b={code}", "c={code}", "d={code}", "e={code}"), "too few for 5 domains", "不足以对应 5 个领域"),
    ],
)
def test_domains_that_cannot_be_are_refused_in_both_languages(
    base: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    domains: tuple[str, ...], message: str, chinese: str,
) -> None:  # fmt: skip
    assert train(base, tmp_path / "d", *(domain.format_map(files) for domain in domains)) == 1
    err = capsys.readouterr().err
    assert message in err
    assert chinese in err
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_a_text_too_short_to_hold_any_out_is_refused(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "short.txt").write_text("a few words")
    assert train(base, tmp_path / "d", f"short={tmp_path / 'short.txt'}") == 1
    assert "domain short has 12 tokens" in capsys.readouterr().err


def test_other_settings_do_not_continue_a_run(
    base: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(base, tmp_path / "d", f"code={files['code']}", steps=4) == 0
    assert train(base, tmp_path / "d", f"code={files['code']}", steps=4, extra=("--seed", "9")) == 1
    assert "seed differs" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate", "merge"])
def test_a_folder_without_a_model_is_named(
    command: str, tmp_path: Path, files: dict[str, Path], trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {
        "train": ["--domain", f"code={files['code']}", "--into", str(tmp_path / "d")],
        "evaluate": ["--domain", f"code={files['code']}", "--deltas", str(trained)],
        "merge": ["--deltas", str(trained)],
    }
    assert main([command, "--model", str(tmp_path / "none"), *options[command]]) == 1
    assert "none" in capsys.readouterr().err


def test_a_dense_model_has_nothing_to_train(
    tmp_path: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from tests.mixture import tokenizer

    config = Qwen2Config(vocab_size=320, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                         num_key_value_heads=1, intermediate_size=32)  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(tmp_path / "dense")
    tokenizer().save_pretrained(tmp_path / "dense")
    assert train(tmp_path / "dense", tmp_path / "d", f"code={files['code']}") == 1
    assert "no layers of copied experts" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "{train,evaluate,merge}" in capsys.readouterr().out
