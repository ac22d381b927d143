import assert from "node:assert/strict";
import { test } from "node:test";
import { byTest, cases } from "../../../../clients/vscode/src/core/junit";

const XML = `<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="5">
<testcase classname="test_till" name="test_a" time="0.012" />
<testcase classname="test_till" name="test_b" time="0.5"><failure message="assert 1 == 2">E  assert 1 &lt; 2 &amp; &#x4e00;
more</failure></testcase>
<testcase classname="test_till" name="test_c[1-2]" time="0"></testcase>
<testcase classname="test_till" name="test_c[a&quot;b]" time="0"><error message="boom"/></testcase>
<testcase classname="test_till" name="test_d" time="0"><skipped type="x" message="not now">why</skipped></testcase>
</testsuite></testsuites>`;

test("outcomes, durations and messages are read", () => {
  const [a, b] = cases(XML);
  assert.deepEqual(a, { name: "test_a", outcome: "passed", message: "", duration: 12 });
  assert.deepEqual([b?.outcome, b?.message, b?.duration], ["failed", "E  assert 1 < 2 & 一\nmore", 500]);
});

test("cases of one test count as the worst of them", () => {
  const results = byTest(cases(XML));
  assert.equal(results.get("test_c")?.outcome, "errored");
  assert.equal(results.get("test_c")?.message, "boom");
  assert.equal(results.get("test_d")?.outcome, "skipped");
});

test("no report has no cases", () => assert.deepEqual(cases(""), []));
