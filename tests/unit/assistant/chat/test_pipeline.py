"""The pipeline, step by step, with real small parts and a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from assistant.chat import texts
from assistant.chat.answers import to_plain
from assistant.chat.events import Delta, Finished, Refused, Sources, Started
from assistant.chat.memory import Memory, PastTurn
from assistant.chat.pipeline import answer
from assistant.chat.stores.errors import StoreAway
from assistant.errors import NotFound
from domains.types import Evidence
from inference.client.absent import AbsentModel
from inference.client.errors import ModelInterrupted, ModelTimeout, ModelUnavailable
from inference.client.scripted import Reply
from retrieval.types import Hit
from tests.chatkit import RETURNS, Curated, ListStore, asked, events, failed, finished, model, room


async def test_an_exact_question_is_answered_without_encoding_search_or_model() -> None:
    scripted = model()
    said = await events(asked("how do I return an item"), room(scripted, encoder=None, intents=None, retriever=None))
    assert [type(event) for event in said] == [Started, Sources, Delta, Finished]
    answer_ = finished(said)
    assert (answer_.layer, answer_.answer, answer_.grounded) == ("faq", RETURNS.answer, True)
    assert answer_.sources[0].chunk == "faq:key-1"
    assert answer_.timings.intent_ms is None
    assert answer_.timings.retrieval_ms is None
    assert scripted.requests == []


async def test_the_same_question_in_other_words_is_answered_from_the_curated_entries() -> None:
    answer_ = finished(await events(asked("return an item, how do I?"), room()))
    assert answer_.layer == "faq"
    assert answer_.timings.intent_ms is not None
    assert 0.85 <= answer_.sources[0].score <= 1.0


@pytest.mark.parametrize("greeting", ["Hi, ", "Hello there! Quick question: ", "Good morning. Could you tell me "])
async def test_a_greeting_in_front_changes_nothing_that_is_found(greeting: str) -> None:
    bare, greeted = "return an item, how do I?", f"{greeting}return an item, how do I?"
    alone, polite = [finished(await events(asked(text), room())) for text in (bare, greeted)]
    assert (polite.layer, polite.answer) == ("faq", alone.answer)
    assert polite.sources[0].score == alone.sources[0].score
    assert polite.intent == alone.intent


@pytest.mark.parametrize("form", [" Two sentences.", " Answer briefly, please.", " Keep it short."])
async def test_a_wish_for_a_short_answer_changes_nothing_that_is_found(form: str) -> None:
    bare = "return an item, how do I?"
    alone, shortly = [finished(await events(asked(text), room())) for text in (bare, bare + form)]
    assert (shortly.layer, shortly.answer, shortly.intent) == ("faq", alone.answer, alone.intent)
    assert shortly.sources[0].score == alone.sources[0].score


async def test_the_model_is_told_how_long_the_answer_shall_be_and_search_is_not() -> None:
    scripted, judged = model("A pump moves heat. It needs power."), list[str]()

    class Listening(Unsure):
        def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
            judged.append(question)
            return Evidence(tuple(hits), 0.0, sufficient=False, related=False)

    question = "Write about spring rain and heat pumps. Two sentences."
    answer_ = finished(await events(asked(question), room(scripted, evidence=Listening())))
    assert answer_.layer == "model"
    assert judged == ["Write about spring rain and heat pumps."]
    assert question in scripted.requests[0].messages[-1].content


async def test_the_first_event_comes_before_anything_is_looked_up() -> None:
    class Never:
        async def recall(self, _asked: object) -> Memory:
            await asyncio.sleep(3600)
            raise AssertionError

    async with aclosing(answer(asked("anything"), room(memories=Never()))) as said:
        assert isinstance(await anext(said), Started)


async def test_a_question_that_the_documents_answer_goes_to_the_model_with_sources_first() -> None:
    scripted = model(Reply(pieces=("The warranty lasts ", "24 months [1].")))
    said = await events(asked("Explain the warranty of the Aurora lamp after delivery"), room(scripted))
    kinds = [type(event) for event in said]
    assert kinds[:2] == [Started, Sources]
    assert kinds.index(Sources) < kinds.index(Delta)
    answer_ = finished(said)
    assert answer_.layer in {"model", "retrieval"}
    assert answer_.grounded
    assert answer_.sources[0].title == "Aurora manual"
    assert "24 months" in answer_.answer
    assert "[1]" in answer_.answer


async def test_an_answer_of_the_model_says_who_wrote_it_and_how_many_tokens_it_took() -> None:
    answer_ = finished(await events(asked("Write a haiku about spring rain"), room(model("Soft rain on the roof."))))
    assert answer_.layer == "model"
    assert answer_.model.name == "scripted"
    assert answer_.model.experts == "identical"
    assert answer_.usage.completion_tokens == 5
    assert not answer_.grounded
    assert answer_.timings.first_token_ms <= answer_.timings.total_ms


async def test_a_medical_question_without_evidence_is_refused_and_a_human_offered() -> None:
    scripted = model()
    said = await events(asked("What is the dose of zopiclone for adults?"), room(scripted))
    answer_ = finished(said)
    assert any(isinstance(event, Refused) for event in said)
    assert answer_.refused.code == "no_evidence"
    assert (answer_.handoff.reason, answer_.handoff.state) == ("no_evidence", "offered")
    assert scripted.requests == []
    assert answer_.layer == "retrieval"


async def test_a_question_about_the_company_without_evidence_is_refused_in_any_domain() -> None:
    answer_ = finished(await events(asked("Where does the CEO live?"), room(model("On the moon."))))
    assert answer_.refused.code == "no_evidence"


class Unsure:
    """Finds passages that are about the question, and no answer in them."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
        return Evidence(tuple(hits), 0.2, sufficient=False, related=bool(hits))


async def test_documents_that_are_near_but_hold_no_answer_are_named_and_no_model_is_asked() -> None:
    scripted = model("It is made of brass.")
    answer_ = finished(await events(asked("What is the Aurora lamp made of?"), room(scripted, evidence=Unsure())))
    assert answer_.refused.code == "no_evidence"
    assert "“Aurora manual” [1]" in answer_.answer
    assert "Aurora manual" in [source.title for source in answer_.sources]
    assert (scripted.requests, answer_.grounded) == ([], False)


@pytest.mark.parametrize(
    ("text", "question", "key"),
    [("Return an order parcel?", "How do I return an item?", "key-1"), ("包裹退货", "如何退货？", "key-2")],
)
async def test_a_refusal_offers_the_curated_question_that_may_have_been_meant(
    text: str, question: str, key: str
) -> None:
    answer_ = finished(await events(asked(text), room(faq=Curated(offered=0.3), chunks=())))
    assert answer_.refused.code == "no_evidence"
    assert [(one.question, one.key) for one in answer_.suggestions] == [(question, key)]
    chosen = finished(await events(asked(answer_.suggestions[0].question), room()))
    assert (chosen.layer, chosen.sources[0].chunk, chosen.suggestions) == ("faq", f"faq:{key}", ())


async def test_words_on_documents_offer_it_too_and_free_words_of_the_model_do_not() -> None:
    text, curated = "Aurora lamp warranty from delivery", Curated(offered=-1.0)
    quoted = finished(await events(asked(text), room(AbsentModel(), faq=curated)))
    assert (quoted.layer, quoted.refused) == ("retrieval", None)
    assert [one.key for one in quoted.suggestions] == ["key-1"]
    told = finished(await events(asked(text), room(model("Two years from delivery [1]."), faq=curated)))
    assert told.layer == "model"
    assert [one.key for one in told.suggestions] == ["key-1"]
    written = finished(await events(asked("Write a haiku"), room(model("Soft rain."), faq=curated)))
    assert (written.layer, written.suggestions) == ("model", ())


async def test_a_curated_answer_that_is_probably_meant_is_evidence_for_the_model_and_cited() -> None:
    scripted = model("Send it back within 30 days, with the form in the parcel [1].")
    text = "Explain the warranty of the Aurora lamp after delivery, and its return"
    answer_ = finished(await events(asked(text), room(scripted, faq=Curated(likely=-1.0))))
    assert f"[1] {RETURNS.answer}" in scripted.requests[0].messages[-1].content
    assert (answer_.sources[0].chunk, answer_.sources[0].title) == ("faq:key-1", RETURNS.question)
    assert (answer_.layer, answer_.grounded, answer_.refused) == ("model", True, None)
    assert "[1]" in answer_.answer


async def test_a_curated_answer_of_another_domain_is_no_evidence_where_one_is_asked_for() -> None:
    text = "Explain the warranty of the Aurora lamp after delivery, and its return"
    wanted = asked(text, domain="finance")
    answer_ = finished(await events(wanted, room(model("x"), faq=Curated(likely=-1.0))))
    assert not any(source.chunk.startswith("faq:") for source in answer_.sources)


async def test_a_curated_answer_that_is_probably_meant_is_no_evidence_alone() -> None:
    scripted = model("Send it back within 30 days [1].")
    answer_ = finished(
        await events(asked("Return an order parcel?"), room(scripted, faq=Curated(offered=0.3), chunks=()))
    )
    assert (scripted.requests, answer_.refused.code) == ([], "no_evidence")
    assert [one.key for one in answer_.suggestions] == ["key-1"]


async def test_where_nothing_is_near_nothing_is_offered_and_the_field_is_left_out() -> None:
    answer_ = finished(await events(asked("Where does the CEO live?"), room(faq=Curated(offered=0.99))))
    assert answer_.refused is not None
    assert "suggestions" not in to_plain(answer_)


async def test_a_refusal_is_in_the_language_of_the_question() -> None:
    answer_ = finished(await events(asked("佐匹克隆的剂量是多少？"), room()))
    assert answer_.language == "zh"
    assert "人工" in answer_.refused.reason


async def test_the_wish_for_a_language_wins_over_the_language_of_the_text() -> None:
    answer_ = finished(await events(asked("What is the dose of zopiclone?", language="zh"), room()))
    assert answer_.language == "zh"
    assert "人工" in answer_.answer


async def test_small_talk_is_answered_without_the_model() -> None:
    scripted = model()
    for text, reply in (("hello there", "Hello!"), ("你好呀", "您好！")):
        answer_ = finished(await events(asked(text), room(scripted)))
        assert (answer_.answer, answer_.layer, answer_.refused) == (reply, "faq", None)
    assert scripted.requests == []


async def test_the_wish_for_a_human_makes_one_hand_over_and_never_a_second() -> None:
    store = ListStore()
    first = finished(await events(asked("I want to talk to a human"), room(store=store)))
    assert (first.handoff.reason, first.handoff.state) == ("asked_for_human", "requested")
    [(turn, memory)] = store.kept
    assert turn.handoff == "asked_for_human"
    assert memory.human == "requested"
    again = ListStore()
    second = finished(
        await events(asked("a human please", continues=True), room(store=again, memories=Remembering(memory)))
    )
    assert second.handoff.state == "requested"
    assert again.kept[0][0].handoff is None


async def test_the_second_refusal_in_a_row_asks_for_a_human_and_the_third_does_not_ask_again() -> None:
    memory = Memory(refusals=1)
    store = ListStore()
    second = finished(
        await events(asked("What dose?", continues=True), room(store=store, memories=Remembering(memory)))
    )
    assert (second.handoff.reason, second.handoff.state) == ("repeated_refusals", "requested")
    remembered = store.kept[0][1]
    assert (remembered.human, remembered.refusals) == ("requested", 2)
    third = ListStore()
    await events(asked("What dose?", continues=True), room(store=third, memories=Remembering(remembered)))
    assert third.kept[0][0].handoff is None


async def test_nothing_is_said_over_a_colleague_who_has_accepted() -> None:
    scripted = model("I say something.")
    memories = Remembering(Memory(human="accepted"))
    answer_ = finished(
        await events(asked("How do I return an item?", continues=True), room(scripted, memories=memories))
    )
    assert answer_.refused.code == "with_human"
    assert answer_.handoff.state == "accepted"
    assert scripted.requests == []


async def test_a_follow_up_is_searched_with_what_it_refers_to() -> None:
    memory = Memory(
        (PastTurn("Tell me about the Aurora lamp", "Tell me about the Aurora lamp", "It is a lamp."),), "en"
    )
    store = ListStore()
    memories = Remembering(memory)
    said = await events(
        asked("How long does its warranty last?", continues=True),
        room(model("24 months [1]."), store=store, memories=memories),
    )
    assert finished(said).sources[0].title == "Aurora manual"
    assert "Aurora lamp" in store.kept[0][0].standalone


async def test_thanks_after_a_question_are_thanks_and_no_follow_up() -> None:
    memory = Memory((PastTurn("How do I return an item?", "How do I return an item?", "Within 30 days."),), "en")
    answer_ = finished(await events(asked("thanks", continues=True), room(memories=Remembering(memory))))
    assert answer_.intent.name == "greeting"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ModelUnavailable("down", retry_after=7.0), "model_unavailable"),
        (ModelTimeout("slow"), "model_timeout"),
        (ModelInterrupted("broke off"), "model_interrupted"),
    ],
)
async def test_a_model_that_fails_is_told_with_a_code_and_a_time_to_come_back(fault: Exception, code: str) -> None:
    store = ListStore()
    scripted = model(Reply(pieces=("half an ", "answer"), error=fault, fail_after=1))
    where = room(scripted, store=store)
    error = failed(await events(asked("Write a poem about the sea"), where))
    await where.recorder.settle()
    assert error.code == code
    assert error.retry_after is not None
    assert store.kept[0][0].status == "failed"
    assert store.kept[0][0].code == code


async def test_a_model_that_is_still_starting_is_told_apart_from_one_that_is_down() -> None:
    for warming, words in ((True, "still starting"), (False, "cannot be reached")):
        where = room(model(Reply(pieces=("x",), error=ModelUnavailable("down"))), model_warming=lambda w=warming: w)
        error = failed(await events(asked("Write a poem about the sea"), where))
        assert words in error.text.en
        assert error.status == 503


async def test_curated_answers_and_quotations_do_not_need_the_model() -> None:
    where = room(model(Reply(pieces=("x",), error=ModelUnavailable("down"))))
    assert finished(await events(asked("如何退货"), where)).layer == "faq"


async def test_leaving_in_the_middle_stops_the_model_and_keeps_what_was_shown() -> None:
    scripted = model(Reply(pieces=("one ", "two ", "three "), delay=10))
    store = ListStore()
    where = room(scripted, store=store)
    async with aclosing(answer(asked("Write a poem about the sea"), where)) as said:
        async for event in said:
            if isinstance(event, Delta):
                break
    await where.recorder.settle()
    assert scripted.closed_early == 1
    turn = store.kept[0][0]
    assert (turn.status, turn.code, turn.text.strip()) == ("stopped", "asker_left", "one")


async def test_an_answer_that_cannot_be_written_down_is_not_called_finished() -> None:
    class Away:
        async def append(self, _batch: object) -> None:
            raise StoreAway("gone")

    error = failed(await events(asked("How do I return an item?"), room(store=Away())))  # type: ignore[arg-type]
    assert error.code == "not_recorded"


async def test_nothing_is_written_into_a_conversation_that_cannot_be_recalled() -> None:
    store = ListStore()

    class Unknown:
        async def recall(self, _asked: object) -> Memory:
            raise NotFound(texts.NO_CONVERSATION)

    where = room(store=store, memories=Unknown())
    assert failed(await events(asked("hello", continues=True), where)).status == 404
    await where.recorder.settle()
    assert store.kept == []


async def test_documents_of_another_tenant_are_never_found() -> None:
    from assistant.chat.asked import Asked

    question = Asked("What is the warranty on the Aurora lamp, dose?", "other", frozenset({"public"}))
    assert finished(await events(question, room())).sources == ()


async def test_the_domain_asked_for_is_the_one_that_answers() -> None:
    answer_ = finished(await events(asked("Write a poem", domain="medical"), room()))
    assert answer_.domain == "medical"
    assert answer_.refused.code == "no_evidence"


class Remembering:
    """Remembers one thing, whatever is asked."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def recall(self, _asked: object) -> Memory:
        return self._memory


async def test_while_the_model_is_away_the_documents_speak_for_themselves() -> None:
    for question, words in (
        ("Explain the warranty of the Aurora lamp after delivery", "24 months"),
        ("请解释极光台灯交货后的保修期", "二十四个月"),
    ):
        where = room(model(Reply(pieces=("x",), error=ModelUnavailable("down"))))
        answer_ = finished(await events(asked(question), where))
        assert (answer_.layer, answer_.grounded, answer_.model) == ("retrieval", True, None)
        assert words in answer_.answer
        assert "[1]" in answer_.answer


async def test_while_the_model_starts_that_is_said_over_the_documents_words() -> None:
    for warming, why in ((True, texts.WHILE_WARMING), (False, texts.FROM_DOCUMENTS)):
        down = model(Reply(pieces=("x",), error=ModelUnavailable("down")))
        where = room(down, model_warming=lambda w=warming: w)
        answer_ = finished(await events(asked("Explain the warranty of the Aurora lamp after delivery"), where))
        assert answer_.answer.startswith(why.en)


@pytest.mark.parametrize(
    ("question", "said", "words"),
    [
        (
            "Explain the warranty of the Aurora lamp after delivery",
            "It lasts 36 months in most countries.",
            "24 months",
        ),
        ("请解释极光台灯交货后的保修期", "是的，当然可以。", "二十四个月"),
    ],
)
async def test_words_of_the_model_that_no_document_holds_give_way_to_the_documents_words(
    question: str, said: str, words: str
) -> None:
    steps = await events(asked(question), room(model(said), faq=Curated(offered=-1.0)))
    answer_ = finished(steps)
    assert (answer_.layer, answer_.grounded, answer_.model, answer_.refused) == ("retrieval", True, None, None)
    assert answer_.answer.startswith(texts.UNTIED.of(answer_.language))
    assert words in answer_.answer
    assert "[1]" in answer_.answer
    assert said not in answer_.answer
    assert "".join(step.text for step in steps if isinstance(step, Delta)).endswith(f"\n\n{answer_.answer}")
    assert not any(isinstance(step, Refused) for step in steps)
    assert answer_.suggestions


async def test_a_bare_value_is_an_answer_when_a_document_states_it() -> None:
    answer_ = finished(await events(asked("Explain the warranty of the Aurora lamp"), room(model("24 months"))))
    assert (answer_.layer, answer_.refused) == ("model", None)
    assert answer_.answer == "24 months [1]"


async def test_without_a_model_the_documents_speak_and_that_there_is_none_is_said() -> None:
    for question, words in (
        ("Explain the warranty of the Aurora lamp after delivery", ("No model is configured", "24 months")),
        ("请解释极光台灯交货后的保修期", ("没有配置模型", "二十四个月")),
    ):
        answer_ = finished(await events(asked(question), room(AbsentModel())))
        assert (answer_.layer, answer_.grounded, answer_.model, answer_.refused) == ("retrieval", True, None, None)
        assert all(word in answer_.answer for word in words)
        assert "[1]" in answer_.answer
        assert answer_.sources


async def test_without_a_model_what_nothing_answers_is_refused_with_a_code_of_its_own() -> None:
    said = await events(asked("Write a line about autumn"), room(AbsentModel()))
    answer_ = finished(said)
    assert answer_.refused is not None
    assert (answer_.refused.code, answer_.layer, answer_.grounded) == ("no_model", "retrieval", False)
    assert answer_.handoff is not None
    assert "No model is configured" in answer_.refused.reason


async def test_without_a_model_curated_answers_go_on() -> None:
    assert finished(await events(asked("How do I return an item?"), room(AbsentModel()))).layer == "faq"


async def test_once_the_model_has_spoken_its_failure_is_told() -> None:
    fault = ModelUnavailable("down")
    where = room(model(Reply(pieces=("The warranty lasts two years. ", "x"), error=fault, fail_after=1)))
    said = await events(asked("Explain the warranty of the Aurora lamp after delivery"), where)
    if any(isinstance(event, Delta) for event in said[:-1]):
        assert failed(said).code == "model_unavailable"
