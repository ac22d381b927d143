/** Lines that tests reached: as the server tells, and as coverage.py tells after a run in the project. */

import { isFields } from "./types";
import { blanked, type Language } from "./symbols";

export interface Lines {
  /** One-based. */
  readonly covered: readonly number[];
  readonly missing: readonly number[];
}

/**
 * Out of the server's answer. It names the missing lines and the share alone, so the covered ones are those with code on
 * them that are not missing; how many count comes from the share where something is missing, so that both agree.
 */
export function fromServer(text: string, missing: readonly number[], share: number, of: Language = "python"): Lines & { total: number } {
  const gone = new Set(missing);
  const covered = codeLines(text, of).filter((line) => !gone.has(line));
  const total = missing.length && share < 1 ? Math.round(missing.length / (1 - share)) : covered.length + missing.length;
  return { covered, missing, total };
}

/** One-based numbers of lines that hold code: no blank line, comment or string; in Python no docstring or rest of a bracket. */
export function codeLines(text: string, of: Language = "python"): number[] {
  if (of !== "python") return blanked(text, of).split("\n").flatMap((line, number) => (/[^\s{}()[\];,]/.test(line) ? [number + 1] : []));
  const lines = blanked(text, "python").split("\n");
  let depth = 0;
  return lines.flatMap((line, number) => {
    const continued = depth > 0;
    depth = Math.max(0, depth + (line.match(/[([{]/g)?.length ?? 0) - (line.match(/[)\]}]/g)?.length ?? 0));
    return continued || line.trim() === "" ? [] : [number + 1];
  });
}

/** Read what `coverage json` writes: lines by file. Undefined when it is something else. */
export function fromCoveragePy(json: string): ReadonlyMap<string, Lines> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isFields(value) || !isFields(value.files)) return undefined;
  const found = new Map<string, Lines>();
  for (const [name, file] of Object.entries(value.files)) {
    if (!isFields(file)) continue;
    const numbers = (list: unknown): number[] => (Array.isArray(list) ? list.filter((n) => typeof n === "number") : []);
    found.set(name, { covered: numbers(file.executed_lines), missing: numbers(file.missing_lines) });
  }
  return found;
}
