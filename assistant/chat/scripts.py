"""Notice questions in a language that this house does not speak, by script and, for Latin letters, by function words.

The function-word vote is the classic of Cavnar and Trenkle's baselines: the commonest short words of a language cover
a third of any of its sentences. It votes only when clear: two or more, and at least twice the English ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_SCRIPTS = {
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
}
_WORDS = {
    "en": """
        the a an is are was do does did how what when where which who why can could i you we my your our it this
        that to of in on for and or not with from have has please will would should there be by at if me
    """,
    "fr": """
        le la les des une est sont je vous nous mon votre dans pour et ou que qui comment pourquoi où avec sur
        pas c'est puis-je du au quel quelle mes ma
    """,
    "de": """
        der die das ein eine ist sind ich sie wir mein ihr und oder nicht wie was wann wo warum kann können mit
        für auf von zu bitte wird den dem meine
    """,
    "es": """
        el los las una es son yo usted nosotros mi su en para y o que quién cómo cuándo dónde por con puedo está
        del al qué cuál mis
    """,
    "it": """
        il lo gli una è sono io lei noi mio vostro per e che chi come quando dove perché con posso della del nel
        quale quali miei
    """,
    "pt": """
        o os uma é são eu você nós meu seu em para e ou que quem como quando onde por com posso está não do da
        qual meus
    """,
    "nl": """
        de het een is zijn ik u wij mijn uw en of niet hoe wat wanneer waar waarom kan met voor op van naar mag
        welke
    """,
}
_VOCABULARY = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MIN_SHARE = 0.4


def foreign(text: str) -> str | None:
    """Return the ISO 639-1 code of a language other than Chinese and English that the text is clearly in, else None."""
    return _by_script(text) or _by_words(text)


def _by_script(text: str) -> str | None:
    if text.isascii():
        return None
    counts = Counter(_script(character) for character in text if character.isalpha())
    letters = counts.total()
    kana = counts["ja"]
    if kana and kana >= 0.2 * letters:  # Japanese mixes kana into Han characters
        return "ja"
    for language, count in counts.items():
        if language is not None and language != "ja" and count >= _MIN_SHARE * letters:
            return language
    return None


def _script(character: str) -> str | None:
    return None if character.isascii() else _SCRIPTS.get(unicodedata.name(character, "?").split(" ", 1)[0])


def _by_words(text: str) -> str | None:
    words = [word.lower() for word in _WORD.findall(text) if not ("一" <= word[0] <= "鿿")]
    if len(words) < 3:
        return None
    votes = {language: sum(word in known for word in words) for language, known in _VOCABULARY.items()}
    best = max(votes, key=lambda language: votes[language])
    clear = votes[best] >= 2 and votes[best] >= 2 * votes["en"] and votes[best] >= 0.25 * len(words)
    return best if best != "en" and clear else None
