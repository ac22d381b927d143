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
