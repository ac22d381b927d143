"""What needs no training: a wish to talk to a human is always understood."""

from __future__ import annotations

import re

from retrieval.normalise import fold

_REAL = r"(?:real |live |human |actual )"
_PERSON = (
    rf"(?:a |an |the |your |another )?{_REAL}{{0,2}}(?:humans?|humen|humna|person|agents?|agnet|representative|rep|"
    r"operator|advis[eo]r|supervisor|manager|colleague|(?:member of |support |suport )?staff(?: member)?|"
    r"human being|someone|somebody|anyone|anybody)"
)
_TALK = (
    r"(?:talk|tlak|speak|speek|chat|deal) (?:to|with|2) |(?:connect|conect) me (?:to|with) |transfer me to |"
    r"put me through to |(?:get|give|find) me |hand me over to |pass me (?:on )?to |switch me to |"
    r"escalate (?:this )?to "
)
_EN = re.compile(
    rf"\b(?:{_TALK}){_PERSON}\b"
    r"|^(?:human|agent|operator|representative|real person|live agent|live chat)(?: please| now)?$"
    rf"|\b(?:want|need|like) (?:a |an |the )?{_REAL}{{1,2}}(?:agent|person|human|being|help|support)?\b"
    r"|\bcustomer service (?:agent|representative|rep)\b.{0,12}\bplease\b"
    r"|\b(?:anybody|anyone|someone|somebody) (?:real )?(?:that |who )?i (?:can|could) (?:talk|speak)\b"
    r"|\bcan (?:a |an )(?:human|real person|agent) (?:help|answer|assist)\b"
    r"|\b(?:have|could|can) (?:someone|somebody)(?: from your team)? (?:please )?call me\b"
    r"|\b(?:dont|do not|not) (?:want|like) (?:to )?(?:talk|speak|chat|deal) (?:to|with) (?:a |the |this )?"
    r"(?:ro)?bots?\b|\bno (?:more )?(?:ro)?bots?\b.{0,8}\b(?:human|person|agent)\b"
)
_STAFF = "(?:人工|仁工|人公|真人|客服人员|活人|human)"
_ZH = re.compile(
    rf"(?:转|接|找|要|叫|换|联系|呼叫|转接)(?:到|一下|一个|个|你们)?(?:的)?(?:{_STAFF}|(?:你们)?(?:经理|主管)(?:来|谈|说))"
    r"|人工(?:客服|服务|坐席|座席)"
    r"|^(?:人工|真人|转人工|客服|接线员|有人吗|agent ?人工)$|有没有(?:人工|真人|活人)"
    rf"|(?:和|跟|与)(?:你们)?(?:{_STAFF}|经理|主管).{{0,4}}(?:说|聊|谈|沟通|对话)"
    r"|(?:不想|不要)(?:跟|和)?机器人.{0,6}(?:找个?人|人工|真人)"
    r"|客服.{0,2}给我.{0,2}(?:回个?|打个?)电话|zhuan ?ren ?gong"
)
_DENIED = re.compile(
    rf"\b(?:not|dont|no need)\b(?! want (?:to (?:talk|speak|chat|deal) (?:to|with) )?(?:a |the |this )?(?:ro)?bot)"
    rf".{{0,30}}\b(?:human|agent|person)\b|(?:不要|不用|不想|别)(?!废话).{{0,4}}{_STAFF}"
)
_ABOUT = re.compile(
    r"^(?:what\b(?! the)|how many|is this|are you (?!kidding)|when)\b|\b(?:hours|fees?|policy|salary|become)\b"
    r"|几点|时间|是不是|还是真人|什么是|费用|上班"
)
_BOT_FIRST = re.compile(r"(?:不要|不想|别).{0,3}机器人")


def wants_human(text: str) -> bool:
    """Say whether the asker wants a person instead of a machine, in either language."""
    folded = fold(text)
    if _ABOUT.search(folded) or (_DENIED.search(folded) and not _BOT_FIRST.search(folded)):
        return False
    return bool(_EN.search(folded) or _ZH.search(folded))
