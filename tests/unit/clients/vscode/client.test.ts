import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { type Asking, generate } from "../../../../clients/vscode/src/core/client";
import { type Kind, Problem } from "../../../../clients/vscode/src/core/problems";
import type { TestsRequest } from "../../../../clients/vscode/src/core/types";
import { frame, MADE, serve, type Server, stream, TESTS } from "./scripted";

const REQUEST: TestsRequest = { language: "python", files: { "till.py": "x = '退款'\n" }, target: "till.py", symbols: ["net"], budget: 4 };
let running: Server | undefined;
afterEach(() => running?.close());

const start = async (...args: Parameters<typeof serve>): Promise<Server> => (running = await serve(...args));
const asking = (server: Server, more: Partial<Asking> = {}): Asking => ({
  endpoint: server.endpoint,
  token: "ak_12345678_secret",
  language: "zh-cn",
  signal: new AbortController().signal,
  ...more,
});
const fails = async (work: Promise<unknown>): Promise<Problem> => {
  const problem = await work.then(() => assert.fail("it succeeded"), (error: unknown) => error);
  assert.ok(problem instanceof Problem, String(problem));
  return problem;
};
const until = async (true_: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 200 && !true_(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(true_());
};

test("the finished answer comes back, and what happened before is told", async () => {
  const server = await start((response) =>
    stream(
      response,
      frame("started", {}),
      frame("progress", { stage: "search", done: 1, of: 2 }),
      frame("test", TESTS[0]),
      frame("finished", MADE),
    ),
  );
  const heard: string[] = [];
  const made = await generate(REQUEST, asking(server), {
    progress: (progress) => heard.push(`${progress.stage} ${progress.done}/${progress.of}`),
    test: (one) => heard.push(one.name),
  });
  assert.deepEqual(made, MADE);
  assert.deepEqual(heard, ["search 1/2", TESTS[0].name]);
});

test("the request says what the server needs to know", async () => {
  const server = await start((response) => stream(response, frame("finished", MADE)));
  await generate(REQUEST, asking(server));
  const { request, body } = server.seen[0] ?? assert.fail();
  assert.deepEqual([request.method, request.url], ["POST", "/api/v1/tests"]);
  assert.equal(request.headers.authorization, "Bearer ak_12345678_secret");
  assert.equal(request.headers["accept-language"], "zh-cn");
  assert.deepEqual(JSON.parse(body), { ...REQUEST, stream: true });
});

test("the key does not stand in the address", async () => {
  const server = await start((response) => stream(response, frame("finished", MADE)));
  await generate(REQUEST, asking(server));
  assert.ok(!server.seen[0]?.request.url?.includes("secret"));
});

test("an assistant below a path is asked there", async () => {
  const server = await start((response) => stream(response, frame("finished", MADE)));
  await generate(REQUEST, asking(server, { endpoint: { ...server.endpoint, base: `${server.endpoint.base}/assistant` } }));
  assert.equal(server.seen[0]?.request.url, "/assistant/api/v1/tests");
});

test("a stream that is cut within a character reads well", async () => {
  const bytes = Buffer.from(frame("test", { ...TESTS[0], scenario: "退款" }) + frame("finished", MADE));
  const server = await start(async (response) => {
    stream(response);
    for (let at = 0; at < bytes.length; at += 400) {
      response.write(bytes.subarray(at, at + 400));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  const scenarios: string[] = [];
  await generate(REQUEST, asking(server), { test: (one) => scenarios.push(one.scenario) });
  assert.deepEqual(scenarios, ["退款"]);
});

test("an event that a later version may send is skipped", async () => {
  const server = await start((response) => stream(response, frame("weather", { sun: true }), frame("finished", MADE)));
  assert.equal((await generate(REQUEST, asking(server))).mutants, 17);
});

test("cancelling closes the connection, so that the server stops", async () => {
  const server = await start((response) => stream(response, frame("progress", { stage: "search", done: 0, of: 1 })));
  const abort = new AbortController();
  const problem = await fails(generate(REQUEST, asking(server, { signal: abort.signal }), { progress: () => abort.abort() }));
  assert.equal(problem.kind, "cancelled");
  await until(() => server.gone === 1);
});

test("cancelling before the answer begins closes the connection too", async () => {
  const abort = new AbortController();
  const server = await start(() => abort.abort());
  assert.equal((await fails(generate(REQUEST, asking(server, { signal: abort.signal })))).kind, "cancelled");
  await until(() => server.gone === 1);
});

test("what is cancelled already is not sent", async () => {
  const server = await start((response) => stream(response, frame("finished", MADE)));
  assert.equal((await fails(generate(REQUEST, asking(server, { signal: AbortSignal.abort() })))).kind, "cancelled");
  assert.equal(server.seen.length, 0);
});

test("a problem in the stream is told like one in the head", async () => {
  const server = await start((response) =>
    stream(response, frame("failed", { status: 422, code: "syntax_error", detail: "broken", line: 2, column: 3 })),
  );
  const problem = await fails(generate(REQUEST, asking(server)));
  assert.deepEqual([problem.kind, problem.facts.line, problem.facts.column], ["syntax_error", 2, 3]);
});

const REFUSALS: [number, object | string, Record<string, string>, Kind][] = [
  [401, { code: "not_authenticated" }, {}, "wrong_token"],
  [429, { code: "rate_limited" }, { "retry-after": "7" }, "busy"],
  [503, { code: "sandbox_unavailable" }, {}, "sandbox_unavailable"],
  [413, { code: "body_too_large" }, {}, "too_large"],
  [200, "<html>hello</html>", { "content-type": "text/html" }, "not_assistant"],
  [302, "", { location: "http://127.0.0.1:1/" }, "not_assistant"],
];
for (const [status, body, headers, kind] of REFUSALS) {
  test(`the answer ${status} ${JSON.stringify(body)} is understood as ${kind}`, async () => {
    const server = await start((response) => {
      response.writeHead(status, headers);
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    const problem = await fails(generate(REQUEST, asking(server)));
    assert.equal(problem.kind, kind);
    if (headers["retry-after"]) assert.equal(problem.facts.retryAfter, 7);
  });
}

test("a server that is down is said to be down", async () => {
  const server = await start(() => undefined);
  server.close();
  assert.equal((await fails(generate(REQUEST, asking(server)))).kind, "unreachable");
});

test("a server that says nothing for too long counts as down", async () => {
  const server = await start(() => undefined);
  assert.equal((await fails(generate(REQUEST, asking(server, { patience: 100 })))).kind, "unreachable");
});

test("a stream that breaks off is no result", async () => {
  const server = await start((response) => {
    stream(response, frame("test", TESTS[0]));
    setTimeout(() => response.destroy(), 20);
  });
  assert.equal((await fails(generate(REQUEST, asking(server)))).kind, "interrupted");
});

test("a stream that ends without an end is no result", async () => {
  const server = await start((response) => {
    stream(response, frame("started", {}));
    response.end();
  });
  assert.equal((await fails(generate(REQUEST, asking(server)))).kind, "interrupted");
});

for (const [what, frames] of [
  ["no JSON", "event: finished\ndata: {oops\n\n"],
  ["another shape", frame("finished", { files: {} })],
  ["a file name that leads outside", frame("finished", { ...MADE, files: { "../../.bashrc": "x" } })],
] as const) {
  test(`an answer with ${what} is not the assistant's`, async () => {
    const server = await start((response) => stream(response, frames));
    assert.equal((await fails(generate(REQUEST, asking(server)))).kind, "not_assistant");
  });
}
