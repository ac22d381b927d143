"""Every text of the admin has its Chinese, in the file that people edit and in the one that Django reads."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.house import CHECKOUT, Source, sources

FOLDER = CHECKOUT / "assistant" / "config" / "locale" / "zh_Hans" / "LC_MESSAGES"
_MARKERS = {"gettext", "gettext_lazy", "gettext_noop", "pgettext_lazy"}
_CONTEXT = "\x04"
"""What gettext puts between the context of a message and the message."""
_PLACEHOLDER = re.compile(r"%\(\w+\)[.\d]*[sdf]")
_SPEC = re.compile(r"%[^(]|%$|(?<!%)%\(\w+\)(?![.\d]*[sdf])")


def marked(source: Source) -> Iterator[str]:
    """The literals that a file hands to gettext, under whatever name it imported it."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in _MARKERS
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            literals = node.args[: 2 if node.func.id.startswith("pgettext") else 1]
            values = [literal.value for literal in literals if isinstance(literal, ast.Constant)]
            assert len(values) == len(literals), f"{source.name}:{node.lineno}: gettext needs a literal"
            yield _CONTEXT.join(map(str, values))


def entries(text: str) -> Iterator[tuple[str, str]]:
    """(message, translation) of a .po file without plurals; the header is the message ""; a context stands in front."""
    parts: dict[str, str] = {}
    field = ""
    for line in [*text.splitlines(), ""]:
        keyword, quote, rest = line.partition('"')
        if quote and not line.startswith("#"):
            field = keyword.strip() or field
            assert field in {"msgctxt", "msgid", "msgstr"}, f"{field} is not read by this test: teach it"
            parts[field] = parts.get(field, "") + ast.literal_eval(quote + rest)
        elif parts:
            yield _CONTEXT.join(parts[name] for name in ("msgctxt", "msgid") if name in parts), parts["msgstr"]
            parts = {}


SOURCE_TEXTS = {text for source in sources() for text in marked(source)}
ENTRIES = list(entries((FOLDER / "django.po").read_text(encoding="utf-8")))
TRANSLATIONS = {message: chinese for message, chinese in ENTRIES if message}


def test_the_scan_finds_the_texts_of_every_room_with_an_admin() -> None:
    assert {"API keys", "access groups", "FAQ entries", "hand-overs", "small talk", "allowed origins"} <= SOURCE_TEXTS


def test_the_scan_follows_the_name_that_gettext_was_imported_under() -> None:
    imports = "from django.utils.translation import gettext_lazy as zh, get_language\n"
    code = imports + 'zh("one")\nget_language("two")\n_("three")'
    assert list(marked(Source(CHECKOUT / "example.py", code, ast.parse(code)))) == ["one"]


def test_one_word_of_two_meanings_is_told_apart_by_its_context() -> None:
    code = 'from django.utils.translation import pgettext_lazy\npgettext_lazy("a row", "changed")'
    assert list(marked(Source(CHECKOUT / "example.py", code, ast.parse(code)))) == ["a row\x04changed"]
    assert list(entries('msgctxt "a row"\nmsgid "changed"\nmsgstr "改"\n')) == [("a row\x04changed", "改")]


def test_the_reader_of_translations_joins_lines_and_keeps_escapes() -> None:
    text = '# note\nmsgid ""\nmsgstr "head\\n"\n\n#, python-format\nmsgid "a "\n"b"\nmsgstr ""\n"\\"甲\\""\n'
    assert list(entries(text)) == [("", "head\n"), ("a b", '"甲"')]


def test_every_text_has_a_chinese_translation() -> None:
    missing = sorted(text for text in SOURCE_TEXTS if not TRANSLATIONS.get(text, "").strip())
    assert not missing, f"add to {FOLDER.relative_to(CHECKOUT)}/django.po: {missing}"


def test_no_translation_outlives_its_text() -> None:
    assert sorted(TRANSLATIONS.keys() - SOURCE_TEXTS) == []


def test_no_text_is_translated_twice() -> None:
    assert [message for message, count in Counter(message for message, _ in ENTRIES).items() if count > 1] == []


def test_every_translation_is_written_in_chinese() -> None:
    assert [chinese for chinese in TRANSLATIONS.values() if not re.search(r"[\u4e00-\u9fff]", chinese)] == []


@pytest.mark.parametrize("message", sorted(text for text in TRANSLATIONS if "%" in text))
def test_a_translation_fills_in_the_same_facts(message: str) -> None:
    chinese = TRANSLATIONS[message]
    assert Counter(_PLACEHOLDER.findall(chinese)) == Counter(_PLACEHOLDER.findall(message))
    assert _SPEC.search(chinese) is None


def test_what_django_reads_is_what_people_edit() -> None:
    with (FOLDER / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    stale = sorted(text for text, chinese in TRANSLATIONS.items() if catalogue.gettext(text) != chinese)
    assert not stale, f"run msgfmt -o django.mo django.po in {FOLDER.relative_to(CHECKOUT)}: {stale}"
    known = vars(catalogue)["_catalog"].keys() - {""}
    assert known == TRANSLATIONS.keys()
