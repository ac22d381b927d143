"use strict";
// Formats texts as prettier does: a JSON object of texts by file name on standard input, the same on descriptor 3.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

async function main() {
  const { packages, texts } = JSON.parse(fs.readFileSync(0, "utf8"));
  const from = Module.createRequire(path.join(packages, "package.json"));
  const prettier = from("prettier");
  const made = {};
  for (const [name, text] of Object.entries(texts)) {
    try {
      const plugins = name.endsWith(".java") ? [await import(from.resolve("prettier-plugin-java"))] : [];
      made[name] = await prettier.format(text, { filepath: name, plugins, printWidth: 100 });
    } catch (error) {
      process.stderr.write(`${name}: ${error.message}\n`); // left out: it stays as it is, and costs the others nothing
    }
  }
  fs.writeSync(3, JSON.stringify(made));
}

main();
