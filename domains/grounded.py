"""What the domains share: answers from sources with checked citations, open answers, refusals without evidence.

A domain is this class with its own prompts, samplings and rules; the rules are small functions it overrides.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from domains import company, grounding, prompts, quoting, remaining, safety, texts, verdicts
from domains.citations import MARKER, CitationChecker, Sources
from domains.excerpts import excerpts
from domains.types import Done, Evidence, Question, Refusal, Response, TextDelta, Verdict
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Delta, Message, Sampling

_SHRUG = re.compile(
    r"(?:sources?|documents?|context|information|text)\b[^.。]{0,60}\b(?:do(?:es)? not|don't|doesn't|not)\b[^.。]{0,20}"
    r"(?:contain|mention|provide|say|specify|state|include|available)"
    r"|cannot (?:be )?(?:find|found|answer|determine)"
    r"|(?:资料|来源|文档|上下文|材料)[^。]{0,12}(?:没有|未|并未|不包含|无)",
    re.IGNORECASE,
)
_SHRUG_LENGTH = 160  # characters: a longer answer that also shrugs does say something


class Grounded:
    """Implements Domain. Subclasses set the class variables, and override `opening`, `closing`, `admits`, `judge`."""

    name: str = ""
    requires_evidence: bool = False
    folder: ClassVar[Path]
    from_sources: ClassVar[Sampling] = Sampling(max_tokens=320, temperature=0.0, repetition_penalty=1.05)
    freely: ClassVar[Sampling] = Sampling(max_tokens=400, temperature=0.4, top_p=0.9, repetition_penalty=1.05)
    by_sentence: ClassVar[bool] = False
    """Whether a sentence is judged by `admits` before it is shown; costs the smoothness of the stream."""
    shows_uncited: ClassVar[bool] = False
    """Whether an answer from sources that cites none may be shown, as not grounded; never about the company."""
    keeps_brackets: ClassVar[bool] = False
    """Whether [1] in an open answer may be an index of a list rather than a citation."""

    async def respond(self, question: Question, evidence: Evidence, model: ChatModel) -> AsyncGenerator[Response, None]:
        """Quote, answer from the evidence, answer freely where that is allowed, or refuse. Raises ModelError."""
        opening = self.opening(question)
        if self.refuses(question, evidence):
            yield _no_evidence(question, opening)
            return
        answer = self._answer(question, evidence, model)
        said: list[str] = []
        async with aclosing(answer) as responses:
            async for response in responses:
                if isinstance(response, TextDelta):
                    if not said and opening:
                        yield TextDelta(opening)
                    said.append(response.text)
                elif isinstance(response, Done) and (closing := self.closing(question, evidence, "".join(said))):
                    yield TextDelta(closing)
                yield response

    def guard(self, question: Question, evidence: Evidence, answer: str) -> Verdict:
        """Judge a finished answer: markers, personal numbers, shrugs, and the field's own `judge`.

        With sources, an answer must be tied to one of them, hold no number from nowhere, not say yes where they say
        no and not count time that is left of nothing; else it is withdrawn.
        """
        safe = self.clean(evidence, safety.hide_personal(answer))
        if not evidence.sufficient:
            return self.judge(question, evidence, safe if self.keeps_brackets else only_known(safe, 0))
        text = only_known(safe, len(evidence.hits))
        if is_shrug(text):
            return Verdict("", texts.refuse("no_evidence", texts.NO_EVIDENCE, question.language))
        tied = grounding.tied(text, self._given(question, evidence, text))
        if tied is None and self.shows_uncited and not company.asks_about(question):
            tied = text
        found = [hit.chunk.text for hit in evidence.hits]
        said = "\n".join([question.text, *(turn.content for turn in question.history if turn.role == "user")])
        if tied is not None and (
            verdicts.clashes(question.standalone, tied, found) or remaining.invents(said, tied, found)
        ):
            tied = None
        if tied is None:
            refusal = texts.refuse("ungrounded", texts.UNGROUNDED, question.language)
            return Verdict("", _after(self.opening(question), refusal))
        return self.judge(question, evidence, tied)

    def refuses(self, question: Question, evidence: Evidence) -> bool:
        """Say whether the question is refused instead of asked of the model, for want of evidence."""
        needed = self.requires_evidence or evidence.related or company.asks_about(question)
        return not evidence.sufficient and needed

    def opening(self, question: Question) -> str:  # noqa: ARG002 the hook's signature
        """What is said before anything else; the medical domain puts emergencies first."""
        return ""

    def closing(self, question: Question, evidence: Evidence, answer: str) -> str:  # noqa: ARG002
        """What is said after an answer: a field's disclaimer, a word on code that does not parse."""
        return ""

    def admits(self, question: Question, evidence: Evidence, sentence: str) -> bool:  # noqa: ARG002
        """Say whether a sentence of the model may be shown."""
        return True

    def clean(self, evidence: Evidence, answer: str) -> str:  # noqa: ARG002
        """Take out of a finished answer what the field never shows."""
        return answer

    def judge(self, question: Question, evidence: Evidence, answer: str) -> Verdict:  # noqa: ARG002
        """Judge a finished answer by the rules of the field."""
        return Verdict(answer)

    def _given(self, question: Question, evidence: Evidence, answer: str) -> list[str]:
        """All that the numbers of an answer may come from."""
        hits = [part for hit in evidence.hits for part in (hit.chunk.title, *hit.chunk.headings, hit.chunk.text)]
        said = [self.opening(question), self.closing(question, evidence, answer)]
        return [question.text, question.standalone, *hits, *said]

    def _answer(self, question: Question, evidence: Evidence, model: ChatModel) -> AsyncGenerator[Response, None]:
        if not evidence.sufficient or not evidence.hits:
            return self._freely(question, model)
        certain = evidence.answerable >= quoting.CERTAIN
        quoted = quoting.quote(question.standalone, evidence.hits) if certain else None
        return self._from_sources(question, evidence, model) if quoted is None else _quoted(quoted)

    async def _from_sources(
        self, question: Question, evidence: Evidence, model: ChatModel
    ) -> AsyncGenerator[Response, None]:
        parts = excerpts(question.standalone, evidence.hits)
        listed = "\n".join(f"[{n}] {text}" for n, text in enumerate(parts, 1) if text)
        messages = self._prompt("grounded", question, sources=listed, question=question.standalone)
        hits = evidence.hits[: len(parts)]
        sources = Sources(
            tuple(f"{hit.chunk.title}\n{hit.chunk.text}" for hit in hits),
            frozenset(n for n, hit in enumerate(hits) if hit.chunk.language != question.language),
            question.standalone,
        )

        def admit(sentence: str) -> bool:
            return not grounding.points(sentence) and self.admits(question, evidence, sentence)

        checker = CitationChecker(sources, admit if self.by_sentence else None)
        request = ChatRequest(messages, _bounded(self.from_sources, question), domain=self.folder.name)
        async with aclosing(_stream(model, request, checker)) as pieces:
            async for piece in pieces:
                yield piece if isinstance(piece, TextDelta) else _ending(piece, question, grounded=checker.cited)

    async def _freely(self, question: Question, model: ChatModel) -> AsyncGenerator[Response, None]:
        messages = self._prompt("open", question, question=question.text)
        request = ChatRequest(messages, _bounded(self.freely, question), domain=self.folder.name)
        checker = None if self.keeps_brackets else CitationChecker(Sources(()))
        async with aclosing(_stream(model, request, checker)) as pieces:
            async for piece in pieces:
                yield piece if isinstance(piece, TextDelta) else _ending(piece, question, grounded=False)

    def _prompt(self, kind: str, asked: Question, **values: str) -> tuple[Message, ...]:
        """Render `<kind>.<language>.md`; earlier turns go between what never changes and what is asked now.

        Their markers are taken out: [1] names another source by now.
        """
        system, *rest = prompts.render(self.folder / "prompts" / f"{kind}.{asked.language}.md", **values)
        earlier = (Message(turn.role, MARKER.sub("", turn.content)) for turn in asked.history)
        return (system, *earlier, *rest)


async def _quoted(text: str) -> AsyncGenerator[Response, None]:
    yield TextDelta(text)
    yield Done(grounded=True, layer="retrieval")


def _no_evidence(question: Question, opening: str) -> Refusal:
    return _after(opening, texts.refuse("no_evidence", texts.NO_EVIDENCE, question.language))


def _after(opening: str, refusal: Refusal) -> Refusal:
    """Put what comes before everything else before a refusal, too: an emergency stays one."""
    return replace(refusal, code="emergency", reason=f"{opening}{refusal.reason}") if opening else refusal


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the model's stream ended, and whether any of it could be shown."""

    last: Delta
    spoke: bool


async def _stream(
    model: ChatModel, request: ChatRequest, checker: CitationChecker | None
) -> AsyncGenerator[TextDelta | _Ended, None]:
    last = Delta("", "stop")
    spoke = False
    async with aclosing(model.stream(request)) as deltas:
        async for delta in deltas:
            shown = checker.feed(delta.text) if checker else delta.text
            if shown:
                spoke = spoke or not shown.isspace()
                yield TextDelta(shown)
            if delta.finish is not None:
                last = delta
    if checker and (shown := checker.close()):
        spoke = spoke or not shown.isspace()
        yield TextDelta(shown)
    yield _Ended(last, spoke)


def _ending(ended: _Ended, question: Question, *, grounded: bool) -> Done | Refusal:
    """An answer of which nothing could be shown is a refusal."""
    if not ended.spoke:
        return texts.refuse("ungrounded", texts.UNGROUNDED, question.language)
    return Done(grounded=grounded, finish=ended.last.finish or "stop", usage=ended.last.usage)


def _bounded(preset: Sampling, question: Question) -> Sampling:
    return preset if question.max_tokens is None else replace(preset, max_tokens=question.max_tokens)


def only_known(answer: str, hits: int) -> str:
    """Take out the markers that name no hit."""
    return MARKER.sub(lambda mark: mark[0] if 1 <= int(mark[1]) <= hits else "", answer)


def is_shrug(answer: str) -> bool:
    """Say whether the whole answer is that the sources do not say."""
    return len(answer) <= _SHRUG_LENGTH and _SHRUG.search(answer) is not None
