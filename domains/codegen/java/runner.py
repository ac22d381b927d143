"""The JDK with JUnit and JaCoCo for the sandbox: where they are, and what a job of theirs may use."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from domains.codegen.engine.errors import Cancelled, MissingRunner
from domains.codegen.engine.runtimes import limits
from domains.codegen.engine.types import Project
from sandbox import BOX, Job, Outcome, Sandbox

INSIDE = Path(__file__).parent / "inside"
LIBRARY = Path("/usr/share/java")
"""Where Debian's packages junit5 and libjacoco-java put what they hold."""
JARS = (
    "apiguardian-api", "asm", "asm-analysis", "asm-commons", "asm-tree", "junit-jupiter-api", "junit-jupiter-engine",
    "junit-jupiter-params", "junit-platform-commons", "junit-platform-engine", "junit-platform-launcher", "opentest4j",
    "org.jacoco.core",
)  # fmt: skip
_OPTIONS = (
    "-Xmx384m", "-Xss1m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:CICompilerCount=1", "-Xshare:auto",
    "-XX:ReservedCodeCacheSize=64m", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
)  # fmt: skip

Line = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Jvm:
    """A Java with its compiler, and the libraries."""

    program: Path
    jars: tuple[Path, ...]

    def run(
        self, box: Sandbox, script: str, plan: Iterable[Line], project: Project, *, wall_s: float,
        files: Mapping[str, bytes] | None = None, cancelled: threading.Event | None = None,
        heard: Callable[[bytes], None] | None = None,
    ) -> Outcome:  # fmt: skip
        """Run one of the inside programs on a project. Raises Cancelled, SandboxUnavailable."""
        sources = {f"src/{name}": body for name, body in project.files.items()}
        told = "\n".join(" ".join(str(word) for word in line) for line in plan)
        command = ("-cp", self._classpath(f"{BOX}/inside"), script)
        job = self._job(command, {**sources, **self.programs(box), **(files or {})}, wall_s, told.encode())
        outcome = box.run(job, cancelled=cancelled, heard=heard)
        if outcome.ending == "cancelled":
            raise Cancelled("stopped by the caller")
        return outcome

    def programs(self, box: Sandbox) -> Mapping[str, bytes]:
        """Return the inside programs' classes; they are compiled once in a process. Raises MissingRunner."""
        with _BUILDING:
            if self not in _BUILT:
                _BUILT[self] = self._built(box)
        return _BUILT[self]

    def _built(self, box: Sandbox) -> Mapping[str, bytes]:
        sources = {f"inside/{path.name}": path.read_bytes() for path in INSIDE.glob("*.java")}
        outcome = box.run(self._job(("-cp", self._classpath(), f"{BOX}/inside/Build.java"), sources, _BUILD_S))
        if not outcome.ok or not outcome.report:
            said = outcome.stderr.decode("utf-8", "replace").strip()[-300:]
            raise MissingRunner("java", f"The JDK at {self.program} compiles nothing here ({outcome.ending}): {said}")
        lines = (line.split() for line in outcome.report.decode("ascii").splitlines())
        return {f"inside/{name}.class": base64.b64decode(code) for name, code in lines}

    def _classpath(self, *more: str) -> str:
        return ":".join([*(str(jar) for jar in self.jars), *more])

    def _job(self, command: tuple[str, ...], files: Mapping[str, bytes], wall_s: float, stdin: bytes = b"") -> Job:
        return Job(
            (str(self.program), *_OPTIONS, *command),
            files=files,
            stdin=stdin,
            folders=tuple(folder for folder in Path("/etc").glob("java-*-openjdk") if folder.is_dir()),
            limits=limits(wall_s),
        )


_BUILDING = threading.Lock()
_BUILT: dict[Jvm, Mapping[str, bytes]] = {}
_BUILD_S = 90.0
"""Two seconds on a quiet machine; nothing of a caller's runs then."""


def find(library: Path = LIBRARY) -> Jvm:
    """Return the runner. Raises MissingRunner, which says what to install."""
    program, compiler = shutil.which("java"), shutil.which("javac")
    if program is None or compiler is None:
        raise MissingRunner("java", "a JDK (17) is not installed: install the package openjdk-17-jdk-headless.")
    jars = tuple(library / f"{name}.jar" for name in JARS)
    absent = [jar.name for jar in jars if not jar.is_file()]
    if absent:
        raise MissingRunner(
            "java", f"{', '.join(absent)} not found in {library}: install the packages junit5 and libjacoco-java."
        )
    return Jvm(Path(program).resolve(), jars)


def packed(text: str) -> str:
    """Write a text as one word of a plan."""
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
