"use strict";
// Calls of what functions give, or promise to give: closures, what these give in turn, lists of functions, and objects of no
// offered class that hold functions.

const DEEP = 3; // calls in a row: `retry(2)(fn)(value)`
const EAGER = 10; // calls that are tried at once of each that is new
const KNOWN = 60;
const OF_ONE = 10; // of these, those that one symbol gave by as many calls
const ANYTHING = 0.25; // share of values that do not keep to what the name of a parameter says
const AGAIN = 0.25; // share of functions that are called twice: what remembers, counts or ends says so only then
const IN_A_ROW = [1, 1, 2, 2, 3]; // methods of one object
const LONGEST = 9;
const ASYNC = Object.getPrototypeOf(async () => undefined).constructor;
const FUNCTION = /^(f|fn|func|function|callback|cb|callable|method|wrapped|key|pred|predicate|iteratee|mapper|handler|listener|load|loader|compare|comparator)$/i;

class Calling {
  /** `targets` are the search's: of what is no helper the results are called, unless they are objects of classes among them. */
  constructor({ runner, pools, chance, targets }) {
    Object.assign(this, { runner, pools, chance });
    this.tested = new Set(targets.filter((one) => !one.helper).map((one) => one.symbol));
    this.offered = targets.filter((one) => one.kind === "class").map((one) => one.callee);
    this.known = [];
    this.waiting = [];
    this.takes = new Map();
    this.counts = new Map();
  }

  /** Whether something was given that was hardly called yet. */
  get eager() {
    return this.waiting.length > 0;
  }

  /** Note a scenario that gave something that can be called. */
  async hear(scenario, seen) {
    const { symbol, steps } = scenario;
    if (seen.kind !== "object" || !this.tested.has(symbol) || this.known.length >= KNOWN) return;
    const before = steps.slice(0, -1);
    const through = steps.findIndex((step) => step.binds); // in front of it stand calls of an object, behind it only such as bind
    if (steps.at(-1).kind === "new" || steps.length > LONGEST - IN_A_ROW.length) return;
    if (through >= 0 && (steps.length - through > DEEP - 1 || before.slice(through).some((step) => !step.binds))) return;
    const made = { symbol, steps: [...before, { ...steps.at(-1), binds: true, ...(seen.waits ? { waits: true } : {}) }] };
    const key = JSON.stringify(made);
    const depth = `${symbol} ${steps.length}`;
    const count = this.counts.get(depth) ?? 0;
    if (this.takes.has(key) || count >= OF_ONE) return;
    const ways = await this.ways(made);
    this.takes.set(key, ways);
    if (!ways.length) return;
    this.counts.set(depth, count + 1);
    this.known.push(made);
    for (let n = 0; n < EAGER; n++) this.waiting.push(made);
  }

  /** A scenario that calls something that was given, what is new first; undefined while there is nothing. */
  draw() {
    if (!this.known.length) return undefined;
    const made = this.waiting.length ? this.waiting.shift() : this.chance.pick(this.known);
    const ways = this.takes.get(JSON.stringify(made));
    const last = this.call(made.symbol, this.chance.pick(ways));
    return { symbol: made.symbol, steps: [...made.steps, ...this.before(made.symbol, ways, last), last] };
  }

  /** Calls on the way to the last one; what only reads changes nothing. */
  before(symbol, ways, last) {
    const doing = ways.filter((one) => one.kind !== "get");
    if (last.kind === "apply") {
      if (!this.chance.share(AGAIN)) return [];
      return [this.chance.share(0.5) ? last : this.call(symbol, this.chance.pick(doing))];
    }
    return Array.from({ length: doing.length ? this.chance.pick(IN_A_ROW) - 1 : 0 }, () => this.call(symbol, this.chance.pick(doing)));
  }

  /** The same with one more call before the last; undefined where nothing that was given is called. */
  longer({ symbol, steps }) {
    const bound = steps.findLastIndex((step) => step.binds);
    if (bound < 0 || bound === steps.length - 1 || steps.length >= LONGEST) return undefined;
    const ways = this.takes.get(JSON.stringify({ symbol, steps: steps.slice(0, bound + 1) }));
    const doing = (ways ?? []).filter((one) => one.kind !== "get");
    const call = doing.length ? this.call(symbol, this.chance.pick(doing)) : steps.at(-1);
    if (this.chance.share(0.5) && steps.at(-1).kind !== "get") return { symbol, steps: [...steps, steps.at(-1)] };
    if (call.kind === "get") return undefined;
    return { symbol, steps: [...steps.slice(0, -1), call, steps.at(-1)] };
  }

  call(symbol, { kind, callee, parameters, waits }) {
    return { kind, callee, args: this.args(symbol, parameters), ...(waits ? { waits } : {}) };
  }

  args(symbol, parameters) {
    if (parameters === undefined) return Array.from({ length: this.chance.pick([1, 1, 2]) }, () => this.value(symbol, ""));
    const given = [];
    for (const { name, optional, rest } of parameters) {
      if (rest) for (let n = this.chance.pick([0, 1, 1, 2]); n > 0; n--) given.push(this.value(symbol, name));
      else if (!optional || this.chance.share(0.5)) given.push(this.value(symbol, name));
      else break;
    }
    return given;
  }

  /** The source of a value for a parameter of which only the name is known. */
  value(symbol, name) {
    const uses = FUNCTION.test(name) ? ["function"] : [];
    const known = uses.length || !this.chance.share(ANYTHING) ? name : "";
    return this.pools.draw(symbol, { name: known, type: null, default: null, optional: false, rest: false, uses }, `given ${known}`);
  }

  /** What can be done with what a scenario makes: {kind, callee, parameters, waits}; nothing with an object of an offered class. */
  async ways(made) {
    try {
      const found = await this.runner.given(made);
      if (found === null || !["object", "function"].includes(typeof found)) return [];
      if (this.offered.some((callee) => found instanceof this.runner.find(callee).found)) return [];
      if (typeof found === "function" && comesBack(found, made.steps.flatMap((step) => step.args))) return [];
      const called = typeof found === "function" && !isClass(found) ? [{ kind: "apply", callee: "", parameters: parametersOf(found), waits: found instanceof ASYNC }] : [];
      return [...called, ...membersOf(found)];
    } catch {
      return []; // it was given once, but not again, or not in time
    }
  }
}

/** Whether a function is one of those that were given, of which only a bound one does not show its text. */
function comesBack(found, args) {
  const text = isNative(found) ? ".bind(" : Function.prototype.toString.call(found);
  return args.some((arg) => arg.includes(text));
}

/** Methods and computed properties that can be called on an object, its own and those of its classes; functions in a list. */
function membersOf(found) {
  const members = new Map();
  for (let holder = found; holder !== null && !isBuiltIn(holder); holder = Object.getPrototypeOf(holder)) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (members.has(name) || name === "constructor" || !/^([A-Za-z$][\w$]*|\d)$/.test(name)) continue;
      if (typeof value === "function" && !isClass(value)) members.set(name, { kind: "method", callee: name, parameters: parametersOf(value), waits: value instanceof ASYNC });
      else if (get !== undefined) members.set(name, { kind: "get", callee: name, parameters: [] });
    }
    if (typeof found === "function") break; // its prototype is that of all functions
  }
  return [...members.values()];
}

function isBuiltIn(holder) {
  const maker = Object.getOwnPropertyDescriptor(holder, "constructor")?.value;
  return typeof maker === "function" && maker.prototype === holder && isNative(maker);
}

function isNative(found) {
  return /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(found));
}

function isClass(found) {
  return /^class\b/.test(Function.prototype.toString.call(found));
}

/** What a function takes, as it is written: {name, optional, rest}; undefined where nobody says, as of a bound one. */
function parametersOf(found) {
  const text = Function.prototype.toString.call(found).replace(/\/\*.*?\*\//gs, "");
  if (isNative(found)) return found.length ? Array.from({ length: found.length }, () => ({ name: "", optional: false, rest: false })) : undefined;
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(text);
  const listed = single !== null ? [single[1]] : pieces(text.slice(text.indexOf("(") + 1));
  if (!listed.length && !single && /\barguments\b/.test(text)) return undefined;
  return listed.map((piece, n) => {
    const rest = piece.startsWith("...");
    return { name: /^[A-Za-z_$][\w$]*/.exec(rest ? piece.slice(3) : piece)?.[0] ?? "", optional: n >= found.length && !rest, rest };
  });
}

/** Parameters as text, up to the bracket that closes their list. */
function pieces(text) {
  const found = [""];
  let depth = 0;
  let quote = "";
  for (const sign of text) {
    if (quote) quote = sign === quote ? "" : quote;
    else if ("\"'`".includes(sign)) quote = sign;
    else if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign) && depth-- === 0) break;
    if (sign === "," && depth === 0 && !quote) found.push("");
    else found[found.length - 1] += sign;
  }
  return found.map((piece) => piece.trim()).filter((piece) => piece !== "");
}

module.exports = { Calling, parametersOf };
