from __future__ import annotations

from retrieval.loaders.markdown import parse_markdown
from tests.unit.retrieval.loaders.conftest import Load

SOURCE = """\
# Refunds

You get **all** of it back, see [the rules](https://example.com/rules).

## How long

- five days
- 五天

```python
# not a heading
x = "**kept**"
```

| City | Fee |
|------|----:|
| Bonn | 5 |
| 北京 | **6** |

### Setext below

Terms
-----

Last words.
"""


def test_sections_follow_the_headings() -> None:
    document = parse_markdown(SOURCE)
    assert document.title == "Refunds"
    assert [(section.headings, section.table) for section in document.sections] == [
        (("Refunds",), False),
        (("Refunds", "How long"), False),
        (("Refunds", "How long"), True),
        (("Refunds", "Terms"), False),
    ]


def test_links_and_bold_lose_their_marks_and_code_keeps_them() -> None:
    texts = [section.text for section in parse_markdown(SOURCE).sections]
    assert texts[0] == "You get all of it back, see the rules."
    assert 'x = "**kept**"' in texts[1]
    assert "- 五天" in texts[1]


def test_a_table_is_header_and_rows() -> None:
    table = next(section for section in parse_markdown(SOURCE).sections if section.table)
    assert table.text == "City | Fee\n\nBonn | 5\n北京 | 6"  # the line of dashes is empty, so that rows can be counted


def test_lines_lead_to_the_source() -> None:
    lines = SOURCE.split("\n")
    for section in parse_markdown(SOURCE).sections:
        assert section.line is not None
        assert section.text.split("\n")[0].split()[0].strip("*|") in lines[section.line - 1]


def test_front_matter_names_the_title_and_keeps_the_line_numbers() -> None:
    document = parse_markdown('---\ntitle: "My page"\ntags: [a]\n---\n\nText.\n')
    assert document.title == "My page"
    assert [(section.text, section.line) for section in document.sections] == [("Text.", 6)]


def test_a_deeper_heading_closes_when_a_higher_one_comes() -> None:
    document = parse_markdown("# A\n\n### B\n\nb\n\n## C\n\nc\n\n# D\n\nd\n")
    assert [section.headings for section in document.sections] == [("A", "B"), ("A", "C"), ("D",)]


def test_text_before_any_heading_has_none() -> None:
    assert parse_markdown("just text").sections[0].headings == ()


def test_a_page_without_text_has_no_sections() -> None:
    assert parse_markdown("# Only a heading\n").sections == ()


def test_the_loader_reads_chinese_encodings(load: Load) -> None:
    document = load("说明.md", "# 标题\n\n退款说明的内容在这里。\n".encode("gb18030"))
    assert (document.title, document.sections[0].text) == ("标题", "退款说明的内容在这里。")
