"""Programs and a run of the generator that several tests look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.javascript.generate import generate
from sandbox import Sandbox

Make = Callable[..., Generated]

DISCOUNT = """
/**
 * Price after a discount.
 * @param {number} price
 * @param {number} percent
 * @throws {RangeError} If percent is not between 0 and 100.
 * @example
 * calculateDiscount(100, 10); // => 90
 */
function calculateDiscount(price, percent) {
  if (percent < 0 || percent > 100) {
    throw new RangeError("percent must be between 0 and 100");
  }
  return price - (price * percent) / 100;
}

module.exports = { calculateDiscount };
"""


@pytest.fixture(scope="session")
def make() -> Make:
    """Write tests for a source under a file name."""

    def made(source: str, name: str = "module.js", *, budget: float = 2.0, symbols: tuple[str, ...] = ()) -> Generated:
        return generate(Sandbox(), Project({name: source.encode()}, name), Options(symbols, budget))

    return made


@pytest.fixture(scope="session")
def discount(make: Make) -> Generated:
    """The example of the source documents."""
    return make(DISCOUNT, "discount.js")
