"""What kind of answer a question asks for, and whether a sentence holds one of that kind."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, get_args

Kind = Literal[
    "date", "duration", "money", "percent", "count", "person", "place", "reason", "way", "yes_no", "what", "other"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
VALUES: Final[frozenset[Kind]] = frozenset({"date", "duration", "money", "percent", "count"})
"""Kinds whose answer is a value that a pattern recognises."""

HAN_DIGITS = "零一二两三四五六七八九十百千万亿半"
NUMBER = (
    rf"(?:\d[\d,.]*|[{HAN_DIGITS}]+|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|thirty|forty|fifty|sixty|ninety|hundred|thousand|million|billion|half|once|twice|dozen)\b)"
)
_EN_TIME = r"(?:(?:business |working |calendar )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?))"
_ZH_TIME = r"(?:个)?(?:工作日|自然日|天|小时|分钟|秒|年|周|月|季度)"

# The first that fits decides: a unit of time is clearer than "cost", which is clearer than "how".
_ASKS: dict[Kind, str] = {
    "date": r"\b(?:when|(?:what|which) (?:dates?|days?|years?|months?|time)|opening hours)\b"
    r"|什么时候|何时|哪一?[年天日月]|几月|几号|几点|日期|什么时间|截止|何年|何月",
    "duration": rf"\bhow (?:long|soon|quickly|often)\b|\bhow many {_EN_TIME}|\bduration\b"
    rf"|\bwhat time ?(?:limit|frame)\b|多久|多长时间|(?:几|多少){_ZH_TIME}|期限|时长|有效期",
    "money": r"\b(?:prices?|costs?|fees?|salary|wages?|charged?|rent)\b"
    r"|\bhow much (?:must|do|does|did|can|will|should) (?:i|we|you|one) (?:\w+ )?(?:pay|spend)\b"
    r"|\bhow much (?:is|are|was) (?:a|an|the|my|it|your)\b"
    r"|多少(?:钱|元|块)|价格|售价|费用|工资|薪|收费|几[块元]|怎么收|租金|票价|[^免]费(?:是|要)多少",
    "percent": r"\b(?:percent|percentage|what share|proportion|rate)\b|比例|费率|利率|占比|百分之几|几[成折]|率是多少",
    "count": r"\bhow (?:much|many|far|old|big|large|fast|high|tall|wide|deep|heavy|few)\b"
    r"|\bwhat (?:is|are|was|were) the (?:\w+ ){0,4}(?:number|amount|total|size|limit|threshold|population|capacity"
    r"|range|frequency|maximum|minimum|length|profit|revenue|dividend)\b|\b(?:number|amount) of\b"
    r"|\b(?:above|below|at|up to) (?:what|which)\b"
    r"|多少|几(?:个|次|种|名|位|张|条|台|人|公里|倍|款|项|家|本|岁|户|场|层|组|支|座|部|集|辆|架|度|米|只|枚|期|份|件|片|字)"
    r"|多[大高远重宽]|上限|下限|金额|数量|范围是|频率",
    "person": r"\b(?:who|whom|whose)\b|谁|哪位|什么人|何人|哪一?名",
    "place": r"\bwhere\b|\b(?:which|what) (?:city|country|state|place|region)\b"
    r"|哪里|哪儿|何处|什么地方|在哪|哪一?个?(?:城市|国家|地区|省|市|地方)|地址",
    "reason": r"\bwhy\b|\bwhat caused\b|为什么|为何|原因|怎么会|因何",
    "way": r"\bhow\b|怎么|如何|怎样|步骤|方法|流程",
    "yes_no": r"^\s*(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|may|must)\b"
    r"|吗[？?]?\s*$|是否|能不能|可不可以|有没有|能否|会不会|退不退",
    "what": r"\b(?:what|which)\b|什么|哪些|哪个|哪种|哪一|何",
}
_MONEY = (
    r"[$¥￥€£]\s?\d|\d\s*(?:yuan|usd|eur|rmb|cny|dollars?|euros?|pounds?|cents?|(?:million|billion))\b"
    rf"|{NUMBER}\s*[百千万亿]*(?:多|余)?(?:元|块|美元|港元|欧元|英镑|日元|角|分钱)"
)
_HOLDS: dict[Kind, str] = {
    "date": r"\b(?:1\d|20)\d{2}\b|\b\d{1,2}[:：]\d{2}\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\d\s?(?:am|pm)\b|\bday \d|\bcentury\b"
    rf"|(?:\d|[{HAN_DIGITS}])\s*(?:[年月日号点]|世纪|个?工作日|天|小时)|星期|周[一二三四五六日末]|每[天日周月]|\bdays?\b",
    "duration": rf"{NUMBER}(?:\s|-){{0,2}}(?:\w{{1,10}}\s)?{_EN_TIME}\b|{NUMBER}\s*(?:多|余)?{_ZH_TIME}|永久|长期"
    r"|\b(?:daily|weekly|monthly|yearly|forever|immediately|instantly|every)\b|每[天日周月年隔]",
    "money": _MONEY,
    "percent": rf"\d\s*(?:%|percent|per cent|‰)|百分之|[{HAN_DIGITS}\d]\s*[成折]|\d\.\d"
    r"|分之|\b(?:half|third|quarter)\b|一半",
    "count": NUMBER,
    "person": r"(?<![.!?] )(?<!^)\b[A-Z][a-z]+\b|先生|女士|博士|教授|经理|总裁|医生|护士|人员"
    r"|[团部][队门]|[一-鿿]·[一-鿿]|[负承]责|客服|员|[由是与和][一-鿿]{2,3}",
    "place": r"\b(?:in|at|on|from|near|under|to|via) [A-Z]|\b(?:page|menu|tab|office|website|app|street|road|city)\b"
    r"|位于|页面|菜单|网站|[省市区县路街号楼镇村国州岛]|中心",
    "reason": r"\b(?:because|due to|since|as a result|caus\w+|leads?|in order to|so that|reason|therefore|means|to)\b"
    r"|因|由于|导致|所以|为了|以免|从而|引起|未|故障",
    "way": r"\b(?:by|using|use|click|select|go to|open|enter|follow|step|must|should|first|then|through|via|run|set|"
    r"contact|submit|need to)\b|点击|打开|选择|进入|使用|通过|步骤|首先|然后|请|需要|联系|提交|设置|输入|登录",
}
_FREE = re.compile(r"免费|不收|无需付费|\bfree\b|\bno (?:fee|charge)", re.IGNORECASE)
_FEE = re.compile(r"费|\b(?:fees?|charge|pay|postage|delivery|shipping)", re.IGNORECASE)
_ASKS_COMPILED = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKS.items()]
_HOLDS_COMPILED = {
    kind: re.compile(pattern, 0 if kind in {"person", "place"} else re.IGNORECASE) for kind, pattern in _HOLDS.items()
}


@lru_cache(maxsize=4096)
def asked_for(question: str) -> Kind:
    """Say which kind of answer `question` wants; the first pattern that fits decides."""
    return next((kind for kind, pattern in _ASKS_COMPILED if pattern.search(question)), "other")


def holds(kind: Kind, sentence: str, question: str = "") -> bool:
    """Say whether `sentence` has something of that kind; kinds without a mark of their own are always held.

    "Free" answers what a fee is, not what a thing costs: that is what `question` decides.
    """
    pattern = _HOLDS_COMPILED.get(kind)
    if pattern is None or pattern.search(sentence) is not None:
        return True
    return kind == "money" and _FREE.search(sentence) is not None and _FEE.search(question) is not None
