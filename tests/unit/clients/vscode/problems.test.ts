import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, fromAnswer, type Kind, Problem, seconds, type Translate } from "../../../../clients/vscode/src/core/problems";

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));
const answer = (status: number, code: string, more: object = {}) =>
  fromAnswer(status, JSON.stringify({ type: `urn:assistant:problem:${code}`, status, code, detail: "Words.", ...more }));

const KNOWN: [number, string, Kind][] = [
  [401, "not_authenticated", "wrong_token"],
  [403, "not_permitted", "not_permitted"],
  [429, "rate_limited", "busy"],
  [429, "too_many_tests", "busy"],
  [503, "overloaded", "busy"],
  [503, "sandbox_unavailable", "sandbox_unavailable"],
  [413, "body_too_large", "too_large"],
  [413, "too_large", "too_large"],
  [422, "syntax_error", "syntax_error"],
  [400, "unknown_language", "unsupported_language"],
  [422, "missing_runner", "unsupported_language"],
  [422, "nothing_to_test", "nothing_to_test"],
  [422, "broken_source", "broken_source"],
  [422, "source_timeout", "source_timeout"],
  [400, "bad_path", "refused"],
  [500, "internal", "refused"],
];
for (const [status, code, kind] of KNOWN) {
  test(`${status} ${code} is understood as ${kind}`, () => {
    const problem = answer(status, code);
    assert.equal(problem.kind, kind);
    assert.equal(problem.facts.detail, "Words.");
  });
}

test("a page of HTML is not the assistant", () => {
  assert.equal(fromAnswer(404, "<html>nginx</html>").kind, "not_assistant");
});

test("an answer of JSON that is no problem is not the assistant", () => {
  assert.equal(fromAnswer(404, "[1]").kind, "not_assistant");
});

test("a redirect is not followed but reported", () => {
  assert.equal(fromAnswer(302, "").kind, "not_assistant");
});

test("what a proxy says when the assistant is away counts as away", () => {
  assert.deepEqual([502, 504].map((status) => fromAnswer(status, "Bad Gateway").kind), ["unreachable", "unreachable"]);
});

test("a place in the source is kept", () => {
  const { line, column } = answer(422, "syntax_error", { line: 3, column: 7 }).facts;
  assert.deepEqual([line, column], [3, 7]);
});

test("a wait in the body goes before the header", () => {
  assert.equal(fromAnswer(429, '{"code": "rate_limited", "retry_after": 2.5}', "9").facts.retryAfter, 2.5);
});

test("a wait in the header counts when there is no body", () => {
  assert.equal(fromAnswer(429, "", "9").facts.retryAfter, 9);
});

test("Retry-After may be a date", () => {
  const now = Date.parse("Sun, 06 Nov 1994 08:49:00 GMT");
  assert.equal(seconds("Sun, 06 Nov 1994 08:49:37 GMT", now), 37);
  assert.equal(seconds("Sun, 06 Nov 1994 08:48:37 GMT", now), 0);
});

test("Retry-After that means nothing is no wait", () => {
  assert.deepEqual([undefined, "", " ", "soon"].map((header) => seconds(header)), [undefined, undefined, undefined, undefined]);
});

test("who is busy says for how long", () => {
  const { text, remedies } = explained(answer(429, "too_many_tests", { retry_after: 9.2 }), "http://a", t);
  assert.match(text, /Try again in 10 s/);
  assert.deepEqual(remedies, ["retry"]);
});

test("a wrong key offers to enter another", () => {
  const { text, remedies } = explained(answer(401, "not_authenticated"), "http://a", t);
  assert.match(text, /http:\/\/a does not accept/);
  assert.deepEqual(remedies, ["setToken"]);
});

test("a server that is down offers to try again and the settings", () => {
  assert.deepEqual(explained(new Problem("unreachable"), "http://a", t).remedies, ["retry", "openSettings"]);
});

test("a syntax error says where", () => {
  assert.match(explained(answer(422, "syntax_error", { line: 3, column: 7 }), "", t).text, /line 3, column 7/);
});

test("every kind has words, and the server's own where it has some", () => {
  const kinds: Kind[] = [
    "cancelled", "unreachable", "not_assistant", "interrupted", "no_token", "wrong_token", "not_permitted", "busy",
    "sandbox_unavailable", "too_large", "syntax_error", "unsupported_language", "nothing_to_test", "broken_source", "source_timeout",
    "bad_endpoint", "refused",
  ];
  for (const kind of kinds) {
    const { text } = explained(new Problem(kind, { detail: "the server's words" }), "http://a", t);
    assert.ok(text.length > 5, kind);
    assert.ok(!text.includes("undefined"), text);
  }
});
