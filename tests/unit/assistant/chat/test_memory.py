"""What a conversation remembers, and how much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import memory
from assistant.chat.memory import ANSWER_CHARACTERS, CHARACTERS, TURNS, Memory, PastTurn
from inference.client.types import Message

turns = st.builds(PastTurn, st.text(max_size=300), st.text(max_size=300), st.text(max_size=900))
memories = st.builds(
    Memory,
    st.lists(turns, max_size=8).map(tuple),
    st.sampled_from([None, "zh", "en"]),
    st.sampled_from(["none", "requested", "accepted"]),
    st.integers(0, 9),
)


@given(memories)
def test_what_is_dumped_is_read_back(remembered: Memory) -> None:
    assert memory.parse(memory.dump(remembered)) == remembered


@given(memories)
def test_a_prompt_never_carries_more_than_the_bound_and_starts_with_a_question(remembered: Memory) -> None:
    messages = remembered.messages()
    assert sum(len(message.content) for message in messages) <= CHARACTERS
    assert [message.role for message in messages] == ["user", "assistant"] * (len(messages) // 2)


def test_the_newest_turns_are_the_ones_that_fit() -> None:
    remembered = Memory(tuple(PastTurn(f"q{n}", f"q{n}", "x" * 590) for n in range(6)))
    assert [message.content for message in remembered.messages() if message.role == "user"] == ["q3", "q4", "q5"]


def test_a_turn_more_drops_the_oldest_and_cuts_a_long_answer() -> None:
    remembered = memory.EMPTY
    for n in range(TURNS + 2):
        remembered = remembered.after(PastTurn(f"q{n}", f"q{n}", "x" * 5000), "en", human="none", refused=False)
    assert [turn.question for turn in remembered.turns] == [f"q{n}" for n in range(2, TURNS + 2)]
    assert {len(turn.answer) for turn in remembered.turns} == {ANSWER_CHARACTERS}


def test_refusals_are_counted_in_a_row() -> None:
    turn = PastTurn("q", "q", "a")
    twice = memory.EMPTY.after(turn, "en", human="none", refused=True).after(turn, "en", human="none", refused=True)
    assert twice.refusals == 2
    assert twice.after(turn, "en", human="none", refused=False).refusals == 0


def test_messages_of_a_caller_become_turns_and_a_question_without_answer_does_not() -> None:
    said = (
        Message("system", "Be brief."),
        Message("user", "first"),
        Message("assistant", "one"),
        Message("user", "second"),
        Message("user", "third"),
        Message("assistant", "three"),
        Message("user", "open"),
    )
    assert [(t.question, t.answer) for t in memory.of_messages(said).turns] == [("first", "one"), ("third", "three")]
