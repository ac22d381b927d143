"use strict";
// A reporter for Jest that keeps the coverage of each test file where the gate finds it: Jest itself only writes files.

class Covering {
  onTestResult(_test, result) {
    if (result.coverage) (globalThis.__covered ??= []).push(result.coverage);
  }
}

module.exports = Covering;
