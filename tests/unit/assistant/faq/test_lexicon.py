"""Words whose exchange turns a question into another one, in both languages."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq import lexicon
from retrieval.normalise import fold

DENIALS = [
    ("can i return it", 0),
    ("can i not return it", 1),
    ("i cannot return it", 1),
    ("i dont want it", 1),
    ("it wont start", 1),
    ("i am unable to log in", 1),
    ("pay without a card", 1),
    ("the payment failed", 1),
    ("prevent the renewal", 1),
    ("phone instead of mail", 1),
    ("it is not without risk", 2),
    ("i never said nothing", 2),
    ("not no never", 1),
    ("another note on nothingness", 0),
    ("可以退货吗", 0),
    ("不可以退货吗", 1),
    ("没收到货", 1),
    ("未收到验证码", 1),
    ("禁止吸烟", 1),
    ("支付失败", 1),
    ("不是不可以", 2),
    ("能不能退货", 0),
    ("有没有优惠", 0),
    ("是不是免费", 0),
    ("是否免费", 0),
    ("有什么不同", 0),
    ("差不多多少钱", 0),
    ("无线耳机怎么连", 0),
    ("非处方药怎么买", 0),
    ("特别优惠", 0),
    ("未来几天", 0),
    ("不锈钢杯子", 0),
    ("能不能不退货", 1),
]


@pytest.mark.parametrize(("folded", "how"), DENIALS)
def test_a_denial_is_counted_once_twice_or_not_at_all(folded: str, how: int) -> None:
    assert lexicon.negations(folded) == how


@given(st.integers(0, 9))
def test_an_even_number_of_denials_affirms_and_an_odd_one_denies(count: int) -> None:
    expected = 0 if count == 0 else 1 if count % 2 else 2
    assert lexicon.negations(" ".join(["not"] * count)) == expected
    assert lexicon.negations("，".join(["不"] * count)) == expected


@pytest.mark.parametrize(
    ("folded", "named"),
    [
        ("are you open on monday", {"monday": 1}),
        ("open on mondays and on sunday", {"monday": 1, "sunday": 1}),
        ("monday to monday", {"monday": 2}),
        ("revenue last year", {"last_period": 1}),
        ("revenue this quarter", {"this_period": 1}),
        ("today", {"today": 1}),
        ("周一上班吗", {"monday": 1}),
        ("星期天上班吗", {"sunday": 1}),
        ("今天下午能到吗", {"today": 1, "afternoon": 1}),
        ("去年的收入", {"last_period": 1}),
        ("节假日发货吗", {"holiday": 1}),
        ("how do i pay", {}),
        ("怎么付款", {}),
    ],
)
def test_days_and_times_are_counted_by_one_name_for_both_languages(folded: str, named: dict[str, int]) -> None:
    assert lexicon.moments(folded) == Counter(named)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("monday", "周一"), ("tomorrow", "明天"), ("weekend", "周末"), ("last month", "上个月"), ("july", "七月")],
)
def test_a_moment_has_the_same_name_in_both_languages(english: str, chinese: str) -> None:
    assert lexicon.moments(english) == lexicon.moments(chinese) != Counter()


OPPOSED = [
    ("how do i enable it", "how do i disable it"),
    ("what is the minimum", "what is the maximum"),
    ("before breakfast", "after breakfast"),
    ("deposit money", "withdraw money"),
    ("怎么开启续费", "怎么关闭续费"),
    ("最低消费", "最高消费"),
    ("饭前吃", "饭后吃"),
    ("高血压吃什么", "低血压吃什么"),
]


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_a_word_against_its_opposite_is_noticed_from_either_side(one: str, other: str) -> None:
    assert lexicon.opposed(one, other)
    assert lexicon.opposed(other, one)


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_no_text_is_opposed_to_itself_nor_to_one_that_leaves_the_word_out(one: str, other: str) -> None:
    assert not lexicon.opposed(one, one)
    assert not lexicon.opposed(one, "shipping")
    assert not lexicon.opposed(f"{one} {other}", f"{other} {one}")


KINDS = [
    ("pay with visa", "pay with paypal"),
    ("price in usd", "price in eur"),
    ("how many dollars", "多少欧元"),
    ("does it run on android", "does it run on iphone"),
    ("支付宝付款", "微信付款"),
    ("信用卡还款", "储蓄卡还款"),
    ("安卓怎么装", "苹果怎么装"),
]


@pytest.mark.parametrize(("one", "other"), KINDS)
def test_two_things_of_one_kind_are_told_apart(one: str, other: str) -> None:
    assert lexicon.other_of_a_kind(one, other)
    assert lexicon.other_of_a_kind(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("price in usd", "price in dollars"),
        ("pay with alipay", "用支付宝付款"),
        ("does it run on ios", "does it run on an iphone"),
        ("pay with visa", "pay by instalments"),
        ("visa", "android"),
        ("", "visa"),
    ],
)
def test_two_names_of_one_thing_and_things_of_other_kinds_are_not(one: str, other: str) -> None:
    assert not lexicon.other_of_a_kind(one, other)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("error e4001", "error e4003", True),
        ("error e4001", "error e4001 again", False),
        ("the m2 chip", "the chip", True),
        ("windows怎么安装", "macos怎么安装", True),
        ("windows怎么安装", "怎么安装", False),
        ("怎么安装python", "python怎么安装", False),
        ("how do i install windows", "how do i install macos", False),
        ("怎么付款", "如何支付", False),
        ("型号a100", "型号h100", True),
    ],
)
def test_names_and_codes_are_compared(one: str, other: str, *, differ: bool) -> None:
    assert lexicon.other_names(one, other) is differ
    assert lexicon.other_names(other, one) is differ


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("when do you ship", "where do you ship", True),
        ("how much is shipping", "how long is shipping", True),
        ("why was i charged", "how much was i charged", True),
        ("who pays for it", "when do i pay for it", True),
        ("什么时候发货", "从哪里发货", True),
        ("为什么扣款", "多少钱", True),
        ("when do you ship", "how soon do you ship", False),
        ("when do you ship", "什么时候发货", False),
        ("how do i pay", "where do i pay", False),
        ("多少钱", "价格", False),
        ("怎么发货", "什么时候发货", False),
    ],
)
def test_what_a_question_asks_for_is_compared_but_plain_how_fits_all(one: str, other: str, *, differ: bool) -> None:
    assert lexicon.other_question_word(one, other) is differ
    assert lexicon.other_question_word(other, one) is differ


TEXTS = st.text(alphabet="abdefhilmnoprstuwy0123456789 不没今天美元周一二哪谁开关", max_size=40).map(fold)


@given(TEXTS)
def test_no_text_differs_from_itself(text: str) -> None:
    assert not lexicon.opposed(text, text)
    assert not lexicon.other_of_a_kind(text, text)
    assert not lexicon.other_names(text, text)
    assert not lexicon.other_question_word(text, text)


@given(TEXTS, TEXTS)
def test_every_comparison_is_symmetric(one: str, other: str) -> None:
    for differ in (lexicon.opposed, lexicon.other_of_a_kind, lexicon.other_names, lexicon.other_question_word):
        assert differ(one, other) is differ(other, one)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("what happens when i cancel", "where can i cancel"),
        ("can i pay in shops where cards are not taken", "when can i pay"),
        ("is there a person who decides", "when is it decided"),
    ],
)
def test_a_word_that_opens_a_clause_asks_nothing(a: str, b: str) -> None:
    assert not lexicon.other_question_word(a, b)
    assert not lexicon.other_question_word(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("when does it open", "where does it open"),
        ("tell me when the shop opens", "tell me where the shop opens"),
        ("i ordered a card when will it come", "i ordered a card where will it come"),
        ("do you know when", "do you know where"),
        ("can i see when it arrives", "can i see where it arrives"),
        ("who decides", "when is it decided"),
    ],
)
def test_a_word_that_asks_still_does(a: str, b: str) -> None:
    assert lexicon.other_question_word(a, b)
    assert lexicon.other_question_word(b, a)


@pytest.mark.parametrize(
    ("text", "plain", "shielding"),
    [
        ("how do i protect my data", 0, 1),
        ("how do i avoid a fee", 1, 1),
        ("how do i not protect my data", 1, 2),
        ("怎么预防流感", 0, 1),
        ("怎么避免流感", 1, 1),
        ("what does it cost", 0, 0),
    ],
)
def test_to_protect_from_something_may_count_as_to_prevent_it(text: str, plain: int, shielding: int) -> None:
    assert lexicon.negations(text) == plain
    assert lexicon.negations(text, shielding=True) == shielding
