// The part of VS Code's logger that is built for each machine: packages of tests run no scripts, so it is not there, and
// without it VS Code writes no log and shows every output channel empty. This writes what it would, plainly, to the same files.
"use strict";

const { appendFileSync } = require("node:fs");
const Module = require("node:module");

const LEVELS = ["trace", "debug", "info", "warn", "error", "critical"];
const INFO = 2;

class Logger {
  constructor(kind, name, file) {
    Object.assign(this, { file, level: INFO, end: "\n" });
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  clearFormatters() {
    this.end = ""; // what comes is whole lines then
  }
  setPattern() {}
  flush() {}
  drop() {}
}
LEVELS.forEach((name, level) => {
  Logger.prototype[name] = function (message) {
    if (level >= this.level) appendFileSync(this.file, message + this.end);
  };
});

const native = { version: 0, setLevel() {}, setFlushOn() {}, shutdown() {}, Logger };
const load = Module._load;
Module._load = function (request, parent, ...rest) {
  const asked = request === "bindings" && /[\\/]@vscode[\\/]spdlog[\\/]/.test(parent?.filename ?? "");
  return asked ? () => native : load.call(this, request, parent, ...rest);
};
