"""A tenant with a handful of examples in both languages."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant
from assistant.intents import services
from retrieval.protocols import Encoder

EXAMPLES = {
    "order_status": [
        "Where is my order?", "When will my parcel arrive?", "Has my package been sent?", "Track my delivery",
        "My parcel has not arrived yet", "我的订单到哪了", "包裹什么时候到", "查一下物流", "快递发货了吗", "还没收到货",
    ],
    "refund": [
        "I want my money back", "How do I return this?", "Can I get a refund?", "Send the shoes back", "Return an item",
        "我要退款", "怎么退货", "退的钱什么时候到账", "申请退货", "不想要了想退掉",
    ],
    "small_talk": [
        "Hello", "Hi there", "Thanks a lot", "Who are you?", "Good morning", "你好", "谢谢你", "你是谁",
        "早上好", "再见",
    ],
    "human": ["Talk to an agent", "I need a human", "Connect me to support staff", "转人工", "找真人客服", "人工服务"],
    "oos": [
        "Turn on the light", "Play some jazz", "What is the weather on Mars?", "Book me a flight", "Who won the match?",
        "放首歌", "打开空调", "明天股市涨吗", "帮我写首诗", "火星上有水吗", "Recite a poem", "How tall is Everest?",
        "Translate this into French", "Set an alarm for six", "What is the square root of two?", "讲讲唐朝历史",
        "怎么做红烧肉", "附近有什么电影院", "推荐一部小说", "地球到月亮多远", "How do I bake bread?",
    ],
}  # fmt: skip
ROUTES = {"order_status": "faq", "refund": "faq", "small_talk": "small_talk", "human": "human", "oos": "out_of_scope"}
REPLIES = {
    "en": {"greeting": ["Hello!"], "thanks": ["You're welcome."], "ability": ["I can help with orders."]},
    "zh": {"greeting": ["您好！"], "thanks": ["不客气。"], "ability": ["我可以帮您查订单。"]},
}


@pytest.fixture
def tenant(transactional_db: None, redis_url: str, house_encoder: Encoder) -> Tenant:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    for name, texts in EXAMPLES.items():
        services.save_intent(
            tenant,
            name,
            [(text, "en" if text.isascii() else "zh") for text in texts],
            route=ROUTES[name],
            replies=REPLIES if name == "small_talk" else {},
        )
    return tenant
