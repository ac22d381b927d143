// What outlives a page. The visitor's credential and the chosen language stay with the browser; the conversation's text goes
// with the tab, so that the next person at a shared computer does not read it. Storage may be forbidden: then nothing outlives it.

const KEPT_MESSAGES = 60;

class Shelf {
  constructor(storage, prefix) {
    this.storage = storage;
    this.prefix = prefix;
  }

  get(key) {
    try {
      const text = this.storage().getItem(this.prefix + key);
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(key, value) {
    try {
      this.storage().setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // blocked or full: the conversation goes on, it is only not remembered
    }
  }
}

export class Memory {
  constructor(site) {
    this.browser = new Shelf(() => localStorage, `assistant:${site}:`);
    this.tab = new Shelf(() => sessionStorage, `assistant:${site}:`);
  }

  get(key) {
    return this.browser.get(key);
  }

  set(key, value) {
    this.browser.set(key, value);
  }

  load() {
    const kept = this.tab.get("talk");
    return kept && Array.isArray(kept.messages) ? kept : { conversation: null, messages: [], open: false };
  }

  save(talk) {
    this.tab.set("talk", { ...talk, messages: talk.messages.slice(-KEPT_MESSAGES) });
  }
}
