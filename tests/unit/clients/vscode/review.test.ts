import assert from "node:assert/strict";
import { test } from "node:test";
import { Review } from "../../../../clients/vscode/src/core/review";
import { MADE, TESTS } from "./scripted";

const FILE = "test_till.py";
const BUGS = "test_till_suspected.py";
const [NET, CART, BUG] = TESTS.map((one) => one.name) as [string, string, string];

test("at first everything is open, each test in its file", () => {
  const review = new Review(MADE);
  assert.deepEqual(review.open(FILE).map((one) => one.name), [NET, CART]);
  assert.deepEqual(review.open(BUGS).map((one) => one.name), [BUG]);
});

test("a rejected test leaves the proposal", () => {
  const review = new Review(MADE);
  review.decide(NET, "rejected");
  assert.ok(!review.proposal(FILE, "").includes(NET));
  assert.ok(review.proposal(FILE, "").includes(CART));
});

test("an accepted test is no longer proposed, but stays in the file that has it", () => {
  const review = new Review(MADE);
  const existing = review.proposal(FILE, "", new Set([NET]));
  review.decide(NET, "accepted");
  const proposal = review.proposal(FILE, existing);
  assert.ok(proposal.includes(`def ${NET}`) && proposal.includes(`def ${CART}`));
});

test("when everything is rejected the file would stay as it is", () => {
  const review = new Review(MADE);
  review.choose([]);
  assert.equal(review.proposal(FILE, "ours\n"), "ours\n");
  assert.ok(review.settled);
});

test("choosing rejects the rest, and takes nothing back that was accepted", () => {
  const review = new Review(MADE);
  review.decide(BUG, "accepted");
  review.choose([NET]);
  assert.deepEqual([NET, CART, BUG].map((name) => review.decision(name)), ["open", "rejected", "accepted"]);
});

test("choosing again can bring a test back", () => {
  const review = new Review(MADE);
  review.choose([NET]);
  review.choose([NET, CART]);
  assert.equal(review.decision(CART), "open");
});

test("an unknown test changes nothing", () => {
  const review = new Review(MADE);
  review.decide("test_of_somebody_else", "accepted");
  assert.equal(review.decision("test_of_somebody_else"), "open");
});

test("a file of another language is added to, never replaced", () => {
  const text = 'describe("net", () => {\n  test("gives 1", () => {});\n});\n';
  const tests = [{ ...MADE.tests[0]!, name: "net gives 1" }];
  const review = new Review({ ...MADE, tests, files: { "till.test.js": text } }, "javascript");
  assert.equal(review.proposal("till.test.js", ""), text);
  assert.equal(review.proposal("till.test.js", "// old\n"), `// old\n\n${text}`);
});

const OURS = "from till import net\n\n\ndef test_ours():\n    assert net(1, 0) == 1\n";
const GREW = `from till import net
import pytest
from till import Cart


def test_ours():
    assert net(1, 0) == 1


${TESTS[0].code}


${TESTS[1].code}
`;
const added = (): Review => new Review({ ...MADE, files: { [FILE]: GREW, [BUGS]: MADE.files[BUGS] ?? "" } }, "python", { [FILE]: OURS });

test("a file that the server added to is proposed as the server wrote it", () => {
  assert.equal(added().proposal(FILE, OURS), GREW);
  assert.deepEqual(added().open(FILE).map((one) => one.name), [NET, CART]);
  assert.deepEqual(added().open(BUGS).map((one) => one.name), [BUG]);
});

test("accepted one by one, in any order, the tests give the file that the server wrote", () => {
  for (const order of [[NET, CART], [CART, NET]]) {
    const review = added();
    let text = OURS;
    for (const name of order) {
      text = review.proposal(FILE, text, new Set([name]));
      review.decide(name, "accepted");
    }
    assert.equal(text, GREW);
  }
});

test("a test that was rejected is not in it, nor what only that one needed", () => {
  const review = added();
  review.decide(CART, "rejected");
  const text = review.proposal(FILE, OURS);
  assert.ok(text.includes(`def ${NET}`) && text.includes("test_ours") && !text.includes("Cart") && !text.includes("pytest"));
});

test("what was typed into the file meanwhile stays", () => {
  const text = added().proposal(FILE, `${OURS}\n\ndef test_typed():\n    assert 1\n`);
  for (const name of ["test_ours", "test_typed", NET, CART]) assert.equal(text.split(`def ${name}(`).length, 2, name);
});

test("line ends of Windows stay in a file that is added to", () => {
  const text = added().proposal(FILE, OURS.replace(/\n/g, "\r\n"));
  assert.equal(text.replace(/\r\n/g, "\n"), GREW);
  assert.ok(!/[^\r]\n/.test(text));
});

const BLOCK = 'describe("net", () => {\n  it("is ours", () => {});\n});\n';
const BLOCKS = 'describe("net", () => {\n  it("is ours", () => {});\n\n  it("gives 1", () => {\n    one();\n  });\n\n  it("gives 2", () => {\n    two();\n  });\n});\n';
const scripted = (): Review =>
  new Review({ ...MADE, tests: ["net gives 1", "net gives 2"].map((name) => ({ ...MADE.tests[0]!, name })), files: { "till.spec.js": BLOCKS } }, "javascript", { "till.spec.js": BLOCK });

test("a file of Jest that the server added to is proposed as it is, and single tests of it go in too", () => {
  assert.equal(scripted().proposal("till.spec.js", BLOCK), BLOCKS);
  const one = scripted().proposal("till.spec.js", BLOCK, new Set(["net gives 2"]));
  assert.ok(one.startsWith('describe("net", () => {\n  it("is ours", () => {});') && one.includes("two()") && !one.includes("one()"));
});

test("tests whose place in an added file is not found by their names are still decided with it", () => {
  const nested = "// of another shape\n";
  const review = new Review({ ...MADE, tests: MADE.tests.slice(0, 1), files: { "till.spec.js": nested } }, "javascript", { "till.spec.js": "" });
  assert.equal(review.open("till.spec.js").length, 1);
  assert.equal(review.proposal("till.spec.js", ""), nested);
});

test("the test at the cursor is the one that is meant, also from its decorators or inside a class", () => {
  const review = added();
  const at = (words: string): string | undefined => review.around(FILE, GREW, GREW.slice(0, GREW.indexOf(words)).split("\n").length - 1);
  assert.equal(at("net(10.0, 4.0) == 6.0"), NET);
  assert.equal(at("Cart(0).add(1)"), CART);
  assert.equal(at("net(1, 0) == 1"), undefined, "ours is not theirs to decide");
  assert.equal(at("import pytest"), undefined);
  review.decide(NET, "accepted");
  assert.equal(at("net(10.0, 4.0) == 6.0"), undefined, "decided already");
  const within = `class GeneratedTests:\n    ${(TESTS[0].code).replace(/\n/g, "\n    ")}\n`;
  assert.equal(new Review({ ...MADE, files: { [FILE]: within } }).around(FILE, within, 2), NET);
});

test("a table of Jest is one test, whatever row it is", () => {
  const text = 'describe("net", () => {\n  test.each([[1]])("gives n, row %#: %p", (n) => {\n    net(n);\n  });\n\n  test("gives", () => {\n    net();\n  });\n});\n';
  const review = new Review({ ...MADE, tests: ["net gives n", "net gives"].map((name) => ({ ...MADE.tests[0]!, name })), files: { "a.test.js": text } }, "javascript");
  assert.equal(review.around("a.test.js", text, 2), "net gives n");
  assert.equal(review.around("a.test.js", text, 6), "net gives");
});
