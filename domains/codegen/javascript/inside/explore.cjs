"use strict";
// Reads a plan on standard input, explores the module, and reports on descriptor 3: lines of progress, then the result.

const fs = require("node:fs");
const { Chance } = require("./chance.cjs");
const { now } = require("./clock.cjs");
const { Loading, stalled } = require("./loading.cjs");
const { Runner, scope, value } = require("./running.cjs");
const { Pools } = require("./pools.cjs");
const { Counters, Search } = require("./search.cjs");
const { quiet } = require("./quiet.cjs");
const { source } = require("./values.cjs");
const { Mutation, sizeOf, smallest } = require("./kills.cjs");

const BARREN = 1500;
const ATTEMPTS = 3;

function tell(what) {
  fs.writeSync(3, `${JSON.stringify(what)}\n`);
}

async function main() {
  const plan = JSON.parse(fs.readFileSync(0, "utf8"));
  quiet();
  const loading = new Loading(plan.packages, plan.file);
  let exported;
  try {
    exported = loading.load({ counted: true });
  } catch (error) {
    if (stalled(error)) tell({ result: { endless: true } });
    else tell({ result: { broken: String(error?.message ?? error).split("\n")[0].slice(0, 300) } });
    return;
  }
  tell({ result: await explored(plan, loading, exported) });
}

async function explored(plan, loading, exported) {
  const began = now();
  scope(plan.names, exported, plan.hidden);
  const counters = new Counters(loading.counters);
  const chance = new Chance(plan.seed);
  const runner = new Runner(exported, plan.own);
  const targets = plan.targets.filter((one) => one.kind === "method" || one.kind === "get" || typeof runner.find(one.callee).found === "function");
  const pools = new Pools(plan.constants, chance);
  for (const check of plan.checks) showExample(check, targets, pools);
  const checks = [];
  for (const check of plan.checks) checks.push({ id: check.id, seen: (await runner.run(check.scenario)) ?? null, expected: expectation(check) });
  const search = new Search({ runner, pools, chance, counters, targets });
  await search.seed(plan.checks.map((check) => check.scenario).filter((one) => targets.some((target) => target.symbol === one.symbol)));
  tell({ progress: "search", done: 0, of: 1 });
  await search.grow(began + plan.budget * 350, BARREN);
  tell({ missed: search.counters.missed(search.reached) });
  for (const row of search.rows) row.size = sizeOf(row.scenario, row.seen);
  const mutation = new Mutation({ loading, search, mutants: plan.mutants, own: plan.own, present: new Set(plan.present.killed) });
  const fates = await mutation.judge(began + plan.budget * 1000, (done, of) => tell({ progress: "mutants", done, of }));
  return report({ plan, loading, search, fates, checks, targets, chance });
}

/** A documented value as it is written here, to be compared. */
function expectation(check) {
  try {
    return check.value === null ? null : (source(value(check.value)) ?? null);
  } catch {
    return null;
  }
}

/** The arguments of an example are values that the parameters take. */
function showExample(check, targets, pools) {
  const step = check.scenario.steps.at(-1);
  const target = targets.find((one) => one.symbol === check.scenario.symbol);
  if (target === undefined) return;
  step.args.forEach((text, n) => {
    try {
      value(text);
      pools.learn(target.symbol, Math.min(n, Math.max(0, target.parameters.length - 1)), text);
    } catch {
      // the example names what only its author's file knows
    }
  });
}

async function report({ plan, loading, search, fates, checks, targets, chance }) {
  const steady = await steadyRows(plan, loading, search.rows, chance);
  const { chosen, kills } = smallest(
    search.rows,
    fates.map((fate) => ({ killers: [...fate.killers].filter((n) => steady.has(n)) })),
    search.counters.at(plan.present.hit),
  );
  const kept = chosen.filter((n) => steady.has(n));
  const survivors = fates.filter((fate) => !fate.present && ![...fate.killers].some((n) => steady.has(n)));
  const shown = (n) => ({ scenario: search.rows[n].scenario, seen: search.rows[n].seen, kills: kills[n].size });
  return {
    symbols: targets.map((one) => one.symbol),
    rows: kept.map(shown),
    observed: search.rows.map((_, n) => n).filter((n) => steady.has(n)).slice(0, 600).map(shown),
    mutants: fates.length,
    killed: fates.length - survivors.length,
    surviving: survivors.map(({ line, change }) => ({ line, change })),
    checks,
    unsteady: search.rows.length - steady.size,
    scenarios: search.tried.size,
  };
}

/** Rows that do the same on a module loaded anew, in other orders. */
async function steadyRows(plan, loading, rows, chance) {
  let steady = new Set(rows.keys());
  for (let n = 0; n < ATTEMPTS; n++) {
    const runner = new Runner(loading.load(), plan.own);
    const order = chance.shuffled([...steady]);
    const same = new Set();
    for (let at = 0; at < order.length; at += 16) {
      const piece = order.slice(at, at + 16);
      const outcomes = await runner.all(piece.map((row) => rows[row].scenario));
      piece.forEach((row, m) => JSON.stringify(outcomes[m]) === JSON.stringify(rows[row].seen) && same.add(row));
    }
    steady = same;
  }
  return steady;
}

main().then(
  () => process.reallyExit(0),
  (error) => {
    fs.writeSync(2, `${error?.stack ?? error}\n`);
    process.reallyExit(1);
  },
);
