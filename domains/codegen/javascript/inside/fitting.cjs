"use strict";
// Whether a value is one of a declared type, and how a test writes it as such.

const { source } = require("./values.cjs");
const { value } = require("./running.cjs");

/** The source of a value as a term; undefined where it is no value of it. A literal is written as its type writes it. */
function fitted(found, one) {
  switch (one.k) {
    case "number": case "string": case "boolean": case "bigint": return typeof found === one.k ? source(found) : undefined;
    case "null": return found === null ? "null" : undefined;
    case "undefined": return found === undefined ? "undefined" : undefined;
    case "literal": return Object.is(value(one.source), found) ? one.source : undefined;
    case "union": return one.of.map((part) => fitted(found, part)).find((text) => text !== undefined);
    case "array": return Array.isArray(found) ? listed(found.map((item) => fitted(item, one.of))) : undefined;
    case "tuple": return Array.isArray(found) && found.length === one.of.length ? listed(found.map((item, n) => fitted(item, one.of[n]))) : undefined;
    case "object": return isPlain(found) ? (one.fields.length ? fields(found, one.fields) : source(found)) : undefined;
    case "record": return isPlain(found) ? members(Object.keys(found).map((key) => [key, fitted(found[key], one.of)])) : undefined;
    default: return source(found);
  }
}

function isPlain(found) {
  return found !== null && typeof found === "object" && Object.getPrototypeOf(found) === Object.prototype;
}

function fields(found, declared) {
  const known = new Map(declared.map((field) => [field.name, field]));
  if (Object.keys(found).some((key) => !known.has(key)) || declared.some((field) => !field.optional && !(field.name in found))) return undefined;
  return members(Object.keys(found).map((key) => [key, fitted(found[key], known.get(key).type)]));
}

function listed(texts) {
  return texts.includes(undefined) ? undefined : `[${texts.join(", ")}]`;
}

function members(pairs) {
  if (pairs.some(([, text]) => text === undefined)) return undefined;
  const written = pairs.map(([key, text]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${text}`);
  return written.length ? `{ ${written.join(", ")} }` : "{}";
}

module.exports = { fitted };
