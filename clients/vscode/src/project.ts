/** The project on disk, with the unsaved changes of the editor. */

import * as vscode from "vscode";
import type { Disk } from "./core/places";
import { nameOf } from "./core/places";

export interface Place {
  /** Folder that paths are relative to: the workspace folder, or the file's own. */
  readonly folder: vscode.Uri;
  readonly path: string;
  readonly disk: Disk;
}

export function placeOf(uri: vscode.Uri): Place {
  const workspace = vscode.workspace.getWorkspaceFolder(uri);
  if (workspace === undefined || uri.scheme === "untitled") {
    const folder = workspace?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.joinPath(uri, "..");
    return { folder, path: nameOf(uri.path), disk: onDisk(folder, uri.scheme === "untitled") };
  }
  const path = uri.path.slice(workspace.uri.path.replace(/\/$/, "").length + 1);
  return { folder: workspace.uri, path, disk: onDisk(workspace.uri, false) };
}

function onDisk(folder: vscode.Uri, alone: boolean): Disk {
  return {
    exists: async (path) => !alone && (await exists(vscode.Uri.joinPath(folder, path))),
    read: async (path) => (alone ? undefined : textOf(vscode.Uri.joinPath(folder, path))),
  };
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** The text of a file as the editor has it; undefined when there is none. */
export async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) return open.getText();
  return vscode.workspace.fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
}
