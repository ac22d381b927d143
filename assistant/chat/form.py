"""What a question says about its answer's form: "in two sentences", "briefly", 「用一句话回答」."""

from __future__ import annotations

import re

from assistant.faq.courtesy import says_enough

_MANY = r"(?:one|two|three|four|five|six|ten|\d{1,3}|a few|a couple of|a single)"
_UNITS = r"(?:short |simple |full |bullet )?(?:sentences?|words?|lines?|bullets?|points?|paragraphs?)"
_LIMIT = r"(?:just |only |at most |max(?:imum)?\.? |no more than |under |up to )?"
_LONG = rf"{_LIMIT}{_MANY} {_UNITS}(?: or (?:less|fewer)| at most| max)?"
_PLAINLY = r"in (?:brief|short|simple terms|plain english|a nutshell)|in bullet points|as (?:a|bullet) (?:list|points)"
_MANNER = rf"(?:(?:in|with|using) {_LONG}|brief(?:ly)?|concise(?:ly)?|step by step|{_PLAINLY})"
_OWN = r"(?<=[.?!,;])\s*(?:please,? )?"  # a sentence or part of its own, so that nothing asked for is taken off
_SHORTLY = r"(?:very )?(?:short|brief|simple|concise)"
_BEFORE = re.compile(rf"{_MANNER}\s*[,:]\s*(?:please\s*)?", re.IGNORECASE)
_BEHIND = re.compile(
    rf"(?:{_OWN}(?:(?:answer|reply|explain|respond|say|write)(?: it)? )?(?:{_LONG}|{_MANNER})"
    rf"|{_OWN}(?:keep|make) (?:it|the answer|your answer) {_SHORTLY}|{_OWN}be {_SHORTLY}"
    rf"|\s+in {_LONG}|\s+(?:{_PLAINLY}))(?:,? please)?\s*[.?!]*\s*$",
    re.IGNORECASE,
)
_ZH_LONG = r"(?:[一两二三四五六十几]|\d{1,3})(?:[两三五]|百|十)?(?:句话?|个?字|点|段话?|行)(?:话)?(?:之?内|以内|左右)?"
_ZH_SAY = r"(?:回答|说明|说一?说|概括|解释|讲一?讲|介绍|总结|描述|答复|列出)"
_ZH_OWN = r"(?<=[，,。？?！!；;\s])\s*(?:请|麻烦)?"
_ZH_SHORTLY = r"(?:简单|简短|简要|简洁)"
_ZH_BEFORE = re.compile(rf"(?:请|麻烦)?(?:(?:用|以){_ZH_LONG}|{_ZH_SHORTLY})地?{_ZH_SAY}(?:一下|下)?[，,：:]?\s*")
_ZH_BEHIND = re.compile(
    rf"(?:{_ZH_OWN}(?:用|以)?{_ZH_LONG}{_ZH_SAY}?|(?:请|麻烦)?(?:用|以){_ZH_LONG}{_ZH_SAY}"
    rf"|(?:请|麻烦)?{_ZH_SHORTLY}(?:一?点|地)?{_ZH_SAY}|{_ZH_OWN}{_ZH_SHORTLY}一?点"
    rf"|{_ZH_OWN}(?:分点|分步骤?|逐条){_ZH_SAY}?)(?:一下|即可|就行|就好|就可以)?(?:了|吧)?[。.!！?？]*\s*$"
)


def without_form(text: str) -> str:
    """Return the question without what it says about its answer's form; a text of little else stays whole.

    What is left is what search, meaning and evidence are asked for: no document speaks of sentences and points, so
    one that happens to would pass for related. The model reads the question whole.
    """
    rest = text
    for before, behind in ((_BEFORE, _BEHIND), (_ZH_BEFORE, _ZH_BEHIND)):
        found = before.match(rest)
        rest = behind.sub("", rest[found.end() :] if found else rest).rstrip(" ,，;；")
    return rest if says_enough(rest) else text
