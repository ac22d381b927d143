/** Explanations beside the code, as they are written. Plain text: pictures in a model's words would be fetched by a preview. */

import * as vscode from "vscode";

export const EXPLANATION_SCHEME = "moe-assistant-explanation";
/** A document is not rebuilt for every word. */
const PAUSE_MS = 150;
const MOST_KEPT = 10;

export class Explanations implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  readonly onDidChange = this.changed.event;
  private number = 0;

  /** Open a page with this name; gives a function that replaces its text. */
  async open(name: string): Promise<(text: string) => void> {
    this.number += 1;
    const uri = vscode.Uri.from({ scheme: EXPLANATION_SCHEME, path: `/${name}.md`, query: String(this.number) });
    const id = uri.toString();
    this.texts.set(id, "");
    for (const old of [...this.texts.keys()].slice(0, -MOST_KEPT)) this.texts.delete(old);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
    return (text) => {
      this.texts.set(id, text);
      if (this.waiting.has(id)) return;
      const later = setTimeout(() => {
        this.waiting.delete(id);
        this.changed.fire(uri);
      }, PAUSE_MS);
      this.waiting.set(id, later);
    };
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  dispose(): void {
    this.waiting.forEach((later) => clearTimeout(later));
    this.changed.dispose();
  }
}
