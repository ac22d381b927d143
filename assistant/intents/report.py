"""What is known of a version from its training: confidence and shares of intents to compare traffic with, confusions.

All of it comes from questions judged by heads that have not seen them. The console compares a day's traffic with
`live_profile` to tell which intents drift; the admin draws the confusions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assistant.intents.models import TrainedClassifier
from assistant.intents.training import Judged
from assistant.intents.types import OUT_OF_SCOPE

CONFIDENCE_BINS = 10
MOST_CONFUSIONS = 400


@dataclass(frozen=True, slots=True)
class Profile:
    """How a live version judged held-out examples when it was trained.

    `questions` were judged. `confidence` [10] is the share of them per tenth of confidence (0 to 0.1, ...); `shares`
    maps an intent to its share of the judgements (`oos`: called out of scope), `mean_confidence` an intent to the
    mean confidence of the questions it was named for; `accuracy` maps an intent to the share of its own examples
    that were named right. Examples are not traffic: a share tells what the tenant wrote down, so compare
    confidence first, and shares between days.
    """

    version: int
    questions: int
    confidence: tuple[float, ...]
    shares: dict[str, float]
    mean_confidence: dict[str, float]
    accuracy: dict[str, float]

    @classmethod
    def from_json(cls, version: int, stored: dict[str, Any]) -> Profile:
        """Read what `Report.as_json` wrote."""
        return cls(version=version, **(stored | {"confidence": tuple(stored["confidence"])}))


@dataclass(frozen=True, slots=True)
class Confusion:
    """`times` held-out examples of `truth` were named `named`; `example` is the first of them."""

    truth: str
    named: str
    times: int
    example: str


@dataclass(frozen=True, slots=True)
class Report:
    """A version's profile and its confusions, the most frequent first."""

    profile: Profile
    confusions: tuple[Confusion, ...]
    calibration_error: float | None

    @classmethod
    def of(cls, version: int, judged: Judged) -> Report:
        """Sum up what was judged."""
        return cls(_profile(version, judged), _confusions(judged), judged.calibration_error())

    def as_json(self) -> dict[str, Any]:
        """As stored with the version."""
        profile = asdict(self.profile)
        del profile["version"]
        confusions = [[c.truth, c.named, c.times, c.example] for c in self.confusions]
        return {"profile": profile, "confusions": confusions, "calibration_error": self.calibration_error}


def live_profile(tenant: str) -> Profile | None:
    """Return the training-time profile of the tenant's (slug's) live version; None when it has none."""
    row = _with_report(tenant).filter(live=True).values_list("version", "report").order_by("-version").first()
    return None if row is None else Profile.from_json(row[0], row[1]["profile"])


def confusions(stored: dict[str, Any] | None) -> tuple[Confusion, ...]:
    """Read the confusions out of a stored report."""
    return tuple(Confusion(*each) for each in (stored or {}).get("confusions", []))


def _with_report(tenant: str) -> Any:  # noqa: ANN401 - a QuerySet of rows without weights
    return TrainedClassifier.objects.filter(tenant__slug=tenant, report__isnull=False)


def _profile(version: int, judged: Judged) -> Profile:
    shown = np.where(judged.strange, OUT_OF_SCOPE, judged.named)
    bins = np.minimum((judged.confidence * CONFIDENCE_BINS).astype(int), CONFIDENCE_BINS - 1)
    counts, total = Counter(shown.tolist()), max(1, len(shown))
    right = judged.right()
    return Profile(
        version=version,
        questions=len(shown),
        confidence=tuple((np.bincount(bins, minlength=CONFIDENCE_BINS) / total).round(4).tolist()),
        shares={name: round(times / total, 4) for name, times in sorted(counts.items())},
        mean_confidence={
            name: round(float(judged.confidence[judged.named == name].mean()), 4)
            for name in sorted(set(judged.named.tolist()))
        },
        accuracy={name: round(float(right[judged.truth == name].mean()), 4) for name in sorted(set(judged.labels))},
    )


def _confusions(judged: Judged) -> tuple[Confusion, ...]:
    shown = np.where(judged.strange, OUT_OF_SCOPE, judged.named)
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text, truth, named in zip(judged.texts, judged.labels, shown.tolist(), strict=True):
        if truth != named:
            texts[truth, named].append(text)
    ordered = sorted(texts.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(Confusion(*pair, len(found), found[0]) for pair, found in ordered[:MOST_CONFUSIONS])
