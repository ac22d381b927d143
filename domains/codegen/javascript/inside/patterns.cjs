"use strict";
// Texts that a regular expression matches, and near misses: classes, groups, choices, counts. What it cannot read it skips.

const CLASSES = { d: "0123456789", w: "abcXYZ019_", s: " \t", D: "a-", W: "-! ", S: "a1" };

function matching(pattern, chance, count) {
  const made = [];
  for (let n = 0; n < count * 3 && made.length < count; n++) {
    try {
      const text = new Reader(pattern, chance).choices();
      made.push(n % 4 === 3 && text ? text.slice(0, -1) : text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return made;
    }
  }
  return made;
}

class Reader {
  constructor(pattern, chance) {
    this.pattern = pattern;
    this.chance = chance;
    this.at = 0;
  }

  choices() {
    const listed = [this.sequence()];
    while (this.pattern[this.at] === "|") {
      this.at += 1;
      listed.push(this.sequence());
    }
    return this.chance.pick(listed);
  }

  sequence() {
    let text = "";
    while (this.at < this.pattern.length && !"|)".includes(this.pattern[this.at])) {
      const start = this.at;
      const one = this.atom();
      const [least, most] = this.counts();
      const times = least + Math.floor(this.chance.next() * (most - least + 1));
      text += times ? one : "";
      const end = this.at;
      for (let n = 1; n < times; n++) {
        this.at = start;
        text += this.atom();
      }
      this.at = end;
    }
    return text;
  }

  atom() {
    const sign = this.pattern[this.at];
    this.at += 1;
    if (sign === "^" || sign === "$") return "";
    if (sign === ".") return this.chance.pick([..."aZ5-"]);
    if (sign === "[") return this.classed();
    if (sign === "(") return this.group();
    return sign === "\\" ? this.escaped() : sign;
  }

  escaped() {
    const sign = this.pattern[this.at] ?? "";
    this.at += 1;
    if (sign in CLASSES) return this.chance.pick([...CLASSES[sign]]);
    return { b: "", B: "", n: "\n", t: "\t", r: "\r" }[sign] ?? (/[1-9]/.test(sign) ? "" : sign);
  }

  group() {
    let seen = true;
    const head = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(this.pattern.slice(this.at));
    if (head) {
      this.at += head[0].length;
      seen = !/[=!]$/.test(head[0]);
    }
    const text = this.choices();
    this.at += 1;
    return seen ? text : "";
  }

  classed() {
    const signs = [];
    const negated = this.pattern[this.at] === "^";
    if (negated) this.at += 1;
    for (let first = true; this.at < this.pattern.length && (first || this.pattern[this.at] !== "]"); first = false) {
      if (this.pattern[this.at] === "]") break;
      let sign = this.pattern[this.at];
      this.at += 1;
      if (sign === "\\") sign = this.escaped();
      if (this.pattern[this.at] === "-" && this.pattern[this.at + 1] !== "]" && this.at + 1 < this.pattern.length) {
        const end = this.pattern[this.at + 1];
        this.at += 2;
        for (const code of [sign.charCodeAt(0), end.charCodeAt(0), Math.floor((sign.charCodeAt(0) + end.charCodeAt(0)) / 2)]) signs.push(String.fromCharCode(code));
      } else if (sign) {
        signs.push(sign);
      }
    }
    this.at += 1;
    const other = [..."aZ5- _!"].filter((sign) => !signs.includes(sign));
    return this.chance.pick(negated ? other : signs.length ? signs : [""]) ?? "";
  }

  counts() {
    const found = /^(?:\*|\+|\?|\{(\d+)(,(\d*))?\})\??/.exec(this.pattern.slice(this.at));
    if (!found) return [1, 1];
    this.at += found[0].length;
    if (found[1] !== undefined) {
      const least = Math.min(20, Number(found[1]));
      return [least, found[2] === undefined ? least : Math.max(least, Math.min(20, found[3] ? Number(found[3]) : least + 2))];
    }
    return { "*": [0, 3], "+": [1, 3], "?": [0, 1] }[found[0][0]];
  }
}

module.exports = { matching };
