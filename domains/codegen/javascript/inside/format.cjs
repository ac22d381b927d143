"use strict";
// Formats texts as prettier does: a JSON object of texts by file name on standard input, the same on descriptor 3. Settings
// of the project, where it brings some, decide, else `style`; they lie in the
// box where the texts would.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

async function main() {
  const { packages, root, texts, style } = JSON.parse(fs.readFileSync(0, "utf8"));
  const prettier = Module.createRequire(path.join(packages, "package.json"))("prettier");
  const made = {};
  for (const [name, text] of Object.entries(texts)) {
    try {
      const settings = await own(prettier, path.join(root, name));
      made[name] = await prettier.format(text, { ...style, ...settings, filepath: name });
    } catch (error) {
      process.stderr.write(`${name}: ${error.message}\n`); // left out: it stays as it is, and costs the others nothing
    }
  }
  fs.writeSync(3, JSON.stringify(made));
}

/** What the project says of a file, and nothing that would run code of it. */
async function own(prettier, file) {
  const { plugins: _, ...settings } = (await prettier.resolveConfig(file, { editorconfig: true, useCache: false })) ?? {};
  return settings;
}

main();
