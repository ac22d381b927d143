/** The report that pytest writes (`--junitxml`), as far as the Test Explorer needs it. */

export interface Case {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "errored" | "skipped";
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

export function cases(xml: string): Case[] {
  const found: Case[] = [];
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const [, attributes = "", body = ""] = match;
    const inner = /<(failure|error|skipped)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body);
    const outcomes = { failure: "failed", error: "errored", skipped: "skipped" } as const;
    found.push({
      // `test_a[1-2]` is one case of the parametrised test_a
      name: (attribute(attributes, "name") ?? "").replace(/\[.*\]$/s, ""),
      outcome: inner ? outcomes[inner[1] as keyof typeof outcomes] : "passed",
      message: inner ? unescaped(inner[3] ?? "").trim() || (attribute(inner[2] ?? "", "message") ?? "") : "",
      duration: Math.round(1000 * Number(attribute(attributes, "time") ?? 0)) || 0,
    });
  }
  return found;
}

/** One outcome a test: of several cases the worst. */
export function byTest(found: readonly Case[]): ReadonlyMap<string, Case> {
  const order = ["skipped", "passed", "failed", "errored"];
  const worst = new Map<string, Case>();
  for (const one of found) {
    const known = worst.get(one.name);
    if (!known || order.indexOf(one.outcome) > order.indexOf(known.outcome)) worst.set(one.name, one);
  }
  return worst;
}

function attribute(text: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];
  return value === undefined ? undefined : unescaped(value);
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, "$1").replace(/&(#x[0-9a-f]+|#\d+|lt|gt|quot|apos|amp);/gi, (all, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    return named[name] ?? all;
  });
}
