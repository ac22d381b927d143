"""Drugs and ticker symbols: by the shape of their names, so that no list has to be kept up to date."""

from __future__ import annotations

import re

from assistant.intents.slots.found import Slot

_EN_DRUG = re.compile(
    r"\b(?:[a-z]{3,}(?:cillin|mycin|floxacin|statin|sartan|dipine|prazole|profen|triptan|gliptin|gliflozin|oxetine|"
    r"azepam|zolam|parin|prednisone|prednisolone|cycline|conazole|vastatin|tidine|setron)|(?:enala|lisino|rami|capto)pril|"
    r"(?:meto|ateno|biso|propra)(?:pro)?lol|aspirin|paracetamol|acetaminophen|tylenol|metformin|insulin|warfarin|"
    r"morphine|codeine|tramadol|diclofenac|naproxen|levothyroxine|cetirizine|loratadine)\b",
    re.IGNORECASE,
)
_ZH_DRUG = re.compile(
    r"(?:[阿头青罗克左氧诺莫环红链庆卡万替美哌氨苄]{1,4}(?:西林|霉素|沙星))|[\u4e00-\u9fff]{1,3}(?:沙坦|洛尔|他汀|拉唑|地平|列汀|列净)"
    r"|(?:卡托|依那|贝那|雷米)普利|头孢(?:[\u4e00-\u9fff]{1,2}(?=片|胶囊)|克肟|拉定|氨苄|呋辛|曲松)?|布洛芬|阿司匹林|对乙酰氨基酚|扑热息痛|二甲双胍|胰岛素"
    r"|华法林|氯雷他定|西替利嗪|泰诺|感冒灵|连花清瘟|藿香正气(?:水|液)?|板蓝根|蒙脱石散|甲硝唑|左甲状腺素|优甲乐"
)
_LEADING = re.compile(r"^(?:吃|服|用|和|与|的|了|把|给|开|买|停|我|能|要|喝)+")
_EN_TICKER = re.compile(
    r"(?<![\w$])\$(?P<dollar>[A-Z]{1,5})(?![\w.])|\b(?:NASDAQ|NYSE|AMEX) ?[:：] ?(?P<listed>[A-Z]{1,5})\b"
    r"|\b(?P<dotted>\d{6}\.(?:SH|SZ|SS|BJ)|\d{4,5}\.HK|[A-Z]{1,5}\.US)\b|\b(?P<market>(?:SH|SZ)\d{6})\b"
    r"|\b(?P<said>[A-Z]{2,5})(?= (?:stock|shares?|share price)\b|(?:的)?(?:股票|股价))"
)
_ZH_TICKER = re.compile(r"(?:股票|代码|证券)(?:代码)?[ :：是为]*(?P<code>[0368]\d{5})(?!\d)|(?<!\d)(?P<stock>[036]\d{5})(?=(?:这只|的)?(?:股票|股价|涨|跌))")  # fmt: skip # noqa: E501


def drugs(text: str) -> list[Slot]:
    """Find drugs by their international names' stems, and common ones by name."""
    found = [Slot("drug", match[0], match[0].lower(), match.start()) for match in _EN_DRUG.finditer(text)]
    for match in _ZH_DRUG.finditer(text):
        skipped = _LEADING.match(match[0])
        start = skipped.end() if skipped else 0
        found.append(Slot("drug", match[0][start:], match[0][start:], match.start() + start))
    return [slot for slot in found if len(slot.text) > 1]


def tickers(text: str) -> list[Slot]:
    """Find symbols that are marked as such: `$AAPL`, `NYSE: IBM`, `600519.SH`, `00700.HK`, 股票代码600519."""
    matches = (*_EN_TICKER.finditer(text), *_ZH_TICKER.finditer(text))
    found: dict[int, Slot] = {}
    for match in matches:
        name = match.lastgroup or ""
        found.setdefault(match.start(name), Slot("ticker", match[0], match[name].upper(), match.start(name)))
    return list(found.values())
