/** The settings, read when they are needed: a change counts at once. */

import * as vscode from "vscode";
import { type Endpoint, parseEndpoint } from "./core/endpoint";
import { t } from "./texts";

export const SECTION = "moeAssistant";

function value<T>(name: string, otherwise: T): T {
  return vscode.workspace.getConfiguration(SECTION).get<T>(name, otherwise);
}

/** Where the assistant is. Throws Problem `bad_endpoint`. */
export function endpoint(): Endpoint {
  return parseEndpoint(value("endpoint", ""), value("allowPlainHttp", false), t);
}

/** As it stands, for messages. */
export function endpointText(): string {
  return value("endpoint", "");
}

export function budget(): number {
  return Math.min(60, Math.max(1, value("budget", 8)));
}

export function lensOn(): boolean {
  return value("codeLens", true);
}

export function testFolder(): string {
  return value("testFolder", "");
}

export function python(): string {
  return value("python", "python3") || "python3";
}

export function completionOn(): boolean {
  return value("completion", false);
}
