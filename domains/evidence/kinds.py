"""What kind of answer a question asks for, and whether a sentence holds one of that kind."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["date", "amount", "person", "place", "reason", "way", "yes_no", "other"]

_ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"\b(?:when|what (?:date|day|year|month|time)|which (?:year|day|month))\b"
            r"|什么时候|何时|哪一?年|哪天|几月|几号|几点|日期|什么时间|截止",
            re.IGNORECASE,
        ),
    ),
    (
        "amount",
        re.compile(
            r"\bhow (?:much|many|long|often|far|old|big|large|fast|soon|quickly)\b"
            r"|\bwhat (?:is|are|was|were) the (?:\w+ ){0,3}"
            r"(?:number|amount|rate|percentage|price|cost|fee|limit|total|deadline|maximum|minimum|size|duration)\b"
            r"|\b(?:number|percentage|amount) of\b"
            r"|多少|几(?:个|天|次|种|年|名|位|小时|分钟|公里)|多久|多长|多大|多高|多远|比例|费率|金额|上限|下限|价格|费用是|期限",
            re.IGNORECASE,
        ),
    ),
    ("person", re.compile(r"\b(?:who|whom|whose)\b|谁|哪位|什么人|何人", re.IGNORECASE)),
    ("place", re.compile(r"\bwhere\b|哪里|哪儿|何处|什么地方|在哪", re.IGNORECASE)),
    ("reason", re.compile(r"\bwhy\b|\bwhat caused\b|为什么|为何|原因|怎么会", re.IGNORECASE)),
    (
        "way",
        re.compile(r"\bhow (?:do|can|to|does|should|would|is|are|did)\b|怎么|如何|怎样|步骤|方法|流程", re.IGNORECASE),
    ),
    (
        "yes_no",
        re.compile(
            r"^\s*(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|may|must)\b"
            r"|吗[？?]?\s*$|是否|能不能|可不可以|有没有|能否|会不会",
            re.IGNORECASE,
        ),
    ),
)
_HOLDS: dict[Kind, re.Pattern[str]] = {
    "date": re.compile(
        r"\b(?:1[5-9]|20)\d{2}\b|\b\d{1,2}[:/]\d{2}\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
        r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m)|\b(?:days?|weeks?|months?|hours?)\b"
        r"|\d+\s*[年月日号点时]|[一二三四五六七八九十]+[年月日点]|星期|周[一二三四五六日]|工作日|小时|天内|每天|每日|世纪",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|million|once|twice|free"
        r"|half|no)\b|[零一二两三四五六七八九十百千万亿半]+\s*[个天次种年名位元小分公米吨克份]|免费|无需",
        re.IGNORECASE,
    ),
    "person": re.compile(r"\b[A-Z][a-z]+\b|[先女]生|女士|经理|团队|客服|部门|公司|医生|人员|负责"),
    "place": re.compile(
        r"\b(?:in|at|on|from|near|under|to|via|page|menu|tab|office|website|app)\b|在|于|位于|页面|菜单|网站|省|市|区|路|楼|中心"
    ),
    "reason": re.compile(
        r"\b(?:because|due to|since|as a result|caused?|leads?|in order to|so that|reason|therefore|means)\b"
        r"|因为|由于|因此|导致|原因|所以|为了|以免|从而|引起",
        re.IGNORECASE,
    ),
    "way": re.compile(
        r"\b(?:by|using|use|click|select|go to|open|enter|follow|step|must|should|first|then|through|via|run|set|"
        r"contact|submit|need to)\b|点击|打开|选择|进入|使用|通过|步骤|首先|然后|请|需要|联系|提交|设置|输入|登录",
        re.IGNORECASE,
    ),
}


def asked_for(question: str) -> Kind:
    """Say which kind of answer `question` wants; the first pattern that fits decides."""
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), "other")


def holds(kind: Kind, sentence: str) -> bool:
    """Say whether `sentence` has something of that kind; kinds without a mark of their own are always held."""
    pattern = _HOLDS.get(kind)
    return pattern is None or pattern.search(sentence) is not None
