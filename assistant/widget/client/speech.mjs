// What a screen reader hears while an answer streams: whole sentences, each once, never single tokens.

import { plainText } from "./markdown.mjs";

const SENTENCE_END = /[。！？]["”’」』）]*|[.!?]["”’)]*(?=\s)|\n+/g;

// The part of `text` from `from` that ends with a complete sentence, and where the next begins.
export function completeSentences(text, from) {
  let end = from;
  SENTENCE_END.lastIndex = from;
  for (let match; (match = SENTENCE_END.exec(text)); ) end = match.index + match[0].length;
  return { ready: text.slice(from, end), next: end };
}

export class Speaker {
  // `region` is an element with role=status; `make` gives a new element to append.
  constructor(region, make) {
    this.region = region;
    this.make = make;
    this.next = 0;
  }

  begin() {
    this.next = 0;
    this.region.replaceChildren();
  }

  // The answer so far; `whole` says that nothing will follow.
  follow(text, whole) {
    const { ready, next } = whole ? { ready: text.slice(this.next), next: text.length } : completeSentences(text, this.next);
    this.next = next;
    this.say(plainText(ready));
  }

  say(words) {
    if (words.trim()) this.region.append(this.make(words.trim() + " "));
  }
}
