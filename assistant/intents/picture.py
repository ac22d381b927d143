"""Which intents a version takes for which, as a picture: an inline SVG without style attributes, for the admin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assistant.errors import Text
from assistant.intents.report import Confusion, confusions

MOST = 12
"""Intents drawn, those with most confusions: a matrix of a hundred names cannot be read, nor need it be."""
CELL, LEFT, TOP = 40, 190, 130
LONGEST = 24

NOTHING = Text("No held-out example was taken for another intent.", "没有留出的例句被认成其他意图。")
NOT_JUDGED = Text("Too few examples to hold any back.", "例句太少，没有留出部分。")
ROWS = Text("written under", "例句所在的意图")
COLUMNS = Text("taken for", "被认成")
CELL_TEXT = Text(
    "{truth} taken for {named}: {times}, such as “{example}”", "{truth} 被认成 {named}：{times} 次，例如“{example}”"
)
RIGHT_TEXT = Text("{truth}: {share} named right", "{truth}：{share} 认对")
LABEL = Text("Confusion matrix of {shown} of {all} intents", "混淆矩阵：{all} 个意图中的 {shown} 个")


@dataclass(frozen=True, slots=True)
class Matrix:
    """What is drawn. `names` in alphabetical order, `cells` by (truth, named), `accuracy` by name, `known` in all."""

    names: tuple[str, ...]
    cells: Mapping[tuple[str, str], Confusion]
    accuracy: Mapping[str, float]
    known: int

    @property
    def most(self) -> int:
        """The greatest number off the diagonal, at least 1."""
        return max((cell.times for cell in self.cells.values()), default=1)


def matrix(found: Sequence[Confusion], accuracy: Mapping[str, float], most: int = MOST) -> Matrix:
    """Keep the confused part: pairs by number of confusions, as long as their intents fit among `most`."""
    kept: set[str] = set()
    for confusion in sorted(found, key=lambda each: (-each.times, each.truth, each.named)):
        if len(kept | {confusion.truth, confusion.named}) <= most:
            kept |= {confusion.truth, confusion.named}
    cells = {(each.truth, each.named): each for each in found if {each.truth, each.named} <= kept}
    return Matrix(tuple(sorted(kept)), cells, accuracy, len({*accuracy, *kept}))


def picture(stored: dict[str, Any] | None, language: str) -> SafeString:
    """Draw a stored report; a sentence where there is nothing to draw."""
    if stored is None:
        return format_html("<p>{}</p>", NOT_JUDGED.of(language))
    drawn = matrix(confusions(stored), stored["profile"]["accuracy"])
    if not drawn.names:
        return format_html("<p>{}</p>", NOTHING.of(language))
    side = CELL * len(drawn.names)
    label = LABEL.of(language).format(shown=len(drawn.names), all=drawn.known)
    size = (LEFT + side + CELL, TOP + side + 4)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="confusions" role="img" aria-label="{}" width="{}" height="{}" '
        'viewBox="0 0 {} {}" font-size="12" fill="currentColor">{}{}{}</svg>',
        *(label, *size, *size, _axes(language), _names(drawn), _cells(drawn, language)),
    )


def _axes(language: str) -> SafeString:
    return format_html(
        '<text x="4" y="{0}">{1} ↓</text><text x="{2}" y="14">{3} →</text>',
        *(TOP - 6, ROWS.of(language), LEFT, COLUMNS.of(language)),
    )


def _names(drawn: Matrix) -> SafeString:
    rows = ((LEFT - 6, TOP + CELL * row + CELL // 2 + 4, _short(name)) for row, name in enumerate(drawn.names))
    middles = ((LEFT + CELL * column + CELL // 2 + 4, name) for column, name in enumerate(drawn.names))
    columns = ((x, TOP - 6, x, TOP - 6, _short(name)) for x, name in middles)
    return format_html(
        "{}{}",
        format_html_join("", '<text x="{}" y="{}" text-anchor="end">{}</text>', rows),
        format_html_join("", '<text x="{}" y="{}" transform="rotate(-50 {} {})">{}</text>', columns),
    )


def _cells(drawn: Matrix, language: str) -> SafeString:
    found = [(row, column) for row in range(len(drawn.names)) for column in range(len(drawn.names))]
    return format_html_join("", "{}", ((_cell(drawn, row, column, language),) for row, column in found))


def _cell(drawn: Matrix, row: int, column: int, language: str) -> SafeString:
    truth, named = drawn.names[row], drawn.names[column]
    x, y = LEFT + CELL * column, TOP + CELL * row
    if row == column:
        share = drawn.accuracy.get(truth)
        shown = "-" if share is None else f"{share:.0%}"
        hint = RIGHT_TEXT.of(language).format(truth=truth, share=shown)
        colour, opacity = "#2e7d32", f"{0.1 + 0.5 * (share or 0.0):.2f}"
    elif (cell := drawn.cells.get((truth, named))) is not None:
        shown = str(cell.times)
        hint = CELL_TEXT.of(language).format(truth=truth, named=named, times=cell.times, example=cell.example)
        colour, opacity = "#c62828", f"{0.15 + 0.65 * cell.times / drawn.most:.2f}"
    else:
        shown, hint, colour, opacity = "", "", "#888888", "0.06"
    return format_html(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="{}"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        *(hint, x + 1, y + 1, CELL - 2, CELL - 2, colour, opacity, x + CELL // 2, y + CELL // 2 + 4, shown),
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
