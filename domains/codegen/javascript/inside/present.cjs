"use strict";
// What the tests that are there reach and notice: one run as things are, then one for each change of the module, in a process
// that is ended when a change never comes to an end. Reports on descriptor 3 what was reached, and the numbers of what was noticed.

const { fork } = require("node:child_process");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { counted } = require("./clock.cjs");
const { options } = require("./settings.cjs");

const COPY = "/tmp/present";
const START_MS = 20000;
const STALLED_MS = 2500;
const SLOWER = 5;
const LOOK_MS = 50;
const TICK_MS = 10;

/** In the process: Jest, with a runner of ours that runs the same file again and again. */
async function inside({ plan, known, first }) {
  const from = Module.createRequire(path.join(plan.packages, "package.json"));
  globalThis.__present = { plan, known, first, from, tell: (what) => process.send(what) };
  const settings = options({ ...plan, ordered: true }, 0, from);
  const config = JSON.stringify({ ...JSON.parse(settings.config), runner: path.join(__dirname, "presence.cjs") });
  const { runCLI } = from("@jest/core");
  await runCLI({ ...settings, config }, [plan.root]);
}

/** Outside it: one process after the other, until all changes were tried or the time is over. */
async function outside() {
  const plan = JSON.parse(fs.readFileSync(0, "utf8"));
  fs.cpSync(plan.root, COPY, { recursive: true }); // where it lies it cannot be changed
  for (const key of ["file", "tests"]) plan[key] = moved(plan[key], plan.root);
  plan.root = COPY;
  fs.chmodSync(plan.file, 0o600);
  process.chdir(COPY);
  const found = { hit: [], killed: [] };
  const original = fs.readFileSync(plan.file);
  let left = plan.seconds * 1000;
  let known;
  for (let first = 0; first < plan.mutants.length; ) {
    const { at, stalled, baseline, taken } = await new Watched({ plan, known, first }, found, left).ended;
    known ??= baseline;
    left -= taken;
    if (!stalled) break;
    found.killed.push(at);
    first = at + 1;
    fs.writeFileSync(plan.file, original);
  }
  fs.writeSync(3, JSON.stringify(found));
}

function moved(place, root) {
  return Array.isArray(place) ? place.map((one) => moved(one, root)) : COPY + place.slice(root.length);
}

/** A process that is looked after. Time is what `counted` makes of the clock and the processor time that it took. */
class Watched {
  constructor(data, found, left) {
    Object.assign(this, { found, left, at: -1, baseline: data.known, began: Date.now(), spent: 0, since: undefined });
    this.child = fork(__filename, ["inside"], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.child.on("message", (told) => this.heard(told));
    this.child.send(data);
    this.ended = new Promise((resolve) => {
      const end = (stalled) => {
        clearInterval(this.timer);
        this.child.removeAllListeners("exit");
        this.child.kill("SIGKILL");
        resolve({ at: this.at, stalled, baseline: this.baseline, taken: this.since === undefined ? 0 : this.now() - this.since });
      };
      this.child.on("exit", () => end(false));
      this.timer = setInterval(() => this.look(end), LOOK_MS);
    });
  }

  heard({ baseline, hit, begun, killed }) {
    if (baseline !== undefined) Object.assign(this, { baseline });
    if (hit !== undefined) this.found.hit = hit;
    if (killed !== undefined) this.found.killed.push(killed);
    if (begun === undefined) return;
    this.at = begun;
    this.begun = this.now();
    this.since ??= this.begun;
  }

  look(end) {
    const now = this.now();
    if (this.since === undefined) {
      if (now > START_MS) end(false);
    } else if (now - this.since > this.left) end(false);
    else if (now - this.begun > STALLED_MS + SLOWER * this.baseline.milliseconds) end(true);
  }

  /** Milliseconds of this process: what Linux says that it has spent, in ticks, and the clock. */
  now() {
    try {
      const words = fs.readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ").at(-1).split(" ");
      this.spent = (Number(words[11]) + Number(words[12])) * TICK_MS;
    } catch {
      // it has ended: what was read last holds
    }
    return counted(Date.now() - this.began, this.spent);
  }
}

if (process.argv[2] === "inside") process.once("message", (data) => inside(data).then(() => process.exit(0), (error) => {
  fs.writeSync(2, `${error?.stack ?? error}\n`);
  process.exit(1);
}));
else outside().then(() => process.exit(0), (error) => {
  fs.writeSync(2, `${error?.stack ?? error}\n`);
  process.exit(1);
});
