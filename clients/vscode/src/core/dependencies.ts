/** Whether a Python project has Hypothesis: properties are then written with `@given`. */

import { type Disk, folderOf, under } from "./places";

/** Lists of packages. They are read here and not sent: they may hold addresses with passwords. */
const LISTS = [
  "pyproject.toml",
  ...["requirements", "requirements-dev", "requirements-test", "dev-requirements", "test-requirements"].map((name) => `${name}.txt`),
  ...["base", "dev", "test", "tests"].map((name) => `requirements/${name}.txt`),
  ...["setup.cfg", "setup.py", "tox.ini", "Pipfile"],
];
const NAMED = /^[\s"'[]*hypothesis\b|["']hypothesis\b/m;

/** What tells the server of it: a list that names this one package, where a list of the project does. */
export async function listed(path: string, disk: Disk): Promise<Record<string, string>> {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    for (const name of LISTS) {
      if (NAMED.test((await disk.read(under(folder, name))) ?? "")) return { "requirements.txt": "hypothesis\n" };
    }
    if (folder === "") return {};
  }
}
