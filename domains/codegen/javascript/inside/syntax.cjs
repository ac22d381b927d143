"use strict";
// Says where a module does not parse, as Babel sees it: line and column from 1; nothing when it parses.

const fs = require("node:fs");
const { Loading } = require("./loading.cjs");

const plan = JSON.parse(fs.readFileSync(0, "utf8"));
try {
  const loading = new Loading(plan.packages, plan.file);
  loading.transformed(loading.text, plan.file, false);
} catch (error) {
  const why = String(error?.message ?? error).split("\n")[0].replace(/^.*?:\s(?=[A-Z'])/, "").replace(/\s*\(\d+:\d+\)\s*$/, "");
  if (error?.loc) fs.writeSync(3, JSON.stringify({ why, line: error.loc.line, column: error.loc.column + 1 }));
}
process.exit(0);
