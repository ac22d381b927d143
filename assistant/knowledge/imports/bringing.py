"""Bring a place in: compare what it holds with what was imported before, change what changed, tell every outcome.

Each file is a transaction of its own, so that an import that is killed has done what it told; the next one does the
rest. What an editor changed in the admin stays until the place itself says something else than last time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError, Conflict, Text
from assistant.knowledge import blobs, publishing, services
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.texts import refused
from assistant.knowledge.imports.types import Contents, Found, Gone, NotTaken, Outcome, Place, What
from assistant.knowledge.models import Document

_LONGEST_NAME, _LONGEST_ORIGIN = 300, 500
_SKIPPED_CODES = frozenset({"unknown_format", "empty_file"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How to import: what is given for all files, who does it, and whether what vanished is taken out of search."""

    given: Given = field(default_factory=Given)
    uploader: str = ""
    withdraw_vanished: bool = False


def bring(place: Place, tenant: Tenant, manner: Manner | None = None) -> Iterator[Outcome]:
    """Import a place; the outcomes come as they happen, one a file.

    Raises Conflict (`import_running`) when another process imports the same place, and what reading the manifest
    raises. A file that a former import brought and that is not there any more is `vanished`; a place that is empty,
    as an unmounted folder is, withdraws nothing.
    """
    with _alone(tenant, place.name):
        yield from _Import(place, tenant, manner or Manner()).outcomes()


class _Import:
    """One run over a place."""

    def __init__(self, place: Place, tenant: Tenant, manner: Manner) -> None:
        self._place, self._tenant, self._manner = place, tenant, manner
        self._prefix = f"{_short(place.name, _LONGEST_NAME)}#"
        self._known = self._imported_before()
        self._given = place.given()
        self._present: set[str] = set()

    def outcomes(self) -> Iterator[Outcome]:
        listed = list(self._place.list())
        self._present = {self._origin(found.path) for found in listed}
        for found in listed:
            yield self._outcome(found)
        unlisted = self._given.keys() - {found.path for found in listed}
        yield from (_left_out(path, refused("missing")) for path in sorted(unlisted))
        unseen = tuple(self._prefix + found.path for found in listed if found.problem and found.path[-1:] in {"", "/"})
        for origin in sorted(self._known.keys() - self._present):
            if not unseen or not origin.startswith(unseen):
                yield from self._vanished(origin, withdraw=self._manner.withdraw_vanished and bool(listed))

    def _outcome(self, found: Found) -> Outcome:
        known = self._known.get(self._origin(found.path))
        try:
            if found.problem is not None:
                raise found.problem
            given = self._given_for(found.path)
            contents = self._place.read(found.path, (known.origin_facts.get("stamp") or {}) if known else {})
            return self._taken(found.path, known, contents, given)
        except NotTaken as reason:
            return _left_out(found.path, reason)
        except AssistantError as error:
            return self._declined(found.path, error)
        except Gone:
            gone = list(self._vanished(self._origin(found.path), withdraw=self._manner.withdraw_vanished))
            return gone[0] if gone else _left_out(found.path, refused("http_status", status="404"))

    def _taken(self, path: str, known: Document | None, contents: Contents | None, given: Given) -> Outcome:
        if known is None:
            return self._added(path, contents, given)
        before = known.origin_facts.get("sha256", known.checksum)
        checksum = before if contents is None else blobs.checksum_of(contents.data)
        if known.deleted_at is not None:
            return Outcome(path, What.DELETED) if checksum == before else self._added(path, contents, given)
        changed = checksum != before
        if changed and contents is not None:
            origin = self._revision_origin(path)
            services.replace(known, contents.filename, contents.data, uploader=self._manner.uploader, origin=origin)
        what = self._described(known, given, changed=changed)
        self._remember(known, given, checksum, contents)
        return Outcome(path, what, document=known.pk)

    def _described(self, known: Document, given: Given, *, changed: bool) -> What:
        """Apply what is given otherwise than last time, and bring back what was withdrawn because it had vanished."""
        before = known.origin_facts.get("given", {})
        fields = given.fields()
        edited = {name: fields[name] for name, value in given.plain().items() if before.get(name) != value}
        if edited:
            for name, value in edited.items():
                setattr(known, name, value)
            services.describe(known)
        back = bool(known.origin_facts.get("vanished")) and known.withdrawn
        if back:
            publishing.publish(known)
        return What.CHANGED if changed or back else What.DESCRIBED if edited else What.UNCHANGED

    def _added(self, path: str, contents: Contents | None, given: Given) -> Outcome:
        if contents is None:
            return Outcome(path, What.UNCHANGED)
        fields: dict[str, Any] = {"url": contents.url, **given.fields()}
        facts = _facts(given, blobs.checksum_of(contents.data), contents.stamp)
        made = services.add_document(
            self._tenant,
            contents.filename,
            contents.data,
            origin=self._origin(path),
            origin_facts=facts,
            revision_origin=self._revision_origin(path),
            uploader=self._manner.uploader,
            **fields,
        )
        return Outcome(path, What.ADDED, document=made.pk)

    def _declined(self, path: str, error: AssistantError) -> Outcome:
        if error.code == "duplicate_document":
            return self._moved(path) or Outcome(path, What.DUPLICATE, error.code, error.text)
        what = What.SKIPPED if error.code in _SKIPPED_CODES else What.REFUSED
        return Outcome(path, what, error.code, error.text)

    def _moved(self, path: str) -> Outcome | None:
        """When the same bytes were imported from a path that is no longer there, the file was moved."""
        contents = self._place.read(path, {})
        if contents is None or self._origin(path) in self._known:
            return None
        checksum = blobs.checksum_of(contents.data)
        had = [d for o, d in self._known.items() if d.checksum == checksum and o not in self._present]
        if len(had) != 1 or had[0].deleted_at is not None:
            return None
        moved = self._known.pop(had[0].origin)
        moved.origin, moved.filename = self._origin(path), contents.filename
        Document.objects.filter(pk=moved.pk).update(origin=moved.origin, filename=moved.filename)
        self._described(moved, self._given_for(path), changed=False)
        self._remember(moved, self._given_for(path), checksum, contents)
        return Outcome(path, What.MOVED, document=moved.pk)

    def _vanished(self, origin: str, *, withdraw: bool) -> Iterator[Outcome]:
        known = self._known.get(origin)
        if known is None or known.deleted_at is not None:
            return
        path = origin.removeprefix(self._prefix)
        if not withdraw or known.withdrawn:
            yield Outcome(path, What.VANISHED, document=known.pk)
            return
        Document.objects.filter(pk=known.pk).update(origin_facts={**known.origin_facts, "vanished": True})
        publishing.withdraw(known)
        yield Outcome(path, What.WITHDRAWN, document=known.pk)

    def _remember(self, known: Document, given: Given, checksum: str, contents: Contents | None) -> None:
        stamp = known.origin_facts.get("stamp", {}) if contents is None else contents.stamp
        facts = _facts(given, checksum, stamp)
        if facts != known.origin_facts:
            Document.objects.filter(pk=known.pk).update(origin_facts=facts)

    def _given_for(self, path: str) -> Given:
        said = self._given.get(path, Given())
        if isinstance(said, NotTaken):
            raise said
        return said.over(self._manner.given)

    def _origin(self, path: str) -> str:
        return _short(self._prefix + path, _LONGEST_ORIGIN)

    def _revision_origin(self, path: str) -> str:
        version = self._place.version
        return f"{self._prefix[:-1]}@{version}#{path}"[:600] if version else self._origin(path)

    def _imported_before(self) -> dict[str, Document]:
        """Documents of this place by origin, without bytes; the latest where one was deleted and came again."""
        rows = Document.objects.filter(tenant=self._tenant, origin__startswith=self._prefix).order_by("created_at")
        return {document.origin: document for document in rows}


def _facts(given: Given, checksum: str, stamp: Mapping[str, str]) -> dict[str, object]:
    return {"sha256": checksum, "given": given.plain(), "stamp": dict(stamp)}


def _left_out(path: str, reason: NotTaken) -> Outcome:
    return Outcome(path, reason.what, reason.code, reason.text)


def _short(text: str, most: int) -> str:
    """Keep a text within a column; two long ones stay different."""
    if len(text) <= most:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{text[: most - 33]}~{digest}"


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many files had each outcome, those that had none left out."""
    found = [outcome.what for outcome in outcomes]
    return {what.value: found.count(what) for what in What if what in found}


@contextmanager
def _alone(tenant: Tenant, name: str) -> Iterator[None]:
    """Hold the right to import this place; the database gives it back when this process dies."""
    key = f"import:{tenant.pk}:{name}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if cursor.fetchone() != (True,):
            raise Conflict(
                Text(
                    en="This place is being imported already. Wait until that import has ended.",
                    zh="该来源正在导入中，请等待其完成。",
                ),
                code="import_running",
            )
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
