"use strict";
// A runner for Jest that runs the same test file again and again, each time beside another version of the module under test.

const fs = require("node:fs");
const { now } = require("./clock.cjs");
const { placeOf } = require("./search.cjs");
const { plan, known, first, from, tell } = globalThis.__present;
const { default: TestRunner } = from("jest-runner");

class Presence extends TestRunner {
  async runTests(tests, watcher, settings) {
    this.on("test-file-success", ([, result]) => (this.last = result));
    this.run = async (more) => {
      this.last = undefined;
      this._globalConfig = { ...this._globalConfig, collectCoverage: false, testNamePattern: "", ...more };
      await super.runTests(tests, watcher, { ...settings, serial: true });
      return this.last;
    };
    const baseline = known ?? (await this.baseline());
    if (baseline !== undefined) await this.judge(baseline);
  }

  /** Which tests pass, what they take, and what of the module they reach: those that fail say nothing. */
  async baseline() {
    const result = await this.run({ collectCoverage: true });
    const names = (status) => new Set((result?.testResults ?? []).filter((one) => status(one.status)).map((one) => one.fullName));
    const failing = names((status) => status === "failed");
    const passing = [...names((status) => status === "passed")].filter((name) => !failing.has(name));
    if (!passing.length) return undefined;
    const pattern = failing.size ? `^(${passing.map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|")})$` : "";
    if (pattern) await this.run({ collectCoverage: true, testNamePattern: pattern });
    const reached = globalThis.__covered?.at(-1);
    const began = now();
    const usual = await this.run({ testNamePattern: pattern });
    const baseline = { pattern, passing: usual?.numPassingTests ?? 0, milliseconds: now() - began };
    tell({ baseline, hit: places(reached?.[plan.file]) });
    return baseline;
  }

  async judge({ pattern, passing }) {
    const original = fs.readFileSync(plan.file, "utf8");
    for (let n = first; n < plan.mutants.length; n++) {
      const { start, end, text } = plan.mutants[n];
      if (!plan.reaching.includes(n)) continue;
      tell({ begun: n });
      fs.writeFileSync(plan.file, original.slice(0, start) + text + original.slice(end));
      fs.utimesSync(plan.file, n + 1, n + 1); // Jest knows a file by its time
      const result = await this.run({ testNamePattern: pattern });
      if ((result?.numPassingTests ?? 0) < passing) tell({ killed: n });
    }
    fs.writeFileSync(plan.file, original);
  }
}

/** The ways that were taken, by where they stand: the explorer counts in another run of Istanbul. */
function places(data) {
  const found = [];
  for (const key in data?.s ?? {}) if (data.s[key] > 0) found.push(placeOf("s", data.statementMap[key]));
  for (const key in data?.b ?? {}) data.b[key].forEach((count, n) => count > 0 && found.push(`${placeOf("b", data.branchMap[key].loc)}.${n}`));
  return found;
}

module.exports = Presence;
