"use strict";
// Whether the test that is written from what was seen fails on something else: what it does not assert, it does not notice.
// The same rules as those by which tests are written (`rendering.py`).

const ERRORS = new Set(["Error", "RangeError", "TypeError", "SyntaxError", "EvalError", "URIError"]);
const LONGEST = 160;

/** `seen` is what came of the last step of the original, `other` what came of that of a changed one, if it came to it. */
function notices(seen, other) {
  if (other === undefined || other === null || other.kind !== seen.kind) return true;
  if (seen.kind === "throws") return Boolean(seen.waits) !== Boolean(other.waits) || otherError(seen, other);
  if (other.waits && !seen.waits) return true; // the other way round, `await` is content with what needs none
  const changed = ["after", "state"].some((key) => lacks(seen[key], other[key]));
  if (changed || lacks(seen.parts, other.parts)) return true;
  const asserted = seen.kind !== "value" || seen.text !== "undefined" || !(seen.after?.length || seen.state?.length);
  return asserted && (seen.text !== other.text || seen.type !== other.type);
}

/** `toThrow` asks for the message where the module wrote it, else for the class, and is content with one derived from it. */
function otherError(seen, other) {
  if (seen.own && seen.message && seen.message.length < LONGEST && !seen.message.includes("\n")) return seen.message !== other.message;
  return ERRORS.has(seen.text) && seen.text !== "Error" && seen.text !== other.text;
}

function lacks(wanted = [], found = []) {
  return wanted.some(([key, text]) => !found.some((one) => one[0] === key && one[1] === text));
}

module.exports = { notices };
