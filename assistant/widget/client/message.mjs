// One message on screen. Blocks of an answer are made once and replaced only when their text changes, so that a reader's
// selection and focus survive while more arrives.

import { chips, h, icon, name } from "./dom.mjs";
import { blockNode, link, parseBlocks, safeLink } from "./markdown.mjs";

const UNCITED = 3;

export class MessageView {
  // `acts` are {retry(message), human(), ask(question), rate(message, rating, reason)}; `words()` gives the current pack.
  constructor(message, words, acts) {
    Object.assign(this, { message, words, acts, drawn: [], opened: new Set(), cited: new Set() });
    this.body = h("div", { class: "bubble", dir: "auto" });
    this.below = h("div", { class: "message below" });
    this.opinion = h("div", { class: "meta opinion", role: "group", hidden: true });
    // the log is live for questions; answers are spoken by sentences (see speech.mjs), so their own changes stay silent
    const live = message.role === "assistant" ? "off" : false;
    this.node = h("article", { class: `message ${message.role}`, "aria-live": live }, this.body, this.below, this.opinion);
    this.update();
  }

  update() {
    const { message } = this;
    const words = this.words();
    this.node.setAttribute("aria-label", message.role === "user" ? words.you : words.title);
    this.node.dataset.status = message.status || "done";
    if (message.role === "user") this.body.textContent = message.text;
    else if (message.text) this.drawBlocks();
    else this.drawTyping(words);
    if (message.role !== "assistant") return;
    this.drawBelow(words);
    this.drawOpinion(words);
  }

  drawTyping(words) {
    this.drawn = [];
    this.cited.clear();
    this.body.hidden = this.message.status !== "typing";
    this.body.replaceChildren(h("span", { class: "typing", role: "img", "aria-label": words.typing }, h("i"), h("i"), h("i")));
  }

  drawBlocks() {
    this.body.hidden = false;
    const numbers = this.message.sources.map((source) => source.n).join();
    const blocks = parseBlocks(this.message.text);
    const keys = blocks.map((block) => numbers + JSON.stringify(block) + this.words().name);
    if (!this.drawn.length) this.body.replaceChildren();
    blocks.forEach((block, index) => {
      if (this.drawn[index] === keys[index]) return;
      const node = blockNode(block, h, (n) => this.citation(n));
      const old = this.body.children[index];
      if (old) old.replaceWith(node);
      else this.body.append(node);
    });
    while (this.body.children.length > blocks.length) this.body.lastChild.remove();
    this.drawn = keys;
  }

  citation(n) {
    if (!this.message.sources.some((source) => source.n === n)) return null;
    this.cited.add(n);
    const attributes = { type: "button", class: "cite", "aria-label": this.words().source(n), "aria-expanded": String(this.opened.has(n)) };
    return h("button", { ...attributes, "data-n": n, onclick: () => this.reveal(n) }, n);
  }

  drawBelow(words) {
    const { message } = this;
    const key = JSON.stringify([message.status, message.sources, message.layer, message.note, message.handoff, message.retryAfter, words.name]);
    if (key === this.belowKey) return;
    this.belowKey = key;
    this.below.replaceChildren(...[this.sources(words), this.meta(words), this.meant(words), ...this.notes(words)].filter(Boolean));
    this.below.hidden = !this.below.firstChild;
  }

  // Two thumbs, and after one down room for a reason; made once, so that the one in focus stays there.
  drawOpinion(words) {
    const { message, opinion } = this;
    if ((opinion.hidden = message.status !== "done")) return;
    if (!this.told) {
      const rate = (rating) => this.acts.rate(message, rating, this.reason.value);
      const thumb = (rating) => h("button", { type: "button", onclick: () => rate(rating) }, icon("thumb"));
      this.thumbs = { up: thumb("up"), down: thumb("down") };
      this.reason = h("input", { maxlength: 1000, value: message.reason, onchange: () => rate("down") });
      this.told = h("span", { role: "status" });
      opinion.append(this.thumbs.up, this.thumbs.down, this.reason, this.told);
    }
    for (const [rating, thumb] of Object.entries(this.thumbs)) {
      name(thumb, words[rating]);
      thumb.setAttribute("aria-pressed", message.rating === rating);
    }
    name(this.reason, (this.reason.placeholder = words.reason));
    this.reason.hidden = message.rating !== "down";
    this.told.textContent = words[message.told] || "";
  }

  meta(words) {
    const { status, layer, grounded } = this.message;
    if (status !== "done" || !layer || this.message.handoff) return null;
    return h("div", { class: "meta" }, layer === "model" && grounded ? words.grounded : words[layer]);
  }

  // Curated questions near this one: chosen, each is asked as if it had been typed.
  meant(words) {
    const near = this.message.suggestions;
    return near && h("div", {}, words.meant, chips(words.meant, this.acts.ask, near.map((n) => n.question)));
  }

  notes(words) {
    const { message } = this;
    const { status, code, note } = message;
    const retry = h("button", { type: "button", class: "act", onclick: () => this.acts.retry(message) }, icon("again"), words.retry);
    const human = h("button", { type: "button", class: "act", onclick: () => this.acts.human() }, icon("person"), words.human);
    const line = (kind, text) => h("div", { class: `note ${kind}` }, text);
    if (status === "stopped") return [line("", words.stopped)];
    if (status === "waiting") return [line("warm", `${note} ${words.waiting(Math.ceil(message.retryAfter))}`)];
    if (status === "failed") return [line("bad", code === "offline" ? words.unsent : note || words.failed), h("div", { class: "acts" }, retry, human)];
    if (message.handoff === "offered" || (status === "refused" && !message.handoff)) return [h("div", { class: "acts" }, human)];
    return message.handoff ? [line("good", words.handoff)] : [];
  }

  // While the answer grows, how much was found; then the sources that it cites, or the best when an answer cites none.
  sources(words) {
    const { sources, status } = this.message;
    if (status === "typing" || status === "streaming") return sources[0] && h("div", { class: "meta" }, words.found(sources.length));
    const cited = sources.filter((source) => this.cited.has(source.n));
    const shown = cited[0] || status === "refused" ? cited : sources.slice(0, UNCITED);
    return shown[0] && h("ul", { class: "sources", "aria-label": words.sources }, shown.map((source) => this.card(source, words)));
  }

  card(source, words) {
    const where = [source.page ? words.page(source.page) : "", source.revision ? words.revision(source.revision) : ""].filter(Boolean).join(" · ");
    const href = source.url ? safeLink(source.url) : null;
    const shown = this.opened.has(source.n);
    const detail = h(
      "div",
      { class: "detail", hidden: !shown, dir: "auto" },
      source.excerpt && h("blockquote", {}, source.excerpt),
      h("div", {}, where),
      href ? link(href, h, words.visit) : h("div", {}, words.unlinked),
    );
    const attributes = { type: "button", class: "card", "aria-expanded": String(shown), "data-n": source.n };
    const button = h("button", { ...attributes, onclick: () => this.toggle(source.n) }, h("b", {}, source.n), h("span", { dir: "auto" }, source.title), icon("open"));
    return h("li", { class: shown && "lit" }, button, detail);
  }

  toggle(n) {
    if (!this.opened.delete(n)) this.opened.add(n);
    const shown = this.opened.has(n);
    for (const button of this.node.querySelectorAll(`[data-n="${n}"]`)) button.setAttribute("aria-expanded", shown);
    const card = this.node.querySelector(`.card[data-n="${n}"]`);
    if (!card) return null;
    card.nextElementSibling.hidden = !shown;
    card.parentElement.classList.toggle("lit", shown);
    return card;
  }

  // From a citation in the text to its source: opened, in sight, focused.
  reveal(n) {
    if (this.opened.has(n)) return void this.toggle(n);
    const card = this.toggle(n);
    card?.parentElement.scrollIntoView({ block: "nearest" });
    card?.focus({ preventScroll: true });
  }
}
