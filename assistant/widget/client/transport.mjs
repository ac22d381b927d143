// Talks to the server: short-lived tokens, questions by POST, a dropped stream taken up again by GET with Last-Event-ID.

import { readEvents } from "./sse.mjs";

const TERMINAL = ["finished", "failed"];
const SILENCE_MS = 40000; // the server's heart beats every 15 s; silence for longer is a dead connection
const TRIES = 8; // without a new event in between
// First step (a stream without listeners is stopped after 700 ms) and ceiling; each wait is a random part of the step: "full jitter".
const BACK_OFF_MS = [300, 15000];
const EARLY_MS = 20000; // renew a token this long before it ends

export class Failure extends Error {
  // `code` is the server's, or offline | lost; `retryAfter` is in seconds.
  constructor(code, message = "", { status = 0, retryAfter = 0 } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export class Transport {
  // `identity()` gives the visitor's signed identity if there is one; `memory` keeps the visitor's credential between pages: {get(key), set(key, value)}.
  constructor({ base, site, memory, identity = () => undefined, fetcher = (...all) => fetch(...all), pause = wait, online = () => navigator.onLine !== false }) {
    Object.assign(this, { base, site, identity, memory, fetcher, pause, online });
    this.token = "";
    this.ends = 0;
    this.opening = null;
  }

  // The site's settings and a fresh token: {title, greeting, languages, suggestions, ready, ...}.
  session() {
    this.opening = this.opening || this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  async open() {
    const body = { site: this.site, visitor: this.memory.get("visitor") || undefined, identity: this.identity() };
    const response = await this.send("token", { method: "POST", body: JSON.stringify(body) });
    const session = await response.json();
    this.token = session.token;
    this.ends = Date.now() + session.expires_in * 1000 - EARLY_MS;
    this.memory.set("visitor", session.visitor);
    return session;
  }

  rate(answer, said) {
    return this.authorised(`answers/${answer}/feedback`, { method: "POST", body: JSON.stringify(said) });
  }

  // Yields the events of an answer: {id, name, data}, data parsed, each once and in order, the last one finished or failed.
  // `onState` hears "reconnecting" and "connected".
  async *ask(body, { signal, onState = () => {} }) {
    const first = await this.authorised("ask", { method: "POST", body: JSON.stringify(body), signal });
    yield* this.follow({ answer: null, last: "" }, first, signal, onState);
  }

  async *resume(cursor, { signal, onState = () => {} }) {
    yield* this.follow({ ...cursor }, null, signal, onState);
  }

  async *follow(cursor, response, signal, onState) {
    for (let tries = 0; ; ) {
      if (response) {
        onState("connected");
        for await (const event of this.read(response, signal)) {
          if (!isNew(event.id, cursor.last)) continue;
          cursor.last = event.id;
          tries = 0;
          if (event.name === "started") cursor.answer = event.data.id;
          yield event;
          if (TERMINAL.includes(event.name)) return;
        }
      }
      if (signal.aborted) throw signal.reason;
      if (!cursor.answer || tries >= TRIES) throw new Failure(this.online() ? "lost" : "offline");
      onState("reconnecting");
      const step = Math.min(BACK_OFF_MS[1], BACK_OFF_MS[0] * 2 ** tries++);
      await this.pause(Math.random() * step, signal);
      response = await this.reopen(cursor, signal, tries);
    }
  }

  async reopen(cursor, signal, tries) {
    const headers = cursor.last ? { "Last-Event-ID": cursor.last } : {};
    try {
      return await this.authorised(`answers/${cursor.answer}/events`, { headers, signal });
    } catch (failure) {
      const passing = failure instanceof Failure && (!failure.status || failure.status >= 500 || failure.status === 429);
      if (!passing || tries >= TRIES) throw failure;
      return null;
    }
  }

  // One connection's events; ends quietly when the connection does, for whatever reason but an abort.
  async *read(response, signal) {
    let silence;
    const body = response.body;
    const reader = readEvents(body, () => {
      clearTimeout(silence);
      silence = setTimeout(() => reader.return(), SILENCE_MS);
    });
    try {
      for await (const event of reader) yield { ...event, data: JSON.parse(event.data) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof SyntaxError) throw new Failure("lost", String(error));
    } finally {
      clearTimeout(silence);
    }
  }

  // A request with a token; a token that the server no longer takes is renewed once.
  async authorised(path, options) {
    if (Date.now() > this.ends) await this.session();
    try {
      return await this.send(path, options, this.token);
    } catch (failure) {
      if (failure.status !== 401) throw failure;
      await this.session();
      return this.send(path, options, this.token);
    }
  }

  async send(path, options, token) {
    const headers = { ...options.headers };
    if (options.body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await this.fetcher(`${this.base}/widget/v1/${path}`, { ...options, headers, credentials: "omit" });
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw new Failure(this.online() ? "unreachable" : "offline", String(error));
    }
    if (response.ok) return response;
    throw await problem(response);
  }
}

// RFC 9457: {type, title, status, detail, code}.
async function problem(response) {
  const found = await response.json().catch(() => ({}));
  return new Failure(found.code || "http_" + response.status, found.detail || found.title || "", {
    status: response.status,
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

// Event ids count upwards within an answer; the number at the end decides.
export function isNew(id, last) {
  const count = (text) => Number(/(\d+)$/.exec(text)?.[1] ?? NaN);
  return !last || !id || !(count(id) <= count(last));
}

export function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), end()), { once: true });
    // back on the network: no need to sit out the wait
    if (typeof window !== "undefined") window.addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
