/** What a developer decides about the tests of one run, test by test. */

import { mergedInto, names } from "./braces";
import type { Language } from "./symbols";
import { merged } from "./testfile";
import type { Generated, WrittenTest } from "./types";

export type Decision = "open" | "accepted" | "rejected";

export class Review {
  private readonly decisions = new Map<string, Decision>();

  constructor(
    readonly made: Generated,
    /** The language decides how files are put together. */
    readonly language: Language = "python",
  ) {
    for (const test of made.tests) this.decisions.set(test.name, "open");
  }

  decision(test: string): Decision {
    return this.decisions.get(test) ?? "open";
  }

  decide(test: string, decision: Decision): void {
    if (this.decisions.has(test)) this.decisions.set(test, decision);
  }

  /** Reject what is not in the list, and take back the rejection of what is. */
  choose(tests: Iterable<string>): void {
    const kept = new Set(tests);
    for (const [name, decision] of this.decisions) {
      if (decision === "accepted") continue;
      this.decisions.set(name, kept.has(name) ? "open" : "rejected");
    }
  }

  /** The tests that stand in a generated file. */
  in(file: string): WrittenTest[] {
    const text = this.made.files[file] ?? "";
    if (this.language === "python") return this.made.tests.filter((test) => text.includes(test.code.split("(")[0] ?? test.name));
    const there = names(text, this.language);
    return this.made.tests.filter((test) => there.has(test.name));
  }

  open(file: string): WrittenTest[] {
    return this.in(file).filter((test) => this.decision(test.name) === "open");
  }

  get settled(): boolean {
    return [...this.decisions.values()].every((decision) => decision !== "open");
  }

  /** What the file would be if the tests in `only` (else: all that are still open) were accepted. */
  proposal(file: string, existing: string, only?: ReadonlySet<string>): string {
    const generated = this.made.files[file] ?? "";
    const keep = only ?? new Set(this.open(file).map((test) => test.name));
    if (keep.size === 0) return existing;
    return this.language === "python" ? merged(existing, generated, keep).text : mergedInto(existing, generated, keep, this.language);
  }
}
