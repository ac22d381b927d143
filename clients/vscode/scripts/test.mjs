// The unit tests of the pure logic, by Node's own runner. Bundled first: Node 20 does not read TypeScript.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const FROM = "../../tests/unit/clients/vscode";
const TO = "dist/tests";
rmSync(TO, { recursive: true, force: true });
mkdirSync(TO, { recursive: true });
const tests = readdirSync(FROM, { recursive: true }).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: tests.map((name) => `${FROM}/${name}`),
  outdir: TO,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
});
const built = readdirSync(TO, { recursive: true }).filter((name) => name.endsWith(".test.mjs"));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built.map((name) => `${TO}/${name}`)], { stdio: "inherit" });
process.exit(run.status ?? 1);
