from assistant.config import database


def test_a_socket_folder_is_the_host() -> None:
    found = database.from_url("postgresql://assistant:s3cret@/assistant?host=/data/postgres")
    assert (found["HOST"], found["NAME"], found["USER"], found["PASSWORD"], found["PORT"]) == (
        "/data/postgres", "assistant", "assistant", "s3cret", "",
    )  # fmt: skip


def test_a_remote_server_keeps_its_port_and_options() -> None:
    found = database.from_url("postgresql://u:p%40ss@db.example:6432/house?sslmode=require")
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("db.example", "6432", "p@ss")
    assert found["OPTIONS"]["sslmode"] == "require"


def test_the_pool_keeps_connections_so_django_must_not() -> None:
    found = database.from_url("postgresql://u@/d")
    assert found["OPTIONS"]["pool"]["max_size"] > 1
    assert found["CONN_MAX_AGE"] == 0
