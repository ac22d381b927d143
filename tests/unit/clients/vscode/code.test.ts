import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Asking } from "../../../../clients/vscode/src/core/client";
import { type CodeRequest, columnOf, linesOf, readWorked, verdictText, work, type Worked } from "../../../../clients/vscode/src/core/code";
import { type Kind, Problem, type Translate } from "../../../../clients/vscode/src/core/problems";
import { frame, serve, type Server, stream } from "./scripted";

const REQUEST: CodeRequest = { task: "edit", files: { "till.py": "x = 1\n" }, target: "till.py", line: 1, end_line: 1, instruction: "double it" };
const ANSWER = {
  text: "x = 2",
  change: { path: "till.py", text: "x = 2\n", diff: "" },
  syntax: { ok: true, faults: [] as unknown[] },
  passed: null as unknown,
  verdict: null as unknown,
  unknown_names: [] as string[],
};
const WORKED: Worked = { text: "", change: null, faults: [], passed: null, verdict: null, unknownNames: [] };
const plain = (message: string, ...values: (string | number)[]): string => message.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));

let running: Server | undefined;
afterEach(() => running?.close());
const start = async (...args: Parameters<typeof serve>): Promise<Server> => (running = await serve(...args));
const asking = (server: Server, signal = new AbortController().signal): Asking => ({
  endpoint: server.endpoint,
  token: "ak_12345678_secret",
  language: "zh-cn",
  signal,
});
const fails = async (done: Promise<unknown>): Promise<Problem> => {
  const problem = await done.then(() => assert.fail("it succeeded"), (error: unknown) => error);
  assert.ok(problem instanceof Problem, String(problem));
  return problem;
};

test("a wish goes to the code assistant as it is, and asks for a stream", async () => {
  const server = await start((response) => stream(response, frame("finished", ANSWER)));
  await work(REQUEST, asking(server));
  const { request, body } = server.seen[0] ?? assert.fail();
  assert.deepEqual([request.method, request.url], ["POST", "/api/v1/code"]);
  assert.deepEqual(JSON.parse(body), { ...REQUEST, stream: true });
});

test("the words are told as they come, and a new start is told too", async () => {
  const heard: string[] = [];
  const server = await start((response) =>
    stream(
      response,
      frame("started", {}),
      frame("context", { passages: [], tokens: 0 }),
      frame("delta", { text: "退" }),
      frame("delta", { text: "款" }),
      frame("progress", { stage: "checking" }),
      frame("finished", ANSWER),
    ),
  );
  const worked = await work(REQUEST, asking(server), {
    delta: (text) => heard.push(text),
    again: () => heard.push("again"),
    stage: (name) => heard.push(name),
  });
  assert.deepEqual(heard, ["again", "退", "款", "checking"]);
  assert.deepEqual(worked.change, { path: "till.py", text: "x = 2\n" });
});

test("a model that is away is told apart from a server that is busy", async () => {
  const server = await start((response) => {
    response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "5" });
    response.end(JSON.stringify({ code: "model_unavailable", detail: "The model is starting." }));
  });
  const problem = await fails(work(REQUEST, asking(server)));
  assert.deepEqual([problem.kind, problem.facts.retryAfter], ["model_away", 5]);
});

for (const [code, kind] of [
  ["fix_unsupported", "fix_unsupported"],
  ["prompt_too_long", "too_large"],
  ["not_permitted", "not_permitted"],
] as [string, Kind][]) {
  test(`a failure in the stream keeps its meaning: ${code}`, async () => {
    const server = await start((response) => stream(response, frame("failed", { status: 422, code, detail: "so" })));
    assert.equal((await fails(work(REQUEST, asking(server)))).kind, kind);
  });
}

test("cancelling closes the connection", async () => {
  const abort = new AbortController();
  const server = await start((response) => {
    stream(response, frame("started", {}));
    abort.abort();
  });
  assert.equal((await fails(work(REQUEST, asking(server, abort.signal)))).kind, "cancelled");
});

test("a change of a file that was not sent is refused", () => {
  assert.throws(() => readWorked({ ...ANSWER, change: { path: "../.bashrc", text: "" } }, REQUEST), /was not sent/);
  assert.throws(() => readWorked({ ...ANSWER, change: { path: "toString", text: "" } }, REQUEST), /was not sent/);
});

test("an answer without its parts is none", () => {
  for (const wrong of [null, [], { ...ANSWER, text: 3 }, { ...ANSWER, syntax: null }, { ...ANSWER, change: "x" }, { ...ANSWER, unknown_names: 1 }]) {
    assert.throws(() => readWorked(wrong, REQUEST), Error, JSON.stringify(wrong));
  }
});

test("places that do not parse, runs and verdicts are read", () => {
  const worked = readWorked(
    {
      ...ANSWER,
      syntax: { ok: false, faults: [{ line: 3, column: 1, why: "missing )" }] },
      passed: { runs: 5, passed: 5 },
      verdict: { wrong: "code", why: "The example says so.", by: "evidence" },
      unknown_names: ["nett"],
    },
    REQUEST,
  );
  assert.deepEqual(worked.faults, [{ line: 3, why: "missing )" }]);
  assert.deepEqual([worked.passed, worked.verdict?.wrong, worked.unknownNames], [{ runs: 5, passed: 5 }, "code", ["nett"]]);
});

test("columns count characters, where the editor counts halves of them", () => {
  assert.equal(columnOf("x = '😀😀'", 0), 1);
  assert.equal(columnOf("x = '😀😀'", 7), 7);
  assert.equal(columnOf("x = '退款'", 6), 7);
});

test("a selection up to the start of a line leaves that line out; an empty one means nothing", () => {
  assert.deepEqual(linesOf({ line: 2, character: 4 }, { line: 5, character: 0 }), [3, 5]);
  assert.deepEqual(linesOf({ line: 2, character: 0 }, { line: 2, character: 3 }), [3, 3]);
  assert.equal(linesOf({ line: 2, character: 4 }, { line: 2, character: 4 }), undefined);
});

test("a verdict says who is wrong, why, whose opinion it is, and what was tried", () => {
  const passed = { runs: 5, passed: 5 };
  const change = { path: "till.py", text: "" };
  const verdict = { wrong: "code", why: "The example says 6.", by: "evidence" };
  assert.equal(verdictText({ ...WORKED, verdict, passed, change }, plain), "The code seems wrong: The example says 6. With this change it passes, 5 of 5 times.");
  assert.match(verdictText({ ...WORKED, verdict: { ...verdict, wrong: "test", by: "model" }, passed: { runs: 5, passed: 0 } }, plain), /^The test seems wrong: .*opinion\) No change was found/);
  assert.equal(verdictText({ ...WORKED, verdict: { ...verdict, wrong: "nothing" }, passed }, plain), "The test passes on the server, 5 of 5 times.");
  const chinese: Translate = (message) => (message.startsWith("The code") ? "代码似乎有误。" : message);
  assert.match(verdictText({ ...WORKED, verdict: { ...verdict, why: "代码违背了自己的文档" } }, chinese), /^代码似乎有误：代码违背了自己的文档。 /);
  assert.match(verdictText({ ...WORKED, verdict: { wrong: "unclear", why: "", by: "evidence" } }, plain), /^It is not clear what is wrong\. No change/);
});
