"use strict";
// Runs Stryker on modules, each with Jest tests of its own in a folder of its own, and reports how its mutants ended.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { spawnSync } = require("node:child_process");

const plan = JSON.parse(fs.readFileSync(0, "utf8"));
const from = Module.createRequire(path.join(plan.packages, "package.json"));
const core = path.dirname(from.resolve("@stryker-mutator/core/package.json"));
const work = path.join(process.cwd(), "work");

fs.cpSync(plan.sources, work, { recursive: true });
for (const name of ["", ...fs.readdirSync(work, { recursive: true })]) fs.chmodSync(path.join(work, name), 0o700); // the box is read-only
fs.symlinkSync(path.join(plan.packages, "node_modules"), path.join(work, "node_modules"));
if (!fs.existsSync(path.join(work, "package.json"))) fs.writeFileSync(path.join(work, "package.json"), "{}");
fs.writeFileSync(path.join(work, "stryker.conf.json"), JSON.stringify(settings()));
const done = spawnSync(process.execPath, [path.join(core, "bin", "stryker.js"), "run", "stryker.conf.json"], {
  cwd: work, timeout: plan.seconds * 1000, encoding: "utf8",
});
const told = path.join(work, "mutation.json");
const ended = plan.targets.map(() => ({}));
if (fs.existsSync(told)) {
  for (const [name, { mutants }] of Object.entries(JSON.parse(fs.readFileSync(told, "utf8")).files)) {
    const own = ended[plan.targets.indexOf(name)];
    for (const { status } of mutants) own[status] = (own[status] ?? 0) + 1;
  }
}
fs.writeSync(3, JSON.stringify({ ended, said: `${done.stdout}${done.stderr}`.slice(-400) }));

function settings() {
  return {
    testRunner: "jest",
    plugins: [path.join(path.dirname(from.resolve("@stryker-mutator/jest-runner/package.json")), "dist", "src", "index.js")],
    mutate: plan.targets,
    coverageAnalysis: "perTest",
    reporters: ["json"],
    jsonReporter: { fileName: "mutation.json" },
    concurrency: 1,
    disableTypeChecks: false,
    inPlace: true,
    timeoutMS: 4000,
    fileLogLevel: "off",
    logLevel: "error",
    tempDirName: "/tmp/stryker",
    jest: { projectType: "custom", enableFindRelatedTests: false, config: configuration() },
  };
}

function configuration() {
  const typescript = (more) => [from.resolve("@babel/preset-typescript"), { allExtensions: true, ...more }];
  const react = from.resolve("@babel/preset-react");
  const babel = (...presets) => [from.resolve("babel-jest"), {
    babelrc: false, configFile: false, sourceType: "unambiguous", presets, plugins: [from.resolve("@babel/plugin-transform-modules-commonjs")],
  }];
  return {
    rootDir: work,
    testMatch: plan.tests.map((name) => path.join(work, name)),
    testEnvironment: "node",
    transform: {
      "\\.[cm]?js$": babel(), "\\.[cm]?ts$": babel(typescript({})), "\\.jsx$": babel(react), "\\.tsx$": babel(react, typescript({ isTSX: true })),
    },
    moduleFileExtensions: ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "json", "node"],
    haste: { enableSymlinks: false },
    cacheDirectory: "/tmp/jest",
  };
}
