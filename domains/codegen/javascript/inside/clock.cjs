"use strict";
// Time as a budget counts it. On a machine that is busy with others the clock runs while nothing is done here: then what
// counts is the processor time that was spent, but never less than half of what the clock says.

const wallNow = Date.now;
const used = process.cpuUsage;
const began = wallNow();

/** Milliseconds of processor time that this process has spent. */
function spent() {
  const { user, system } = used.call(process);
  return (user + system) / 1000;
}

const atFirst = spent();

/** Milliseconds since the start. */
function now() {
  return counted(wallNow() - began, spent() - atFirst);
}

function counted(wall, own) {
  return Math.min(wall, Math.max(own, wall / 2));
}

module.exports = { counted, now, spent };
