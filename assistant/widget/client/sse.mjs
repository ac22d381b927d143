// Server-sent events out of bytes, after the WHATWG "event stream interpretation".
// EventSource is not used: it can neither POST nor send an Authorization header.

export class EventParser {
  constructor() {
    this.rest = "";
    this.swallowLineFeed = false;
    this.lastId = "";
    this.clear();
  }

  clear() {
    this.name = "";
    this.data = [];
  }

  // Takes text as it arrives, split anywhere; gives the events that it completes.
  push(text) {
    if (!text) return [];
    if (this.swallowLineFeed && text[0] === "\n") text = text.slice(1);
    this.swallowLineFeed = text.endsWith("\r");
    const lines = (this.rest + text).split(/\r\n|\n|\r/);
    this.rest = lines.pop();
    return lines.map((line) => this.line(line)).filter(Boolean);
  }

  line(line) {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.name = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id" && !value.includes("\0")) this.lastId = value;
    return null;
  }

  dispatch() {
    const event = this.data.length ? { id: this.lastId, name: this.name || "message", data: this.data.join("\n") } : null;
    this.clear();
    return event;
  }
}

// Yields every event of a response body; `alive` is called for each piece of bytes, heartbeats included.
export async function* readEvents(body, alive = () => {}) {
  const parser = new EventParser();
  const decoder = new TextDecoder(); // drops a leading byte order mark, holds split characters back
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {}); // already closed is fine
  }
}
