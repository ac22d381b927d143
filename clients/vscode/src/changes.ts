/** A change of a file that the assistant proposes: a diff with accept and reject. */

import * as vscode from "vscode";
import { nameOf } from "./core/places";
import { textOf } from "./project";
import { t } from "./texts";

export const CHANGE_SCHEME = "moe-assistant-change";

interface Change {
  /** Of the virtual document on the right-hand side. */
  readonly uri: vscode.Uri;
  readonly target: vscode.Uri;
  /** The file as the assistant saw it. */
  readonly before: string;
  readonly after: string;
}

export class Changes implements vscode.TextDocumentContentProvider {
  private readonly byUri = new Map<string, Change>();
  private number = 0;

  async show(target: vscode.Uri, before: string, after: string): Promise<void> {
    this.number += 1;
    const uri = target.with({ scheme: CHANGE_SCHEME, query: String(this.number) });
    this.byUri.set(uri.toString(), { uri, target, before, after });
    await vscode.commands.executeCommand("vscode.diff", target, uri, t("{0}: proposed change", nameOf(target.path)), { preview: false });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.byUri.get(uri.toString())?.after ?? "";
  }

  /** Put the change into the file, where it can be undone; a file that was saved is saved again. */
  async accept(uri?: vscode.Uri): Promise<void> {
    const change = this.at(uri);
    if (change === undefined) return;
    const now = await textOf(change.target);
    if (now !== change.before) {
      void vscode.window.showErrorMessage(t("{0} has changed since. Reject this change and ask again.", nameOf(change.target.path)));
      return;
    }
    const document = await vscode.workspace.openTextDocument(change.target);
    const wasDirty = document.isDirty;
    const edit = new vscode.WorkspaceEdit();
    const [start, end, text] = difference(change.before, change.after);
    edit.replace(change.target, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    if (!(await vscode.workspace.applyEdit(edit)) || (!wasDirty && !document.isUntitled && !(await document.save()))) {
      void vscode.window.showErrorMessage(t("{0} could not be written.", change.target.fsPath));
      return;
    }
    await this.close(change);
    await vscode.window.showTextDocument(document, { preview: false });
  }

  async reject(uri?: vscode.Uri): Promise<void> {
    const change = this.at(uri);
    if (change !== undefined) await this.close(change);
  }

  private at(uri?: vscode.Uri): Change | undefined {
    const asked = uri ?? vscode.window.activeTextEditor?.document.uri;
    const found = asked && this.byUri.get(asked.toString());
    if (found === undefined) void vscode.window.showInformationMessage(t("There is no proposed change here."));
    return found;
  }

  private async close(change: Change): Promise<void> {
    await closeDiff(change.uri);
    this.byUri.delete(change.uri.toString());
  }
}

/** Close the diffs whose right-hand side this is. */
export async function closeDiff(uri: vscode.Uri): Promise<void> {
  const shown = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.toString() === uri.toString());
  await vscode.window.tabGroups.close(shown);
}

/** Where two texts differ, without what they share at start and end: the cursor and folds elsewhere stay. */
function difference(before: string, after: string): [number, number, string] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return [start, before.length - end, after.slice(start, after.length - end)];
}
