/** Explain, edit, fix: the commands of the code assistant. */

import * as vscode from "vscode";
import type { Changes } from "./changes";
import { type CodeListener, type CodeRequest, linesOf, verdictText, work, type Worked } from "./core/code";
import { gatheredForFix, testAt, testCalled } from "./core/failing";
import { nameOf } from "./core/places";
import { Problem } from "./core/problems";
import { language, languageOf, symbolAt } from "./core/symbols";
import type { Explanations } from "./explanations";
import { credentials, type Desk, sources, tell, withProgress } from "./generating";
import { found } from "./lens";
import { placeOf } from "./project";
import { t } from "./texts";

export interface Bench {
  readonly desk: Desk;
  readonly changes: Changes;
  readonly explanations: Explanations;
}

/** Explain what is selected, else the function or class around the cursor. */
export async function explain(bench: Bench, editor: vscode.TextEditor): Promise<void> {
  const { document } = editor;
  await guarded(bench, document, async () => {
    const sent = await wished(document);
    const page = await bench.explanations.open(t("Explanation of {0}", nameOf(document.uri.path)));
    page(t("Reading…"));
    let said = "";
    const listener: CodeListener = {
      delta: (text) => page((said += text)),
      again: () => void (said = ""),
    };
    const worked = await ask(bench, document, t("Explaining"), { task: "explain", ...sent, ...lines(editor) }, listener).catch((error: unknown) => {
      page(said + (said === "" ? "" : "\n\n") + t("Stopped."));
      throw error;
    });
    const unknown = worked.unknownNames.length ? `\n\n${t("Not found in the code that was sent: {0}", worked.unknownNames.join(", "))}` : "";
    page(worked.text + unknown);
  });
}

/** Change what is selected, else the function or class around the cursor, as a person says. */
export async function edit(bench: Bench, editor: vscode.TextEditor): Promise<void> {
  const { document } = editor;
  const at = lines(editor);
  const instruction = await vscode.window.showInputBox({
    title: at.line === at.end_line ? t("Change line {0}", at.line) : t("Change lines {0} to {1}", at.line, at.end_line),
    prompt: t("What shall change? For example: return early where the list is empty"),
    ignoreFocusOut: true,
    validateInput: (text) => (text.length > 3000 ? t("At most 3000 characters.") : undefined),
  });
  if (instruction === undefined || instruction.trim() === "") return;
  await guarded(bench, document, async () => {
    const sent = await wished(document);
    const before = document.getText();
    const worked = await ask(bench, document, t("Editing"), { task: "edit", ...sent, ...at, instruction });
    if (worked.change === null || worked.change.text === before) {
      void vscode.window.showInformationMessage(t("The model changed nothing. Say it in other words, or select less."));
      return;
    }
    await bench.changes.show(document.uri, before, worked.change.text);
    const fault = worked.faults[0];
    if (fault) void vscode.window.showWarningMessage(t("The proposed change does not parse in line {0}: {1}. Look closely before you accept it.", fault.line, fault.why));
  });
}

/** Fix the failing test around the cursor, or the one that is named (as the Test Explorer has it). */
export async function fix(bench: Bench, document: vscode.TextDocument, test: string | undefined): Promise<void> {
  await guarded(bench, document, async () => {
    if (language(document.languageId) === undefined) throw new Problem("fix_unsupported");
    const place = placeOf(document.uri);
    const needed = test === undefined ? undefined : await gatheredForFix(place.path, document.getText(), place.disk);
    if (test === undefined) throw new Problem("no_source", { detail: t("Put the cursor into the failing test first.") });
    if (needed === undefined) {
      const name = nameOf(place.path);
      throw new Problem("no_source", {
        detail:
          languageOf(place.path) === "java"
            ? t("{0} uses no class of this project that could be found. Name it after the class that it tests, in the same package.", name)
            : t("{0} imports no module of this project, so what it tests cannot be found. Import it there.", name),
      });
    }
    const { files, target, testFile, places } = needed;
    const called = testCalled(document.getText(), test, languageOf(place.path));
    const worked = await ask(bench, document, t("Fixing {0}", test), { task: "fix", files, target, test_file: testFile, test: called });
    const { change } = worked;
    if (change !== null) {
      const uri = vscode.Uri.joinPath(place.folder, places[change.path] ?? change.path);
      await bench.changes.show(uri, files[change.path] ?? "", change.text);
    }
    void vscode.window.showInformationMessage(verdictText(worked, t));
  });
}

/** The name of the test around the cursor. */
export function testUnderCursor(editor: vscode.TextEditor): string | undefined {
  return testAt(editor.document.getText(), editor.selection.active.line, languageOf(editor.document.uri.path));
}

async function guarded(bench: Bench, document: vscode.TextDocument, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await tell(bench.desk, document, error, () => guarded(bench, document, act));
  }
}

async function wished(document: vscode.TextDocument): Promise<{ files: Record<string, string>; target: string }> {
  const known = language(document.languageId);
  return known === undefined ? { files: { [nameOf(document.uri.path)]: document.getText() }, target: nameOf(document.uri.path) } : sources(document, known);
}

async function ask(bench: Bench, document: vscode.TextDocument, title: string, request: CodeRequest, listener: CodeListener = {}): Promise<Worked> {
  const { endpoint, token } = await credentials(bench.desk);
  const started = Date.now();
  const spoken = vscode.env.language.startsWith("zh") ? "zh" : "en";
  const worked = await withProgress(`${title} · ${vscode.workspace.asRelativePath(document.uri)}`, (signal, report) =>
    work({ ...request, language: spoken }, { endpoint, token, language: vscode.env.language, signal }, {
      ...listener,
      stage: (name) => report({ running: t("running the tests"), checking: t("checking the syntax") }[name] ?? name),
    }),
  );
  bench.desk.log.write(`POST ${endpoint.base}/api/v1/code ${request.task} ${request.target}: ${Date.now() - started} ms`);
  return worked;
}

function lines(editor: vscode.TextEditor): { line: number; end_line: number } {
  const { selection, document } = editor;
  const chosen = linesOf(selection.start, selection.end);
  if (chosen !== undefined) return { line: chosen[0], end_line: chosen[1] };
  const around = language(document.languageId) === undefined ? undefined : symbolAt(found(document), selection.active.line);
  if (around === undefined) return { line: 1, end_line: document.lineCount };
  return { line: around.line + 1, end_line: around.end + 1 };
}
