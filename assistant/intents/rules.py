"""What needs no training: a wish to talk to a human is always understood."""

from __future__ import annotations

import re

from retrieval.normalise import fold

_PERSON = r"(?:human|person|people|agent|representative|rep|operator|advis[eo]r|staff(?: member)?|someone real)"
_EN = re.compile(
    r"\b(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|put me through|get me|switch me?|escalate)\b"
    rf".{{0,24}}\b{_PERSON}\b"
    r"|^(?:human|agent|operator|representative|real person|live agent|live chat)(?: please| now)?$"
    r"|\b(?:want|need|like) (?:a |an |the )?(?:real |live |human |actual ){1,2}"
    r"(?:agent|person|human|being|help|support)?\b"
    r"|\bcustomer service (?:agent|representative|rep)\b.{0,12}\bplease\b"
)
_ZH = re.compile(
    r"(?:转|接|找|要|叫|换|联系|呼叫|转接)(?:到|一下|一个|个|你们)?(?:的)?(?:人工|真人|客服人员|活人)"
    r"|人工(?:客服|服务|坐席|座席)"
    r"|^(?:人工|真人|转人工|客服)$|(?:和|跟|与)(?:真人|人工|客服人员|活人).{0,4}(?:说|聊|谈|沟通|对话)"
)
_DENIED = re.compile(
    r"\b(?:not|dont|no need)\b.{0,20}\b(?:human|agent|person)\b|(?:不要|不用|不想|别).{0,4}(?:人工|真人)"
)
_ABOUT = re.compile(r"\b(?:what|how many|is this|are you|hours|when)\b|几点|时间|是不是|什么是|费用")


def wants_human(text: str) -> bool:
    """Say whether the asker wants a person instead of a machine, in either language."""
    folded = fold(text)
    if _DENIED.search(folded) or _ABOUT.search(folded):
        return False
    return bool(_EN.search(folded) or _ZH.search(folded))
