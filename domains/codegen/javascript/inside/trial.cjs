"use strict";
// Runs scenarios that somebody proposed and says what they add to a finished search. Reads a plan on standard input and
// writes one line of JSON on descriptor 3: for each scenario what was seen, whether it was the same the second time,
// which lines it ran, and which of the changes that survived it noticed (by number in the plan).

const fs = require("node:fs");
const { now } = require("./clock.cjs");
const { Loading } = require("./loading.cjs");
const { notices } = require("./noticing.cjs");
const { Runner } = require("./running.cjs");
const { Counters } = require("./search.cjs");
const { quiet } = require("./quiet.cjs");

async function main() {
  const plan = JSON.parse(fs.readFileSync(0, "utf8"));
  quiet();
  const loading = new Loading(plan.packages, plan.file);
  const exported = loading.load({ counted: true });
  fs.writeSync(3, `${JSON.stringify(await tried(plan, loading, exported))}\n`);
}

async function tried(plan, loading, exported) {
  const until = now() + plan.budget * 1000;
  const counters = new Counters(loading.counters);
  const runner = new Runner(exported, plan.own);
  const rows = [];
  for (const scenario of plan.scenarios) {
    counters.clear();
    const seen = (await runner.run(scenario)) ?? null;
    rows.push({ scenario, seen, hit: counters.hit() });
  }
  const kills = await noticed(plan, loading, counters, rows, until);
  const again = new Runner(loading.load(), plan.own);
  const told = [];
  for (const [n, { scenario, seen, hit }] of rows.entries()) {
    const other = (await again.run(scenario)) ?? null;
    told.push({ seen, steady: JSON.stringify(other) === JSON.stringify(seen), lines: counters.lines(hit), kills: kills[n] });
  }
  return told;
}

/** The changes that each row tells from the original, as far as the time suffices; of changes that read alike, all of them. */
async function noticed(plan, loading, counters, rows, until) {
  const who = new Map();
  for (const mutant of plan.mutants) {
    const runner = now() < until ? changed(plan, loading, mutant) : undefined;
    const killers = new Set();
    for (const [n, row] of rows.entries()) {
      if (runner === undefined || row.seen === null || !counters.reaches(row.hit, mutant.line)) continue;
      if (notices(row.seen, await runner.run(row.scenario))) killers.add(n);
    }
    const before = who.get(mutant.survivor);
    who.set(mutant.survivor, before === undefined ? killers : new Set([...before].filter((n) => killers.has(n))));
  }
  return rows.map((_, n) => [...who].filter(([, killers]) => killers.has(n)).map(([survivor]) => survivor));
}

function changed(plan, loading, mutant) {
  try {
    const text = loading.text.slice(0, mutant.start) + mutant.text + loading.text.slice(mutant.end);
    return new Runner(loading.load({ text }), plan.own);
  } catch {
    return undefined; // it does not load: the search counted it already
  }
}

main().then(
  () => process.reallyExit(0),
  (error) => {
    fs.writeSync(2, `${error?.stack ?? error}\n`);
    process.reallyExit(1);
  },
);
