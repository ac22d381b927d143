"""A project's fixtures are taken by the tests that are written, and those tests run beside its conftest.py."""

from __future__ import annotations

import pytest

from domains.codegen.engine.existing import Existing
from domains.codegen.engine.fixtures import Fixtures, conftests, fixtures, folder_of_tests
from domains.codegen.engine.generate import generate
from domains.codegen.engine.types import Generated, Options, Project
from sandbox import Sandbox

SHOP = b'''"""A shop."""


class Cart:
    """Holds prices."""

    def __init__(self, owner: str, limit: int) -> None:
        self.owner = owner
        self.limit = limit
        self.prices: list[float] = []

    def add(self, price: float) -> int:
        """Add a price; the number of prices."""
        if len(self.prices) >= self.limit:
            raise OverflowError("full")
        self.prices.append(price)
        return len(self.prices)

    def total(self) -> float:
        """The sum."""
        return sum(self.prices)


def shipping(cart: Cart, country: str) -> float:
    """Cost of shipping."""
    if cart.total() > 50:
        return 0.0
    return 4.5 if country == "DE" else 12.0


def greet(customer):
    """Greet somebody."""
    return "Hi " + customer["name"]
'''
CONFTEST = b"""import pytest

from shop import Cart


@pytest.fixture
def customer():
    return {"name": "Ada"}


@pytest.fixture
def cart(customer):
    made = Cart(customer["name"], 2)
    made.add(60.0)
    yield made
    made.prices.clear()
"""


def of(source: str, **files: str) -> tuple[str, ...]:
    named = {name.replace("__", "/") + ".py": text.encode() for name, text in files.items()}
    project = Project({"shop.py": b"x = 1", "tests/conftest.py": source.encode(), **named}, "shop.py")
    return fixtures(project, None, frozenset(), "tests").names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@pytest.fixture\ndef cart():\n    return 1", ("cart",)),
        ("@pytest.fixture()\ndef cart():\n    return 1", ("cart",)),
        ("@fixture\ndef cart():\n    return 1", ("cart",)),
        ("@pytest.fixture\ndef a(b):\n    return b\n@pytest.fixture\ndef b():\n    return 1", ("a", "b")),
        ("@pytest.fixture(scope='session')\ndef cart():\n    return 1", ("cart",)),
        ("@pytest.fixture(params=[1, 2], ids=str)\ndef cart(request):\n    return request.param", ("cart",)),
        ("@pytest.fixture\ndef cart(request):\n    return request.node", ()),
        ("@pytest.fixture(name='till')\ndef cart():\n    return 1", ()),
        ("@pytest.fixture(autouse=True)\ndef cart():\n    return 1", ()),
        ("@pytest.fixture\ndef cart(tmp_path):\n    return 1", ()),
        ("@pytest.fixture\ndef a(b):\n    return b\n@pytest.fixture\ndef b(a):\n    return a", ()),
        ("@pytest.fixture\nasync def cart():\n    return 1", ()),
        ("def cart():\n    return 1", ()),
        ("@pytest.fixture\ndef cart(:", ()),
    ],
)
def test_fixtures_are_taken_that_need_nothing_but_such(source: str, names: tuple[str, ...]) -> None:
    assert of(source) == names


def test_a_name_that_the_module_uses_itself_is_not_taken() -> None:
    project = Project({"shop.py": SHOP, "tests/conftest.py": CONFTEST}, "shop.py")
    assert fixtures(project, None, frozenset({"cart"}), "tests").names == ("customer",)


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        (("shop.py", "tests/conftest.py"), "tests"),
        (("shop.py", "test/unit/conftest.py", "test/conftest.py"), "test/unit"),
        (("src/shop.py", "conftest.py", "tests/test_a.py"), "tests"),
        (("shop/till.py", "tests/conftest.py", "tests/shop/test_a.py"), "tests/shop"),
        (("shop/till.py", "tests/unit/shop/conftest.py", "tests/shop/test_a.py"), "tests/unit/shop"),
        (("shop/till.py", "tests/unit/conftest.py", "tests/functional/conftest.py"), "tests/unit"),
        (("shop.py", "conftest.py"), "."),
        (("shop/till.py", "conftest.py"), "shop"),
        (("shop/till.py", "lib/conftest.py"), None),
        (("shop.py", "tests/test_a.py"), None),
    ],
)
def test_new_tests_lie_where_the_fixtures_are_in_force(files: tuple[str, ...], folder: str | None) -> None:
    source = b"@pytest.fixture\ndef cart():\n    return 1\n"
    project = Project({name: source if "conftest" in name else b"" for name in files}, files[0])
    assert folder_of_tests(project) == folder
    found = fixtures(project, None, frozenset(), folder)
    lies = "" if folder == "." else folder
    assert found == (Fixtures() if lies is None else Fixtures(lies, found.files, ("cart",)))
    assert all("conftest.py" in file for file in found.files)


def test_the_files_in_force_are_those_on_the_way_the_outermost_first() -> None:
    names = ["shop.py", "conftest.py", "tests/unit/conftest.py", "tests/conftest.py", "other/conftest.py"]
    project = Project(dict.fromkeys(names, b""), "shop.py")
    assert conftests(project, "tests/unit/shop") == ["conftest.py", "tests/conftest.py", "tests/unit/conftest.py"]
    assert conftests(project, ".") == ["conftest.py"]


def test_a_test_file_that_is_there_brings_its_own_fixtures_after_those_around_it() -> None:
    inner = "@pytest.fixture\ndef item():\n    return 2\n"
    files = {
        "shop.py": b"", "conftest.py": inner.encode(), "tests/test_shop.py": inner.encode(), "tests/conftest.py": b"",
        "other/conftest.py": b"@pytest.fixture\ndef far():\n    return 1\n",
    }  # fmt: skip
    found = fixtures(Project(files, "shop.py"), Existing("tests/test_shop.py", inner), frozenset())
    assert found == Fixtures("tests", ("conftest.py", "tests/test_shop.py"), ("item",))


def test_a_file_of_unittest_takes_none() -> None:
    text = "import unittest\n\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n"
    project = Project({"shop.py": b"", "tests/conftest.py": CONFTEST, "tests/test_a.py": text.encode()}, "shop.py")
    assert fixtures(project, Existing("tests/test_a.py", text), frozenset()) == Fixtures()


FILES = {"shop.py": SHOP, "tests/conftest.py": CONFTEST, "tests/test_shop.py": b"def test_there():\n    assert 1\n"}


@pytest.fixture(scope="module")
def shop() -> Generated:
    return generate(Sandbox(), Project(FILES, "shop.py"), Options(("greet",), budget_s=4.0))


def test_tests_of_an_object_take_the_fixture_that_gives_one_and_pass() -> None:
    made = generate(Sandbox(), Project(FILES, "shop.py"), Options(("Cart.total",), budget_s=4.0))
    codes = [test.code for test in made.tests if test.status == "passed"]
    assert "def test_cart_total_is_60(cart):\n    assert cart.total() == 60.0" in codes


def test_tests_take_the_projects_fixtures_as_arguments_and_pass(shop: Generated) -> None:
    assert any(test.code.split("\n")[0].endswith("(customer):") for test in shop.tests)
    assert {test.status for test in shop.tests} == {"passed"}
    assert "fixture_" not in "".join(shop.files.values())
    assert "fixture_" not in "".join(test.scenario + test.name for test in shop.tests)


def test_a_dictionary_without_a_type_comes_from_the_fixture_of_its_name(shop: Generated) -> None:
    assert 'hi_ada(customer):\n    assert greet(customer) == "Hi Ada"\n' in shop.files["tests/test_shop_more.py"]


def test_such_tests_lie_beside_the_conftest_and_no_file_is_overwritten(shop: Generated) -> None:
    assert list(shop.files) == ["tests/test_shop_more.py"]


def test_without_a_project_nothing_changes() -> None:
    made = generate(Sandbox(), Project({"shop.py": SHOP}, "shop.py"), Options(("greet",), budget_s=1.0))
    assert list(made.files) in ([], ["test_shop.py"])
    assert "fixture_" not in "".join(made.files.values())


def test_a_conftest_that_cannot_be_loaded_leaves_the_tests_as_they_were() -> None:
    files = {"shop.py": SHOP, "tests/conftest.py": b"import nowhere_at_all\n" + CONFTEST}
    made = generate(Sandbox(), Project(files, "shop.py"), Options(("Cart.total",), budget_s=1.0))
    assert not any(name.startswith("tests/") for name in made.files)
    assert all("cart)" not in test.code.split("\n")[0] for test in made.tests)
    (told,) = made.left_out
    assert told.name == "tests/conftest.py"
    assert "No module named 'nowhere_at_all'" in told.reason


ACCOUNT = b'''"""An account."""


class Account:
    """Money under a number with a check digit."""

    def __init__(self, number: str) -> None:
        country, check = number[:2], int(number[2:4])
        if country != "GB" or sum(map(ord, number[4:])) % 97 != check or len(number) < 12:
            raise ValueError("no such number")
        self.balance = 0

    def pay_in(self, cents: int) -> int:
        """Add cents."""
        if cents <= 0:
            raise ValueError("nothing to pay in")
        self.balance += cents
        return self.balance
'''
NUMBER = "GB16ABCDEFGHIJ"
ACCOUNTS = f"""import pytest

from account import Account


@pytest.fixture
def account():
    return Account("{NUMBER}")
""".encode()


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        (None, "tests/conftest.py", "tests/test_account.py"),
        (None, "conftest.py", "test_account.py"),
        ("spec/unit", "spec/conftest.py", "spec/unit/test_account.py"),
    ],
)
def test_first_tests_of_a_module_take_what_the_engine_cannot_make(folder: str | None, file: str, expected: str) -> None:
    project = Project({"account.py": ACCOUNT, file: ACCOUNTS}, "account.py")
    made = generate(Sandbox(), project, Options(budget_s=4.0, folder=folder))
    assert expected in made.files
    assert "(account):\n    assert account.pay_in(1) == 1" in made.files[expected]
    assert {test.status for test in made.tests if test.label != "suspected_bug"} == {"passed"}
    assert (made.flaky, made.left_out) == ((), ())


def test_a_broken_conftest_above_takes_no_fixtures_away_from_those_below() -> None:
    files = {"account.py": ACCOUNT, "conftest.py": b"import nowhere_at_all\n", "tests/conftest.py": ACCOUNTS}
    made = generate(Sandbox(), Project(files, "account.py"), Options(budget_s=4.0))
    assert "(account):" in made.files["tests/test_account.py"]
    assert [one.name for one in made.left_out] == ["conftest.py"]


WIDE = b"""import pytest

from shop import Cart


@pytest.fixture(scope="session")
def cart():
    made = Cart("Ada", 2)
    made.add(60.0)
    return made


@pytest.fixture(params=[{"name": "Ada"}, pytest.param({"name": "Ada", "age": 7}, id="old")])
def customer(request):
    return request.param


@pytest.fixture(scope="module", params=["DE", "FR"])
def country(request):
    return request.param


@pytest.fixture
def limit(tmp_path):
    return 3


@pytest.fixture(autouse=True)
def owner():
    return "Ada"


@pytest.fixture
async def price():
    return 1.0
"""


@pytest.fixture(scope="module")
def wide() -> Generated:
    files = {"shop.py": SHOP, "tests/conftest.py": WIDE}
    return generate(Sandbox(), Project(files, "shop.py"), Options(("Cart.total", "greet", "shipping"), budget_s=5.0))


def test_an_object_that_tests_share_is_taken_and_never_changed(wide: Generated) -> None:
    codes = [test.code for test in wide.tests]
    assert any("(cart):" in code and "cart.total() == 60.0" in code for code in codes)
    assert not [code for code in codes if "cart.add(" in code and "(cart" in code.split("\n")[0]]


def test_a_test_holds_with_every_parameter_of_its_fixture(wide: Generated) -> None:
    codes = [test.code for test in wide.tests]
    assert any("(customer):" in code and "greet(customer) == 'Hi Ada'" in code for code in codes)
    taking = [code for code in codes if "country)" in code.split("\n")[0]]  # it costs 4.5 in one country, 12 in another
    assert all("shipping(cart, country) == 0.0" in code for code in taking)
    assert {test.status for test in wide.tests} == {"passed"}
    assert wide.flaky == ()


def test_what_the_module_could_take_and_is_not_taken_is_told_with_the_reason(wide: Generated) -> None:
    told = {one.name: one.reason for one in wide.left_out}
    assert told["limit"] == "it needs tmp_path, which is not taken"
    assert told["owner"] == "a fixture with autouse= is not taken"
    assert told["price"] == "an asynchronous fixture is not taken"
    assert not {"cart", "customer", "country"} & set(told)
