/** Puts the parts together. Nothing is asked of the network before a person asks for tests. */

import * as vscode from "vscode";
import { type Bench, edit, explain, fix, testUnderCursor } from "./assisting";
import { CHANGE_SCHEME, Changes } from "./changes";
import { Completions } from "./completing";
import { explained, Problem } from "./core/problems";
import { Diagnostics } from "./diagnostics";
import { Explanations, EXPLANATION_SCHEME } from "./explanations";
import { Explorer } from "./explorer";
import { type Desk, generateTests, symbolUnderCursor } from "./generating";
import { Keys } from "./keys";
import { Actions, Lenses, SELECTOR } from "./lens";
import { sourceOf } from "./localrun";
import { Log } from "./log";
import { Proposals, SCHEME } from "./proposals";
import * as settings from "./settings";
import { t } from "./texts";

export function activate(context: vscode.ExtensionContext): void {
  const desk: Desk = {
    keys: new Keys(context.secrets),
    log: new Log(),
    lenses: new Lenses(),
    diagnostics: new Diagnostics(),
    proposals: new Proposals(),
    explorer: new Explorer((message) => void vscode.window.showErrorMessage(message)),
  };
  const bench: Bench = { desk, changes: new Changes(), explanations: new Explanations() };
  context.subscriptions.push(
    desk.log,
    bench.explanations,
    vscode.workspace.registerTextDocumentContentProvider(CHANGE_SCHEME, bench.changes),
    vscode.workspace.registerTextDocumentContentProvider(EXPLANATION_SCHEME, bench.explanations),
    vscode.languages.registerInlineCompletionItemProvider(SELECTOR, new Completions(desk.keys, desk.log)),
    desk.diagnostics,
    desk.proposals,
    desk.explorer,
    vscode.languages.registerCodeLensProvider(SELECTOR, desk.lenses),
    vscode.languages.registerCodeActionsProvider(SELECTOR, new Actions(), { providedCodeActionKinds: Actions.kinds }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, desk.proposals),
    vscode.languages.registerCodeLensProvider({ scheme: SCHEME }, desk.proposals),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.SECTION)) desk.lenses.refresh();
    }),
    vscode.workspace.onDidCloseTextDocument((document) => desk.diagnostics.clear(document.uri)),
    desk.proposals.onDidDecide((proposal) => {
      for (const test of proposal.review.in(proposal.file)) {
        if (proposal.review.decision(test.name) === "rejected") desk.explorer.remove(proposal.target, test.name);
      }
      void desk.explorer.place([proposal.target]);
    }),
    ...commands(desk),
    ...assistance(bench),
  );
}

function register(name: string, run: (...args: never[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`moeAssistant.${name}`, run);
}

function assistance(bench: Bench): vscode.Disposable[] {
  const inEditor = (act: (editor: vscode.TextEditor) => Promise<void>) => async (): Promise<void> => {
    const editor = vscode.window.activeTextEditor;
    if (editor) await act(editor);
    else void vscode.window.showInformationMessage(t("Open a source file first."));
  };
  return [
    register("explain", inEditor((editor) => explain(bench, editor))),
    register("edit", inEditor((editor) => edit(bench, editor))),
    register("fix", async (item?: vscode.TestItem) => {
      // From the Test Explorer comes an item, from the editor's menu an address.
      if (item && "children" in item && item.parent && item.uri) await fix(bench, await vscode.workspace.openTextDocument(item.uri), item.label);
      else await inEditor((editor) => fix(bench, editor.document, testUnderCursor(editor)))();
    }),
    register("acceptChange", (uri?: vscode.Uri) => bench.changes.accept(uri)),
    register("rejectChange", (uri?: vscode.Uri) => bench.changes.reject(uri)),
  ];
}

function commands(desk: Desk): vscode.Disposable[] {
  const proposal = (uri?: vscode.Uri) => desk.proposals.at(uri);
  return [
    register("generate", async (uri?: vscode.Uri) => {
      const document = await documentOf(desk, uri);
      if (document) await generateTests(desk, document);
    }),
    register("generateAtCursor", async () => {
      const editor = vscode.window.activeTextEditor;
      const document = await documentOf(desk);
      if (editor && document) await generateTests(desk, document, document === editor.document ? symbolUnderCursor(editor) : undefined);
    }),
    register("generateForSymbol", async (uri: vscode.Uri, symbol: string) => {
      await generateTests(desk, await vscode.workspace.openTextDocument(uri), symbol);
    }),
    register("setApiKey", () => reporting(async () => {
      if (await desk.keys.ask(settings.endpoint())) void vscode.window.showInformationMessage(t("The API key is stored."));
    })),
    register("forgetApiKey", () => reporting(async () => {
      await desk.keys.forget();
      void vscode.window.showInformationMessage(t("The API key is forgotten."));
    })),
    register("accept", async (uri?: vscode.Uri) => on(proposal(uri), (one) => desk.proposals.accept(one))),
    register("reject", async (uri?: vscode.Uri) => on(proposal(uri), (one) => desk.proposals.reject(one))),
    register("choose", async (uri?: vscode.Uri) => on(proposal(uri), (one) => desk.proposals.choose(one))),
    register("acceptTest", async (...args: never[]) => on(named(desk, args), ([one, test]) => desk.proposals.accept(one, [test]))),
    register("rejectTest", async (...args: never[]) => on(named(desk, args), ([one, test]) => desk.proposals.reject(one, [test]))),
    register("showLog", () => desk.log.show()),
  ];
}

type Named = [NonNullable<ReturnType<Proposals["at"]>>, string];

/** A test by its lens (address and name), by its entry in the Test Explorer, or by the cursor in the proposal. */
function named(desk: Desk, args: readonly unknown[]): Named | undefined {
  const [first, second] = args;
  if (first instanceof vscode.Uri && typeof second === "string") {
    const one = desk.proposals.at(first);
    return one && [one, second];
  }
  if (first === undefined || first instanceof vscode.Uri) return underCursor(desk);
  const item = first as vscode.TestItem;
  const one = item.uri && desk.proposals.with(item.label, item.uri);
  return one && [one, item.label];
}

function underCursor(desk: Desk): Named | undefined {
  const editor = vscode.window.activeTextEditor;
  const one = editor && desk.proposals.at(editor.document.uri);
  const test = one?.review.around(one.file, editor?.document.getText() ?? "", editor?.selection.active.line ?? 0);
  return one && test !== undefined ? [one, test] : undefined;
}

async function on<T>(found: T | undefined, act: (found: T) => Promise<void>): Promise<void> {
  if (found === undefined) void vscode.window.showInformationMessage(t("There are no proposed tests here."));
  else await act(found);
}

/** What tests are to be written for: in front of proposed or accepted tests, the source that they test. */
async function documentOf(desk: Desk, uri?: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  const asked = uri ?? vscode.window.activeTextEditor?.document.uri;
  if (!asked) {
    void vscode.window.showInformationMessage(t("Open a source file first."));
    return undefined;
  }
  return vscode.workspace.openTextDocument(sourceOf(desk.proposals.at(asked)?.target ?? asked) ?? asked);
}

async function reporting(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    void vscode.window.showErrorMessage(explained(error, settings.endpointText(), t).text);
  }
}
