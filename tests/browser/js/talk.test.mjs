// The conversation and the transport, without a page: a scripted server answers `fetch`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { completeSentences } from "../../../assistant/widget/client/speech.mjs";
import { Talk } from "../../../assistant/widget/client/talk.mjs";
import { Failure, isNew, Transport, wait } from "../../../assistant/widget/client/transport.mjs";
import { chooseLanguage, WORDS } from "../../../assistant/widget/client/words.mjs";

const frame = (id, name, data) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const whole = (more = {}) => ({ id: "a1", conversation_id: "c1", answer: "", sources: [], layer: "faq", grounded: true, refused: null, handoff: null, ...more });
const stream = (...frames) => new Response(frames.join(""), { headers: { "Content-Type": "text/event-stream" } });
const problem = (status, code, retryAfter) =>
  Response.json({ code, detail: "why", status }, { status, headers: retryAfter ? { "Retry-After": String(retryAfter) } : {} });

function memory() {
  const kept = new Map();
  return { kept, get: (key) => kept.get(key) ?? null, set: (key, value) => kept.set(key, value), load: () => ({ conversation: null, messages: [], open: false }), save() {} };
}

// `answers` are responses, or functions of the request, or errors to throw, in order; token requests are answered by themselves.
function setting(...answers) {
  const seen = [];
  const pauses = [];
  let tokens = 0;
  const fetcher = async (url, options) => {
    const path = url.replace("https://api/widget/v1/", "");
    if (path === "token") return Response.json({ token: `t${++tokens}`, expires_in: 600, visitor: "v" });
    seen.push({ path, headers: options.headers, body: options.body && JSON.parse(options.body) });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return typeof next === "function" ? next(options) : next;
  };
  const pause = async (ms) => void pauses.push(ms);
  const store = memory();
  const transport = new Transport({ base: "https://api", site: "s", memory: store, fetcher, pause, online: () => true });
  const talk = new Talk({ transport, memory: store, language: () => "en", changed() {}, pause });
  return { talk, transport, seen, pauses, store, tokens: () => tokens };
}

test("both languages have the same words, of the same kind", () => {
  assert.deepEqual(Object.keys(WORDS.en), Object.keys(WORDS.zh));
  for (const key of Object.keys(WORDS.en)) {
    assert.equal(typeof WORDS.en[key], typeof WORDS.zh[key], key);
    const said = [WORDS.en[key], WORDS.zh[key]].map((word) => (typeof word === "function" ? word(7) : word));
    assert.ok(said.every((text) => text.length > 0), key);
    if (typeof WORDS.en[key] === "function") assert.ok(said.every((text) => text.includes("7")), key);
  }
});

test("no Chinese word was left in English", () => {
  for (const [key, word] of Object.entries(WORDS.zh)) {
    if (key === "switchLanguage") continue;
    assert.match(typeof word === "function" ? word(7) : word, /[\u4e00-\u9fff]/, key);
  }
});

test("languages are matched by their first part, in order of wish, among those offered", () => {
  assert.equal(chooseLanguage([null, "zh-Hant-TW", "en"], ["en", "zh"]), "zh");
  assert.equal(chooseLanguage(["fr", "EN_us"], ["zh", "en"]), "en");
  assert.equal(chooseLanguage(["en"], ["zh"]), "zh");
  assert.equal(chooseLanguage([], []), "en");
});

test("an answer ends as the server says, whatever came before", async () => {
  const { talk } = setting(stream(frame(1, "started", { id: "a1", conversation_id: "c1" }), frame(2, "delta", { text: "Hal" }), frame(3, "finished", whole({ answer: "Hello." }))));
  await talk.ask("q");
  assert.equal(talk.messages[1].text, "Hello.");
  assert.equal(talk.messages[1].status, "done");
  assert.equal(talk.conversation, "c1");
});

test("a cut stream is taken up with the last id, and back-off grows at random within its step", async () => {
  const { talk, seen, pauses } = setting(
    stream(frame(1, "started", { id: "a1", conversation_id: "c1" }), frame(2, "delta", { text: "a" })),
    new TypeError("network"),
    problem(502, "bad_gateway"),
    stream(frame(2, "delta", { text: "a" }), frame(3, "delta", { text: "b" }), frame(4, "finished", whole())),
  );
  await talk.ask("q");
  assert.equal(talk.messages[1].text, "ab");
  assert.deepEqual(seen.slice(1).map((call) => [call.path, call.headers["Last-Event-ID"]]), Array(3).fill(["answers/a1/events", "2"]));
  pauses.forEach((ms, index) => assert.ok(ms >= 0 && ms <= 300 * 2 ** index, `${ms}`));
});

test("an answer is given up after eight tries without a new event", async () => {
  const { talk, seen } = setting(stream(frame(1, "started", { id: "a1" })), ...Array(20).fill(new TypeError("network")));
  await talk.ask("q");
  assert.equal(talk.messages[1].status, "failed");
  assert.equal(seen.length, 1 + 8);
});

test("a token that is not taken is renewed once, not for ever", async () => {
  const twice = setting(problem(401, "session_expired"), problem(401, "session_expired"));
  await twice.talk.ask("q");
  assert.equal(twice.talk.messages[1].code, "session_expired");
  assert.equal(twice.tokens(), 2);
});

test("two requests at once share one renewal", async () => {
  const { transport, tokens } = setting();
  await Promise.all([transport.session(), transport.session()]);
  assert.equal(tokens(), 1);
});

test("the visitor's credential is kept, the token is not", async () => {
  const { transport, store } = setting();
  await transport.session();
  assert.deepEqual([...store.kept], [["visitor", "v"]]);
});

test("waiting for a warm-up ends some day", async () => {
  const { talk, seen } = setting(...Array.from({ length: 30 }, () => () => problem(503, "starting", 2)));
  await talk.ask("q");
  assert.equal(talk.messages[1].status, "failed");
  assert.equal(seen.length, 13);
});

test("stop aborts what is under way and keeps the text", async () => {
  const { talk } = setting((options) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(frame(1, "started", { id: "a1" }) + frame(2, "delta", { text: "part" })));
        options.signal.addEventListener("abort", () => controller.error(options.signal.reason));
      },
    });
    return new Response(body);
  });
  const asking = talk.ask("q");
  await wait(20);
  talk.stop();
  await asking;
  assert.equal(talk.messages[1].status, "stopped");
  assert.equal(talk.messages[1].text, "part");
  assert.equal(talk.busy, false);
});

test("clearing in the middle of an answer leaves nothing behind", async () => {
  const { talk } = setting(() => new Response(new ReadableStream({})));
  const asking = talk.ask("q");
  await wait(5);
  talk.fresh();
  talk.controller?.abort(new Failure("stopped"));
  assert.deepEqual([talk.messages, talk.conversation], [[], null]);
  await Promise.race([asking, wait(50)]);
});

test("an event that was seen is known by its number", () => {
  assert.ok(isNew("3", "2") && isNew("10", "9") && isNew("1", "") && isNew("", "5"));
  assert.ok(!isNew("2", "2") && !isNew("2", "10"));
});

test("sentences are complete at their mark, quotes included, numbers excluded", () => {
  const ready = (text) => completeSentences(text, 0).ready;
  assert.equal(ready("One. Two"), "One.");
  assert.equal(ready("It costs 3.50 yuan"), "");
  assert.equal(ready("他说：“好。”然后"), "他说：“好。”");
  assert.equal(ready("a\nb"), "a\n");
  assert.equal(completeSentences("One. Two. ", 4).ready, " Two.");
});

test("a thumb goes to the answer it is for, with a reason, and is kept with the message", async () => {
  const { talk, seen } = setting(stream(frame(1, "started", { id: "a1", conversation_id: "c1" }), frame(2, "finished", whole({ answer: "30 days." }))), new Response(null, { status: 204 }));
  await talk.ask("How long?");
  const message = talk.messages.at(-1);
  await talk.rate(message, "down", "It is 14.");
  assert.deepEqual([seen[1].path, seen[1].body], ["answers/a1/feedback", { rating: "down", reason: "It is 14." }]);
  assert.deepEqual([message.rating, message.reason, message.told], ["down", "It is 14.", "thanks"]);
});

test("a thumb that did not arrive is not shown as given, and says so", async () => {
  const { talk } = setting(stream(frame(1, "started", { id: "a1", conversation_id: "c1" }), frame(2, "finished", whole({ answer: "30 days." }))), new TypeError("network"));
  await talk.ask("How long?");
  const message = talk.messages.at(-1);
  await talk.rate(message, "up", "");
  assert.deepEqual([message.rating, message.told], ["", "unrated"]);
  assert.equal(message.status, "done");
});

test("questions that may have been meant come with the end of an answer, and one can be asked", async () => {
  const suggestions = [{ question: "How do I return an item?", key: "returns" }];
  const refused = { code: "no_evidence", reason: "Not found." };
  const { talk } = setting(
    stream(frame(1, "started", { id: "a1", conversation_id: "c1" }), frame(2, "refused", refused), frame(3, "finished", whole({ refused, suggestions }))),
    stream(frame(1, "started", { id: "a2", conversation_id: "c1" }), frame(2, "finished", whole({ answer: "So." }))),
  );
  await talk.ask("How do I return an order?");
  assert.deepEqual(talk.messages.at(-1).suggestions, suggestions);
  await talk.ask(talk.messages.at(-1).suggestions[0].question);
  assert.equal(talk.messages.at(-1).suggestions, undefined);
  assert.equal(talk.messages.at(-2).text, "How do I return an item?");
});
