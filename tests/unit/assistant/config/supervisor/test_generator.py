from pathlib import Path

import pytest

from assistant.config import env
from assistant.config.supervisor import generator, lineup
from assistant.config.supervisor.generator import Generator
from assistant.config.supervisor.lineup import Lineup


def _line(folder: Path, **variables: str) -> Lineup:
    settings = env.read({"DATA_DIR": str(folder), **variables})
    return Lineup(settings, lineup.own_environment(settings))


async def test_model_none_chooses_nothing(tmp_path: Path) -> None:
    line = _line(tmp_path, MODEL="none")
    assert await generator.choose(line.env, line) == Generator(None, None)


async def test_a_model_that_is_served_elsewhere_is_not_served_here(tmp_path: Path) -> None:
    line = _line(tmp_path, MODEL_URL="http://gpu.example:8000/v1", MODEL_NAME="big")
    assert await generator.choose(line.env, line) == Generator("big", "http://gpu.example:8000/v1")


async def test_a_named_model_is_served_here_on_the_loopback(tmp_path: Path) -> None:
    line = _line(tmp_path, MODEL_NAME="small-moe")
    chosen = await generator.choose(line.env, line)
    assert (chosen.name, chosen.entry) == ("small-moe", "small-moe")
    assert chosen.url == f"http://127.0.0.1:{chosen.port}/v1"


async def test_without_a_name_the_catalogue_chooses_for_this_machine(tmp_path: Path) -> None:
    line = _line(tmp_path)
    chosen = await generator.choose(line.env, line)
    assert chosen.entry is not None
    assert chosen.entry.startswith("qwen2.5-coder")


def test_pulling_and_serving_agree_on_name_and_options(tmp_path: Path) -> None:
    line = _line(tmp_path, MODEL_NAME="small-moe", MODEL_TOPK="1")
    chosen = Generator("small-moe", "http://127.0.0.1:9/v1", "small-moe", 9)
    pull, serve = generator.pull(chosen, line), generator.spec(chosen, line)
    assert pull.argv[-4:] == ("pull", "small-moe", "--top-k", "1")
    assert serve.argv[-2:] == ("--top-k", "1")
    assert "--name small-moe --port 9" in " ".join(serve.argv)


def test_the_servers_key_travels_in_a_file_and_not_on_the_command_line(tmp_path: Path) -> None:
    chosen = Generator("m", "http://127.0.0.1:9/v1", "m", 9)
    serve = generator.spec(chosen, _line(tmp_path))
    key_file = Path(serve.argv[serve.argv.index("--api-key-file") + 1])
    key = key_file.read_text(encoding="ascii")
    assert len(key) >= 43
    assert key not in serve.argv


def test_a_key_of_ones_own_is_the_one_that_is_served(tmp_path: Path) -> None:
    chosen = Generator("m", "http://127.0.0.1:9/v1", "m", 9)
    serve = generator.spec(chosen, _line(tmp_path, MODEL_API_KEY="my-own"))
    key_file = Path(serve.argv[serve.argv.index("--api-key-file") + 1])
    assert key_file.read_text(encoding="ascii") == "my-own"


@pytest.mark.parametrize("seconds", [600.0])
def test_a_slow_machine_has_time_to_load_the_model(tmp_path: Path, seconds: float) -> None:
    assert generator.spec(Generator("m", "u", "m", 9), _line(tmp_path)).start_seconds >= seconds


def test_whose_kernel_computes_is_the_operators_choice(tmp_path: Path) -> None:
    chosen = Generator("m", "u", "m", 9)
    kernels = [generator.spec(chosen, _line(tmp_path, **asked)).argv for asked in ({}, {"MODEL_KERNEL": "stock"})]
    assert [argv[argv.index("--kernel") + 1] for argv in kernels] == ["auto", "stock"]
