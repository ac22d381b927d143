"use strict";
// Jest's settings for a run of test files, the same wherever they are run.

const fs = require("node:fs");
const path = require("node:path");

function options(plan, run, from) {
  const config = {
    rootDir: plan.root,
    testMatch: plan.tests,
    testEnvironment: from.resolve("jest-environment-node"),
    transform: transforms(from, isModern(plan)),
    moduleFileExtensions: ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "json", "node"],
    extensionsToTreatAsEsm: [],
    collectCoverage: run === 0,
    collectCoverageFrom: [path.relative(plan.root, plan.file)],
    coverageProvider: "babel",
    coverageReporters: [],
    coverageDirectory: "/tmp/coverage",
    cacheDirectory: "/tmp/jest",
    haste: { enableSymlinks: false },
    resetModules: false,
  };
  return {
    _: [], $0: "jest", config: JSON.stringify(config), runInBand: true, silent: true, ci: true, watchman: false, reporters: [path.join(__dirname, "covering.cjs")],
    randomize: !plan.ordered, seed: 7 + run, testTimeout: 2000, cache: true, useStderr: true,
  };
}

/** Whether Node.js, and so Jest, reads `.js` of the module's package as ES modules. */
function isModern({ root, file }) {
  for (let folder = path.dirname(file); folder.startsWith(root); folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")).type === "module";
    } catch (error) {
      if (error.code !== "ENOENT") return false; // Jest says what is wrong with it
    }
  }
  return false;
}

/** Jest's settings travel as JSON: no expressions, so each ending has an entry of its own. What it reads as ES modules stays one. */
function transforms(from, modern) {
  const typescript = (more) => [from.resolve("@babel/preset-typescript"), { allExtensions: true, ...more }];
  const react = from.resolve("@babel/preset-react");
  const required = [from.resolve("@babel/plugin-transform-modules-commonjs")];
  const babel = (plugins, ...presets) => [from.resolve("babel-jest"), { babelrc: false, configFile: false, sourceType: "unambiguous", presets, plugins }];
  return {
    "\\.mjs$": babel([]), "\\.cjs$": babel(required), "\\.js$": babel(modern ? [] : required), "\\.[cm]?ts$": babel(required, typescript({})),
    "\\.jsx$": babel(modern ? [] : required, react), "\\.tsx$": babel(required, react, typescript({ isTSX: true })),
  };
}

module.exports = { options };
