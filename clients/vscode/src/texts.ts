/** Texts in the editor's language (l10n/bundle.l10n.*.json). */

import * as vscode from "vscode";
import type { Translate } from "./core/problems";

export const t: Translate = (message, ...values) => vscode.l10n.t(message, ...values);
