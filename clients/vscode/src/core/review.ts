/** What a developer decides about the tests of one run, test by test. */

import { mergedInto, names } from "./braces";
import { testAt } from "./failing";
import { additions, grown } from "./grown";
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
    /** Texts, with line ends of one sign, of files that were there and that the server added to, by the name of the file. */
    private readonly bases: Readonly<Record<string, string>> = {},
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

  /** The tests that stand in a generated file; in one that was there, all that stand in no other. */
  in(file: string): WrittenTest[] {
    if (!(file in this.bases)) return this.made.tests.filter((test) => this.stands(test, file));
    const others = Object.keys(this.made.files).filter((other) => !(other in this.bases));
    return this.made.tests.filter((test) => !others.some((other) => this.stands(test, other)));
  }

  private stands(test: WrittenTest, file: string): boolean {
    const text = this.made.files[file] ?? "";
    if (this.language === "python") return text.includes(test.code.split("(")[0] ?? test.name);
    return names(text, this.language).has(test.name);
  }

  open(file: string): WrittenTest[] {
    return this.in(file).filter((test) => this.decision(test.name) === "open");
  }

  /** The open test around a line (from 0) of what is proposed for a file; undefined outside of one. */
  around(file: string, text: string, line: number): string | undefined {
    const name = testAt(text, line, this.language)?.split("::").pop() ?? "";
    const open = this.open(file).map((test) => test.name);
    if (open.includes(name) || this.language === "python" || this.language === "java") return open.find((one) => one === name);
    // The title of a table of Jest goes on behind the name, with the places for a row's values.
    return open.filter((one) => name.startsWith(one)).sort((a, b) => b.length - a.length)[0];
  }

  get settled(): boolean {
    return [...this.decisions.values()].every((decision) => decision !== "open");
  }

  /** What the file would be if the tests in `only` (else: all that are still open) were accepted. */
  proposal(file: string, existing: string, only?: ReadonlySet<string>): string {
    const generated = this.made.files[file] ?? "";
    const keep = only ?? new Set(this.open(file).map((test) => test.name));
    if (keep.size === 0) return existing;
    const base = this.bases[file];
    if (base !== undefined) return this.added(file, base, existing, keep);
    return this.language === "python" ? merged(existing, generated, keep).text : mergedInto(existing, generated, keep, this.language);
  }

  /** The server's own text as long as the file is what it knows; what is new is put into one that has changed since. */
  private added(file: string, base: string, existing: string, keep: ReadonlySet<string>): string {
    const whole = this.made.files[file] ?? "";
    const now = existing.replace(/\r\n/g, "\n");
    const all = this.in(file).map((test) => test.name);
    const accepted = all.filter((name) => this.decision(name) === "accepted");
    const ends = (text: string): string => (existing.includes("\r\n") ? text.replace(/\n/g, "\r\n") : text);
    if (this.language !== "python") {
      const untouched = now === base && all.every((name) => keep.has(name));
      return ends(untouched ? whole : mergedInto(now, whole, keep, this.language));
    }
    const known = now === grown(base, whole, all, new Set(accepted));
    const wanted = known ? new Set([...accepted, ...keep]) : keep;
    const text = grown(base, whole, all, wanted);
    return ends(known ? text : merged(now, additions(base, text), keep).text);
  }
}
