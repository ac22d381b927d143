"use strict";
// Which scenarios notice which changes of the code, a search for inputs that notice the rest, and the smallest set that does.

const { now } = require("./clock.cjs");
const { Runner } = require("./running.cjs");
const { stalled } = require("./loading.cjs");
const { notices } = require("./noticing.cjs");

const ENOUGH = 6;
const ROWS = 80;
const TRIES = 150;
const VAGUE = 300;

class Mutation {
  /** `present` are the numbers of mutants that tests which are there notice: no other is sought for them. */
  constructor({ loading, search, mutants, own, present = new Set() }) {
    Object.assign(this, { loading, search, mutants, own, present });
  }

  /** The fate of every mutant judged before the time is over: {line, change, killers}. */
  async judge(until, told) {
    const fates = [];
    for (let n = 0; n < this.mutants.length && now() < until; n++) {
      const share = now() + (until - now()) / (this.mutants.length - n);
      const fate = await this.fate(this.mutants[n], share, this.present.has(n));
      if (fate !== undefined) fates.push(fate);
      if (n % 10 === 0) told(n, this.mutants.length);
    }
    return fates;
  }

  async fate(mutant, until, present) {
    const fate = { line: mutant.line, change: mutant.change, killers: new Set(), present };
    const { rows } = this.search;
    let runner;
    try {
      const text = this.loading.text.slice(0, mutant.start) + mutant.text + this.loading.text.slice(mutant.end);
      runner = new Runner(this.loading.load({ text }), this.own);
    } catch (error) {
      if (error instanceof SyntaxError || error?.code === "BABEL_PARSE_ERROR") return undefined;
      if (rows.length && !present) fate.killers.add(0); // it does not even load: any test notices
      return fate;
    }
    if (present) return fate;
    const reaching = rows.map((row, n) => n).filter((n) => this.search.counters.reaches(rows[n].hit, mutant.line));
    const likely = reaching.filter(this.likely(mutant.line));
    const first = new Set(likely);
    reaching.sort((a, b) => first.has(b) - first.has(a) || rows[a].size - rows[b].size);
    await this.compare(runner, reaching, fate, until);
    const near = likely.length ? likely : reaching;
    if (!fate.killers.size && near.length) await this.look(runner, near.map((n) => rows[n]), fate, until);
    return fate;
  }

  /** Which rows may feel a change of a line that runs at import: those inside what it declares, or of symbols that name that. */
  likely(line) {
    const { rows, counters } = this.search;
    const declared = counters.inside(line);
    if (declared.size) return (n) => rows[n].hit.some((one) => declared.has(one));
    const name = /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)/.exec(counters.firstLine(line, this.loading.text))?.[1];
    return (n) => name !== undefined && this.search.writes(rows[n].scenario.symbol, name);
  }

  /** `reaching` are rows by number, the likeliest first. */
  async compare(runner, reaching, fate, until) {
    const { rows } = this.search;
    const ordered = reaching.slice(0, ROWS);
    for (let at = 0; at < ordered.length && fate.killers.size < ENOUGH; at += 16) {
      const piece = ordered.slice(at, at + 16);
      const outcomes = await runner.all(piece.map((n) => rows[n].scenario));
      piece.forEach((n, m) => {
        if (notices(rows[n].seen, outcomes[m])) fate.killers.add(n);
      });
      if (outcomes.some((one) => one?.kind === "stalled") || (now() > until && fate.killers.size)) return;
    }
  }

  /** Search near the scenarios that reach a surviving mutant for one that tells it from the original. */
  async look(runner, rows, fate, until) {
    for (let n = 0; n < TRIES * this.search.patience && now() < until; n++) {
      const row = this.search.chance.pick(rows);
      const scenario = this.search.varied(row);
      const key = JSON.stringify(scenario);
      if (this.search.tried.has(key) || key.length > 1500) continue;
      this.search.counters.clear();
      const seen = await this.search.runner.run(scenario);
      if (seen === undefined || seen.kind === "stalled" || (seen.kind === "throws" && !seen.own)) continue;
      const hit = this.search.counters.hit();
      const other = await runner.run(scenario);
      if (notices(seen, other)) {
        this.search.tried.add(key);
        this.search.rows.push(await this.shortened({ scenario, seen, hit }, runner));
        fate.killers.add(this.search.rows.length - 1);
        return;
      }
      if (other?.kind === "stalled") return;
    }
  }

  /** A row without the calls on the way that nothing needs to notice the change. */
  async shortened(row, runner) {
    let best = row;
    for (let n = row.scenario.steps.length - 2; n > 0; n--) {
      const { symbol, steps } = best.scenario;
      if (steps[n].kind === "new" || steps[n].binds) continue;
      const scenario = { symbol, steps: steps.filter((_, m) => m !== n) };
      this.search.counters.clear();
      const seen = await this.search.runner.run(scenario);
      const hit = this.search.counters.hit();
      const plain = seen !== undefined && seen.kind !== "stalled" && (seen.kind !== "throws" || seen.own);
      if (plain && notices(seen, await runner.run(scenario))) best = { scenario, seen, hit };
    }
    return { ...best, size: sizeOf(best.scenario, best.seen) };
  }
}

/** How much there is to read in a test; one that only says of what kind a result is comes last. */
function sizeOf(scenario, seen) {
  const vague = seen.kind === "object" && !seen.parts?.length ? VAGUE : 0;
  return JSON.stringify(scenario.steps).length + seen.text.length / 2 + 20 * scenario.steps.length + vague;
}

/** Choose rows greedily: each next one notices the most mutants and takes the most ways not yet taken. `ways` are. */
function smallest(rows, fates, ways = []) {
  const kills = rows.map(() => new Set());
  fates.forEach((fate, n) => fate.killers.forEach((row) => kills[row].add(n)));
  const chosen = [];
  const killed = new Set();
  const taken = new Set(ways);
  let left = rows.map((_, n) => n);
  while (left.length) {
    const gain = (n) => 2 * [...kills[n]].filter((one) => !killed.has(one)).length + rows[n].hit.filter((one) => !taken.has(one)).length;
    const gains = new Map(left.map((n) => [n, gain(n)]));
    const best = left.reduce((a, b) => (gains.get(b) > gains.get(a) || (gains.get(b) === gains.get(a) && rows[b].size < rows[a].size) ? b : a));
    if (gains.get(best) === 0) break;
    chosen.push(best);
    kills[best].forEach((one) => killed.add(one));
    rows[best].hit.forEach((one) => taken.add(one));
    left = left.filter((n) => n !== best && gains.get(n) > 0);
  }
  return { chosen, kills };
}

module.exports = { Mutation, sizeOf, smallest, stalled };
