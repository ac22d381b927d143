/** Suspected bugs and syntax errors in the Problems view. */

import * as vscode from "vscode";
import { bugText } from "./core/report";
import { language, symbols } from "./core/symbols";
import type { Problem } from "./core/problems";
import type { SuspectedBug } from "./core/types";
import { t } from "./texts";

const SOURCE = "MoE Assistant";

export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("moeAssistant");

  bugs(document: vscode.TextDocument, bugs: readonly SuspectedBug[]): void {
    const found = symbols(document.getText(), language(document.languageId) ?? "python");
    const shown = bugs.map((bug) => {
      const line = found.find((one) => one.name === bug.symbol)?.line ?? 0;
      const diagnostic = new vscode.Diagnostic(lineRange(document, line), bugText(bug, t), vscode.DiagnosticSeverity.Warning);
      diagnostic.source = SOURCE;
      diagnostic.code = "suspected_bug";
      return diagnostic;
    });
    this.collection.set(document.uri, shown);
  }

  syntax(document: vscode.TextDocument, problem: Problem): void {
    const line = Math.min(Math.max(0, (problem.facts.line ?? 1) - 1), document.lineCount - 1);
    const column = Math.max(0, (problem.facts.column ?? 1) - 1);
    const end = document.lineAt(line).range.end;
    const start = new vscode.Position(line, Math.min(column, end.character));
    const text = problem.facts.detail ?? t("Syntax error");
    const diagnostic = new vscode.Diagnostic(new vscode.Range(start, end), text, vscode.DiagnosticSeverity.Error);
    diagnostic.source = SOURCE;
    diagnostic.code = "syntax_error";
    this.collection.set(document.uri, [diagnostic]);
  }

  clear(uri: vscode.Uri): void {
    this.collection.delete(uri);
  }

  dispose(): void {
    this.collection.dispose();
  }
}

function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const text = document.lineAt(Math.min(line, document.lineCount - 1));
  return new vscode.Range(text.lineNumber, text.firstNonWhitespaceCharacterIndex, text.lineNumber, text.text.length);
}
