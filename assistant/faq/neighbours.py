"""Kept answers near a question, by meaning: vectors of one scope in this process, as new as the database.

The rows of a scope are read once and then only what was added since; whether a row still stands is asked of the
database for the one that is to be served. Memory is bounded: the scopes used longest ago go first.
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from assistant.faq import guards, verifier
from assistant.faq.models import GeneratedAnswer
from assistant.faq.tuning import Correction
from retrieval.types import Vectors

SCOPES = 64
MOST = 5_000
"""Rows of a scope held in memory, the newest: 8 MB of float32 with 384 dimensions."""
CANDIDATES = 8
LEAST_COSINE = 0.85
OVERLAP = dt.timedelta(seconds=30)
"""A transaction may commit after one that began later: what is new is looked for a little further back."""


@dataclass(slots=True)
class _Scope:
    ids: list[uuid.UUID] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    vectors: list[Vectors] = field(default_factory=list)
    known: set[uuid.UUID] = field(default_factory=set)
    until: dt.datetime | None = None
    matrix: Vectors | None = None


class Neighbours:
    """Thread-safe. Raises what the database raises."""

    def __init__(self, encoder: str, *, scopes: int = SCOPES, most: int = MOST) -> None:
        self._encoder = encoder
        self._most_scopes = scopes
        self._most = most
        self._scopes: OrderedDict[str, _Scope] = OrderedDict()
        self._lock = threading.Lock()

    def same(
        self, scope: str, text: str, vector: Vectors, least: float, own: Correction | None = None
    ) -> Iterator[tuple[uuid.UUID, str]]:
        """Yield (id, question) of kept answers whose verifier's score is `least` or more, the likeliest first.

        `vector` is the question embedding of `text`, float32 [dimension]. What a guard objects to is left out.
        """
        ids, questions, matrix = self._current(scope)
        if not ids:
            return
        cosines = matrix @ vector
        near = [int(place) for place in np.argsort(-cosines)[:CANDIDATES] if cosines[place] >= LEAST_COSINE]
        others = [verifier.question(questions[place], matrix[place]) for place in near]
        scores = verifier.shipped().score(verifier.question(text, vector), others, own)
        for order in np.argsort(-scores, kind="stable"):
            place = near[order]
            if scores[order] >= least and guards.conflict(text, questions[place]) is None:
                yield ids[place], questions[place]

    def forget(self, scope: str, answer: uuid.UUID) -> bool:
        """Drop an answer that no longer stands, so that it takes no other's place; say whether it was held."""
        with self._lock:
            held = self._scopes.get(scope)
            if held is None or answer not in held.ids:
                return False
            place = held.ids.index(answer)
            del held.ids[place], held.questions[place], held.vectors[place]
            held.matrix = None
            return True

    def _current(self, name: str) -> tuple[list[uuid.UUID], list[str], Vectors]:
        with self._lock:
            held = self._scopes.setdefault(name, _Scope())
            self._scopes.move_to_end(name)
            while len(self._scopes) > self._most_scopes:
                self._scopes.popitem(last=False)
            self._extend(name, held)
            if held.matrix is None:
                held.matrix = np.stack(held.vectors) if held.vectors else np.empty((0, 0), np.float32)
            return list(held.ids), list(held.questions), held.matrix

    def _extend(self, name: str, held: _Scope) -> None:
        rows = GeneratedAnswer.objects.filter(scope=name, encoder=self._encoder, vector__isnull=False, withdrawn=False)
        if held.until is not None:
            rows = rows.filter(created_at__gt=held.until - OVERLAP)
        newest = rows.order_by("-created_at").values_list("pk", "question", "vector", "created_at")[: self._most]
        for pk, question, vector, created_at in reversed(newest):
            held.until = max(held.until or created_at, created_at)
            if pk not in held.known:
                held.known.add(pk)
                held.ids.append(pk)
                held.questions.append(question)
                held.vectors.append(np.frombuffer(bytes(vector or b""), dtype="<f4"))
                held.matrix = None
        if (over := len(held.ids) - self._most) > 0:
            del held.ids[:over], held.questions[:over], held.vectors[:over]
            held.known, held.matrix = set(held.ids), None
        if len(held.known) > 2 * self._most:
            held.known = set(held.ids)
