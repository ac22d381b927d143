"use strict";
// Runs scenarios on a loaded module and notes what was seen. A scenario is {symbol, steps: [{kind, callee, args, binds}]}: kinds
// are call, new, method and get (of the subject), and apply (the subject is called). What a step gives that binds, as new always
// does, is the subject of those behind it; what one that waits gives is awaited first. Arguments are source, evaluated anew each
// time.

const { source } = require("./values.cjs");
const { spent } = require("./clock.cjs");
const { stalled, timed } = require("./loading.cjs");

const CALL_MS = 150;
const AGAIN = 6;
const SETTLE_MS = 250;
const ITEMS = 50;
const NATIVE = /is not a function|is not iterable|is not a constructor|is not defined|[Cc]annot read propert|[Cc]annot set propert|[Cc]annot convert|[Cc]annot destructure|[Cc]annot mix|[Cc]annot use 'in'|[Cc]annot access|before initialization|Maximum call stack|undefined|Invalid (array|string|count|time|regular)|must be called on|called on incompatible|Reduce of empty|Assignment to constant|not an object|toFixed|toString\(\) radix|in JSON|JSON input|circular structure|URI malformed|is not extensible|read only property|requires 'new'|without 'new'|Bind must|Class constructor|required from|Method .* called/;
const STALLED = { kind: "stalled", text: "stalled" };
const LATE = Symbol("late");
const evaluated = new Map();

let names = [];
let original = {};
let hidden = new Set();

/** Names of the module's that arguments may use, its exports, and names of members that are not for others. */
function scope(listed, exported, secret = []) {
  [names, original, hidden] = [listed, exported, new Set(secret)];
  evaluated.clear();
}

function value(text, exported = original) {
  let made = evaluated.get(text);
  if (made === undefined) {
    made = new Function(...names, `return (${text});`);
    if (evaluated.size > 20000) evaluated.clear();
    evaluated.set(text, made);
  }
  return made(...names.map((name) => exported[name]));
}

function binds(step) {
  return step.kind === "new" || step.binds === true;
}

class Runner {
  /** `own` are pieces of text that the module writes: a message that one makes up is its own, else the engine's. */
  constructor(exported, own) {
    this.exported = exported;
    this.own = own;
  }

  find(callee) {
    let owner;
    let found = this.exported;
    for (const part of callee.split(".")) {
      owner = found;
      found = part === "*" ? found : found[part];
    }
    return { owner: owner === this.exported ? undefined : owner, found };
  }

  /** What the last step did; undefined when an earlier one failed. */
  async run(scenario) {
    const [seen] = await this.all([scenario]);
    return seen;
  }

  /** Run several in one stretch of time; after one without end the rest are run by themselves. */
  async all(scenarios) {
    const outcomes = new Array(scenarios.length);
    let begun = 0;
    let again = 0;
    while (begun < scenarios.length) {
      const before = spent();
      const most = CALL_MS + 5 * (scenarios.length - begun - 1);
      try {
        timed(() => {
          while (begun < scenarios.length) {
            outcomes[begun] = this.attempt(scenarios[begun]);
            begun += 1;
          }
        }, most);
      } catch (error) {
        if (!stalled(error)) throw error;
        if (spent() - before < most / 2 && ++again < AGAIN) continue; // others had the processor
        again = 0;
        outcomes[begun] = STALLED;
        begun += 1;
      }
    }
    for (let n = 0; n < outcomes.length; n++) {
      while (outcomes[n]?.pending !== undefined) outcomes[n] = await this.settled(outcomes[n]);
    }
    return outcomes;
  }

  /** What a scenario gives: its last step's own result, settled where that waits. Throws what it throws, and where it has no end. */
  async given(scenario) {
    let subject;
    let result;
    for (const step of scenario.steps) {
      result = timed(() => this.step(step, subject, this.values(step)), CALL_MS);
      if (step.waits && isLater(result)) result = await inTime(result);
      if (binds(step)) subject = result;
    }
    return result;
  }

  /** Run the steps from a number on; what one in between must wait for comes back as `pending`, and how to go on. */
  attempt(scenario, first = 0, made = undefined) {
    let subject = made;
    for (let n = first; n < scenario.steps.length; n++) {
      const step = scenario.steps[n];
      const isLast = n === scenario.steps.length - 1;
      try {
        const args = this.values(step);
        const before = isLast ? args.map(source) : undefined;
        const state = isLast && step.kind === "method" ? stateOf(subject) : undefined;
        const result = this.step(step, subject, args);
        if (!isLast && step.waits && isLater(result)) {
          return { pending: result, goOn: (found) => this.attempt(scenario, n + 1, binds(step) ? found : subject) };
        }
        if (binds(step)) subject = result;
        if (isLast) return this.outcome({ step, result, args, before, state, subject });
      } catch (error) {
        if (stalled(error)) throw error;
        return isLast ? this.thrown(error) : undefined;
      }
    }
    return undefined;
  }

  values(step) {
    return step.args.map((text) => value(text, this.exported));
  }

  step(step, subject, args) {
    if (step.kind === "get") return subject[step.callee];
    if (step.kind === "method") return subject[step.callee](...args);
    if (step.kind === "apply") return subject(...args);
    const { owner, found } = this.find(step.callee);
    return step.kind === "new" ? new found(...args) : found.apply(owner, args);
  }

  outcome({ step, result, args, before, state, subject }) {
    if (step.kind !== "new" && isLater(result)) {
      return { pending: result, after: [] };
    }
    const seen = this.shown(result);
    seen.after = args.flatMap((arg, n) => {
      const now = source(arg);
      return before[n] !== undefined && now !== undefined && now !== before[n] && typeof arg === "object" ? [[n, now]] : [];
    });
    if (state !== undefined) {
      seen.state = stateOf(subject).filter(([key, text]) => !state.some(([k, t]) => k === key && t === text)).slice(0, 3);
      if (result === subject) Object.assign(seen, { kind: "self", text: "itself", type: "object" });
    }
    return seen;
  }

  shown(result) {
    const text = source(result);
    if (text !== undefined) return { kind: "value", text, type: result === null ? "null" : Array.isArray(result) ? "array" : typeof result };
    if (typeof result === "function") return { kind: "object", text: "Function", type: "function", parts: [] };
    if (typeof result !== "object") return { kind: "object", text: typeof result, type: typeof result, parts: [] };
    if (typeof result.next === "function" && typeof result[Symbol.iterator] === "function") return this.iterated(result);
    return { kind: "object", text: result.constructor?.name ?? "Object", type: "object", parts: stateOf(result).slice(0, 6) };
  }

  iterated(result) {
    const items = [];
    for (const item of result) {
      items.push(item);
      if (items.length >= ITEMS) return { kind: "object", text: "Iterator", type: "object", parts: [] };
    }
    const text = source(items);
    return text === undefined ? { kind: "object", text: "Iterator", type: "object", parts: [] } : { kind: "iterator", text, type: "array" };
  }

  thrown(error) {
    if (error === null || typeof error !== "object" || !(error instanceof Error)) {
      return { kind: "throws", text: "", message: String(source(error) ?? typeof error), own: false, type: typeof error };
    }
    const message = String(error.message ?? "");
    const wrote = (piece) => message.includes(piece) && (2 * piece.length >= message.length || NATIVE.test(piece));
    const own = message !== "" && (!NATIVE.test(message) || this.own.some(wrote));
    return { kind: "throws", text: String(error.constructor?.name ?? error.name), message: own ? message : "", own, type: "error" };
  }

  async settled({ pending, goOn }) {
    let result;
    try {
      result = await inTime(pending);
    } catch (error) {
      if (error === LATE) return STALLED;
      return goOn === undefined ? { ...this.thrown(error), waits: true, after: [] } : undefined;
    }
    if (goOn === undefined) return { ...this.shown(result), waits: true, after: [] };
    try {
      return timed(() => goOn(result), CALL_MS);
    } catch (error) {
      if (stalled(error)) return STALLED;
      throw error;
    }
  }
}

function isLater(result) {
  return result !== null && typeof result === "object" && typeof result.then === "function";
}

/** What a promise comes to; throws LATE where it does not in time. */
async function inTime(pending) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(LATE), SETTLE_MS);
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What can be read of an object: its own public fields that can be written down, and what its class computes. */
function stateOf(subject) {
  if (subject === null || typeof subject !== "object") return [];
  const own = Object.keys(subject).filter((key) => "value" in (Object.getOwnPropertyDescriptor(subject, key) ?? {}));
  return [...own, ...computed(subject)].flatMap((key) => {
    if (hidden.has(key) || key.startsWith("_") || !/^[A-Za-z$][\w$]*$/.test(key)) return [];
    try {
      const text = source(subject[key]);
      return text === undefined ? [] : [[key, text]];
    } catch (error) {
      if (stalled(error)) throw error;
      return []; // it cannot be computed of this object
    }
  });
}

/** Names of getters of an object's class. */
function computed(subject) {
  const holder = Object.getPrototypeOf(subject);
  if (holder === null || !/^class\b/.test(String(holder.constructor))) return [];
  return Object.keys(Object.getOwnPropertyDescriptors(holder)).filter((key) => Object.getOwnPropertyDescriptor(holder, key).get !== undefined);
}

module.exports = { Runner, scope, value };
