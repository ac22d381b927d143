"""What the uses of a parameter without a type say about it."""

from __future__ import annotations

import re

_TEXT = (
    "split|charAt|charCodeAt|codePointAt|toUpperCase|toLowerCase|trim|replace|replaceAll|startsWith|endsWith|match"
    "|substring|substr|padStart|padEnd|repeat|localeCompare|normalize"
)
_LIST = (
    "push|pop|map|filter|reduce|forEach|sort|some|every|join|flat|flatMap|shift|unshift|splice|fill|find|findIndex"
    "|reverse"
)
_EITHER = r"\bof\s+{p}\b|{p}\.length|{p}\[|{p}\.(?:slice|indexOf|includes|concat|at|lastIndexOf)\b"
_PLAIN, _ALONE = r"(?<![\w.$]){p}\s*", r"\s*{p}\b(?!\s*[.\[(])"
_NUMBER = (
    r"{p}\.(?:toFixed|toPrecision|toExponential)\b|"
    + _PLAIN + r"[-*/%]|[-*/%]" + _ALONE + "|" + _PLAIN + r"[<>]=?|[<>]=?" + _ALONE
    + r"|Math\.\w+\([^()]*(?<![\w.]){p}\b(?!\s*[.\[])|Number\.\w+\({p}\)"
)  # fmt: skip
_SIGNS = (
    ("string", r"{p}\.(?:" + _TEXT + r")\b"),
    ("numbers", r"{p}\.(?:" + _LIST + r")\b|Array\.isArray\({p}\)"),
    ("table", r"{p}\[[^\]]+\]\[|{p}\[[^\]]+\]\.length"),
    ("number", _NUMBER),
    ("function", r"(?<![\w.$]){p}\("),
    ("string", _EITHER),
    ("numbers", _EITHER),
    ("strings", r"{p}\[[^\]]+\]\.(?:" + _TEXT + r")\b|{p}\.join\b"),
)
_OBJECT = r"(?<![\w.$]){p}\.(?!length\b|" + _TEXT + "|" + _LIST + r"|slice|indexOf|includes|concat|at\b)[a-z]\w*"
_TYPEOF = r"typeof\s+{p}\s*[!=]==?\s*['\"](\w+)['\"]"


def uses(name: str, body: str) -> tuple[str, ...]:
    """Return kinds of values (number, string, numbers, strings, table, object, function) heaviest first."""
    if not re.fullmatch(r"[\w$]+", name):
        return ()
    place = rf"(?<![\w$]){re.escape(name)}"
    tested = [
        kind
        for kind in re.findall(_TYPEOF.replace("{p}", place), body)
        if kind in {"number", "string", "function", "boolean"}
    ]
    found = [kind for kind, sign in _SIGNS if re.search(sign.replace("{p}", place), body)]
    if "numbers" in found and re.search(_SIGNS[1][1].replace("{p}", place), body) and "string" in found:
        found = [kind for kind in found if kind != "string"] + ["strings"]
    if re.search(_SIGNS[0][1].replace("{p}", place), body):
        found = [kind for kind in found if kind not in {"numbers", "table"}]
    if re.search(_OBJECT.replace("{p}", place), body):
        found.append("object")
    return tuple(dict.fromkeys([*tested, *found]))
