"use strict";
// Values as source: what a test is written from. `source` prints, `term` tells the kind, `near` finds neighbours.

const LONGEST = 2000;
const DEEPEST = 6;

class Unprintable extends Error {}

/** The source of a value; undefined when a test could not say it. */
function source(value) {
  try {
    const text = printed(value, new Set(), 0);
    return text.length > LONGEST ? undefined : text;
  } catch (error) {
    if (error instanceof Unprintable) return undefined;
    throw error;
  }
}

function printed(value, above, depth) {
  if (value === undefined) return "undefined";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || above.has(value) || depth > DEEPEST) throw new Unprintable();
  above.add(value);
  try {
    return printedObject(value, (inner) => printed(inner, above, depth + 1));
  } finally {
    above.delete(value);
  }
}

function printedObject(value, inner) {
  const kind = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (kind !== Array.prototype || Object.keys(value).length !== value.length) throw new Unprintable();
    return `[${value.map(inner).join(", ")}]`;
  }
  if (kind === Object.prototype) {
    if (Object.getOwnPropertySymbols(value).length) throw new Unprintable();
    const rows = Object.keys(value).map((key) => `${name(key)}: ${inner(field(value, key))}`);
    return rows.length ? `{ ${rows.join(", ")} }` : "{}";
  }
  if (kind === Date.prototype) return Number.isNaN(value.getTime()) ? "new Date(NaN)" : `new Date(${quoted(value.toISOString())})`;
  if (kind === Map.prototype) return value.size ? `new Map([${[...value].map((pair) => `[${pair.map(inner).join(", ")}]`).join(", ")}])` : "new Map()";
  if (kind === Set.prototype) return value.size ? `new Set([${[...value].map(inner).join(", ")}])` : "new Set()";
  if (kind === RegExp.prototype) return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && !Buffer.isBuffer(value)) {
    return `new ${value.constructor.name}([${[...value].map(inner).join(", ")}])`;
  }
  throw new Unprintable();
}

function field(value, key) {
  const found = Object.getOwnPropertyDescriptor(value, key);
  if (found === undefined || !("value" in found)) throw new Unprintable();
  return found.value;
}

function name(key) {
  return key === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function quoted(text) {
  return JSON.stringify(text).replace(/[\u2028\u2029\u007f-\u009f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The kind of a value, as the structure describes types. */
function term(value) {
  if (value === null) return { k: "null" };
  if (Array.isArray(value)) return { k: "array", of: union(value.slice(0, 8).map(term)) };
  if (value instanceof Date) return { k: "date" };
  if (value instanceof Map || value instanceof Set) return { k: "any" };
  if (typeof value === "object") {
    return { k: "object", fields: Object.keys(value).map((key) => ({ name: key, type: term(value[key]), optional: false })) };
  }
  return { k: typeof value };
}

function union(terms) {
  const known = new Map(terms.map((one) => [JSON.stringify(one), one]));
  const listed = [...known.values()];
  return listed.length === 0 ? { k: "any" } : listed.length === 1 ? listed[0] : { k: "union", of: listed };
}

/** The source of a value near another: a number one up, a text shorter, a list with an item twice. */
function near(value, chance) {
  if (typeof value === "number") return nearNumber(value, chance);
  if (typeof value === "string") return quoted(nearText(value, chance));
  if (typeof value === "boolean") return String(!value);
  if (typeof value === "bigint") return `${value + chance.pick([1n, -1n, 10n])}n`;
  if (Array.isArray(value)) return nearList(value, chance);
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const keys = Object.keys(value);
    if (!keys.length) return "{}";
    const chosen = chance.pick(keys);
    const rows = keys.map((key) => `${name(key)}: ${key === chosen ? near(value[key], chance) : source(value[key])}`);
    return `{ ${rows.join(", ")} }`;
  }
  return source(value);
}

/** The source of a part of a value (a piece of a text, an item, a key) or of the value itself; undefined where that has none. */
function related(value, chance) {
  const at = (length) => Math.floor(chance.next() * length);
  if (typeof value === "string" && value !== "") {
    const [low, high] = [at(value.length), at(value.length)].sort((a, b) => a - b);
    return quoted(chance.pick([value, value.slice(low, high + 1), value.slice(0, high + 1), value.slice(low)]));
  }
  if (Array.isArray(value) && value.length) return source(chance.pick(value));
  if (value instanceof Map || value instanceof Set) return value.size ? source(chance.pick([...value.keys()])) : source(value);
  if (value !== null && typeof value === "object" && Object.keys(value).length) return source(chance.pick(Object.keys(value)));
  return source(value);
}

function nearNumber(value, chance) {
  const around = [value + 1, value - 1, -value, value * 2, 0, value + 0.5, value + 10, Math.trunc(value / 2), value * 10, 1];
  const other = chance.pick(Number.isInteger(value) ? around.filter((_, n) => n !== 5 || chance.share(0.2)) : around);
  return printed(Math.abs(other) > 1e15 ? value : other, new Set(), 0);
}

function nearText(value, chance) {
  const at = Math.floor(chance.next() * (value.length + 1));
  const sign = value.length && chance.share(0.6) ? value[Math.floor(chance.next() * value.length)] : chance.pick([..." aAz09-_.,()"]);
  const ways = [
    () => value.slice(0, at) + sign + value.slice(at),
    () => value.slice(0, at) + value.slice(at + 1),
    () => value.slice(0, at) + sign + value.slice(at + 1),
    () => value + value,
    () => [...value].reverse().join(""),
    () => value.toUpperCase(),
    () => value.toLowerCase(),
    () => value.slice(0, at),
    () => `${value} ${value}`,
  ];
  return chance.pick(ways)().slice(0, 60);
}

function nearList(value, chance) {
  const items = value.map((item) => source(item) ?? "null");
  const at = Math.floor(chance.next() * (items.length + 1));
  const one = items.length ? chance.pick(items) : "0";
  const ways = [
    () => [...items.slice(0, at), one, ...items.slice(at)],
    () => [...items.slice(0, at), ...items.slice(at + 1)],
    () => items.map((item, n) => (n === at ? near(value[n], chance) : item)),
    () => items.map((item, n) => (n === at ? near(value[n], chance) : item)),
    () => [...items].reverse(),
    () => items.slice(0, at),
    () => [...items, ...items],
  ];
  return `[${chance.pick(ways)().slice(0, 24).join(", ")}]`;
}

module.exports = { near, printed, quoted, related, source, term, union };
