"""What `POST /api/v1/tests` takes, checked."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.errors import InvalidInput, Text, TooLarge, Unprocessable
from domains.codegen.engine.types import Options, Project
from domains.codegen.languages import FRAMEWORKS, language_of

MAX_FILES = 200
MAX_SOURCE = 200 * 1024
DEFAULT_FILES = {"python": "module.py", "javascript": "module.js", "typescript": "module.ts", "java": "Module.java"}
KNOWN = tuple(DEFAULT_FILES)
_EXISTING = (
    "A test file by path (Python: conftest.py too): new tests are added to it. Python: conftest.py alone, those in "
    "force where a new test file will stand: its tests may take their fixtures."
)


class TestsInput(BaseModel):
    """Body of `POST /api/v1/tests`: `source` alone, or `files` with the `target` among them."""

    __test__ = False  # pytest takes classes of this name for its own

    model_config = ConfigDict(extra="forbid")

    language: Annotated[str, Field(description="python, javascript, typescript or java")] = "python"
    source: Annotated[str | None, Field(description="The module's text.")] = None
    filename: Annotated[
        str | None, Field(max_length=200, description="Name of `source`; tests import it by this name.")
    ] = None
    files: Annotated[
        dict[str, str] | None, Field(max_length=MAX_FILES, description="Texts by relative path, instead of `source`.")
    ] = None
    target: Annotated[str | None, Field(max_length=400, description="The path in `files` to write tests for.")] = None
    existing: Annotated[
        dict[str, str] | None,
        Field(max_length=20, description=_EXISTING),
    ] = None
    symbols: Annotated[
        list[str], Field(max_length=100, description="Names of functions, classes or Class.method; else all.")
    ] = []
    framework: Annotated[str | None, Field(description="pytest, jest or junit5, by language")] = None
    budget: Annotated[float, Field(ge=1, le=60, description="Seconds for search and mutants together.")] = 8.0
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    model: Annotated[
        Literal["auto", "off"],
        Field(description="Whether the served model may help with names, reasons, expectations and inputs."),
    ] = "auto"
    stream: Annotated[bool | None, Field(description="Server-sent events instead of one JSON object.")] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.source is None) == (self.files is None):
            raise ValueError("give either source or files")
        if self.files is not None and self.target not in self.files:
            raise ValueError("target must be one of files")
        return self

    def project(self) -> Project:
        """Return what is to be tested. Raises InvalidInput, TooLarge, Unprocessable."""
        language = self._known()
        filename = self.filename or DEFAULT_FILES[language]
        texts = {filename: self.source or ""} if self.files is None else self.files
        texts = {**self._existing(language), **texts}
        target = filename if self.target is None else self.target
        if sum(len(text) for text in texts.values()) > MAX_SOURCE:
            limit = MAX_SOURCE // 1024
            raise TooLarge(Text(f"The sources are larger than {limit} KiB.", f"源代码超过 {limit} KiB。"))
        for name in texts:
            if not is_plain(name):
                shown = name[:80]
                raise InvalidInput(
                    Text(f"“{shown}” is not a relative path without “..”.", f"“{shown}”不是不含“..”的相对路径。"),
                    code="bad_path",
                )
        if language_of(target) not in _ENDINGS_OF[language]:
            known = language.capitalize()
            raise InvalidInput(
                Text(f"“{target[:80]}” is no {known} file.", f"“{target[:80]}”不是 {known} 文件。"), code="bad_path"
            )
        return Project({name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}, target)

    def options(self) -> Options:
        """Return how long and for what to search."""
        existing = tuple(name for name in self.existing or () if PurePosixPath(name).name != "conftest.py")
        alone = [] if existing else [str(PurePosixPath(name).parent) for name in self.existing or ()]
        # new tests will stand in the folder of the deepest conftest.py, or below it, where the same ones are in force
        folder = max(alone, key=lambda one: len(PurePosixPath(one).parts), default=None)
        return Options(tuple(self.symbols), self.budget, self.seed, existing, self.model == "auto", folder)

    def _existing(self, language: str) -> dict[str, str]:
        for name in self.existing or ():
            if language != "python" and language_of(name) not in _ENDINGS_OF[language]:
                shown, known = name[:80], language.capitalize()
                raise InvalidInput(
                    Text(
                        f"Tests are added to a file of their language; “{shown}” is no {known} file.",
                        f"测试只能加入同一语言的文件；“{shown}”不是 {known} 文件。",
                    ),
                    code="bad_path",
                )
        return self.existing or {}

    def _known(self) -> str:
        language = self.language.lower()
        if language not in KNOWN:
            names = ", ".join(FRAMEWORKS)
            raise InvalidInput(
                Text(
                    f"The language “{language[:40]}” is not known; known: {names}.",
                    f"不认识语言“{language[:40]}”；支持：{names}。",
                ),
                code="unknown_language",
            )
        wanted = FRAMEWORKS[language]
        if (self.framework or wanted).lower() != wanted:
            shown = str(self.framework)[:40]
            raise Unprocessable(
                Text(
                    f"Tests for {language} are written for {wanted}, not for {shown}.",
                    f"{language} 的测试以 {wanted} 编写，不支持 {shown}。",
                ),
                code="missing_runner",
            )
        return language


_ENDINGS_OF = {
    "python": {"python"}, "javascript": {"javascript"}, "typescript": {"typescript", "javascript"}, "java": {"java"},
}  # fmt: skip


def is_plain(name: str) -> bool:
    """Whether a name is a relative path that stays inside."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and name.isprintable()
