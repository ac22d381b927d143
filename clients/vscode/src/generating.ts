/** The command itself: gather, ask with progress and cancel, then show what came back. */

import * as vscode from "vscode";
import { generate } from "./core/client";
import { listed } from "./core/dependencies";
import type { Endpoint } from "./core/endpoint";
import { type Answer, apart, asked, type There, withTests } from "./core/existing";
import { gatheredAround, moved, testPathOf } from "./core/neighbours";
import { folderOf, gathered, MOST_FILES, nameOf, type Sources, testPath, under } from "./core/places";
import { explained, Problem, type Remedy } from "./core/problems";
import { details, stage, summary } from "./core/report";
import { Review } from "./core/review";
import { type Language, language, symbolAt } from "./core/symbols";
import type { Generated } from "./core/types";
import type { Diagnostics } from "./diagnostics";
import type { Explorer } from "./explorer";
import type { Keys } from "./keys";
import { found, type Lenses } from "./lens";
import { remember } from "./localrun";
import type { Log } from "./log";
import { type Place, placeOf } from "./project";
import type { Proposals } from "./proposals";
import * as settings from "./settings";
import { t } from "./texts";

export interface Desk {
  readonly keys: Keys;
  readonly log: Log;
  readonly lenses: Lenses;
  readonly diagnostics: Diagnostics;
  readonly proposals: Proposals;
  readonly explorer: Explorer;
}

/** Documents that are being worked on: a second click on a lens does not start a second run. */
const busy = new Set<string>();

/** Write tests for a document, or for one of its symbols. */
export async function generateTests(desk: Desk, document: vscode.TextDocument, symbol?: string): Promise<void> {
  const id = document.uri.toString();
  if (busy.has(id)) {
    void vscode.window.showInformationMessage(t("Tests for this file are being written already."));
    return;
  }
  busy.add(id);
  try {
    await present(desk, document, await ask(desk, document, symbol));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await tell(desk, document, error, () => generateTests(desk, document, symbol));
  } finally {
    busy.delete(id);
  }
}

/** The symbol under the cursor; undefined for the whole file. */
export function symbolUnderCursor(editor: vscode.TextEditor): string | undefined {
  return symbolAt(found(editor.document), editor.selection.active.line)?.name;
}

/** What the server made, with the file of tests that the project has. */
interface Answered extends Answer<Generated> {
  readonly there: There | undefined;
}

async function ask(desk: Desk, document: vscode.TextDocument, symbol?: string): Promise<Answered> {
  const endpoint = settings.endpoint();
  const known = language(document.languageId);
  if (known === undefined) throw new Problem("unsupported_language", { detail: document.languageId });
  const { token } = await credentials(desk);
  const plain = await sources(document, known);
  const { sent, there } = await besideTests(plain, document, known);
  const more = { language: known, symbols: symbol === undefined ? [] : [symbol], budget: settings.budget() };
  const started = Date.now();
  desk.diagnostics.clear(document.uri);
  const title = t("Tests for {0}", vscode.workspace.asRelativePath(document.uri));
  const answer = await withProgress(title, (signal, report) => {
    let count = 0;
    return asked(sent, plain, async (body) =>
      generate(
        { ...(await withPackages(body, document, known)), ...more },
        { endpoint, token, language: vscode.env.language, signal },
        {
          progress: (progress) => report(stage(progress, count, t)),
          test: () => report(t("{0} tests", (count += 1))),
        },
      ),
    );
  });
  desk.log.write(`POST ${endpoint.base}/api/v1/tests ${sent.target}: ${Date.now() - started} ms`, ...details(answer.made, t));
  return { ...answer, there };
}

/** Where the assistant is and the key for it; asks for one where none is stored. Throws Problem. */
export async function credentials(desk: Desk): Promise<{ endpoint: Endpoint; token: string }> {
  const endpoint = settings.endpoint();
  const token = (await desk.keys.of(endpoint)) ?? (await desk.keys.ask(endpoint));
  if (token === undefined) throw new Problem("no_token");
  return { endpoint, token };
}

/** What the server needs, unsaved changes included. An untitled document gets a name by which tests can import it. */
export async function sources(document: vscode.TextDocument, known: Language): Promise<Sources> {
  const place = placeOf(document.uri);
  const text = document.getText();
  if (known !== "python") return gatheredAround(place.path, text, place.disk, known);
  if (document.isUntitled || !place.path.endsWith(".py")) return { files: { "module.py": text }, target: "module.py" };
  return gathered(place.path, text, place.disk);
}

/** With the tests that the project has for it; a document without a place in a project has none. */
async function besideTests(plain: Sources, document: vscode.TextDocument, known: Language): ReturnType<typeof withTests> {
  const place = placeOf(document.uri);
  const placed = !document.isUntitled && (known !== "python" || place.path.endsWith(".py"));
  return placed ? withTests(place.path, plain, known, settings.testFolder(), place.disk) : { sent: plain };
}

async function withPackages<T extends { files: Record<string, string> }>(sent: T, document: vscode.TextDocument, known: Language): Promise<T> {
  const place = placeOf(document.uri);
  return known === "python" && Object.keys(sent.files).length < MOST_FILES ? { ...sent, files: { ...(await listed(place.path, place.disk)), ...sent.files } } : sent;
}

/** Show a title with a button that cancels, while the work goes on. */
export async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title,
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return work(abort.signal, (message) => progress.report({ message }));
  });
}

async function present(desk: Desk, document: vscode.TextDocument, { made, added, there, refused }: Answered): Promise<void> {
  desk.diagnostics.findings(document, made);
  const known = language(document.languageId) ?? "python";
  const place = placeOf(document.uri);
  const targets = new Map<string, vscode.Uri>();
  const files: Record<string, string> = {};
  for (const [file, text] of Object.entries(made.files)) {
    const grew = added && file === there?.name;
    const beside = there === undefined || grew ? undefined : apart(file, text, place.path, known, refused);
    const path = there === undefined ? await usualPath(file, place, known) : beside === undefined ? there.path : under(folderOf(there.path), beside.path);
    files[file] = grew || known === "python" || known === "java" ? (beside?.text ?? text) : moved(text, file, path);
    const target = vscode.Uri.joinPath(place.folder, path);
    targets.set(file, target);
    remember(target, document.uri);
  }
  const review = new Review({ ...made, files }, known, added && there !== undefined ? { [there.name]: there.text } : {});
  await desk.proposals.replaced([...targets.values()]);
  await desk.explorer.show(document.uri, made, targets);
  // The file of suspected bugs goes first, so that the one to accept lies on top.
  const order = [...targets].sort(([a], [b]) => Number(isSuspected(b)) - Number(isSuspected(a)));
  for (const [file, target] of order) await desk.proposals.show(review, file, target);
  if (refused !== undefined) unable(desk, there, refused);
  void vscode.window.showInformationMessage(summary(made, t));
}

function usualPath(file: string, place: Place, known: Language): Promise<string> {
  const setting = settings.testFolder();
  return known === "python" ? testPath(place.path, file, setting, place.disk) : testPathOf(place.path, file, setting, place.disk, known);
}

function isSuspected(file: string): boolean {
  return /suspected/i.test(file);
}

/** Say that the tests of the project, or the fixtures for its first ones, could not be taken along, and why. */
function unable(desk: Desk, there: There | undefined, refused: Problem): void {
  const { code = "", detail = "" } = refused.facts;
  desk.log.write(`${there?.name ?? "conftest.py"}: ${code} ${detail}`);
  if (refused.facts.status === 400) return; // a server that adds to no such file: it is merged here
  const text =
    there === undefined
      ? t("The fixtures of the project could not be used on the server. {0}", detail)
      : t("{0} could not be run on the server, so new tests may repeat it. {1}", nameOf(there.path), detail);
  void vscode.window.showWarningMessage(text);
}

/** Say what went wrong and offer what helps. */
export async function tell(desk: Desk, document: vscode.TextDocument, problem: Problem, again: () => Promise<void>): Promise<void> {
  const { text, remedies } = explained(problem, settings.endpointText(), t);
  desk.log.write(`${problem.kind} ${problem.facts.status ?? ""} ${problem.facts.code ?? ""} ${problem.facts.detail ?? ""}`);
  if (problem.kind === "cancelled") {
    vscode.window.setStatusBarMessage(`MoE Assistant: ${text}`, 5000);
    return;
  }
  if (problem.kind === "syntax_error") desk.diagnostics.syntax(document, problem);
  if (problem.kind === "unsupported_language") {
    const known = language(document.languageId);
    if (known !== undefined) desk.lenses.refuse(known);
  }
  const titles: Readonly<Record<Remedy, string>> = {
    setToken: t("Set API key"),
    openSettings: t("Open settings"),
    retry: t("Try again"),
    showLog: t("Show log"),
  };
  const items = remedies.map((remedy) => ({ title: titles[remedy], remedy }));
  // Not awaited: a message may stay for hours, and the document is free again meanwhile.
  void vscode.window.showErrorMessage(text, ...items).then((item) => item && remedied(desk, item.remedy, again));
}

async function remedied(desk: Desk, remedy: Remedy, again: () => Promise<void>): Promise<void> {
  if (remedy === "setToken" && (await desk.keys.ask(settings.endpoint())) !== undefined) await again();
  if (remedy === "openSettings") await vscode.commands.executeCommand("workbench.action.openSettings", settings.SECTION);
  if (remedy === "retry") await again();
  if (remedy === "showLog") desk.log.show();
}
