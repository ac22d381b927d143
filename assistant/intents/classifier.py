"""The trained classifiers in this process, as new as the database within a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import InterfaceError, OperationalError
from django.db.models import Max

from assistant.intents.model import KernelModel
from assistant.intents.models import Intent, TrainedClassifier
from assistant.intents.rules import wants_human
from assistant.intents.services import TOPIC
from assistant.intents.slots import read
from assistant.intents.small_talk import reply_to
from assistant.intents.types import IntentGuess, Route
from assistant.live.follower import Follower
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

UNTRAINED = IntentGuess("general", 0.0, Route.DOMAIN, "general", 0.0)
HUMAN = IntentGuess("human", 1.0, Route.HUMAN, "general", 0.0)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an intent leads."""

    route: Route
    domain: str
    replies: Mapping[str, object]
    slots: tuple[str, ...] = ()

    def guess(self, name: str, confidence: float, strange: float, text: str) -> IntentGuess:
        """Make the guess that is handed out, with the ready answers to this very text."""
        ready = ((language, reply_to(text, self.replies, language)) for language in self.replies)
        replies = tuple((language, reply) for language, reply in ready if reply is not None)
        slots = read(text, self.slots, date.today()) if self.slots else ()  # noqa: DTZ011 - the asker's day is ours
        return IntentGuess(name, confidence, self.route, self.domain, strange, replies, slots)


NOWHERE = Destination(Route.DOMAIN, "general", {})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A tenant's classifier and its intents, as of one version of the rows."""

    stamp: tuple[int, str]
    model: KernelModel
    destinations: Mapping[str, Destination]
    human: str | None


class IntentClassifier:
    """Classifies questions for all tenants. Thread-safe: what is loaded is immutable and replaced whole."""

    def __init__(self, encoder_name: str) -> None:
        self._encoder_name = encoder_name
        self._loaded: dict[str, Loaded] = {}
        self._lock = threading.Lock()
        self._follower = Follower(TOPIC, self.refresh)

    def start(self) -> None:
        """Load what is trained and follow changes in the background."""
        try:
            self.refresh()
        except (OperationalError, InterfaceError) as error:
            logger.warning("intents.database_away error=%s", error)
        self._follower.start()

    def stop(self) -> None:
        """Stop following."""
        self._follower.stop()

    def classify(self, tenant: str, text: str, vector: Vectors) -> IntentGuess:
        """Say what a question is about; `vector` is its question embedding, float32 [dimension].

        A tenant without a trained classifier gets confidence 0 and the general domain.
        """
        loaded = self._loaded.get(tenant)
        if wants_human(text):
            return HUMAN if loaded is None or loaded.human is None else _human(loaded, loaded.human, text)
        if loaded is None:
            return UNTRAINED
        scores = loaded.model.scores(vector[None], [text])
        best = int(scores.probabilities[0].argmax())
        name, confidence = str(loaded.model.classes[best]), float(scores.probabilities[0, best])
        strange = float(scores.strangeness[0])
        guess = loaded.destinations.get(name, NOWHERE).guess(name, confidence, strange, text)
        return replace(guess, route=Route.OUT_OF_SCOPE) if strange > float(loaded.model.threshold[0]) else guess

    def version(self, tenant: str) -> int:
        """Version of the examples that the loaded classifier was trained on; 0 when none is loaded."""
        loaded = self._loaded.get(tenant)
        return loaded.stamp[0] if loaded is not None else 0

    def refresh(self) -> None:
        """Load classifiers that are newer than this process's. Raises what the database raises."""
        with self._lock:
            rows = TrainedClassifier.objects.filter(encoder=self._encoder_name, live=True)
            live = dict(rows.values_list("tenant__slug", "version"))
            changed = dict(Intent.objects.values_list("tenant__slug").annotate(Max("updated_at")))
            loaded = {}
            for slug, version in live.items():
                stamp = (version, str(changed.get(slug)))
                known = self._loaded.get(slug)
                try:
                    loaded[slug] = (
                        known if known is not None and known.stamp == stamp else self._load(slug, stamp, known)
                    )
                except ValueError:  # one tenant's damaged row must not stop the others; its last good one stays in use
                    logger.exception("intents.damaged tenant=%s version=%s", slug, version)
                    loaded |= {} if known is None else {slug: known}
            self._loaded = loaded

    def _load(self, slug: str, stamp: tuple[int, str], known: Loaded | None) -> Loaded:
        if known is not None and known.stamp[0] == stamp[0]:
            model = known.model
        else:
            row = TrainedClassifier.objects.get(tenant__slug=slug, version=stamp[0])
            model = KernelModel.parse(bytes(row.weights))
        intents = Intent.objects.filter(tenant__slug=slug)
        destinations = {i.name: Destination(Route(i.route), i.domain, i.replies, tuple(i.slots)) for i in intents}
        human = next((name for name, to in destinations.items() if to.route is Route.HUMAN), None)
        return Loaded(stamp, model, destinations, human)


def _human(loaded: Loaded, name: str, text: str) -> IntentGuess:
    return loaded.destinations[name].guess(name, 1.0, 0.0, text)
