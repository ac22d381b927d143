/** Suspected bugs, laws that were not confirmed, and syntax errors in the Problems view. */

import * as vscode from "vscode";
import { bugText, leftOutText } from "./core/report";
import { language, symbols } from "./core/symbols";
import type { Problem } from "./core/problems";
import type { Generated } from "./core/types";
import { t } from "./texts";

const SOURCE = "MoE Assistant";

export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection("moeAssistant");

  /** What a run found out about the code, at the functions it is about. */
  findings(document: vscode.TextDocument, made: Generated): void {
    const found = symbols(document.getText(), language(document.languageId) ?? "python");
    const at = (symbol: string, text: string, severity: vscode.DiagnosticSeverity, code: string): vscode.Diagnostic => {
      const line = found.find((one) => one.name === symbol)?.line ?? 0;
      const diagnostic = new vscode.Diagnostic(lineRange(document, line), text, severity);
      diagnostic.source = SOURCE;
      diagnostic.code = code;
      return diagnostic;
    };
    const { Warning, Information } = vscode.DiagnosticSeverity;
    this.collection.set(document.uri, [
      ...made.suspected_bugs.map((bug) => at(bug.symbol, bugText(bug, t), Warning, "suspected_bug")),
      ...made.left_out.map((one) => at(one.symbol, leftOutText(one, t), Information, "left_out")),
    ]);
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
