/** The assistant's address, and which stored key belongs to it. */

import { Problem, type Translate } from "./problems";

export interface Endpoint {
  /** Without a slash at the end. */
  readonly base: string;
  readonly origin: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Read the setting. Throws Problem `bad_endpoint`: the message says what to write instead. */
export function parseEndpoint(text: string, allowPlainHttp: boolean, t: Translate): Endpoint {
  const wrong = (message: string): Problem => new Problem("bad_endpoint", { detail: message });
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw wrong(t("“{0}” is no address. Write for example https://assistant.example.com", text.slice(0, 100)));
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw wrong(t("The address must begin with https:// or http://."));
  }
  if (url.username || url.password) {
    throw wrong(t("The address must not contain a user name or key. Store the key with “Set API Key”."));
  }
  if (url.search || url.hash) throw wrong(t("The address must not contain “?” or “#”."));
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !allowPlainHttp) {
    throw wrong(t("The API key would travel unencrypted to {0}. Use https, or allow plain http in the settings.", url.host));
  }
  return { base: url.origin + url.pathname.replace(/\/+$/, ""), origin: url.origin };
}

/**
 * Name under which a key is kept. It holds the origin: a workspace that sets another address (a cloned repository may)
 * gets no key that was entered for this one.
 */
export function secretName(endpoint: Endpoint): string {
  return `apiKey:${endpoint.origin}`;
}

/** What a person pasted, without blanks, quotes and the word Bearer; undefined when it cannot be a header's value. */
export function cleanToken(text: string): string | undefined {
  const token = text.trim().replace(/^["']|["']$/g, "").replace(/^Bearer\s+/i, "").trim();
  return /^[\x21-\x7E]{8,400}$/.test(token) ? token : undefined;
}

/** Take a key out of a text that goes to the log, should one ever get there. */
export function redacted(text: string, token: string | undefined): string {
  const known = token ? text.split(token).join("***") : text;
  return known.replace(/\bak_[A-Za-z0-9_-]{8,}/g, "***").replace(/(Bearer\s+)[^\s"']+/gi, "$1***");
}
