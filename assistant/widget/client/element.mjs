// <assistant-chat>: the launcher, and the panel that is built when first opened.

import { chips, h, icon, name } from "./dom.mjs";
import { Memory } from "./memory.mjs";
import { MessageView } from "./message.mjs";
import { Speaker } from "./speech.mjs";
import { STYLES } from "./styles.mjs";
import { Talk } from "./talk.mjs";
import { Failure, Transport } from "./transport.mjs";
import { chooseLanguage, WORDS } from "./words.mjs";

const LONGEST = 4000;
const LOOK_AGAIN_MS = 10000;
const NEAR_END_PX = 80;

export class AssistantChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    this.site = { languages: Object.keys(WORDS), suggestions: {}, greeting: {}, title: {}, ready: {} };
    this.state = "connecting";
    this.views = new Map();
    this.changed = new Set();
    this.memory = new Memory(this.dataset.site);
    this.transport = new Transport({ identity: () => this.dataset.identity, base: this.dataset.base, site: this.dataset.site, memory: this.memory });
    this.talk = new Talk({
      transport: this.transport,
      memory: this.memory,
      language: () => this.language,
      changed: (message, state) => this.onChange(message, state),
    });
    this.launcher = h("button", { type: "button", class: "launcher", onclick: () => this.show() }, icon("chat"));
    root.append(this.launcher);
    this.relabel();
    // the page's language may change under a single-page application
    new MutationObserver(() => this.relabel()).observe(document.documentElement, { attributeFilter: ["lang"] });
    addEventListener("online", () => this.onNetwork());
    addEventListener("offline", () => this.onNetwork());
    addEventListener("pagehide", () => this.talk.save());
    if (this.talk.open) this.show({ focus: false });
  }

  get words() {
    return WORDS[this.language];
  }

  chooseLanguage() {
    const wishes = [this.memory.get("language"), this.dataset.language, document.documentElement.lang, ...navigator.languages];
    this.language = chooseLanguage(wishes, this.site.languages);
  }

  // ---- open and close

  show({ focus = true } = {}) {
    if (!this.panel) this.build();
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.remember(true);
    if (focus) this.field.focus();
    this.scrollToEnd();
    if (!this.transport.token) this.connect();
  }

  hide() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.remember(false);
    this.launcher.focus();
  }

  remember(open) {
    this.talk.open = open;
    this.talk.save();
  }

  // Asks as if the visitor had typed it; opens the panel.
  ask(text) {
    this.show();
    return this.send(text);
  }

  // ---- building

  build() {
    const button = (name, act, attributes = {}) => h("button", { type: "button", onclick: act, ...attributes }, name && icon(name));
    this.heading = h("h2", { id: "title" });
    this.status = h("div", { class: "state", role: "status" });
    this.languageButton = button("", () => this.switchLanguage());
    this.freshButton = button("fresh", () => this.beginAgain());
    this.closeButton = button("close", () => this.hide());
    this.welcome = h("div", { class: "welcome" });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-busy": "false", tabindex: "0", onscroll: () => this.onScroll() }, this.welcome);
    this.spoken = h("div", { class: "spoken", role: "status", "aria-live": "polite", "aria-atomic": "false" });
    this.speaker = new Speaker(this.spoken, (words) => h("span", {}, words));
    this.latest = button("down", () => this.scrollToEnd(), { class: "latest", hidden: true });
    this.field = h("textarea", { rows: "1", dir: "auto", enterkeyhint: "send", autocomplete: "off", onkeydown: (e) => this.onKey(e), oninput: () => this.drawGo() });
    this.over = h("div", { class: "over", role: "status", id: "over", hidden: true });
    this.go = h("button", { type: "submit", class: "go" });
    const form = h("form", { onsubmit: (e) => this.onSubmit(e) }, h("div", { class: "field" }, this.field, this.over), this.go);
    const header = h("header", {}, h("div", { class: "who" }, this.heading, this.status), this.languageButton, this.freshButton, this.closeButton);
    this.panel = h("section", { class: "panel", role: "region", "aria-labelledby": "title" }, header, this.log, this.spoken, this.latest, form);
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.hide());
    this.shadowRoot.append(this.panel);
    for (const message of this.talk.messages) this.draw(message);
    this.relabel();
    this.onNetwork();
    this.talk.takeUp();
  }

  // Everything that has words, in the current language.
  relabel() {
    this.chooseLanguage();
    const { words, language } = this;
    name(this.launcher, words.open);
    if (!this.panel) return;
    this.panel.lang = language === "zh" ? "zh-CN" : language;
    this.heading.textContent = this.site.title[language] || words.title;
    const labels = [[this.closeButton, words.close], [this.freshButton, words.fresh], [this.log, words.log], [this.field, words.field], [this.latest, words.latest], [this.languageButton, words.switchLanguage]];
    for (const [node, label] of labels) name(node, label);
    const other = this.otherLanguage();
    this.languageButton.hidden = !other;
    this.languageButton.textContent = other ? WORDS[other].short : "";
    if (other) this.languageButton.lang = other === "zh" ? "zh-CN" : other;
    this.field.placeholder = words.placeholder;
    this.drawWelcome();
    this.drawState();
    this.drawGo();
    for (const view of this.views.values()) view.update();
  }

  drawWelcome() {
    const { words, language } = this;
    this.welcome.replaceChildren(
      h("p", {}, this.site.greeting[language] || words.greeting),
      h("p", {}, words.hint),
      chips(words.suggestions, (text) => this.send(text), this.site.suggestions[language]),
    );
    this.welcome.hidden = this.talk.messages.length > 0;
    this.freshButton.hidden = this.talk.messages.length === 0;
  }

  drawState() {
    this.status.dataset.state = this.state;
    if (this.status.textContent !== this.words[this.state]) this.status.textContent = this.words[this.state];
  }

  drawGo() {
    const busy = this.talk.busy;
    const label = busy ? this.words.stop : this.words.send;
    if (this.go.getAttribute("aria-label") !== label) {
      name(this.go, label);
      this.go.replaceChildren(icon(busy ? "stop" : "send"));
    }
    const over = this.field.value.length - LONGEST;
    this.over.hidden = over <= 0;
    if (over > 0) this.over.textContent = this.words.tooLong(over);
    this.go.disabled = !busy && (!this.field.value.trim() || over > 0);
  }

  draw(message) {
    const acts = { retry: (failed) => this.talk.retry(failed), human: () => this.send(this.words.askHuman), ask: (text) => this.send(text), rate: (...said) => this.talk.rate(...said) };
    const view = new MessageView(message, () => this.words, acts);
    this.views.set(message.id, view);
    this.log.append(view.node);
  }

  // ---- the server

  async connect() {
    this.setState("connecting");
    try {
      this.site = await this.transport.session();
      if (this.site.accent) this.style.setProperty("--assistant-accent", this.site.accent);
      this.setState(this.readyState());
      this.relabel();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.setState(failure.status === 403 ? "refused" : navigator.onLine === false ? "offline" : "unreachable");
    }
    if (["connecting", "warming", "unreachable"].includes(this.state)) setTimeout(() => this.talk.open && this.connect(), LOOK_AGAIN_MS);
  }

  readyState() {
    const { faq, model } = this.site.ready;
    return faq === false ? "connecting" : model === false ? "warming" : "online";
  }

  setState(state) {
    this.state = state;
    if (this.panel) this.drawState();
  }

  onNetwork() {
    if (navigator.onLine === false) return this.setState("offline");
    const last = this.talk.messages.at(-1);
    if (last?.code === "offline" && last.status === "failed") this.talk.retry(last);
    if (this.panel && !this.panel.hidden) this.connect();
  }

  // ---- the visitor

  onKey(event) {
    // Enter while an input method composes picks a candidate; it must not send half a Chinese sentence
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    if (!this.talk.answering) this.submit();
  }

  onSubmit(event) {
    event.preventDefault();
    if (!this.talk.busy) return this.submit();
    this.talk.stop();
    this.field.focus();
  }

  submit() {
    const text = this.field.value.trim();
    if (!text || text.length > LONGEST) return;
    this.field.value = "";
    this.send(text);
  }

  send(text) {
    if (this.talk.answering) return Promise.resolve();
    this.speaker.begin();
    this.field.focus();
    const answered = this.talk.ask(text);
    this.scrollToEnd();
    return answered;
  }

  switchLanguage() {
    this.memory.set("language", this.otherLanguage());
    this.relabel();
  }

  otherLanguage() {
    const offered = this.site.languages.filter((code) => WORDS[code]);
    return offered.length > 1 ? offered[(offered.indexOf(this.language) + 1) % offered.length] : null;
  }

  beginAgain() {
    this.talk.fresh();
    this.speaker.begin();
    this.speaker.say(this.words.cleared);
    this.field.focus();
  }

  // ---- changes of the conversation

  onChange(message, state) {
    if (!this.panel || (message && !this.talk.messages.includes(message))) return; // cleared meanwhile
    if (state) return this.setState(state === "reconnecting" ? state : this.readyState());
    if (!message) {
      for (const view of this.views.values()) view.node.remove();
      this.views.clear();
    } else if (!this.views.has(message.id)) {
      this.draw(message);
    }
    this.changed.add(message?.id);
    this.redraw = this.redraw || requestAnimationFrame(() => this.onFrame());
    if (message?.role === "assistant") this.announce(message);
    this.log.setAttribute("aria-busy", this.talk.busy);
  }

  // Deltas may come faster than frames; each frame draws once.
  onFrame() {
    this.redraw = null;
    const near = this.nearEnd();
    const last = this.talk.messages.at(-1);
    for (const id of this.changed) this.views.get(id)?.update();
    this.changed.clear();
    this.log.setAttribute("aria-busy", this.talk.busy);
    this.welcome.hidden = Boolean(last);
    this.freshButton.hidden = !last;
    if (!last) this.drawWelcome();
    this.drawGo();
    if (near) this.scrollToEnd();
    this.onScroll();
  }

  announce(message) {
    const { words } = this;
    if (message.status === "streaming") this.speaker.follow(message.text, false);
    if (this.talk.busy || message.spoken || message.status === "typing") return;
    message.spoken = true;
    if (["done", "refused"].includes(message.status)) this.speaker.follow(message.text, true);
    if (message.status === "done" && message.sources.length) this.speaker.say(words.found(message.sources.length));
    if (message.handoff && message.handoff !== "offered") this.speaker.say(words.handoff);
    if (message.status === "stopped") this.speaker.say(words.stopping);
    if (message.status === "failed") this.speaker.say(message.note || words.failed);
  }

  nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
  }

  onScroll() {
    this.latest.hidden = this.nearEnd();
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}
