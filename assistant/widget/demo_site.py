"""The demo company's site row."""

from __future__ import annotations

from assistant.accounts.models import Tenant
from assistant.widget.models import Site

PUBLIC_ID = "demo"
SUGGESTIONS_EN = """\
How long do I have to return something?
How many fingerprints can the D3 smart lock store?
On which days are the rabies vaccine doses given?
What is the capital of Portugal?
"""
SUGGESTIONS_ZH = """\
买的东西多少天内可以退？
V8扫地机器人最多能存几张楼层地图？
血小板计数的参考范围是多少？
为什么天空是蓝色的？
"""


def ensure(tenant: Tenant) -> Site:
    """Return the demo site, made on first use; what an editor changed since is kept.

    It lists no origins: this server's own pages, the demo page among them, are always allowed.
    """
    facts = {
        "tenant": tenant,
        "name": "Lanhai 蓝海",
        "title_en": "Lanhai assistant",
        "title_zh": "蓝海智能助手",
        "greeting_en": "Hello! What can Lanhai do for you?",
        "greeting_zh": "您好！蓝海可以为您做什么？",
        "suggestions_en": SUGGESTIONS_EN,
        "suggestions_zh": SUGGESTIONS_ZH,
        "accent": "#0b5fc4",
    }
    return Site.objects.get_or_create(public_id=PUBLIC_ID, defaults=facts)[0]
