"use strict";
// Looks for scenarios that do something new: examples and boundaries first, then neighbours of what worked, and sequences
// of calls for classes. What functions give is called in turn.

const { now } = require("./clock.cjs");
const { Calling } = require("./calling.cjs");
const { near, related } = require("./values.cjs");
const { fitted } = require("./fitting.cjs");
const { value } = require("./running.cjs");

const ALIKE = 5;
const DIFFERENT = 40;
const FIRST = 160;
const CALLED = [0.4, 0.15]; // share of draws that call what a function gave: while something of it is new, and later
const RELATED = 0.1; // share of new values that are a part of another argument
const PATIENT = 4;
const LONGER = 0.15; // share of neighbours of such calls that have one call more
const ASYNC = Object.getPrototypeOf(async () => undefined).constructor;

class Search {
  constructor({ runner, pools, chance, counters, targets }) {
    Object.assign(this, { runner, pools, chance, counters, targets });
    this.rows = [];
    this.tried = new Set();
    this.reached = new Set();
    this.given = new Map();
    this.makers = new Map(targets.filter((one) => one.kind === "class").map((one) => [one.symbol, one]));
    this.calling = new Calling({ runner, pools, chance, targets });
    for (const one of targets) if (one.kind === "call" && runner.find(one.callee).found instanceof ASYNC) pools.waits(one.symbol);
  }

  async seed(scenarios) {
    for (const scenario of scenarios) await this.consider(scenario);
  }

  async grow(until, enough) {
    const tested = this.targets.filter((one) => !one.helper);
    for (const target of tested) {
      for (const args of this.first(target)) {
        if (args === undefined) continue;
        await this.consider(this.scenario(target, args));
        if (now() > until) return;
      }
    }
    let barren = 0;
    while (tested.length && now() < until && barren < enough * this.patience) {
      const target = this.chance.pick(tested);
      const rows = this.rows.filter((row) => row.scenario.symbol === target.symbol);
      const called = this.chance.share(CALLED[this.calling.eager ? 0 : 1]) ? this.calling.draw() : undefined;
      const other = called ?? (rows.length && this.chance.share(0.5) ? this.varied(this.chance.pick(rows)) : this.scenario(target, this.drawn(target)));
      barren = (await this.consider(other)) === "new" ? 0 : barren + 1;
    }
  }

  /** How much longer than elsewhere is searched: what remembers shows it in sequences, of which there are many. */
  get patience() {
    return this.calling.known.length ? PATIENT : 1;
  }

  /** All combinations when they are few; else each parameter's values beside the others' first, and draws. */
  first(target) {
    const lists = [];
    const optional = target.parameters.some((one) => one.optional);
    for (const used of optional ? [target.parameters.filter((one) => !one.optional), target.parameters] : [target.parameters]) {
      const pools = used.map((one) => this.pools.first(target.symbol, one, target.parameters.indexOf(one)));
      const product = pools.reduce((size, pool) => size * pool.length, 1);
      if (!pools.length) lists.push([]);
      else if (product <= 80) lists.push(...pools.reduce((rows, pool) => rows.flatMap((row) => pool.map((text) => [...row, text])), [[]]));
      else {
        const start = pools.map((pool) => pool[0] ?? "undefined");
        pools.forEach((pool, n) => lists.push(...pool.map((text) => start.map((other, m) => (m === n ? text : other)))));
        for (let n = 0; n < 60; n++) lists.push(pools.map((pool) => this.chance.pick(pool) ?? "undefined"));
      }
    }
    const [head, ...tail] = lists;
    return [head, ...this.chance.shuffled(tail)].slice(0, FIRST);
  }

  drawn(target) {
    const used = target.parameters.filter((one) => !one.optional || this.chance.share(0.7));
    return used.flatMap((one) => {
      const n = target.parameters.indexOf(one);
      if (!one.rest) return [this.pools.draw(target.symbol, one, n)];
      return Array.from({ length: Math.floor(this.chance.next() * 4) }, () => this.pools.draw(target.symbol, one, n));
    });
  }

  scenario(target, args) {
    const last = { kind: target.kind === "class" ? "new" : target.kind, callee: target.callee, args };
    if (!["method", "get"].includes(target.kind)) return { symbol: target.symbol, steps: [last] };
    const maker = this.makers.get(target.owner);
    const steps = [{ kind: "new", callee: maker.callee, args: this.chance.share(0.5) ? this.startOf(maker) : this.drawn(maker) }];
    const others = this.targets.filter((one) => one.kind === "method" && one.owner === target.owner);
    const before = this.chance.pick([0, 0, 1, 1, 2, 3]);
    for (let n = 0; n < before && others.length; n++) {
      const other = this.chance.pick(others);
      const waits = this.runner.find(maker.callee).found.prototype?.[other.callee] instanceof ASYNC;
      steps.push({ kind: "method", callee: other.callee, args: this.drawn(other), ...(waits ? { waits } : {}) });
    }
    return { symbol: target.symbol, steps: [...steps, last] };
  }

  startOf(maker) {
    const made = this.rows.filter((row) => row.scenario.symbol === maker.symbol && row.seen.kind === "object");
    return made.length ? this.chance.pick(made).scenario.steps[0].args : this.drawn(maker);
  }

  /** A neighbour of a row: one argument of one step is another value, or what was given is called once more. */
  varied(row) {
    const more = this.chance.share(LONGER) ? this.calling.longer(row.scenario) : undefined;
    if (more !== undefined) return more;
    const places = row.scenario.steps.flatMap((step, n) => step.args.map((_, m) => [n, m]));
    if (!places.length) return this.calling.longer(row.scenario) ?? row.scenario;
    const place = this.chance.pick(places);
    const [n, m] = place;
    const steps = row.scenario.steps.map((step) => ({ ...step, args: [...step.args] }));
    const other = this.partOfAnother(row.scenario, places, place) ?? this.neighbour(row.scenario, place);
    if (other !== undefined) steps[n].args[m] = other;
    return { symbol: row.scenario.symbol, steps };
  }

  /** What one argument holds, another often asks about: the end of a text, the key of an object. */
  partOfAnother({ symbol, steps }, places, [n, m]) {
    const others = places.filter(([step, argument]) => step !== n || argument !== m);
    if (!others.length || !this.chance.share(RELATED)) return undefined;
    const [step, argument] = this.chance.pick(others);
    const found = related(value(steps[step].args[argument]), this.chance);
    const declared = this.parameterOf({ symbol, steps }, [n, m])?.type;
    return found === undefined || !isDeclared(declared) ? found : fitted(value(found), declared);
  }

  neighbour({ symbol, steps }, [n, m]) {
    const target = this.targets.find((one) => one.symbol === symbol);
    const through = steps.findIndex((step) => step.binds); // behind it stand calls of what the target gave
    const own = n === (through < 0 ? steps.length - 1 : through);
    const parameter = this.parameterOf({ symbol, steps }, [n, m]);
    if (own && parameter !== undefined && this.chance.share(0.5)) return this.other(target, parameter);
    if (through >= 0 && n > through && this.chance.share(0.3)) return this.calling.value(symbol, "");
    const found = near(value(steps[n].args[m]), this.chance);
    if (found === undefined || !isDeclared(parameter?.type)) return found;
    return fitted(value(found), parameter.type) ?? this.pools.draw(symbol, parameter, m); // of no other type than declared
  }

  /** What is declared of an argument of a step; undefined for calls of what was given. */
  parameterOf({ symbol, steps }, [n, m]) {
    const through = steps.findIndex((step) => step.binds);
    if (through >= 0 && n > through) return undefined;
    const { kind, callee } = steps[n];
    const own = this.targets.find((one) => one.symbol === symbol);
    const last = n === (through < 0 ? steps.length - 1 : through);
    const target = last ? own : this.targets.find((one) => (kind === "new" ? one.kind === "class" && one.callee === callee : one.callee === callee && one.owner === own?.owner));
    return target?.parameters[Math.min(m, target.parameters.length - 1)];
  }

  other(target, parameter) {
    const n = target.parameters.indexOf(parameter);
    if (this.chance.share(0.5)) return this.pools.draw(target.symbol, parameter, n);
    return this.chance.pick(this.pools.first(target.symbol, parameter, n));
  }

  /** Whether the function or class of a symbol names something. */
  writes(symbol, name) {
    const target = this.targets.find((one) => one.symbol === symbol);
    const place = target === undefined ? undefined : (this.makers.get(target.owner) ?? target).callee;
    const found = place === undefined ? undefined : this.runner.find(place).found;
    return typeof found === "function" && new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(Function.prototype.toString.call(found));
  }

  /** Run a scenario; keep it if it does something that few others do. Says "new" when it reaches new code. */
  async consider(scenario) {
    const key = JSON.stringify(scenario);
    if (this.tried.has(key) || key.length > 1500) return "known";
    this.tried.add(key);
    this.counters.clear();
    const seen = await this.runner.run(scenario);
    if (seen === undefined || seen.kind === "stalled" || (seen.kind === "throws" && !seen.own && ["TypeError", "RangeError"].includes(seen.text))) return "useless";
    const hit = this.counters.hit();
    const fresh = hit.filter((one) => !this.reached.has(one));
    const alike = `${scenario.symbol} ${seen.kind} ${seen.kind === "throws" ? seen.text : seen.type} ${hit.join(",")}`;
    const given = this.given.get(alike) ?? new Map();
    const most = given.has(seen.text) ? ALIKE : DIFFERENT;
    if (!fresh.length && [...given.values()].reduce((sum, count) => sum + count, 0) >= most) return "alike";
    this.given.set(alike, given.set(seen.text, (given.get(seen.text) ?? 0) + 1));
    for (const one of fresh) this.reached.add(one);
    this.rows.push({ scenario, seen, hit });
    if (seen.waits) this.pools.waits(scenario.symbol);
    await this.calling.hear(scenario, seen);
    return fresh.length ? "new" : "kept";
  }
}

function isDeclared(term) {
  return term !== null && term !== undefined && term.k !== "any";
}

/** Istanbul's counters of the module: which statements and branches a call took. Made as soon as it is loaded: what ran then is its import. */
class Counters {
  constructor(data) {
    this.data = data ?? { s: {}, b: {}, statementMap: {}, branchMap: {} };
    this.imported = new Set(Object.keys(this.data.s).filter((key) => this.data.s[key] > 0).map((key) => `s${key}`));
  }

  clear() {
    for (const key in this.data.s) this.data.s[key] = 0;
    for (const key in this.data.b) this.data.b[key].fill(0);
  }

  hit() {
    const found = [];
    for (const key in this.data.s) if (this.data.s[key] > 0) found.push(`s${key}`);
    for (const key in this.data.b) this.data.b[key].forEach((count, n) => count > 0 && found.push(`b${key}.${n}`));
    return found;
  }

  /** Statements and branches by the places that another run of Istanbul told. */
  at(places) {
    const wanted = new Set(places);
    const statements = Object.keys(this.data.s).filter((key) => wanted.has(placeOf("s", this.data.statementMap[key])));
    const branches = Object.keys(this.data.b).flatMap((key) => this.data.b[key].flatMap((_, n) => (wanted.has(`${placeOf("b", this.data.branchMap[key].loc)}.${n}`) ? [`b${key}.${n}`] : [])));
    return [...statements.map((key) => `s${key}`), ...branches];
  }

  /** The lines on which statements begin that a row ran. */
  lines(hit) {
    const ran = hit.filter((one) => one.startsWith("s")).map((one) => this.data.statementMap[one.slice(1)].start.line);
    return [...new Set(ran)].sort((a, b) => a - b);
  }

  /** The lines on which statements begin of which none was reached. */
  missed(reached) {
    const ran = new Set(this.lines([...reached, ...this.imported]));
    const all = Object.values(this.data.statementMap).map(({ start }) => start.line);
    return [...new Set(all)].filter((line) => !ran.has(line)).sort((a, b) => a - b);
  }

  /** Whether a row ran the statement around a line, or whether that ran for all of them, when the module was loaded. */
  reaches(hit, line) {
    const around = this.around(line);
    return around.length === 0 || around.some((key) => hit.includes(key)) || around.every((key) => this.imported.has(key));
  }

  /** The smallest statements around a line. */
  around(line) {
    const found = Object.entries(this.data.statementMap).filter(([, { start, end }]) => start.line <= line && line <= end.line);
    const least = Math.min(...found.map(([, { start, end }]) => end.line - start.line));
    return found.filter(([, { start, end }]) => end.line - start.line === least).map(([key]) => `s${key}`);
  }

  /** The line on which the smallest statement around one begins. */
  firstLine(line, text) {
    const [key] = this.around(line);
    return text.split("\n")[(key === undefined ? line : this.data.statementMap[key.slice(1)].start.line) - 1] ?? "";
  }

  /** The statements inside those around a line, which run when what these declare is called. */
  inside(line) {
    const spans = this.around(line).map((key) => this.data.statementMap[key.slice(1)]);
    const within = (one) => spans.some(({ start, end }) => start.line <= one.start.line && one.end.line <= end.line);
    const keys = Object.keys(this.data.statementMap).filter((key) => within(this.data.statementMap[key]));
    return new Set(keys.map((key) => `s${key}`).filter((key) => !this.imported.has(key)));
  }
}

/** Where a statement or a branch stands, as text. */
function placeOf(kind, { start, end }) {
  return `${kind}${start.line}:${start.column}-${end.line}:${end.column}`;
}

module.exports = { Counters, Search, placeOf };
