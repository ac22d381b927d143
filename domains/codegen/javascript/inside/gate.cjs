"use strict";
// Runs test files with Jest in this process, several times in random order, and reports how each test ended, and coverage.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { options } = require("./settings.cjs");

const report = (what) => fs.writeSync(3, JSON.stringify(what));

async function main() {
  const plan = JSON.parse(fs.readFileSync(0, "utf8"));
  const from = Module.createRequire(path.join(plan.packages, "package.json"));
  const { runCLI } = from("@jest/core");
  const ended = {};
  const why = {};
  const frames = {};
  let covered = null;
  process.stderr.write = () => true;
  process.chdir(plan.root); // files outside the working folder are not counted
  for (let run = 0; run < plan.runs; run++) {
    const { results } = await runCLI(options(plan, run, from), [plan.root]);
    for (const file of results.testResults) {
      if (file.testExecError || file.failureMessage && !file.testResults.length) why[""] ??= plain(file.testExecError?.message ?? file.failureMessage);
      for (const test of file.testResults) {
        const name = [...test.ancestorTitles, test.title].join(" ");
        (ended[name] ??= []).push(test.status);
        if (test.status !== "failed") continue;
        why[name] ??= plain(test.failureMessages[0] ?? "");
        frames[name] ??= places(test.failureMessages[0] ?? "", plan.root);
      }
    }
    if (run === 0) covered = counted(from("istanbul-lib-coverage"), plan.file);
  }
  report({ ended, why, frames, coverage: covered });
}

function plain(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, "").split("\n    at ")[0].slice(0, 600);
}

/** Places of the project that the error came through, the innermost first: `path:line`. */
function places(text, root) {
  const lines = text.split("\n    at ").slice(1).map((line) => /(?:^|\()(?:file:\/\/)?([^\s()]+):(\d+):\d+\)?/.exec(line));
  return lines.filter((found) => found?.[1].startsWith(`${root}/`)).map((found) => `${found[1].slice(root.length + 1)}:${found[2]}`).slice(0, 12);
}

function counted({ createCoverageMap }, file) {
  const map = createCoverageMap({});
  for (const one of globalThis.__covered ?? []) map.merge(one);
  if (!map.files().includes(file)) return null;
  const one = map.fileCoverageFor(file);
  const summary = one.toSummary();
  return {
    statements: summary.lines.total, missing: summary.lines.total - summary.lines.covered,
    branches: summary.branches.total, missing_branches: summary.branches.total - summary.branches.covered,
    missing_lines: one.getUncoveredLines().map(Number),
  };
}

main().then(
  () => process.exit(0),
  (error) => {
    fs.writeSync(2, `${error?.stack ?? error}\n`);
    process.exit(1);
  },
);
