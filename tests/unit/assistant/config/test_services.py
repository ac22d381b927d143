import stat
from pathlib import Path

from assistant.config import env, services
from assistant.config.services import Services


def _env(folder: Path, **variables: str) -> env.Env:
    return env.read({"DATA_DIR": str(folder), **variables})


def test_without_a_file_the_addresses_point_below_the_data_folder(tmp_path: Path) -> None:
    found = services.resolve(_env(tmp_path))
    assert str(tmp_path) in found.database_url
    assert str(tmp_path) in found.redis_url
    assert found.model_url is None


def test_what_the_supervisor_saved_is_found(tmp_path: Path) -> None:
    saved = Services("postgresql://u:p@/d", "redis://h", "http://m/v1", "a-model", "/models/e5")
    saved.save(tmp_path)
    assert services.resolve(_env(tmp_path)) == saved
    assert stat.S_IMODE(services.path_of(tmp_path).stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    Services("postgresql://u:p@/d", "redis://h", "http://m/v1", "a-model", "/models/e5").save(tmp_path)
    found = services.resolve(
        _env(tmp_path, DATABASE_URL="postgresql://x@/y", MODEL_URL="http://other/v1", ENCODER_DIR="/e")
    )
    assert (found.database_url, found.model_url, found.encoder_dir) == ("postgresql://x@/y", "http://other/v1", "/e")
    assert found.redis_url == "redis://h"


def test_model_none_forgets_a_model_of_an_earlier_run(tmp_path: Path) -> None:
    Services("postgresql://u:p@/d", "redis://h", "http://m/v1", "a-model").save(tmp_path)
    found = services.resolve(_env(tmp_path, MODEL="none"))
    assert (found.model_url, found.model_name) == (None, None)
