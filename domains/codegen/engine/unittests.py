"""Writes our pytest functions as methods of a unittest.TestCase: the shapes that we write, and no others."""

from __future__ import annotations

import ast
import re

_NOTE = re.compile(r"^(def \w+\(.*\):)\n    # (.*)$", re.MULTILINE)


def as_unittest(functions: list[str], name: str) -> str:
    """Return a class with a method for each function. A table becomes a loop of subtests, a note a docstring."""
    methods = [_method(_NOTE.sub(_noted, function)) for function in functions]
    body = "\n\n".join("    " + method.replace("\n", "\n    ") for method in methods)
    return f"class {name}(unittest.TestCase):\n{body}"


def _noted(found: re.Match[str]) -> str:
    return f"{found[1]}\n    {found[2]!r}"


def _method(source: str) -> str:
    node = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    node.body = [_Assertions().visit(statement) for statement in node.body]
    table = [decorator for decorator in node.decorator_list if "parametrize" in ast.unparse(decorator)]
    drawn = [decorator for decorator in node.decorator_list if "parametrize" not in ast.unparse(decorator)]
    if table and isinstance(table[0], ast.Call):
        node.body = _loop(node, table[0])
        node.args.args = []
    node.decorator_list = drawn
    node.args.args.insert(0, ast.arg("self"))
    return ast.unparse(ast.fix_missing_locations(node))


def _loop(node: ast.FunctionDef, table: ast.Call) -> list[ast.stmt]:
    names = [argument.arg for argument in node.args.args]
    notes = [statement for statement in node.body if isinstance(statement, ast.Expr) and _is_note(statement)]
    rest = [statement for statement in node.body if statement not in notes]
    each = ", ".join(names)
    told = ", ".join(f"{name}={name}" for name in names)
    header = f"for {each} in {ast.unparse(table.args[1])}:\n with self.subTest({told}):\n  pass"
    (loop,) = ast.parse(header).body
    loop.body[0].body = rest  # type: ignore[attr-defined]
    return [*notes, loop]


def _is_note(statement: ast.Expr) -> bool:
    return isinstance(statement.value, ast.Constant)


class _Assertions(ast.NodeTransformer):
    """Turns assertions into the calls of TestCase."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Write an assertion as a call."""
        (call,) = ast.parse(_asserted(node.test)).body
        return call

    def visit_With(self, node: ast.With) -> ast.With:
        """Write what must raise."""
        raises = node.items[0].context_expr
        if isinstance(raises, ast.Call) and ast.unparse(raises.func) == "pytest.raises":
            kind = ast.unparse(raises.args[0])
            match = f", {ast.unparse(raises.keywords[0].value)}" if raises.keywords else ""
            said = f"self.assertRaisesRegex({kind}{match})" if match else f"self.assertRaises({kind})"
            node.items[0].context_expr = ast.parse(said, mode="eval").body
        return node


def _asserted(test: ast.expr) -> str:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return f"self.assertTrue({ast.unparse(test)})"
    left, right = ast.unparse(test.left), test.comparators[0]
    if isinstance(test.ops[0], ast.Is):
        return f"self.assertIs({left}, {ast.unparse(right)})"
    if isinstance(test.ops[0], ast.In):
        return f"self.assertIn({left}, {ast.unparse(right)})"
    if not isinstance(test.ops[0], ast.Eq):
        return f"self.assertTrue({ast.unparse(test)})"
    if isinstance(right, ast.Call) and ast.unparse(right.func) == "pytest.approx":
        near = ast.unparse(right.args[0])
        return f"self.assertAlmostEqual({left}, {near}, delta=abs({near}) * 1e-06 + 1e-12)"
    return f"self.assertEqual({left}, {ast.unparse(right)})"
