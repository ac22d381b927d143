/** The files around the code: both languages say the same, and nothing in them holds or sends what it should not. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const read = (name: string): string => readFileSync(name, "utf8"); // npm runs scripts in the folder of package.json
const json = (name: string) => JSON.parse(read(name)) as Record<string, any>;
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: read(join("src", name)) }));
const all = sources.map((source) => source.text).join("\n");
const placeholders = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();
const manifest = json("package.json");

test("every text of the code has a Chinese one, and no Chinese one is left over", () => {
  const used = new Set([...all.matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? ""));
  assert.ok(used.size > 40);
  assert.deepEqual([...used].sort(), Object.keys(json("l10n/bundle.l10n.zh-cn.json")).sort());
});

test("translations keep the places for values", () => {
  for (const [english, chinese] of Object.entries(json("l10n/bundle.l10n.zh-cn.json"))) {
    assert.deepEqual(placeholders(String(chinese)), placeholders(english), english);
    assert.match(String(chinese), /[\u4e00-\u9fff]/);
  }
});

test("the manifest's texts exist in both languages, and each is used", () => {
  const used = [...read("package.json").matchAll(/"%(\w+)%"/g)].map((match) => match[1] ?? "").sort();
  assert.deepEqual(Object.keys(json("package.nls.json")).sort(), [...new Set(used)]);
  assert.deepEqual(Object.keys(json("package.nls.zh-cn.json")).sort(), [...new Set(used)]);
});

test("every command of the manifest is registered, and the other way round", () => {
  const declared = manifest.contributes.commands.map((one: { command: string }) => one.command).sort();
  const registered = [...all.matchAll(/register\("(\w+)"/g)].map((match) => `moeAssistant.${match[1]}`);
  assert.deepEqual([...registered, "moeAssistant.generateForSymbol"].filter((name, at, list) => list.indexOf(name) === at).sort(), [...declared, "moeAssistant.generateForSymbol"].sort());
});

test("every setting of the manifest is read, and the other way round", () => {
  const declared = Object.keys(manifest.contributes.configuration.properties).sort();
  const taken = [...read("src/settings.ts").matchAll(/value\("(\w+)"/g)].map((match) => `moeAssistant.${match[1]}`);
  assert.deepEqual([...new Set(taken)].sort(), declared);
});

test("no setting holds a key, and the key is written to the secret storage alone", () => {
  const names = Object.keys(manifest.contributes.configuration.properties).join(" ");
  assert.doesNotMatch(names, /key|token|secret|password/i);
  assert.doesNotMatch(all, /globalState|workspaceState|\.update\(/);
  assert.equal(all.match(/secrets\.store\(/g)?.length, 1);
});

test("the key is used in the client alone, and never logged or shown", () => {
  const users = sources.filter((source) => /asking\.token|Bearer \$\{/.test(source.text)).map((source) => source.name);
  assert.deepEqual(users, [join("core", "client.ts")]);
  for (const { name, text } of sources) assert.doesNotMatch(text, /(log\.write|console\.\w+|Message)\([^;]*\btoken\b/, name);
});

test("nothing measures the person, and nothing but the client speaks to the network", () => {
  assert.doesNotMatch(all, /telemetry|createTelemetryLogger|\bfetch\(|XMLHttpRequest|openExternal/);
  const network = sources.filter((source) => /node:(https?|net|tls|dns)"/.test(source.text)).map((source) => source.name);
  assert.deepEqual(network, [join("core", "client.ts")]);
});

test("the pure logic does not know the editor", () => {
  for (const { name, text } of sources.filter((source) => source.name.startsWith("core"))) {
    assert.doesNotMatch(text, /from "vscode"|from "\.\.\//, name);
  }
});

test("a workspace that is not trusted decides nothing about where source and key go, or what runs", () => {
  const { untrustedWorkspaces } = manifest.capabilities;
  assert.equal(untrustedWorkspaces.supported, "limited");
  for (const name of ["endpoint", "allowPlainHttp", "completion", "python"]) {
    assert.ok(untrustedWorkspaces.restrictedConfigurations.includes(`moeAssistant.${name}`), name);
  }
});

test("there are no dependencies at run time", () => {
  assert.equal(manifest.dependencies, undefined);
  for (const version of Object.values(manifest.devDependencies)) assert.match(String(version), /^\d+\.\d+\.\d+$/);
});

test("the lock names no registry, and every package by its hash", () => {
  const { packages } = json("package-lock.json");
  for (const [name, entry] of Object.entries<any>(packages)) {
    assert.equal(entry.resolved, undefined, name);
    if (name !== "") assert.match(entry.integrity, /^sha512-/, name);
  }
});
