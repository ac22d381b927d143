/** What `POST /api/v1/code` takes and answers (docs/rest.md): complete, edit, explain, fix a failing test. */

import { type Asking, converse } from "./client";
import type { Translate } from "./problems";
import type { SseEvent } from "./sse";
import { type Fields, fields, isFields, list, numberOf, text, WrongShape } from "./types";

export type Task = "complete" | "edit" | "explain" | "fix";

/** Lines and columns count from 1; columns are characters, not the editor's units. */
export interface CodeRequest {
  readonly task: Task;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
  readonly line?: number;
  readonly column?: number;
  readonly end_line?: number;
  readonly instruction?: string;
  readonly test_file?: string;
  readonly test?: string;
  readonly language?: "zh" | "en";
  readonly max_tokens?: number;
  readonly context_tokens?: number;
}

export interface Verdict {
  readonly wrong: string;
  readonly why: string;
  readonly by: string;
}

export interface Worked {
  readonly text: string;
  readonly change: { readonly path: string; readonly text: string } | null;
  /** Places of the changed file that do not parse. */
  readonly faults: readonly { readonly line: number; readonly why: string }[];
  readonly passed: { readonly runs: number; readonly passed: number } | null;
  readonly verdict: Verdict | null;
  /** Names in an explanation that stand nowhere in the code. */
  readonly unknownNames: readonly string[];
}

export interface CodeListener {
  delta?(text: string): void;
  /** The model begins again: what came so far does not count. */
  again?(): void;
  stage?(name: string): void;
}

/** Ask; resolves with the finished answer. Rejects with Problem, never with anything else. */
export function work(request: CodeRequest, asking: Asking, listener: CodeListener = {}): Promise<Worked> {
  return converse("/api/v1/code", request, asking, (event) => heard(event, request, listener));
}

function heard(event: SseEvent, request: CodeRequest, listener: CodeListener): Worked | undefined {
  if (event.name === "delta") listener.delta?.(text(fields(JSON.parse(event.data), "a delta"), "text"));
  if (event.name === "progress") listener.stage?.(text(fields(JSON.parse(event.data), "progress"), "stage"));
  if (event.name === "context") listener.again?.();
  return event.name === "finished" ? readWorked(JSON.parse(event.data), request) : undefined;
}

/** Check the whole answer: a change is one of a file that was sent. Throws WrongShape. */
export function readWorked(value: unknown, request: CodeRequest): Worked {
  const from = fields(value, "the answer");
  const syntax = fields(from.syntax, "syntax");
  return {
    text: text(from, "text"),
    change: optional(from.change, (change) => readChange(change, request)),
    faults: list(syntax.faults, "faults", (one) => {
      const fault = fields(one, "a fault");
      return { line: numberOf(fault, "line"), why: text(fault, "why") };
    }),
    passed: optional(from.passed, (passed) => ({ runs: numberOf(passed, "runs"), passed: numberOf(passed, "passed") })),
    verdict: optional(from.verdict, (verdict) => ({
      wrong: text(verdict, "wrong"),
      why: text(verdict, "why"),
      by: text(verdict, "by"),
    })),
    unknownNames: list(from.unknown_names, "unknown_names", String),
  };
}

function optional<T>(value: unknown, read: (from: Fields) => T): T | null {
  if (value === null || value === undefined) return null;
  if (!isFields(value)) throw new WrongShape("a part of the answer is no object");
  return read(value);
}

function readChange(from: Fields, request: CodeRequest): { path: string; text: string } {
  const path = text(from, "path");
  if (!Object.hasOwn(request.files, path)) throw new WrongShape(`${JSON.stringify(path)} was not sent`);
  return { path, text: text(from, "text") };
}

/** The server's column (characters, from 1) of a place in a line (UTF-16 units, from 0). */
export function columnOf(line: string, unit: number): number {
  return [...line.slice(0, unit)].length + 1;
}

/** The lines that a selection means, from 1: an end at the start of a line does not take that line in; empty: none. */
export function linesOf(start: { line: number; character: number }, end: { line: number; character: number }): [number, number] | undefined {
  if (start.line === end.line && start.character === end.character) return undefined;
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return [start.line + 1, last + 1];
}

/** What came of a fix, in sentences. */
export function verdictText(worked: Worked, t: Translate): string {
  const { verdict, passed } = worked;
  const runs = passed?.runs ?? 0;
  if (verdict?.wrong === "nothing") return t("The test passes on the server, {0} of {1} times.", passed?.passed ?? 0, runs);
  const who: Readonly<Record<string, string>> = {
    code: t("The code seems wrong."),
    test: t("The test seems wrong."),
    fixture: t("The fixture seems wrong."),
  };
  const found = who[verdict?.wrong ?? ""] ?? t("It is not clear what is wrong.");
  const judged = verdict === null || verdict.why === "" ? found : because(found, verdict.why);
  const opinion = verdict?.by === "model" ? ` ${t("(the model's opinion)")}` : "";
  const change =
    worked.change === null
      ? t("No change was found that makes the test pass and keeps the others.")
      : t("With this change it passes, {0} of {1} times.", passed?.passed ?? 0, runs);
  return `${judged}${opinion} ${change}`;
}

/** A sentence with its reason behind a colon: the server's words begin small, and may begin with a name of the code. */
function because(sentence: string, why: string): string {
  const stop = sentence.slice(-1);
  return `${sentence.slice(0, -1)}${stop === "。" ? "：" : ": "}${why.replace(/[.。]$/, "")}${stop}`;
}
