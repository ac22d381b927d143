"""A parser serves one tenant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.models import Document
from assistant.knowledge.parsers import ParserOfEach
from assistant.knowledge.worker import Worker
from retrieval.config import LoaderLimits
from retrieval.loaders.isolated import IsolatedParser, Outcome
from tests.unit.retrieval.conftest import HashingEncoder


class Seen(IsolatedParser):
    """A real parser that notes what it was handed and when it was ended."""

    made: list[Seen]

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.pids: set[int] = set()
        self.closed = 0
        self.made.append(self)

    def each(self, files: Sequence[tuple[bytes, str]], limits: LoaderLimits) -> Iterator[Outcome]:
        for outcome in super().each(files, limits):
            assert self._child is not None
            self.pids.add(self._child.pid)
            yield outcome
        self.read += [name for _, name in files]

    def close(self) -> None:
        self.closed += 1
        super().close()


@pytest.fixture
def seen() -> Iterator[list[Seen]]:
    Seen.made = []
    yield Seen.made
    for parser in Seen.made:
        IsolatedParser.close(parser)


def test_a_tenant_meets_its_own_parser_again_and_never_anothers(seen: list[Seen]) -> None:
    parsers = ParserOfEach(Seen)
    for tenant in ("acme", "globex", "acme"):
        [outcome] = parsers.of(tenant)([(f"# {tenant}\n\ntext".encode(), f"{tenant}.md")], LoaderLimits())
        assert getattr(outcome, "title", outcome) == tenant
    assert [parser.read for parser in seen] == [["acme.md", "acme.md"], ["globex.md"]]
    acme, globex = (parser.pids for parser in seen)
    assert len(acme) == len(globex) == 1
    assert acme.isdisjoint(globex)
    parsers.close()
    assert [parser.closed for parser in seen] == [1, 1]


def test_the_parser_unused_for_longest_is_ended_when_there_are_too_many(seen: list[Seen]) -> None:
    parsers = ParserOfEach(Seen, most=2)
    for tenant in ("acme", "globex", "acme", "initech"):
        parsers.of(tenant)
    assert [parser.closed for parser in seen] == [0, 1, 0]
    parsers.of("globex")
    assert [parser.closed for parser in seen] == [1, 1, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_two_tenants_is_read_by_two_processes(
    seen: list[Seen], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.knowledge.worker.ParserOfEach", lambda: ParserOfEach(Seen))
    tenants = [Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "globex")]
    for number in range(3):
        for tenant in tenants:
            text = f"# Rules\n\nRule {number} of {tenant.slug}."
            services.add_document(tenant, f"{tenant.slug}-{number}.md", text.encode())
    Worker(HashingEncoder).drain()
    assert Document.objects.filter(state="live").count() == 6
    by_process = [{name.split("-")[0] for name in parser.read} for parser in seen]
    assert sorted(by_process, key=sorted) == [{"acme"}, {"globex"}]
    assert sum(len(parser.read) for parser in seen) == 6
