"use strict";
// Values to try for a parameter, as source: from its type, from constants of the code and their neighbours, from examples.

const { matching } = require("./patterns.cjs");
const { near, printed, quoted, source, term } = require("./values.cjs");
const { fitted } = require("./fitting.cjs");
const { value } = require("./running.cjs");

const NUMBERS = ["0", "1", "-1", "2", "10", "5", "3", "7", "100", "0.5", "-2"];
const FUNCTIONS = ["(x) => x", "(a, b) => a - b", "() => true", "() => undefined", "(x) => x > 1", "(a, b) => a + b", "(x) => x * 2", "(x) => String(x)"];
const TOLD = ["Array.prototype.shift.bind([1, 2, 3])", '() => { throw new Error("refused"); }']; // what it gives says how often it was called; it fails
const LATER = ["async (x) => x", "async () => null", 'async () => { throw new Error("refused"); }'];
const ITEMS = { numbers: "number", strings: "string", table: "numbers", functions: "function" };
const SEVERAL = /^(fns|funcs|functions|callbacks|handlers|predicates|mappers|middlewares?|listeners|validators|transforms|steps|stages)$/i;
const GUESSED = ["number", "string", "numbers", "strings", "object", "boolean", "table", "function"];
const HINTS = [
  [/^(n|i|k|x|y|num|count|size|index|amount|price|age|year|limit|max|min|total|length|width|height|rate)$|number|count|amount|price|percent/i, "number"],
  [/^(s|str|text|name|word|key|sentence|message|input|char|c|email|title|path|url|date|line)$|string|text|name/i, "string"],
  [/^(l|lst|arr|list|items|values|nums|numbers|array|xs|points|data|rows)$|list|array|numbers/i, "numbers"],
  [/^(fn|f|cb|callback|predicate|iteratee|compare|mapper|func|handler|comparator)$/i, "function"],
  [/^(is|has|should|with)[A-Z]|flag|enabled/, "boolean"],
  [/^(o|obj|options|opts|config|user|order|item|dict|map|settings|props)$/i, "object"],
];

class Pools {
  /** `constants` are {numbers, strings, patterns, keys} by symbol, "" for the whole module. */
  constructor(constants, chance) {
    this.constants = constants;
    this.chance = chance;
    this.learned = new Map();
    this.known = new Map();
    this.later = new Set();
  }

  /** The functions that a symbol is given may be waited for: it waits itself. */
  waits(symbol) {
    this.later.add(symbol);
  }

  of(symbol) {
    return this.constants[symbol] ?? this.constants[""] ?? { numbers: [], strings: [], patterns: [], keys: [] };
  }

  /** An example showed what a parameter takes. */
  learn(symbol, n, text) {
    const place = `${symbol} ${n}`;
    const seen = this.learned.get(place) ?? [];
    if (!seen.includes(text) && seen.length < 40) seen.push(text);
    this.learned.set(place, seen);
  }

  /** Boundaries first: values of a parameter in the order in which they are tried. */
  first(symbol, parameter, n) {
    const place = `${symbol} ${n}`;
    const shown = this.learned.get(place) ?? [];
    const listed = [...shown];
    for (const one of this.terms(symbol, parameter, n)) listed.push(...this.plain(one, symbol).slice(0, 24));
    if (parameter.default) listed.push(parameter.default);
    return [...new Set(listed)].slice(0, 60);
  }

  /** A value drawn by chance. */
  draw(symbol, parameter, n) {
    const shown = this.learned.get(`${symbol} ${n}`) ?? [];
    if (shown.length && this.chance.share(0.35)) return this.beside(this.chance.pick(shown), parameter.type);
    return this.drawn(this.chance.pick(this.terms(symbol, parameter, n)), symbol, 0);
  }

  /** A neighbour of what an example shows, of the declared type if there is one. */
  beside(text, declared) {
    const other = near(value(text), this.chance);
    if (other === undefined) return text;
    return declared === null || declared.k === "any" ? other : (fitted(value(other), declared) ?? text);
  }

  /** What a parameter may be: as declared, as examples show, else guessed by name and use, else anything. */
  terms(symbol, parameter, n) {
    const declared = parameter.type;
    if (declared !== null && declared.k !== "any") return [declared];
    const shown = this.learned.get(`${symbol} ${n}`) ?? [];
    if (shown.length) {
      const key = `${symbol} ${n} ${shown.length}`;
      if (!this.known.has(key)) this.known.set(key, [...new Map(shown.map((text) => term(value(text))).map((one) => [JSON.stringify(one), one])).values()]);
      return this.known.get(key);
    }
    const hinted = HINTS.filter(([pattern]) => pattern.test(parameter.name)).map(([, kind]) => kind);
    const several = SEVERAL.test(parameter.name) ? ["functions", "functions", "functions", "number"] : [];
    const uses = several.length ? several : parameter.uses;
    const shownBy = uses.length ? undefined : ofDefault(parameter.default);
    if (shownBy !== undefined) return [shownBy];
    const kinds = uses.length ? uses : hinted.length ? hinted.slice(0, 2) : GUESSED;
    return (parameter.rest ? kinds.map((kind) => ITEMS[kind] ?? kind) : kinds).map(guessed);
  }

  plain(one, symbol) {
    const known = this.of(symbol);
    switch (one.k) {
      case "number": return [...new Set([...known.numbers.flatMap((c) => [c, c - 1, c + 1]).slice(0, 24).map((c) => printed(c, new Set(), 0)), ...NUMBERS])];
      case "string": return [...new Set([...this.texts(known), '""', '"a"', '" "', '"abc"', '"Hello World"', '"a,b c"', '"12"', '"-5"', '"aa"', '"A1 b2"', '"racecar"'])];
      case "boolean": return ["true", "false"];
      case "bigint": return ["0n", "1n", "-1n", "10n"];
      case "null": case "undefined": return [one.k];
      case "literal": return [one.source];
      case "date": return ['new Date("2024-02-29T12:00:00.000Z")', 'new Date("2023-12-31T23:59:59.000Z")', 'new Date("1970-01-01T00:00:00.000Z")'];
      case "regexp": return ["/a/", "/\\d+/g"];
      case "function": return this.later.has(symbol) ? [...LATER, ...FUNCTIONS] : [...FUNCTIONS, ...TOLD];
      case "union": return one.of.flatMap((part) => this.plain(part, symbol));
      case "any": return ["1", '"a"', "null", "[]", "{}", "true"];
      default: return Array.from({ length: 10 }, () => this.drawn(one, symbol, 0)).concat(empties(one));
    }
  }

  texts(known) {
    const listed = [...known.strings.slice(0, 30), ...known.keys.slice(0, 12)].map(quoted);
    for (const pattern of known.patterns.slice(0, 8)) listed.push(...matching(pattern, this.chance, 4).map(quoted));
    return listed;
  }

  drawn(one, symbol, depth) {
    const { chance } = this;
    const few = chance.share(0.15) ? 0 : 1 + Math.floor(chance.next() * (depth ? 3 : 6));
    const inner = (part) => this.drawn(part ?? { k: "any" }, symbol, depth + 1);
    switch (one.k) {
      case "number": return this.number(symbol);
      case "string": return quoted(this.text(symbol));
      case "array": return `[${Array.from({ length: depth > 4 ? 0 : few }, () => inner(one.of)).join(", ")}]`;
      case "tuple": return `[${one.of.map(inner).join(", ")}]`;
      case "object": return this.object(one, symbol, depth);
      case "record": return `{ ${[...new Set(this.keys(symbol, few))].map((key) => `${quoted(key)}: ${inner(one.of)}`).join(", ")} }`;
      case "map": return `new Map([${this.keys(symbol, few).map((key) => `[${one.key?.k === "number" ? this.number(symbol) : quoted(key)}, ${inner(one.of)}]`).join(", ")}])`;
      case "set": return `new Set([${Array.from({ length: few }, () => inner(one.of)).join(", ")}])`;
      case "union": return inner(chance.pick(one.of));
      case "promise": return `Promise.resolve(${inner(one.of)})`;
      case "guess": return this.guess(one.kind, symbol, depth);
      case "any": return depth > 2 ? "1" : this.guess(chance.pick(GUESSED), symbol, depth + 1);
      default: return chance.pick(this.plain(one, symbol));
    }
  }

  guess(kind, symbol, depth) {
    const terms = {
      numbers: { k: "array", of: { k: "number" } }, strings: { k: "array", of: { k: "string" } },
      functions: { k: "array", of: { k: "function" } }, table: { k: "array", of: { k: "array", of: { k: "number" } } }, object: { k: "object", fields: [] },
    };
    return this.drawn(terms[kind] ?? { k: kind }, symbol, depth);
  }

  object(one, symbol, depth) {
    const fields = one.fields.length ? one.fields : this.of(symbol).keys.slice(0, 8).map((key) => ({ name: key, type: this.keyed(key), optional: true }));
    const rows = fields.filter((field) => !field.optional || this.chance.share(0.7));
    return `{ ${rows.map((field) => `${/^[A-Za-z_$][\w$]*$/.test(field.name) ? field.name : quoted(field.name)}: ${depth > 4 ? "null" : this.drawn(field.type, symbol, depth + 1)}`).join(", ")} }`;
  }

  /** What a field may hold, by its name. */
  keyed(key) {
    const hint = HINTS.find(([pattern]) => pattern.test(key));
    return { k: "guess", kind: hint === undefined ? this.chance.pick(["number", "string", "boolean", "numbers"]) : hint[1] };
  }

  keys(symbol, count) {
    const known = [...this.of(symbol).keys, ...this.of(symbol).strings, "a", "b", "name"];
    return Array.from({ length: count }, () => this.chance.pick(known));
  }

  number(symbol) {
    const { chance } = this;
    const { numbers } = this.of(symbol);
    if (numbers.length && chance.share(0.5)) return printed(chance.pick(numbers) + chance.pick([0, 0, 1, -1]), new Set(), 0);
    if (chance.share(0.6)) return chance.pick(NUMBERS);
    const drawn = chance.next() * chance.pick([10, 10, 100, 1000]) - chance.pick([0, 0, 5]);
    return printed(chance.share(0.8) ? Math.floor(drawn) : Math.round(drawn * 100) / 100, new Set(), 0);
  }

  text(symbol) {
    const { chance } = this;
    const known = this.of(symbol);
    const signs = [...new Set(known.strings.filter((text) => text.length <= 3).join(""))];
    if (known.strings.length && chance.share(0.25)) return chance.pick(known.strings);
    if (known.keys.length && chance.share(0.1)) return chance.pick(known.keys);
    if (known.patterns.length && chance.share(0.4)) return matching(chance.pick(known.patterns), chance, 1)[0] ?? "";
    if (chance.share(0.2)) return value(chance.pick(this.plain({ k: "string" }, symbol)));
    const letters = signs.length && chance.share(0.7) ? signs : [..."abcXYZ 019.,-"];
    return Array.from({ length: Math.floor(chance.next() * 9) }, () => chance.pick(letters)).join("");
  }
}

function guessed(kind) {
  return ["number", "string", "boolean", "function"].includes(kind) ? { k: kind } : { k: "guess", kind };
}

/** The kind of a parameter that nothing is said of but what it is otherwise; undefined where that says nothing. */
function ofDefault(text) {
  if (!text) return undefined;
  try {
    const kind = term(value(text));
    return ["number", "string", "boolean", "function", "bigint", "date"].includes(kind.k) ? kind : undefined;
  } catch {
    return undefined; // it is a name of the module's own
  }
}

function empties(one) {
  return { array: ["[]"], record: ["{}"], map: ["new Map()"], set: ["new Set()"] }[one.k] ?? [];
}

module.exports = { Pools };
