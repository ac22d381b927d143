"""What a threshold does among all questions at once, beside what it does on pairs.

A pair of questions drawn at random is seldom mistaken, and a threshold that errs on one such pair in a hundred looks
safe. But a product compares a question with everything it holds. So each question is asked among all of another group
(questions called the same, directly or through others, are one group): what is served then is wrong, unless two groups
ask the same and nobody said so, which makes the share an upper limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.faq import guards, verifier
from assistant.faq.certificate import Flags, Floats
from assistant.faq.courtesy import bare
from assistant.faq.table import CANDIDATES, LEAST_COSINE
from retrieval.language import detect
from retrieval.normalise import fold
from retrieval.types import Vectors


@dataclass(frozen=True, slots=True)
class Among:
    """For each of n questions the best that another group holds: its cosine, and its score after the guards.

    Minus infinity where no other group's question could be served. `languages` are those of the questions.
    """

    cosines: Floats
    scores: Floats
    languages: tuple[str, ...]

    def served(self, least: Mapping[str, float]) -> float | None:
        """Share of the questions that would be served another group's at the threshold of their language."""
        if not len(self.scores):
            return None
        return float(np.mean(self.scores >= np.array([least[language] for language in self.languages])))

    def served_by_cosine(self, least: float) -> float | None:
        """The same by the cosine alone."""
        return float(np.mean(self.cosines >= least)) if len(self.cosines) else None


def ask(same: Sequence[tuple[str, str]], vectors: Mapping[str, Vectors]) -> Among:
    """Ask every text of `vectors` (its embedding, float32 [dimension]) among those of other groups.

    `same` are the pairs called the same; both sides are among the texts.
    """
    texts = sorted(vectors)
    root = groups(same)
    group = np.unique([root(text) for text in texts], return_inverse=True)[1]
    matrix = np.stack([vectors[text] for text in texts]) if texts else np.empty((0, 0), np.float32)
    ready = [verifier.question(text, vectors[text]) for text in texts]
    cosines, scores = np.full(len(texts), -np.inf), np.full(len(texts), -np.inf)
    for place, text in enumerate(texts):
        near = np.where(group == group[place], -np.inf, matrix @ matrix[place])
        order = [int(i) for i in np.argsort(-near)[:CANDIDATES] if np.isfinite(near[i])]
        cosines[place] = near[order[0]] if order else -np.inf
        order = [i for i in order if near[i] >= LEAST_COSINE and guards.conflict(text, texts[i]) is None]
        found = verifier.shipped().score(ready[place], [ready[i] for i in order])
        scores[place] = found.max(initial=-np.inf)
    return Among(cosines, scores, tuple(detect(text) for text in texts))


def groups(same: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    """Return what names the group of a text."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        name = bare(fold(text))
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in same:
        parent[root(a)] = root(b)
    return root


def loosest_cosine(cosines: Floats, same: Flags, bound: float) -> float:
    """Return the least cosine at which at most the `bound` of the different pairs is served.

    No certificate, since it is picked on these very pairs: what a plain cosine could do at best, had it known them.
    """
    different = np.sort(cosines[~same])[::-1]
    allowed = int(bound * len(different))
    return float(np.nextafter(different[allowed], np.inf)) if len(different) > allowed else -1.0
