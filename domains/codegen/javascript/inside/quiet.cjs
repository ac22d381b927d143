"use strict";

/** What the code under test must not do to the program that runs it. */
function quiet() {
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "table", "dir", "group"]) console[name] = () => undefined;
  process.exit = (code) => {
    throw new Error(`process.exit(${code})`);
  };
  process.on("unhandledRejection", () => undefined);
  process.on("uncaughtException", () => undefined);
}

module.exports = { quiet };
