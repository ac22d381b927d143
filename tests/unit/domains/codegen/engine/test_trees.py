"""Trees of tree-sitter are walked in the order of the text, however deep they are."""

from __future__ import annotations

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from domains.codegen.engine.trees import text, walk


def tree(source: str) -> Node:
    return Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node


def test_a_node_and_all_below_it_come_in_the_order_of_the_text() -> None:
    root = tree("f(a, b); g(c)")
    assert [text(node) for node in walk(root) if node.type == "identifier"] == ["f", "a", "b", "g", "c"]
    assert next(walk(root)) == root


def test_the_source_of_a_node_is_its_bytes_also_outside_of_ascii() -> None:
    names = [text(node) for node in walk(tree("const 价格 = '元'")) if node.type == "identifier"]
    assert names == ["价格"]
    assert text(None) == ""


def test_a_tree_deeper_than_the_stack_is_walked() -> None:
    depth = 5_000
    assert sum(node.type == "parenthesized_expression" for node in walk(tree("(" * depth + "1" + ")" * depth))) == depth
