"use strict";
// Jest's settings for a run of test files, the same wherever they are run.

const path = require("node:path");

function options(plan, run, from) {
  const config = {
    rootDir: plan.root,
    testMatch: plan.tests,
    testEnvironment: from.resolve("jest-environment-node"),
    transform: transforms(from),
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

/** Jest's settings travel as JSON: no expressions, so each ending has an entry of its own. */
function transforms(from) {
  const typescript = (more) => [from.resolve("@babel/preset-typescript"), { allExtensions: true, ...more }];
  const react = from.resolve("@babel/preset-react");
  const babel = (...presets) => [from.resolve("babel-jest"), {
    babelrc: false, configFile: false, sourceType: "unambiguous", presets, plugins: [from.resolve("@babel/plugin-transform-modules-commonjs")],
  }];
  return {
    "\\.[cm]?js$": babel(), "\\.[cm]?ts$": babel(typescript({})), "\\.jsx$": babel(react),
    "\\.tsx$": babel(react, typescript({ isTSX: true })),
  };
}

module.exports = { options };
