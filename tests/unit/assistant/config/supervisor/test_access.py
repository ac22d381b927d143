from pathlib import Path

from assistant.config import env, secrets
from assistant.config.supervisor import access


def _settings(folder: Path, **variables: str) -> env.Env:
    return env.read({"DATA_DIR": str(folder), "PORT": "8123", **variables})


def test_the_run_file_carries_the_log_in_and_the_processes(tmp_path: Path) -> None:
    secrets.replace(tmp_path, access.API_KEY, "ak_1")
    secrets.replace(tmp_path, access.ADMIN_PASSWORD, "word")
    found = access.run_file(_settings(tmp_path), {"web": 7})
    assert (found.url, found.api_key, found.admin_user, found.admin_password) == (
        "http://127.0.0.1:8123", "ak_1", "admin", "word",
    )  # fmt: skip
    assert found.processes == {"web": 7}


def test_behind_a_proxy_people_see_its_address(tmp_path: Path) -> None:
    assert access.address(_settings(tmp_path, PUBLIC_URL="https://ask.example")) == "https://ask.example"


def test_the_welcome_names_every_address_in_both_languages(tmp_path: Path) -> None:
    said = "\n".join(access.welcome(_settings(tmp_path)))
    for part in ("http://127.0.0.1:8123/", "/admin/", "/api/docs/", "Ctrl-C", "助手", "停止"):
        assert part in said
