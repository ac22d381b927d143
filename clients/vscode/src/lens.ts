/** “Generate tests” above functions and classes, and the same as a code action. */

import * as vscode from "vscode";
import { isTestFile, testAt } from "./core/failing";
import { type Found, type Language, language, languageOf, LANGUAGES, symbolAt, symbols } from "./core/symbols";
import * as settings from "./settings";
import { t } from "./texts";

export const SELECTOR: vscode.DocumentSelector = [...LANGUAGES, "javascriptreact", "typescriptreact"].flatMap((id) =>
  ["file", "untitled", "vscode-remote", "vscode-vfs"].map((scheme) => ({ language: id, scheme })),
);

const MOST_LENSES_CHARACTERS = 400_000;

export function found(document: vscode.TextDocument): Found[] {
  const known = language(document.languageId);
  return known === undefined ? [] : symbols(document.getText(), known);
}

export class Lenses implements vscode.CodeLensProvider {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  /** Languages that the server has said it cannot do: a lens that always fails is none. */
  private readonly without = new Set<Language>();

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const known = language(document.languageId);
    if (!settings.lensOn() || known === undefined || this.without.has(known)) return [];
    if (isTestFile(document.uri.path) || document.getText().length > MOST_LENSES_CHARACTERS) return [];
    return found(document).map(
      (one) =>
        new vscode.CodeLens(new vscode.Range(one.line, 0, one.line, 0), {
          title: t("Generate tests"),
          tooltip: t("Write and run unit tests for {0}", one.name),
          command: "moeAssistant.generateForSymbol",
          arguments: [document.uri, one.name],
        }),
    );
  }

  refuse(known: Language): void {
    this.without.add(known);
    this.changed.fire();
  }

  /** Settings changed: another server may be able to do more. */
  refresh(): void {
    this.without.clear();
    this.changed.fire();
  }
}

export class Actions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.Refactor.append("tests"), vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.Refactor];

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return [...this.tests(document, range), ...assistant(document, range)];
  }

  private tests(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    if (isTestFile(document.uri.path)) return [];
    const one = symbolAt(found(document), range.start.line);
    if (one === undefined) return [];
    const action = new vscode.CodeAction(t("Generate unit tests for {0}", one.name), Actions.kinds[0]);
    action.command = { command: "moeAssistant.generateForSymbol", title: action.title, arguments: [document.uri, one.name] };
    return [action];
  }
}

/** What the code assistant can do here. */
function assistant(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  const action = (title: string, kind: vscode.CodeActionKind, command: string): vscode.CodeAction => {
    const made = new vscode.CodeAction(title, kind);
    made.command = { command: `moeAssistant.${command}`, title };
    return made;
  };
  const test = isTestFile(document.uri.path) ? testAt(document.getText(), range.start.line, languageOf(document.uri.path)) : undefined;
  const found = test === undefined ? [] : [action(t("Fix the failing test {0}", test), vscode.CodeActionKind.QuickFix, "fix")];
  if (range.isEmpty) return found;
  const { Refactor } = vscode.CodeActionKind;
  return [...found, action(t("Explain the selection"), Refactor, "explain"), action(t("Edit the selection with an instruction"), Refactor, "edit")];
}
