/** Completions at the cursor, where the setting asks for them. Nothing is said when there is none: a person is typing. */

import * as vscode from "vscode";
import { columnOf, work } from "./core/code";
import { Problem } from "./core/problems";
import { language } from "./core/symbols";
import type { Keys } from "./keys";
import type { Log } from "./log";
import { placeOf } from "./project";
import * as settings from "./settings";

/** A person who types on is not asked for. */
const PAUSE_MS = 350;
const TOKENS = { max_tokens: 64, context_tokens: 0 } as const;
const MOST_CHARACTERS = 100_000;
const REST_MS = 30_000;

export class Completions implements vscode.InlineCompletionItemProvider {
  /** After a failure, nothing is asked until then. */
  private restUntil = 0;

  constructor(
    private readonly keys: Keys,
    private readonly log: Log,
  ) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    _context: vscode.InlineCompletionContext,
    cancelled: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    if (!settings.completionOn() || language(document.languageId) === undefined || Date.now() < this.restUntil) return [];
    if (document.getText().length > MOST_CHARACTERS) return [];
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (cancelled.isCancellationRequested) return [];
    try {
      const text = await this.ask(document, position, cancelled);
      return text === undefined || text.trim() === "" ? [] : [new vscode.InlineCompletionItem(text, new vscode.Range(position, position))];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.kind === "cancelled") return [];
      this.restUntil = Date.now() + (error.facts.retryAfter === undefined ? REST_MS : error.facts.retryAfter * 1000);
      this.log.write(`completion: ${error.kind} ${error.facts.status ?? ""} ${error.facts.code ?? ""}`);
      return [];
    }
  }

  /** A completion after which the file still parses; undefined where no key is stored: typing is no time to ask for one. */
  private async ask(document: vscode.TextDocument, position: vscode.Position, cancelled: vscode.CancellationToken): Promise<string | undefined> {
    const endpoint = settings.endpoint();
    const token = await this.keys.of(endpoint);
    if (token === undefined) return undefined;
    const abort = new AbortController();
    const stop = cancelled.onCancellationRequested(() => abort.abort());
    const { path } = placeOf(document.uri);
    const column = columnOf(document.lineAt(position.line).text, position.character);
    const request = { task: "complete", files: { [path]: document.getText() }, target: path, line: position.line + 1, column, ...TOKENS } as const;
    try {
      const worked = await work(request, { endpoint, token, language: vscode.env.language, signal: abort.signal });
      return worked.faults.length ? undefined : worked.text;
    } finally {
      stop.dispose();
    }
  }
}
