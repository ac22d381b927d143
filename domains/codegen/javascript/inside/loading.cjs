"use strict";
// Loads the module under test, as it is, counted, or changed. TypeScript, JSX and ES modules go through Babel, as in Jest.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

const LOAD_MS = 2000;

class Loading {
  constructor(packages, file) {
    const from = Module.createRequire(path.join(packages, "package.json"));
    this.find = (name) => from.resolve(name);
    this.file = file;
    this.text = fs.readFileSync(file, "utf8");
    this.typed = /\.tsx?$|\.mts$|\.cts$/.test(file);
    this.plain = !this.typed && !/\.jsx$/.test(file) && !/^\s*(import|export)\b/m.test(this.text) && !/^\s*<|[(=]\s*</m.test(this.text);
    this.babel = undefined;
    this.counters = undefined;
    this.hook();
  }

  /** Other files of the project are loaded in the same way, without counters. */
  hook() {
    for (const ending of [".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts"]) {
      Module._extensions[ending] = (module, file) => {
        const text = fs.readFileSync(file, "utf8");
        const ready = file.includes("/node_modules/") || (/\.c?js$/.test(file) && !/^\s*(import|export)\b/m.test(text));
        module._compile(ready ? text : this.transformed(text, file, false), file);
      };
    }
  }

  transformed(text, file, counted) {
    this.babel ??= require(this.find("@babel/core"));
    const plugins = [this.find("@babel/plugin-transform-modules-commonjs")];
    if (counted) plugins.push([this.find("babel-plugin-istanbul"), { cwd: path.dirname(file), include: ["**"], exclude: [], extension: [path.extname(file)] }]);
    const presets = [];
    if (/\.[mc]?tsx?$/.test(file)) presets.push([this.find("@babel/preset-typescript"), { allExtensions: true, isTSX: /x$/.test(file) }]);
    if (/x$/.test(file)) presets.push(this.find("@babel/preset-react"));
    const made = this.babel.transformSync(text, {
      filename: file, babelrc: false, configFile: false, presets, plugins, sourceType: "unambiguous", compact: false, retainLines: true,
    });
    return made.code;
  }

  /** The exports of the module. `text` is another version of it; counters are only kept for the original. */
  load({ text = this.text, counted = false } = {}) {
    const code = counted || !this.plain ? this.transformed(text, this.file, counted) : text;
    const module = new Module(this.file, undefined);
    module.filename = this.file;
    module.paths = Module._nodeModulePaths(path.dirname(this.file));
    const wrapped = new vm.Script(Module.wrap(code), { filename: this.file }).runInThisContext();
    const required = (name) => Module._load(name, module, false);
    timed(() => wrapped.call(module.exports, module.exports, required, module, this.file, path.dirname(this.file)), LOAD_MS);
    if (counted) this.counters = globalThis.__coverage__[this.file];
    return module.exports;
  }
}

const gate = new vm.Script("globalThis.__timed()");

/** Run for so many milliseconds at most; throws ERR_SCRIPT_EXECUTION_TIMEOUT, also out of a loop without end. */
function timed(action, milliseconds) {
  let result;
  globalThis.__timed = () => {
    result = action();
  };
  gate.runInThisContext({ timeout: milliseconds });
  return result;
}

function stalled(error) {
  return error !== null && typeof error === "object" && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

module.exports = { Loading, stalled, timed };
