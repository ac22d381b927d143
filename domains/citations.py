"""Citations checked while the answer streams: only markers that name a hit are shown, at the end of their sentence.

A marker of the model is kept when its source shares the sentence's words, replaced when only another source does, and
dropped when it names no hit. A sentence without a marker gets its source when one clearly holds it (attribution after
the fact, as in RAGFlow). A token is taken from the buffer only when no later text could change it, so the result does
not depend on how the model's deltas happen to be cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from domains import numbers, sentences, words

MARKER = re.compile(r"\[(\d+)\]")

_KEEP = 0.3  # share of a sentence's content words in its source, from which the model's own choice is believed
_ADD = 0.5  # share from which a source is named that the model did not name
_FEWEST = 2  # content words a sentence needs to be compared at all
_TOKEN = re.compile(
    r"""(?P<tick>`+)
    |(?P<marker>[ \t]*[\[【][\d ,，、–-]{0,24}\d[ ]?[\]】])
    |(?P<stop>[.!?]+["')\]”’]*(?=\s|\Z)|[。！？；]+[”’」』）]*|\n)
    |(?P<space>[ \t]+)
    |(?P<text>[^`\[【.!?。！？；\n \t]+|.)""",
    re.VERBOSE,
)
_UNDECIDED = re.compile(r"""(?:`+|[ \t]*(?:[\[【][\d ,，、–-]{0,26})?|[.!?]+["')\]”’]*|[。！？；]+[”’」』）]*)\Z""")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"[a-z][a-z0-9-]+|[a-z]\d")
_ITEM = re.compile(r"\s*\d{1,2}")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、](?!\d))\s*")


def cited(text: str) -> list[int]:
    """Numbers of the markers in `text`, in order, repeats kept."""
    return [int(number) for number in MARKER.findall(text)]


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts that [1], [2], ... name, ready for comparison.

    `foreign` holds those (from 0) in another language than the answer: words prove nothing there. A marker of the model
    is believed if that source has the sentence's numbers, and a sentence without one is tied to it by what is written
    alike in both languages. `question` is what was asked: an answer that is nothing but a value ("9.7%") is tied to the
    source in which a sentence about the question states it.
    """

    texts: tuple[str, ...]
    foreign: frozenset[int] = frozenset()
    question: str = ""
    _words: tuple[frozenset[str], ...] = field(init=False)
    _numbers: tuple[frozenset[str], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_words", tuple(words.content(text) for text in self.texts))
        object.__setattr__(self, "_numbers", tuple(_numbers(text) for text in self.texts))

    def supporting(self, sentence: str, marks: Sequence[int]) -> list[int]:
        """Choose which sources to cite for `sentence`, given the marks the model set; numbers count from 1."""
        named = [n for n in dict.fromkeys(marks) if 1 <= n <= len(self.texts)]
        body = _BULLET.sub("", sentence)
        asked = words.content(body)
        if len(asked) < _FEWEST:
            return named or self._stating(body)
        shares = [self._share(index, asked, body) for index in range(len(self.texts))]
        kept = [n for n in named if shares[n - 1] >= _KEEP or self._believed(n - 1, body)]
        if kept:
            return kept
        best = max(range(len(shares)), key=shares.__getitem__, default=None)
        return [best + 1] if best is not None and shares[best] >= (_KEEP if marks else _ADD) else []

    def _stating(self, value: str) -> list[int]:
        """Choose the source with the sentence that states a bare value and says most about the question."""
        found = {number.value for number in numbers.find(value)}
        about = words.content(self.question)
        shares = [
            max((words.overlap(about, words.content(line)) for line in _stating(text, found)), default=0.0)
            for text in self.texts
        ]
        best = max(range(len(shares)), key=shares.__getitem__, default=None)
        return [best + 1] if found and best is not None and shares[best] > 0 else []

    def _share(self, index: int, asked: frozenset[str], body: str) -> float:
        if index in self.foreign:
            return self._written_alike(index, body)
        return words.overlap(asked, self._words[index]) if _numbers(body) <= self._numbers[index] else 0.0

    def _believed(self, index: int, body: str) -> bool:
        return index in self.foreign and not numbers.ungrounded(body, [self.texts[index]])

    def _written_alike(self, index: int, body: str) -> float:
        """One when numbers and Latin names of the sentence all stand in the source and are enough to tell, else 0."""
        names = frozenset(_NAME.findall(words.fold(body))) if not body.isascii() else frozenset()
        found = [*numbers.find(body), *names]
        held = names <= frozenset(_NAME.findall(words.fold(self.texts[index]))) and self._believed(index, body)
        telling = len(found) > 1 or any(len(re.findall(r"\d", number)) > 1 for number in _numbers(body))
        return float(held and telling)


def _stating(text: str, values: set[Decimal]) -> list[str]:
    """Return the sentences of `text` that hold all of the values."""
    return [line for line in sentences.split(text) if values <= {number.value for number in numbers.find(line)}]


def _numbers(text: str) -> frozenset[str]:
    return frozenset(number.replace(",", "") for number in _DIGITS.findall(words.fold(text)))


@dataclass(slots=True)
class CitationChecker:
    """Feeds on deltas, gives back text in which every marker is sound.

    With `admit`, a sentence is held until it is whole and shown only if `admit(sentence)`; `dropped` counts the others;
    `cited` says whether any shown sentence names a source. Code between backticks is shown as it is.
    """

    sources: Sources
    admit: Callable[[str], bool] | None = None
    dropped: int = 0
    cited: bool = False
    _buffer: str = ""
    _sentence: str = ""
    _held: str = ""
    _stop: str = ""
    _code: str = ""
    _marks: list[int] = field(default_factory=list)

    def feed(self, delta: str) -> str:
        """Take a piece of the answer, return what can be shown of it and of what was held back."""
        self._buffer += delta
        return self._drain(final=False)

    def close(self) -> str:
        """Say that the answer has ended; returns the rest."""
        return self._drain(final=True) + self._end_sentence()

    def _drain(self, *, final: bool) -> str:
        shown: list[str] = []
        position = 0
        while position < len(self._buffer):
            if not final and _UNDECIDED.match(self._buffer, position):
                break
            token = _TOKEN.match(self._buffer, position)
            if token is None:  # the pattern ends in "any character"; only a newline inside code comes here
                break
            position = token.end()
            kind = "text" if self._counts(token[0], self._buffer[position : position + 1]) else token.lastgroup
            shown.append(self._take(kind or "text", token[0]))
        self._buffer = self._buffer[position:]
        return "".join(shown)

    def _counts(self, text: str, follows: str) -> bool:
        """Say whether this stop belongs to the number of a list's item ("2. Open the lid") and ends no sentence."""
        return text == "." and follows in {" ", "\t"} and _ITEM.fullmatch(self._sentence) is not None

    def _take(self, kind: str, text: str) -> str:
        if self._code:
            return self._in_code(kind, text)
        if kind == "marker":
            self._marks += [int(number) for number in re.findall(r"\d+", text)]
            return ""
        if kind == "stop" or (kind == "space" and self._stop):
            self._stop += text
            return ""
        shown = self._end_sentence() if self._stop else ""
        if kind == "tick":
            self._code = text
        return shown + self._add(text)

    def _in_code(self, kind: str, text: str) -> str:
        if (kind == "tick" and text == self._code) or ("\n" in text and len(self._code) < 3):
            self._code = ""
        return self._add(text)

    def _add(self, text: str) -> str:
        self._sentence += text
        if self.admit is None:
            return text
        self._held += text
        return ""

    def _end_sentence(self) -> str:
        sentence, stop, held, marks = self._sentence, self._stop, self._held, self._marks
        self._sentence, self._stop, self._held, self._marks = "", "", "", []
        if self.admit is not None and sentence.strip() and not self.admit(sentence + stop):
            self.dropped += 1
            return "\n" if "\n" in stop else ""
        chosen = self.sources.supporting(sentence, marks) if sentence.strip() else []
        self.cited = self.cited or bool(chosen)
        text = "".join(f"[{n}]" for n in chosen)
        apart = " " if text and sentence[-1:].isascii() and not sentence[-1:].isspace() else ""
        return held + apart + text + stop
