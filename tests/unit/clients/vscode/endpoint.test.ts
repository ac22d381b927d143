import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanToken, parseEndpoint, redacted, secretName } from "../../../../clients/vscode/src/core/endpoint";
import { Problem, type Translate } from "../../../../clients/vscode/src/core/problems";

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));
const refused = (text: string, plain = false): string => {
  try {
    parseEndpoint(text, plain, t);
  } catch (error) {
    assert.ok(error instanceof Problem && error.kind === "bad_endpoint");
    return error.facts.detail ?? "";
  }
  return assert.fail(`${text} was taken`);
};

test("slashes at the end do not matter", () => {
  assert.equal(parseEndpoint(" https://a.example/// ", false, t).base, "https://a.example");
});

test("an assistant below a path is reached there", () => {
  assert.equal(parseEndpoint("https://a.example/assistant/", false, t).base, "https://a.example/assistant");
});

for (const local of ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"]) {
  test(`plain http is fine on this machine: ${local}`, () => {
    assert.equal(parseEndpoint(local, false, t).base, local);
  });
}

test("plain http to another machine is refused unless it is allowed", () => {
  assert.match(refused("http://a.example"), /unencrypted to a.example/);
  assert.equal(parseEndpoint("http://a.example", true, t).base, "http://a.example");
});

test("a name that only begins like this machine is another machine", () => {
  assert.match(refused("http://127.0.0.1.evil.example"), /unencrypted/);
  assert.match(refused("http://localhost.evil.example"), /unencrypted/);
});

for (const [text, words] of [
  ["", /no address/],
  ["assistant", /no address/],
  ["ftp://a.example", /must begin/],
  ["file:///etc/passwd", /must begin/],
  ["https://me:key@a.example", /user name or key/],
  ["https://a.example/?key=1", /“\?”/],
  ["https://a.example/#x", /“#”/],
] as const) {
  test(`“${text}” is refused with a reason`, () => assert.match(refused(text), words));
}

test("a key belongs to one origin: another address of a cloned repository does not get it", () => {
  const names = ["https://a.example", "https://a.example:8443", "http://127.0.0.1:1", "https://evil.example"].map((text) =>
    secretName(parseEndpoint(text, false, t)),
  );
  assert.equal(new Set(names).size, 4);
});

test("paths of one origin share a key", () => {
  assert.equal(secretName(parseEndpoint("https://a.example/x", false, t)), secretName(parseEndpoint("https://a.example", false, t)));
});

test("a key may be pasted with blanks, quotes or the word Bearer", () => {
  for (const pasted of ["ak_1234_abcd", " ak_1234_abcd\n", '"ak_1234_abcd"', "Bearer ak_1234_abcd"]) {
    assert.equal(cleanToken(pasted), "ak_1234_abcd");
  }
});

test("what cannot stand in a header is no key", () => {
  for (const text of ["", "short", "密钥密钥密钥密钥", "two words here", "line\nbreak-here", "x".repeat(500)]) {
    assert.equal(cleanToken(text), undefined);
  }
});

test("a key never reaches the log", () => {
  assert.equal(redacted("sent ak_abcdefgh_secret to a", undefined), "sent *** to a");
  assert.equal(redacted("Authorization: Bearer s3cr3t", undefined), "Authorization: Bearer ***");
  assert.equal(redacted("odd-key twice odd-key", "odd-key"), "*** twice ***");
});
