"""May an answer to this question be given again? Not when it is about the asker, or about the moment it is asked in."""

from __future__ import annotations

import re

from domains import pii
from retrieval.normalise import fold

_PERSONAL = re.compile(
    r"\b(?:my|mine|myself|our|ours)\b|\b(?:i|we) (?:am|m|was|were|have|ve|had|feel|felt|got|paid|bought|ordered|sent"
    r"|received|lost|forgot|took|live|work|just|still|already|cant|cannot|didnt|dont|tried|applied)\b"
    r"|\bi(?:m|ve)\b|\b(?:order|ticket|case|invoice|account|tracking|reference) (?:number|no|id)?\s*#?\d"
    r"|我(?:的|家|们家|爸|妈|父|母|儿|女|孩|先生|太太|老公|老婆|有|是|得|患|今年|昨|刚|已|被|买|付|下单|收到|没|感觉|现在|现|公司|朋友)"
    r"|本人|自己|俺|(?:订单|单号|工单|账号|卡号|手机号).{0,4}\d|\d{5,}|[a-z]{1,4}-?\d{4,}"
)
_MOMENT = re.compile(
    r"\b(?:now|today|tonight|yesterday|tomorrow|currently|current|latest|newest|recent(?:ly)?|this (?:morning|afternoon"
    r"|evening|week|month|quarter|year)|(?:last|next) (?:week|month|quarter|year|night)|at the moment|right away|yet"
    r"|so far|these days|weather|what time is it|what day is it|open right|live price|stock price|exchange rate"
    r"|just now|ago|as of|until now)\b"
    r"|现在|目前|当前|此刻|今天|今日|今晚|今早|今年|本周|这周|本月|这个月|本季度|昨天|昨日|昨晚|前天|明天|明日|后天|上周|下周|上个?月|下个?月"
    r"|去年|明年|最新|最近|近期|近日|刚刚|刚才|实时|天气|几点了|星期几|汇率|股价|行情|截至|截止目前|至今|还没"
)


def lasts(text: str) -> bool:
    """Say whether the same answer would be right for another asker, and an hour later.

    Errs on the side of no: an answer that is made again costs seconds, a stranger's answer costs trust. Personal data
    (`domains.pii`) anywhere in the question makes it the asker's own.
    """
    folded = fold(text)
    return not (_PERSONAL.search(folded) or _MOMENT.search(folded) or pii.find(text))
