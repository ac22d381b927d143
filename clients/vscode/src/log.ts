/** The output channel. What goes in is redacted a second time, though no key is meant to reach it. */

import * as vscode from "vscode";
import { redacted } from "./core/endpoint";

export class Log implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel("MoE Assistant");

  write(...lines: string[]): void {
    for (const line of lines) this.channel.appendLine(redacted(line, undefined));
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
