"""The only reader of the environment.

Every variable the assistant understands is a field of `Env`; a value that cannot be understood stops the start with a
sentence that names the variable, and what it should hold. Nothing else in the house looks at `os.environ`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parents[2]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class BadEnvironment(ValueError):
    """A variable holds something that it must not. The message names it in English and Chinese."""

    def __init__(self, name: str, value: str, wanted: str, wanted_zh: str) -> None:
        super().__init__(f"{name}={value!r}: expected {wanted}. / {name}={value!r}:应为{wanted_zh}。")


@dataclass(frozen=True, slots=True)
class Env:
    """What the environment says; None where it says nothing."""

    port: int
    data_dir: Path
    debug: bool
    ci: bool
    allowed_hosts: tuple[str, ...]
    public_url: str | None
    database_url: str | None
    redis_url: str | None
    model_url: str | None
    model_name: str | None
    model_topk: int | None
    model_kernel: str
    model_api_key: str | None
    models_dir: Path | None
    encoder_dir: Path | None
    secret_key: str | None
    log_level: str
    accelerator: str
    import_private_addresses: bool
    tasks: str
    celery_broker_url: str | None
    index: str
    milvus_uri: str | None
    milvus_token: str | None
    reranker: str | None
    reranker_sha256: str | None
    search_context: str

    @property
    def without_model(self) -> bool:
        """`MODEL=none` (or MODEL_NAME=none): FAQ, search and quoting only."""
        return self.model_name == "none"


def read(environ: Mapping[str, str]) -> Env:
    """Understand the given variables. Raises BadEnvironment."""
    reader = _Reader(environ)
    return Env(
        port=reader.number("PORT", 1, 65535) or 8000,
        data_dir=(reader.path("DATA_DIR") or CHECKOUT / "var").absolute(),
        debug=reader.flag("DEBUG"),
        ci=reader.flag("CI"),
        allowed_hosts=reader.words("ALLOWED_HOSTS") or ("127.0.0.1", "localhost", "[::1]"),
        public_url=reader.url("PUBLIC_URL", "http", "https"),
        database_url=reader.url("DATABASE_URL", "postgresql", "postgres"),
        redis_url=reader.url("REDIS_URL", "redis", "rediss", "unix"),
        model_url=reader.url("MODEL_URL", "http", "https"),
        model_name=reader.text("MODEL_NAME") or reader.text("MODEL"),
        model_topk=reader.number("MODEL_TOPK", 1, 64),
        model_kernel=reader.choice("MODEL_KERNEL", "auto", ("auto", "house", "stock")),
        model_api_key=reader.secret("MODEL_API_KEY"),
        models_dir=reader.path("MODELS_DIR"),
        encoder_dir=reader.path("ENCODER_DIR"),
        secret_key=reader.secret("SECRET_KEY"),
        log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        accelerator=reader.choice("ACCELERATOR", "auto", ("auto", "cpu", "gpu")),
        import_private_addresses=reader.flag("IMPORT_PRIVATE_ADDRESSES"),
        tasks=reader.choice("TASKS", "database", ("database", "celery")),
        celery_broker_url=reader.url("CELERY_BROKER_URL", "redis", "rediss", "amqp", "amqps"),
        index=reader.choice("INDEX", "faiss", ("faiss", "milvus")),
        milvus_uri=reader.milvus(),
        milvus_token=reader.secret("MILVUS_TOKEN"),
        reranker=reader.text("RERANKER"),
        reranker_sha256=reader.text("RERANKER_SHA256"),
        search_context=reader.choice("SEARCH_CONTEXT", "none", ("none", "neighbours", "section")),
    )


@cache
def load() -> Env:
    """Read this process's environment, once."""
    return read(os.environ)


def for_child(**overrides: str) -> dict[str, str]:
    """Copy this process's environment for a child, with overrides.

    Compiled modules are kept whatever the shell says: a start reads two thousand, and compiling them again in each
    process took 3.3 s of processor time out of 5.2 (web worker, two cores).
    """
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **overrides}


class _Reader:
    """Typed look-ups with one kind of complaint."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in (self.text(name) or "").split(",") if word.strip())

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value).expanduser() if value else None

    def flag(self, name: str) -> bool:
        value = (self.text(name) or "").lower()
        if value not in _TRUE | _FALSE:
            raise BadEnvironment(name, value, "true or false", "true 或 false")
        return value in _TRUE

    def number(self, name: str, low: int, high: int) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not value.isdecimal() or not low <= int(value) <= high:
            raise BadEnvironment(name, value, f"a whole number from {low} to {high}", f" {low} 到 {high} 的整数")
        return int(value)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name) or default
        if value not in allowed:
            raise BadEnvironment(name, value, f"one of {', '.join(allowed)}", f" {'、'.join(allowed)} 之一")
        return value

    def url(self, name: str, *schemes: str) -> str | None:
        value = self.text(name)
        if value is not None and urlsplit(value).scheme not in schemes:
            shown = "://..., ".join(schemes) + "://..."
            raise BadEnvironment(
                name, urlsplit(value).scheme or "?", f"an address such as {shown}", f"形如 {shown} 的地址"
            )
        return value

    def milvus(self) -> str | None:
        """Where Milvus is: a server, or the file of its embedded form; needed where it is chosen."""
        value = self.text("MILVUS_URI")
        if value is None and self.text("INDEX") != "milvus":
            return None
        if value is None or not (value.endswith(".db") or urlsplit(value).scheme in {"http", "https"}):
            raise BadEnvironment(
                "MILVUS_URI",
                value or "",
                "http(s)://host:19530 or a file ending in .db",
                " http(s)://主机:19530 或以 .db 结尾的文件",
            )
        return value

    def secret(self, name: str) -> str | None:
        """A value, or the first line of the file that NAME_FILE points to."""
        path = self.path(f"{name}_FILE")
        if path is None:
            return self.text(name)
        if not path.is_file():
            raise BadEnvironment(f"{name}_FILE", str(path), "a file that exists", "一个存在的文件")
        return path.read_text(encoding="utf-8").strip()
