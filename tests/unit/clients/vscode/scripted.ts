/** A server of our own on a loopback port, and answers as the real one gives them. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Endpoint } from "../../../../clients/vscode/src/core/endpoint";
import type { Generated } from "../../../../clients/vscode/src/core/types";

export const TESTS = [
  {
    name: "test_net_of_ten_and_four_is_six",
    label: "contract",
    status: "passed",
    scenario: "net(10.0, 4.0) -> 6.0",
    symbol: "net",
    code: "def test_net_of_ten_and_four_is_six():\n    assert net(10.0, 4.0) == 6.0",
  },
  {
    name: "test_cart_add_raises_when_full",
    label: "regression",
    status: "passed",
    scenario: "Cart(0); subject.add(1) raises ValueError",
    symbol: "Cart.add",
    code: "def test_cart_add_raises_when_full():\n    with pytest.raises(ValueError):\n        Cart(0).add(1)",
  },
  {
    name: "test_net_of_minus_one_raises_value_error",
    label: "suspected_bug",
    status: "failed",
    scenario: "net(-1, 10.0) raises ValueError",
    symbol: "net",
    code: "def test_net_of_minus_one_raises_value_error():\n    with pytest.raises(ValueError):\n        net(-1, 10.0)",
  },
] as const;

const FILE = `"""Tests of till."""

import pytest
from till import Cart, net


${TESTS[0].code}


${TESTS[1].code}
`;

const SUSPECTED = `"""Contradictions between till and what it says of itself: each test fails."""

import pytest
from till import net


${TESTS[2].code}
`;

export const MADE: Generated = {
  files: { "test_till.py": FILE, "test_till_suspected.py": SUSPECTED },
  tests: TESTS,
  executed: true,
  line_coverage: 0.9,
  branch_coverage: null,
  before: null,
  missing_lines: [12],
  mutation_score: 0.88,
  mutants: 17,
  surviving: [{ line: 10, change: "a > b -> a >= b" }],
  suspected_bugs: [
    {
      symbol: "net",
      contract: "raises ValueError: if price is negative.",
      counter_example: "net(-1, 10.0)",
      expected: "raises ValueError",
      observed: "0.0",
      test: TESTS[2].name,
    },
  ],
  flaky: [],
  left_out: [],
  seconds: 2.4,
};

export interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

export interface Server {
  readonly endpoint: Endpoint;
  readonly seen: Seen[];
  /** Connections that the client closed before the answer was complete. */
  gone: number;
  close(): void;
}

export async function serve(answer: (response: ServerResponse, seen: Seen) => void): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (body += piece));
    request.on("end", () => {
      told.seen.push({ request, body });
      answer(response, { request, body });
    });
    response.on("close", () => {
      if (!response.writableFinished) told.gone += 1;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: Server = {
    endpoint: { base, origin: base },
    seen: [],
    gone: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return told;
}

export function frame(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function stream(response: ServerResponse, ...frames: string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const one of frames) response.write(one);
}
