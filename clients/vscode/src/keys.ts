/** API keys, kept by the editor's secret storage, one for each origin. They go nowhere else. */

import * as vscode from "vscode";
import { cleanToken, type Endpoint, secretName } from "./core/endpoint";
import * as settings from "./settings";
import { t } from "./texts";

export class Keys {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  of(endpoint: Endpoint): Thenable<string | undefined> {
    return this.secrets.get(secretName(endpoint));
  }

  /** Ask for a key and keep it. Undefined when the person thinks better of it. */
  async ask(endpoint: Endpoint): Promise<string | undefined> {
    const given = await vscode.window.showInputBox({
      title: t("API key for {0}", endpoint.origin),
      prompt: t("It needs the scope “tests”, and “ask” for the code assistant. It is kept in the editor's secret storage."),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => (cleanToken(text) === undefined ? t("This is no API key.") : undefined),
    });
    const token = given === undefined ? undefined : cleanToken(given);
    if (token !== undefined) await this.secrets.store(secretName(endpoint), token);
    return token;
  }

  async forget(): Promise<void> {
    await this.secrets.delete(secretName(settings.endpoint()));
  }
}
