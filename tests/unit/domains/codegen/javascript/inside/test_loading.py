"""Modules as they are loaded: plain, typed, counted, changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Module = Callable[..., str]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.js", "exports.f = (n) => n + 1;"),
        ("a.js", "export const f = (n) => n + 1;"),
        ("a.cjs", "module.exports = { f: (n) => n + 1 };"),
        ("a.mjs", "export function f(n) { return n + 1; }"),
        ("a.ts", "export const f = (n: number): number => n + 1;"),
        ("a.tsx", "export function f<T extends number>(n: T) { return n + 1; }"),
        ("a.jsx", "export const f = (n) => n + 1; export const view = () => <b>1</b>;"),
        ("a.ts", "enum Size { Small = 1 }\nexport const f = (n: number) => n + Size.Small;"),
    ],
)
def test_every_kind_of_module_is_loaded_with_and_without_counters(
    js: Any, module: Module, name: str, source: str
) -> None:
    body = f"""
    const {{ Loading }} = inside('loading');
    const loading = new Loading(packages, {module(source, name)});
    return [loading.load().f(1), loading.load({{ counted: true }}).f(1), Object.keys(loading.counters.s).length > 0];
    """
    assert js(body) == [2, 2, True]


def test_other_modules_of_the_project_are_found(js: Any, module: Module) -> None:
    module("export const rate: number = 3;", "rates.ts")
    path = module("import { rate } from './rates';\nexport const f = (n: number) => n * rate;", "a.ts")
    assert js(f"return new (inside('loading').Loading)(packages, {path}).load().f(2)") == 6


def test_a_changed_text_is_loaded_beside_the_original(js: Any, module: Module) -> None:
    path = module("exports.f = (n) => n + 1;")
    body = f"""
    const loading = new (inside('loading').Loading)(packages, {path});
    const original = loading.load();
    return [loading.load({{ text: 'exports.f = (n) => n - 1;' }}).f(1), original.f(1)];
    """
    assert js(body) == [0, 2]


@pytest.mark.parametrize("action", ["for (;;);", "/(a+)+$/.test('a'.repeat(50) + 'b')"])
def test_time_ends_what_does_not_end(js: Any, action: str) -> None:
    body = f"""
    const {{ timed, stalled }} = inside('loading');
    const began = Date.now();
    try {{ timed(() => {{ {action} }}, 50); }} catch (error) {{ return [stalled(error), Date.now() - began < 5000]; }}
    """
    assert js(body) == [True, True]


def test_an_error_of_the_code_is_none_of_time(js: Any) -> None:
    body = """
    const { timed, stalled } = inside('loading');
    try { timed(() => { throw new Error('own'); }, 50); }
    catch (error) { return [stalled(error), stalled(null), error.message]; }
    """
    assert js(body) == [False, False, "own"]
