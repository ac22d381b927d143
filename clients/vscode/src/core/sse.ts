/** Server-sent events out of a stream of text (the WHATWG event stream format; `retry` and ids are not needed here). */

export interface SseEvent {
  readonly name: string;
  readonly data: string;
}

/** More than the server ever sends in one event; a stream without an end must not fill the editor's memory. */
export const MOST_CHARACTERS = 8 * 1024 * 1024;

export class StreamTooLong extends Error {}

export class SseParser {
  private rest = "";
  private name = "";
  private data: string[] = [];
  private size = 0;
  private started = false;

  /** Take the next piece; give the events that it completes. Throws StreamTooLong. */
  push(piece: string): SseEvent[] {
    let text = this.rest + piece;
    if (!this.started && text !== "") {
      this.started = true;
      text = text.replace(/^\uFEFF/, "");
    }
    // A carriage return at the end may be half of a line's end.
    const held = text.endsWith("\r") ? "\r" : "";
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? "") + held;
    const events: SseEvent[] = [];
    for (const line of lines) {
      const event = this.line(line);
      if (event !== undefined) events.push(event);
    }
    if (this.rest.length + this.size > MOST_CHARACTERS) throw new StreamTooLong("an event has no end");
    return events;
  }

  private line(line: string): SseEvent | undefined {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined; // a comment keeps the connection alive
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.name = value;
    if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    }
    return undefined;
  }

  private dispatch(): SseEvent | undefined {
    const event = this.data.length ? { name: this.name || "message", data: this.data.join("\n") } : undefined;
    this.name = "";
    this.data = [];
    this.size = 0;
    return event;
  }
}
