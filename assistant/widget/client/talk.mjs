// The conversation: what was asked, what came back, and what is still on its way. Knows no DOM; `changed(message)` hears of every change.

import { Failure, wait } from "./transport.mjs";

const SAVE_EVERY_MS = 250;
const WARM_UP_TRIES = 12;
const LONGEST_WAIT_S = 30;
const RUNNING = ["typing", "streaming", "waiting"];

export class Talk {
  constructor({ transport, memory, language, changed, pause = wait }) {
    Object.assign(this, { transport, memory, language, changed, pause });
    Object.assign(this, memory.load());
    this.controller = null;
    this.saving = null;
    this.counter = this.messages.length;
  }

  get busy() {
    return this.controller !== null;
  }

  // Waiting for the server to be ready is not answering: the next question may take its place.
  get answering() {
    return this.busy && this.messages.at(-1)?.status !== "waiting";
  }

  // Resolves when the answer is complete, stopped or failed; failures are told by the message, not thrown.
  async ask(text) {
    if (this.answering) return;
    this.stop();
    await this.running;
    this.add({ role: "user", text });
    await (this.running = this.answer(this.add({ role: "assistant", question: text, text: "", sources: [], status: "typing" })));
  }

  async retry(message) {
    if (this.busy) return;
    Object.assign(message, { text: "", sources: [], status: "typing", note: "", answer: null, last: "", code: "", spoken: false });
    await (this.running = this.answer(message));
  }

  // Takes up the answer that was running when the page was left.
  async takeUp() {
    const message = this.messages.at(-1);
    if (!message || message.role !== "assistant" || !RUNNING.includes(message.status)) return;
    await (this.running = this.answer(message));
  }

  // Says what the visitor thinks of an answer. A thumb that did not arrive is not shown as given.
  async rate(message, rating, reason) {
    Object.assign(message, { rating, reason, told: "" });
    this.changed(message);
    try {
      await this.transport.rate(message.answer, { rating, reason });
      message.told = "thanks";
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      Object.assign(message, { rating: "", told: "unrated" });
    }
    this.changed(message);
    this.save();
  }

  stop() {
    // the server stops the model when nobody listens any more
    this.controller?.abort(new Failure("stopped"));
  }

  fresh() {
    this.stop();
    Object.assign(this, { conversation: null, messages: [] });
    this.changed(null);
    this.save();
  }

  async answer(message) {
    const controller = (this.controller = new AbortController());
    this.changed(message);
    try {
      for (let tries = 0; ; tries++) {
        const wanted = await this.follow(message, controller.signal);
        if (!wanted || tries >= WARM_UP_TRIES) break;
        const retryAfter = Math.min(LONGEST_WAIT_S, wanted + 3 * tries);
        Object.assign(message, { status: "waiting", retryAfter, sources: [], answer: null, last: "" });
        this.changed(message);
        await this.pause(retryAfter * 1000, controller.signal);
      }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      Object.assign(message, { status: failure.code === "stopped" ? "stopped" : "failed", code: failure.code, note: failure.message });
    } finally {
      if (this.controller === controller) this.controller = null;
      if (RUNNING.includes(message.status)) message.status = "failed";
      this.changed(message);
      this.save();
    }
  }

  // One attempt. Gives the seconds after which to try again when the server is not ready yet, else 0.
  async follow(message, signal) {
    const options = { signal, onState: (state) => this.changed(message, state) };
    const body = { question: message.question, language: this.language(), conversation_id: this.conversation || undefined };
    const cursor = { answer: message.answer, last: message.last };
    if (cursor.answer) body.conversation_id = undefined;
    try {
      const events = cursor.answer ? this.transport.resume(cursor, options) : this.transport.ask(body, options);
      for await (const event of events) {
        message.last = event.id;
        this.take(message, event);
        if (RUNNING.includes(message.status)) this.saveSoon();
        this.changed(message);
      }
    } catch (failure) {
      if (failure.status === 404 && body.conversation_id) {
        this.conversation = null; // another visitor's by now, or gone: begin a new one
        return this.follow(message, signal);
      }
      if (!notReady(failure)) throw failure;
      message.note = failure.message;
      return failure.retryAfter;
    }
    return message.status === "failed" && !message.text && notReady(message) ? message.retryAfter : 0;
  }

  take(message, { name, data }) {
    if (name === "started") {
      message.answer = data.id;
      this.conversation = data.conversation_id || this.conversation;
    } else if (name === "sources") {
      message.sources = data.sources;
    } else if (name === "delta") {
      message.status = "streaming";
      message.text += data.text;
    } else if (name === "refused") {
      refuse(message, data);
    } else if (name === "finished") {
      this.finish(message, data);
    } else if (name === "failed") {
      Object.assign(message, { status: "failed", code: data.code, note: data.detail || data.message || "", retryAfter: data.retry_after || 0 });
    }
  }

  finish(message, answer) {
    this.conversation = answer.conversation_id || this.conversation;
    Object.assign(message, {
      status: "done",
      answer: answer.id,
      text: answer.answer || message.text,
      sources: answer.sources,
      layer: answer.layer,
      grounded: answer.grounded,
      handoff: answer.handoff ? answer.handoff.state || "offered" : null,
      suggestions: answer.suggestions,
    });
    if (answer.refused) refuse(message, answer.refused);
  }

  add(message) {
    message.id = ++this.counter;
    this.messages.push(message);
    this.changed(message);
    this.save();
    return message;
  }

  saveSoon() {
    this.saving = this.saving || setTimeout(() => this.save(), SAVE_EVERY_MS);
  }

  // The text so far and the id of the last event are written together, so a resumed answer neither loses nor doubles a word.
  save() {
    clearTimeout(this.saving);
    this.saving = null;
    this.memory.save({ conversation: this.conversation, messages: this.messages, open: this.open });
  }
}

function refuse(message, refused) {
  Object.assign(message, { status: "refused", code: refused.code, text: refused.reason });
}

// The model is warming up or restarting: worth waiting for, without a click.
function notReady({ code, retryAfter }) {
  return retryAfter > 0 && retryAfter <= LONGEST_WAIT_S && ["model_unavailable", "starting"].includes(code);
}
