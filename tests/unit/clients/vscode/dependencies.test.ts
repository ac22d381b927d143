import assert from "node:assert/strict";
import { test } from "node:test";
import { listed } from "../../../../clients/vscode/src/core/dependencies";
import type { Disk } from "../../../../clients/vscode/src/core/places";

const disk = (files: Record<string, string>): Disk => ({ exists: async (path) => path in files, read: async (path) => files[path] });
const SAID = { "requirements.txt": "hypothesis\n" };

for (const [name, text] of Object.entries({
  "requirements.txt": "pytest\nhypothesis==6.100\n",
  "requirements/dev.txt": "hypothesis[numpy]\n",
  "pyproject.toml": '[dependency-groups]\ntest = ["pytest", "hypothesis>=6"]\n',
  "src/setup.py": 'setup(extras_require={"test": ["hypothesis"]})\n',
  Pipfile: '[dev-packages]\nhypothesis = "*"\n',
})) {
  test(`${name} may name Hypothesis`, async () => assert.deepEqual(await listed("src/shop/till.py", disk({ [name]: text })), SAID));
}

test("other packages, and prose about it, are not it", async () => {
  const files = { "requirements.txt": "pytest\nhypothesis_jsonschema\n", "pyproject.toml": "# our hypothesis is that it pays\n" };
  assert.deepEqual(await listed("till.py", disk(files)), {});
});

test("of a list nothing else goes along: it may hold an address with a password", async () => {
  const files = { "requirements.txt": "--index-url https://me:hunter2@packages.example.com\nhypothesis\n" };
  assert.deepEqual(await listed("till.py", disk(files)), SAID);
});

test("a folder that is no neighbour of the module says nothing", async () => {
  assert.deepEqual(await listed("src/till.py", disk({ "other/requirements.txt": "hypothesis\n" })), {});
});
