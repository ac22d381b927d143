// The event stream parser, fed in pieces of every size.

import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser, readEvents } from "../../../assistant/widget/client/sse.mjs";

const STREAM = ": hello\n\nid: 1\nevent: started\ndata: {\"a\":1}\n\nid: 2\ndata: one\ndata: two\n\ndata:无空格\n\n:beat\nretry: 300\nid: 3\nevent: delta\ndata:  x\n\n";
const EVENTS = [
  { id: "1", name: "started", data: '{"a":1}' },
  { id: "2", name: "message", data: "one\ntwo" },
  { id: "2", name: "message", data: "无空格" },
  { id: "3", name: "delta", data: " x" },
];

const parse = (...pieces) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};
const body = (...pieces) => new ReadableStream({ start: (c) => (pieces.forEach((p) => c.enqueue(p)), c.close()) });

test("reads a whole stream", () => assert.deepEqual(parse(STREAM), EVENTS));

for (const [name, end] of [["CR LF", "\r\n"], ["CR", "\r"]]) {
  test(`takes ${name} for a line's end`, () => assert.deepEqual(parse(STREAM.replaceAll("\n", end)), EVENTS));
  test(`takes ${name} split over two pieces at every place`, () => {
    const text = STREAM.replaceAll("\n", end);
    for (let at = 0; at <= text.length; at++) assert.deepEqual(parse(text.slice(0, at), text.slice(at)), EVENTS, `split at ${at}`);
  });
}

test("takes one letter at a time", () => assert.deepEqual(parse(...STREAM), EVENTS));

test("an unfinished event is not given out", () => assert.deepEqual(parse("id: 9\ndata: half"), []));

test("an event without data is none, but its id counts", () => {
  assert.deepEqual(parse("id: 4\nevent: x\n\ndata: y\n\n"), [{ id: "4", name: "message", data: "y" }]);
});

test("unknown fields and an id with a null are passed over", () => {
  assert.deepEqual(parse("id: 1\nid: a\0b\nfoo: bar\nnocolon\ndata\n\n"), [{ id: "1", name: "message", data: "" }]);
});

test("bytes are decoded across pieces, a mark at the front is dropped", async () => {
  const bytes = new TextEncoder().encode("\ufeffdata: 你好😀\n\n");
  const events = [];
  for await (const event of readEvents(body(...Array.from(bytes, (byte) => Uint8Array.of(byte))))) events.push(event);
  assert.deepEqual(events, [{ id: "", name: "message", data: "你好😀" }]);
});

test("every piece of bytes is a sign of life, heartbeats included", async () => {
  let alive = 0;
  const encode = (text) => new TextEncoder().encode(text);
  for await (const _ of readEvents(body(encode(": beat\n\n"), encode(": beat\n\n")), () => alive++)) assert.fail();
  assert.equal(alive, 2);
});

test("who stops reading closes the stream", async () => {
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
    cancel: () => (cancelled = true),
  });
  for await (const _ of readEvents(endless)) break;
  assert.ok(cancelled);
});
