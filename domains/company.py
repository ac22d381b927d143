"""Whether a question asks for a fact that only the company's own documents can hold."""

from __future__ import annotations

import re

from domains.types import Question

_EN = re.compile(
    r"\b(?:your|you guys'?)\s+(?!own\b|opinion|favou?rite|name\b|mind\b|thoughts?\b|advice\b|help\b)\w+"
    r"|\b(?:do|does) (?:you|y'all|your company) (?:offer|ship|sell|deliver|accept|support|provide|charge|have|promise|"
    r"guarantee|refund|replace|repair|cover|store|keep|share|allow|require|take back)\b"
    r"|\b(?:can|could|will|would) you (?:ship|deliver|refund|promise|guarantee)\b"
    r"|\b(?:my|our) (?:\w+ ){0,2}(?:order|account|refund|subscription|invoice|bill|package|delivery|membership|plan|"
    r"payment|policy|claim|card|password|licen[cs]e|ticket|warranty)\b"
    r"|\b(?:customer service|(?:support|opening|business) hours|(?:return|refund) policy|shipping (?:cost|fee)s?)\b",
    re.IGNORECASE,
)
_ZH = re.compile(
    r"(?:贵公司|贵司|你们|您们|贵行|贵院|贵店)|(?:我的|我这个|我那个)[^，。？]{0,4}"
    r"(?:订单|账户|账号|帐号|退款|订阅|发票|账单|包裹|快递|会员|套餐|付款|保单|理赔|密码|许可证|工单|保修)"
    r"|(?:客服|售后|人工)(?:电话|时间|热线)|营业时间|门店|几点(?:开门|关门|打烊|上班|下班)|退货政策|退款政策|运费"
)


def asks_about(question: Question) -> bool:
    """Say so when the intent did, or when the words do (your prices, my order, 贵公司, 我的订单)."""
    return question.about_company or bool(_EN.search(question.standalone) or _ZH.search(question.standalone))
