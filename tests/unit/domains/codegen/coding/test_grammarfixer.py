"""A failing test of Jest or JUnit comes in: the code or the test is said to be wrong, and only what ran is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from domains.codegen.coding.fixing import fix
from domains.codegen.coding.work import Wish, Worked
from domains.codegen.engine.errors import NothingToTest, SourceBroken
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest
from sandbox import Sandbox

SHOP = """/**
 * Return the price after a discount.
 *
 * @example
 * discount(100, 10) // => 90
 */
function discount(price, percent) {
  return price - (price * percent) / 10;
}

const ship = (weight) => (weight < 2 ? 5 : 9);

class Till {
  constructor() {
    this.coins = [];
  }

  take(coin) {
    return add(this.coins, coin);
  }
}

function add(coins, coin) {
  coins.push(coin);
  return cons.length;
}

module.exports = { discount, ship, Till };
"""
RIGHT = SHOP.replace("/ 10;", "/ 100;").replace("cons.length", "coins.length")
TESTS = """const { discount, ship, Till } = require("../shop");

describe("prices", () => {
  let basket;

  beforeEach(() => {
    basket = { weight: 1 };
  });

  test("a discount of half", () => {
    expect(discount(80, 50)).toBe(40);
  });

  it.each([[1, 5], [3, 9]])("shipping %i costs %i", (weight, cost) => {
    expect(ship(weight)).toBe(cost);
  });

  test("the till counts", () => {
    expect(new Till().take(basket.weight)).toBe(1);
  });
});
"""
JAVA = """package shop;

import java.util.List;

public class Shop {
  /**
   * The price after a discount.
   *
   * >>> discount(100.0, 10.0)
   * 90.0
   */
  public static double discount(double price, double percent) {
    return price - price * percent / 10;
  }

  public static int ship(List<Integer> weights) {
    int sum = 0;
    for (int weight : weights) {
      sum += weight;
    }
    return sum < 2 ? 5 : 9;
  }
}
"""
JAVA_RIGHT = JAVA.replace("percent / 10;", "percent / 100;")
JAVA_TESTS = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShopTest {
  @Test
  void discountOfHalf() {
    assertEquals(40.0, Shop.discount(80.0, 50.0));
  }

  @Test
  void shipping() {
    assertEquals(5, Shop.ship(List.of(1)));
  }
}
"""


def jest(code: str = SHOP, tests: str = TESTS, test: str = "", ending: str = "js") -> Wish:
    target, beside = f"shop.{ending}", f"tests/shop.test.{ending}"
    return Wish("fix", {target: code, beside: tests}, target, test_file=beside, test=test)


def junit(code: str = JAVA, tests: str = JAVA_TESTS, test: str = "") -> Wish:
    files = {"shop/Shop.java": code, "shop/ShopTest.java": tests}
    return Wish("fix", files, "shop/Shop.java", test_file="shop/ShopTest.java", test=test)


async def done(asked: Wish, answer: str | Callable[[ChatRequest], str] = "") -> tuple[Worked, ScriptedModel]:
    def script(request: ChatRequest) -> str:
        said = answer(request) if callable(answer) else answer
        return said if request.schema is not None else f"Here it is:\n```\n{said}\n```"

    model = ScriptedModel(script)
    last = [event async for event in fix(asked, model, Sandbox())][-1]
    assert isinstance(last, Worked)
    return last, model


def slow(text: str) -> object:
    return pytest.param(text, marks=pytest.mark.slow)


def judged(worked: Worked) -> tuple[str, str]:
    assert worked.verdict is not None
    return worked.verdict.wrong, worked.verdict.by


async def test_code_that_breaks_its_documentation_is_mended_and_run() -> None:
    worked, _ = await done(
        jest(test="a discount of half"),
        "function discount(price, percent) {\n  return price - (price * percent) / 100;\n}",
    )
    assert judged(worked) == ("code", "evidence")
    assert worked.verdict is not None
    assert "discount(100, 10) -> 90" in worked.verdict.why
    assert worked.change is not None
    assert (worked.change.path, worked.change.text) == ("shop.js", SHOP.replace("/ 10;", "/ 100;"))
    assert (worked.executed, worked.passed) == (True, (5, 5))


async def test_what_gives_this_answer_only_or_forgets_the_rest_is_no_fix() -> None:
    worked, model = await done(jest(test="prices a discount of half"), "function discount() {\n  return 40;\n}")
    assert (worked.change, worked.text, worked.passed) == (None, "", (0, 5))
    assert len(model.requests) > 1


async def test_the_function_that_the_error_came_through_is_written_anew_first() -> None:
    code = RIGHT.replace("coins.length", "cons.length")
    mended = "function add(coins, coin) {\n  coins.push(coin);\n  return coins.length;\n}"
    worked, model = await done(jest(code), mended)
    assert judged(worked) == ("code", "evidence")
    assert worked.verdict is not None
    assert "ReferenceError" in worked.verdict.why
    assert worked.change is not None
    assert worked.change.text == RIGHT
    assert "Correct this function of shop.js:\n```\nfunction add" in model.requests[0].messages[-1].content


async def test_a_test_against_the_documentation_is_mended_and_not_the_code() -> None:
    wrong = TESTS.replace("discount(80, 50)).toBe(40)", "discount( 100, 10 )).toBe(10)")
    good = 'test("a discount of half", () => {\n  expect(discount(100, 10)).toBe(90);\n});'
    worked, model = await done(replace(jest(RIGHT, wrong), language="zh"), good)
    assert judged(worked) == ("test", "evidence")
    assert worked.verdict is not None
    assert "测试与文档矛盾" in worked.verdict.why
    assert worked.change is not None
    assert worked.change.text == wrong.replace("discount( 100, 10 )).toBe(10)", "discount(100, 10)).toBe(90)")
    assert all("Correct this test" in request.messages[-1].content for request in model.requests)


@pytest.mark.parametrize(
    "bent",
    [
        slow('test("a discount of half", () => {\n  discount(100, 10);\n});'),
        slow('test("a discount of half", () => {\n  expect(true).toBe(true);\n});'),
        'test.skip("a discount of half", () => {\n  expect(discount(100, 10)).toBe(10);\n});',
        slow('test("another", () => {\n  expect(discount(100, 10)).toBe(90);\n});'),
        slow('test("a discount of half", () => {'),
        slow("I would rather not."),
    ],
)
async def test_a_test_is_not_bent_until_it_passes(bent: str) -> None:
    wrong = TESTS.replace("discount(80, 50)).toBe(40)", "discount(100, 10)).toBe(10)")
    worked, _ = await done(jest(RIGHT, wrong, "a discount of half"), bent)
    assert worked.change is None


async def test_where_the_documentation_is_silent_the_models_opinion_is_said_to_be_one() -> None:
    def script(request: ChatRequest) -> str:
        if request.schema is not None:
            return json.dumps({"wrong": "code", "why": "Three kilos cost 7."})
        return "const ship = (weight) => (weight < 2 ? 5 : weight < 4 ? 9 : 11);"

    tests = TESTS.replace("[3, 9]", "[3, 9], [4, 11]")
    worked, _ = await done(jest(RIGHT, tests), script)
    assert judged(worked) == ("code", "model")
    assert worked.change is not None
    assert "weight < 4 ? 9 : 11" in worked.change.text


async def test_what_runs_before_the_tests_is_found_and_mended() -> None:
    broken = TESTS.replace("basket = { weight: 1 };", "basket = { weight: one };")
    worked, _ = await done(jest(RIGHT, broken), "beforeEach(() => {\n  basket = { weight: 1 };\n});")
    assert judged(worked) == ("fixture", "evidence")
    assert worked.change is not None
    assert worked.change.text == TESTS


async def test_typescript_is_fixed_like_javascript() -> None:
    code = "export function total(prices: number[]): number {\n  return prices.reduce((sum, one) => sum - one, 0);\n}\n"
    tests = 'import { total } from "../shop";\n\ntest("adds", () => {\n  expect(total([1, 2])).toBe(3);\n});\n'
    good = "export function total(prices: number[]): number {\n  return prices.reduce((sum, one) => sum + one, 0);\n}"
    worked, _ = await done(jest(code, tests, ending="ts"), good)
    assert worked.change is not None
    assert worked.change.text == code.replace("sum - one", "sum + one")


async def test_a_test_that_passes_here_needs_nothing() -> None:
    worked, model = await done(jest(RIGHT))
    assert judged(worked) == ("nothing", "evidence")
    assert (worked.passed, model.requests) == ((5, 5), [])


async def test_a_test_that_is_not_there_and_a_file_that_does_not_parse_are_said() -> None:
    with pytest.raises(NothingToTest, match="nowhere"):
        await done(jest(test="nowhere"))
    with pytest.raises(SourceBroken) as broken:
        await done(jest("function (\n"))
    assert broken.value.line == 1


async def test_a_test_file_that_cannot_be_loaded_is_the_tests_fault_and_nothing_is_made_up() -> None:
    worked, model = await done(jest(RIGHT, TESTS.replace("../shop", "../shops")))
    assert judged(worked) == ("test", "evidence")
    assert worked.verdict is not None
    assert "../shops" in worked.verdict.why
    assert (worked.change, model.requests) == (None, [])


async def test_java_that_breaks_its_documentation_is_mended_and_run() -> None:
    good = "public static double discount(double price, double percent) {\n  return price - price * percent / 100;\n}"
    worked, _ = await done(junit(), good)
    assert judged(worked) == ("code", "evidence")
    assert worked.change is not None
    assert (worked.change.text, worked.passed) == (JAVA_RIGHT, (5, 5))


async def test_a_junit_test_against_the_documentation_is_mended_in_the_words_of_its_class() -> None:
    wrong = JAVA_TESTS.replace("40.0, Shop.discount(80.0, 50.0)", "10.0, Shop.discount(100, 10)")
    good = (
        "class ShopTest {\n  @Test\n  void discountOfHalf() {\n    assertEquals(90.0, Shop.discount(100, 10));\n  }\n}"
    )
    worked, _ = await done(junit(JAVA_RIGHT, wrong, "ShopTest.discountOfHalf"), good)
    assert judged(worked) == ("test", "evidence")
    assert worked.change is not None
    assert worked.change.text == wrong.replace("10.0, Shop", "90.0, Shop")


@pytest.mark.parametrize(
    "bent",
    [
        slow("@Test\nvoid discountOfHalf() {\n  Shop.discount(100, 10);\n}"),
        "@Disabled\n@Test\nvoid discountOfHalf() {\n  assertEquals(10.0, Shop.discount(100, 10));\n}",
        slow("@Test\nvoid discountOfHalf() {\n  assertEquals(90.0, Shop.rebate(100, 10));\n}"),
    ],
)
async def test_a_junit_test_is_not_bent_until_it_passes(bent: str) -> None:
    wrong = JAVA_TESTS.replace("40.0, Shop.discount(80.0, 50.0)", "10.0, Shop.discount(100, 10)")
    worked, _ = await done(junit(JAVA_RIGHT, wrong), bent)
    assert worked.change is None


async def test_a_junit_test_that_does_not_compile_is_said_with_its_file_and_line() -> None:
    worked, model = await done(junit(JAVA_RIGHT, JAVA_TESTS.replace("Shop.ship", "Shop.send")))
    assert judged(worked) == ("test", "evidence")
    assert worked.verdict is not None
    assert "shop/ShopTest.java, line 16" in worked.verdict.why
    assert (worked.change, model.requests) == (None, [])
