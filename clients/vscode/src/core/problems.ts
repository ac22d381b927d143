/** Everything that can go wrong between the editor and the assistant, and what a person can do about it. */

import { isFields } from "./types";

export type Kind =
  | "cancelled"
  | "unreachable"
  | "not_assistant"
  | "interrupted"
  | "no_token"
  | "wrong_token"
  | "not_permitted"
  | "busy"
  | "sandbox_unavailable"
  | "too_large"
  | "syntax_error"
  | "unsupported_language"
  | "nothing_to_test"
  | "broken_source"
  | "source_timeout"
  | "model_away"
  | "fix_unsupported"
  | "no_source"
  | "bad_endpoint"
  | "refused";

export interface Facts {
  readonly status?: number;
  readonly code?: string;
  /** The server's own words, in the language that was asked for. */
  readonly detail?: string;
  readonly retryAfter?: number;
  readonly line?: number;
  readonly column?: number;
}

export class Problem extends Error {
  constructor(
    readonly kind: Kind,
    readonly facts: Facts = {},
  ) {
    super(facts.detail ?? kind);
    this.name = "Problem";
  }
}

const BY_CODE: Readonly<Record<string, Kind>> = {
  not_authenticated: "wrong_token",
  not_permitted: "not_permitted",
  rate_limited: "busy",
  too_many_tests: "busy",
  overloaded: "busy",
  starting: "busy",
  sandbox_unavailable: "sandbox_unavailable",
  too_large: "too_large",
  body_too_large: "too_large",
  syntax_error: "syntax_error",
  unknown_language: "unsupported_language",
  missing_runner: "unsupported_language",
  nothing_to_test: "nothing_to_test",
  broken_source: "broken_source",
  source_timeout: "source_timeout",
  model_unavailable: "model_away",
  fix_unsupported: "fix_unsupported",
  prompt_too_long: "too_large",
};

const BY_STATUS: Readonly<Record<number, Kind>> = {
  401: "wrong_token",
  403: "not_permitted",
  413: "too_large",
  429: "busy",
  // What proxies answer while the assistant behind them is away.
  502: "unreachable",
  503: "busy",
  504: "unreachable",
};

/** Read a problem object (RFC 9457), or what a proxy in between answered instead. `retryAfter` is the header's value. */
export function fromAnswer(status: number, body: string, retryAfter?: string): Problem {
  const from = parsed(body);
  const code = typeof from?.code === "string" ? from.code : undefined;
  const wait = typeof from?.retry_after === "number" ? from.retry_after : seconds(retryAfter);
  const facts: Facts = {
    status,
    ...(code !== undefined && { code }),
    ...(typeof from?.detail === "string" && { detail: from.detail }),
    ...(wait !== undefined && { retryAfter: wait }),
    ...(typeof from?.line === "number" && { line: from.line }),
    ...(typeof from?.column === "number" && { column: from.column }),
  };
  const kind = (code !== undefined ? BY_CODE[code] : undefined) ?? BY_STATUS[status];
  if (kind !== undefined) return new Problem(kind, facts);
  return new Problem(code === undefined ? "not_assistant" : "refused", facts);
}

/** `Retry-After` as seconds: a number or a date. */
export function seconds(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export type Remedy = "setToken" | "openSettings" | "retry" | "showLog";

export type Translate = (message: string, ...values: (string | number)[]) => string;

/** What to tell the person, and what to offer. */
export function explained(problem: Problem, endpoint: string, t: Translate): { text: string; remedies: Remedy[] } {
  const { detail = "", status = 0, retryAfter, code = "" } = problem.facts;
  switch (problem.kind) {
    case "cancelled":
      return { text: t("Stopped."), remedies: [] };
    case "unreachable":
      return {
        text: t("The assistant at {0} does not answer. Is it running, and is the address right?", endpoint),
        remedies: ["retry", "openSettings"],
      };
    case "not_assistant":
      return {
        text: t("What answers at {0} is not the assistant (status {1}). Check the address.", endpoint, status),
        remedies: ["openSettings"],
      };
    case "interrupted":
      return { text: t("The connection to {0} broke off. Try again.", endpoint), remedies: ["retry"] };
    case "no_token":
      return { text: t("No API key is stored for {0}.", endpoint), remedies: ["setToken"] };
    case "wrong_token":
      return { text: t("{0} does not accept the API key. Enter a valid one.", endpoint), remedies: ["setToken"] };
    case "not_permitted":
      return {
        text:
          t("The API key lacks a scope: “tests” is for tests, “ask” for explaining, editing and completing. An administrator can add it.") +
          said(detail),
        remedies: ["setToken"],
      };
    case "busy":
      return {
        text:
          (retryAfter === undefined
            ? t("The assistant is busy. Try again in a moment.")
            : t("The assistant is busy. Try again in {0} s.", Math.max(1, Math.ceil(retryAfter)))) + said(detail),
        remedies: ["retry"],
      };
    case "sandbox_unavailable":
      return {
        text: t("The server cannot run tests safely: its sandbox is not available. Tell an operator.") + said(detail),
        remedies: [],
      };
    case "too_large":
      return { text: t("The source is too large for the server.") + said(detail), remedies: [] };
    case "syntax_error":
      return {
        text: t("Syntax error in line {0}, column {1}.", problem.facts.line ?? 1, problem.facts.column ?? 1),
        remedies: [],
      };
    case "unsupported_language":
      return { text: t("The server cannot write tests for this language.") + said(detail), remedies: [] };
    case "nothing_to_test":
      return { text: t("There is nothing to test here.") + said(detail), remedies: [] };
    case "broken_source":
      return { text: t("The source cannot be imported on the server.") + said(detail), remedies: ["showLog"] };
    case "source_timeout":
      return {
        text: t("The source takes too long on the server: what runs at import should end.") + said(detail),
        remedies: ["showLog"],
      };
    case "model_away":
      return {
        text: t("The model is starting or away; tests can still be generated. Try again in a moment.") + said(detail),
        remedies: ["retry"],
      };
    case "fix_unsupported":
      return { text: t("Failing tests are fixed in Python, JavaScript, TypeScript and Java, where test and code have the same runner. Select the code and edit it with an instruction."), remedies: [] };
    case "no_source":
      return { text: detail, remedies: [] };
    case "bad_endpoint":
      return { text: detail, remedies: ["openSettings"] };
    case "refused":
      return { text: t("The server refused ({0} {1}).", status, code) + said(detail), remedies: ["showLog"] };
  }
}

function said(detail: string): string {
  return detail === "" ? "" : ` ${detail}`;
}
