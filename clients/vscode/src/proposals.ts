/** What is proposed, beside what is there: a diff with accept and reject, for a file or for single tests. */

import * as vscode from "vscode";
import { closeDiff } from "./changes";
import { Review } from "./core/review";
import { lineOf } from "./core/testfile";
import { nameOf } from "./core/places";
import { exists, textOf } from "./project";
import { t } from "./texts";

export const SCHEME = "moe-assistant-proposal";

/** One generated file under review. */
export interface Proposal {
  /** Of the virtual document on the right-hand side. */
  readonly uri: vscode.Uri;
  readonly review: Review;
  /** Name under which the server gave it. */
  readonly file: string;
  /** Where it would go. */
  readonly target: vscode.Uri;
  existing: string;
}

export class Proposals implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  private readonly byUri = new Map<string, Proposal>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly decided = new vscode.EventEmitter<Proposal>();
  private readonly lenses = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  readonly onDidChangeCodeLenses = this.lenses.event;
  /** Fires when tests of a proposal were accepted or rejected. */
  readonly onDidDecide = this.decided.event;
  private number = 0;

  async show(review: Review, file: string, target: vscode.Uri): Promise<Proposal> {
    this.number += 1;
    const uri = target.with({ scheme: SCHEME, query: String(this.number) });
    const proposal: Proposal = { uri, review, file, target, existing: (await textOf(target)) ?? "" };
    this.byUri.set(uri.toString(), proposal);
    const before = (await exists(target)) ? target : uri.with({ query: `${this.number}-empty` });
    const title = t("{0}: proposed tests", nameOf(target.path));
    await vscode.commands.executeCommand("vscode.diff", before, uri, title, { preview: false });
    return proposal;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const proposal = this.byUri.get(uri.toString());
    return proposal === undefined ? "" : proposal.review.proposal(proposal.file, proposal.existing);
  }

  /** Above each test of a proposal: accept it, reject it. */
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const proposal = this.byUri.get(document.uri.toString());
    if (proposal === undefined) return [];
    return proposal.review.open(proposal.file).flatMap((test) => {
      const line = lineOf(document.getText(), test.name, proposal.review.language);
      if (line === undefined) return [];
      const range = new vscode.Range(line, 0, line, 0);
      const lens = (title: string, command: string): vscode.CodeLens =>
        new vscode.CodeLens(range, { title, command, arguments: [document.uri, test.name] });
      return [
        lens(t("Accept"), "moeAssistant.acceptTest"),
        lens(t("Reject"), "moeAssistant.rejectTest"),
        new vscode.CodeLens(range, { title: `${test.label} · ${test.scenario}`, command: "" }),
      ];
    });
  }

  /** The proposal of an editor's document, or the one that is shown. */
  at(uri?: vscode.Uri): Proposal | undefined {
    const asked = uri ?? vscode.window.activeTextEditor?.document.uri;
    return asked === undefined ? undefined : this.byUri.get(asked.toString());
  }

  /** The proposal that still has this test open. */
  with(test: string, target: vscode.Uri): Proposal | undefined {
    return [...this.byUri.values()]
      .reverse()
      .find((one) => one.target.toString() === target.toString() && one.review.open(one.file).some((open) => open.name === test));
  }

  /** Write tests into the file; all that are open when none are named. The edit can be undone. */
  async accept(proposal: Proposal, tests?: readonly string[]): Promise<void> {
    const open = proposal.review.open(proposal.file).map((test) => test.name);
    const names = tests === undefined ? open : open.filter((name) => tests.includes(name));
    if (!names.length) return;
    const existing = (await textOf(proposal.target)) ?? "";
    const text = proposal.review.proposal(proposal.file, existing, new Set(names));
    if (!(await write(proposal.target, text))) {
      void vscode.window.showErrorMessage(t("{0} could not be written.", proposal.target.fsPath));
      return;
    }
    for (const name of names) proposal.review.decide(name, "accepted");
    proposal.existing = text;
    await this.after(proposal, true);
  }

  async reject(proposal: Proposal, tests?: readonly string[]): Promise<void> {
    for (const test of proposal.review.open(proposal.file)) {
      if (tests === undefined || tests.includes(test.name)) proposal.review.decide(test.name, "rejected");
    }
    await this.after(proposal, false);
  }

  /** Close what an earlier run proposed for these files: the tests of a later one take its place. */
  async replaced(targets: readonly vscode.Uri[]): Promise<void> {
    const wanted = new Set(targets.map(String));
    for (const old of [...this.byUri.values()].filter((one) => wanted.has(one.target.toString()))) await this.reject(old);
  }

  /** Let the person tick the tests to accept; those without a tick are rejected. */
  async choose(proposal: Proposal): Promise<void> {
    const items = proposal.review.open(proposal.file).map((test) => ({
      label: test.name,
      description: test.label,
      detail: test.scenario,
      picked: test.label !== "suspected_bug",
    }));
    const picked = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: t("Tests to accept into {0}", nameOf(proposal.target.path)),
      matchOnDescription: true,
    });
    if (picked === undefined) return;
    const names = picked.map((item) => item.label);
    proposal.review.choose(names);
    if (names.length) await this.accept(proposal, names);
    else await this.after(proposal, false);
  }

  private async after(proposal: Proposal, show: boolean): Promise<void> {
    this.decided.fire(proposal);
    if (proposal.review.open(proposal.file).length) {
      this.changed.fire(proposal.uri);
      this.lenses.fire();
      return;
    }
    await closeDiff(proposal.uri);
    this.byUri.delete(proposal.uri.toString());
    if (show) await vscode.window.showTextDocument(proposal.target, { preview: false });
  }

  dispose(): void {
    this.changed.dispose();
    this.decided.dispose();
    this.lenses.dispose();
  }
}

async function write(target: vscode.Uri, text: string): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  if (!(await exists(target))) edit.createFile(target, { ignoreIfExists: true });
  const document = (await exists(target)) ? await vscode.workspace.openTextDocument(target) : undefined;
  const all = document ? new vscode.Range(0, 0, document.lineCount, 0) : new vscode.Range(0, 0, 0, 0);
  edit.replace(target, all, text);
  if (!(await vscode.workspace.applyEdit(edit))) return false;
  return (await vscode.workspace.openTextDocument(target)).save();
}
