"""A yes where the documents say no, and the other way round."""

from __future__ import annotations

import pytest

from domains.verdicts import affirms, clashes

PAID = 'A paid order with the status "To be shipped" can be cancelled at any time; the money goes back within 1 day. '
CANCELLING = 'An order with the status "Shipped" cannot be cancelled, but you can refuse the parcel or return it.'
LEAVING = "Once an order has left the warehouse it cannot be changed. "
IN_TOWN = "Within the same city you can change the address yourself, once per order."
CHANGING = "已发货的订单不能修改收货地址，但可以拒收。未发货的订单可以取消。"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("Yes, you can.", True),
        ("No.", False),
        ("**No**, it is not covered [1].", False),
        ("You cannot cancel it [1].", False),
        ("You can cancel it, but not later.", True),
        ("Note that orders are shipped daily.", True),
        ("Nothing is charged.", True),
        ("可以，请在订单页申请。", True),
        ("不可以。", False),
        ("不能修改[1]。", False),
        ("会的。", True),
        ("已发货的订单无法取消[1]。", False),
        ("退款不超过3天到账。", True),
        ("能不能取消要看状态。", True),
        ("[1]", None),
        ("", None),
    ],
)
def test_the_verdict_is_read_from_the_beginning(answer: str, verdict: bool | None) -> None:
    assert affirms(answer) is verdict


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("Can I cancel an order after it has shipped?", "Yes, you can cancel it, but you cannot [1].", CANCELLING),
        ("Can a shipped order be cancelled?", "You can cancel a shipped order [1].", CANCELLING),
        ("已发货的订单可以修改收货地址吗？", "可以，在订单页修改[1]。", CHANGING),
        ("未发货的订单能不能取消？", "不能，未发货的订单要等签收[1]。", CHANGING),
        ("Is the battery covered for two years?", "No, it is not [1].", "The battery is covered for two years."),
        ("After my order ships, can I still change the address?", "Yes, once per order [1].", LEAVING + IN_TOWN),
        (
            "Can I change the address once the order has shipped?",
            "Yes [1].",
            "The address can be changed until shipping.",
        ),
        ("Can a booking be moved after it was paid?", "Yes, you can [1].", "A booking can be moved before it is paid."),
        ("付款后还能修改订单吗？", "可以[1]。", "订单在付款之前可以修改。"),
        ("订单已发货还可以取消吗？", "可以取消[1]。", "未发货的订单可以取消。"),
    ],
)
def test_an_answer_against_its_documents_clashes(question: str, answer: str, text: str) -> None:
    assert clashes(question, answer, [text])


@pytest.mark.parametrize(
    ("question", "answer", "text"),
    [
        ("Can I cancel an order after it has shipped?", "No, a shipped order cannot be cancelled [1].", CANCELLING),
        ("已发货的订单可以修改收货地址吗？", "不可以，但可以拒收[1]。", CHANGING),
        ("How can I cancel a shipped order?", "Yes, by mail.", CANCELLING),  # asks for a way
        ("After it has shipped, how can I cancel an order?", "Yes, by mail.", CANCELLING),
        ("Can I cancel an order that is shipped?", "Yes [1].", PAID + CANCELLING),  # they disagree, or seem to
        ("Can I?", "Yes.", CANCELLING),  # says too little to be compared
        ("Can I paint the lamp green?", "Yes, you can [1].", CANCELLING),  # no clause speaks about it
        ("Is a shipped order not cancelled?", "Yes.", CANCELLING),  # what would a yes mean?
        ("Do I pay for the return shipping?", "No, it is free [1].", "Return shipping is free within 7 days."),
        ("退货运费要付吗？", "不用，退货免运费[1]。", "七天内退货免运费。"),
        (
            "Is water covered?",
            "No [1].",
            "Damage by water is covered. Damage by water is not covered.",
        ),  # they disagree
        ("Is water damage covered?", "[1]", "Water damage is covered."),
        ("After my order ships, can I still change the address?", "No, it has left [1].", LEAVING + IN_TOWN),
        ("Can I change the address before the order ships?", "Yes, once per order [1].", LEAVING + IN_TOWN),
        (
            "Can I change the address after paying the order?",
            "Yes [1].",
            "After paying the order you can change the address.",
        ),
        ("Can I return a lamp after opening it?", "Yes [1].", "A lamp can be returned after opening it."),
        ("付款后还能修改订单吗？", "可以[1]。", "付款后可以修改订单。"),
        (
            "Can I return a lamp after opening?",
            "No [1].",
            "Lamps cannot be returned after opening. An opened lamp is used.",
        ),
    ],
)
def test_what_agrees_or_cannot_be_told_stands(question: str, answer: str, text: str) -> None:
    assert not clashes(question, answer, [text])
