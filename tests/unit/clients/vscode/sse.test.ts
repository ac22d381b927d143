import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_CHARACTERS, SseParser, StreamTooLong } from "../../../../clients/vscode/src/core/sse";

const all = (...pieces: string[]) => {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

test("an event has its name and data", () => {
  assert.deepEqual(all("event: progress\ndata: {}\n\n"), [{ name: "progress", data: "{}" }]);
});

test("an event without a name is a message", () => {
  assert.deepEqual(all("data: x\n\n"), [{ name: "message", data: "x" }]);
});

test("lines of data are joined by a line break", () => {
  assert.deepEqual(all("data: a\ndata: b\n\n"), [{ name: "message", data: "a\nb" }]);
});

test("a comment keeps the connection alive and is no event", () => {
  assert.deepEqual(all(": still here\n\n", "data: x\n\n"), [{ name: "message", data: "x" }]);
});

test("an event without data is dropped, and its name with it", () => {
  assert.deepEqual(all("event: a\n\ndata: x\n\n"), [{ name: "message", data: "x" }]);
});

test("only one blank after the colon is taken away", () => {
  assert.deepEqual(all("data:  x\n\n"), [{ name: "message", data: " x" }]);
});

test("a byte order mark at the beginning is skipped", () => {
  assert.deepEqual(all("\uFEFFdata: x\n\n"), [{ name: "message", data: "x" }]);
});

test("fields that we do not use are skipped", () => {
  assert.deepEqual(all("id: 3\nretry: 10\nnonsense\ndata: x\n\n"), [{ name: "message", data: "x" }]);
});

test("what is not complete waits", () => {
  assert.deepEqual(all("data: x\n"), []);
});

for (const end of ["\n", "\r\n", "\r"]) {
  test(`the stream reads the same wherever it is cut, with line ends ${JSON.stringify(end)}`, () => {
    const text = `event: a${end}data: 一${end}data: 2${end}${end}data: z${end}${end}data: last${end}${end}`;
    const whole = all(text, "\n");
    assert.equal(whole.length, 3);
    for (let at = 1; at < text.length; at++) assert.deepEqual(all(text.slice(0, at), text.slice(at), "\n"), whole, `cut at ${at}`);
    assert.deepEqual(all(...text, "\n"), whole);
  });
}

test("an event without an end does not fill the memory", () => {
  const parser = new SseParser();
  const line = `data: ${"x".repeat(MOST_CHARACTERS / 4)}\n`;
  assert.throws(() => {
    for (let count = 0; count < 6; count++) parser.push(line);
  }, StreamTooLong);
});
