/** The call itself. Node's own http and https, because the editor routes those through its proxy settings. */

import * as http from "node:http";
import * as https from "node:https";
import { StringDecoder } from "node:string_decoder";
import type { Endpoint } from "./endpoint";
import { fromAnswer, Problem } from "./problems";
import { type SseEvent, SseParser, StreamTooLong } from "./sse";
import {
  type Generated,
  type Progress,
  readGenerated,
  readProgress,
  readTest,
  type TestsRequest,
  type WrittenTest,
  WrongShape,
} from "./types";

export interface Listener {
  progress?(progress: Progress): void;
  test?(test: WrittenTest): void;
}

export interface Asking {
  readonly endpoint: Endpoint;
  readonly token: string;
  /** For `Accept-Language`: the server's words come in it. */
  readonly language: string;
  readonly signal: AbortSignal;
  /** Silence after which the connection counts as dead, ms. */
  readonly patience?: number;
}

/** Makes an answer of the event that holds it; undefined for those before. */
export type Read<T> = (event: SseEvent) => T | undefined;

/** A run may wait in the queue behind eight others of a minute each. */
const PATIENCE_MS = 10 * 60_000;
const MOST_OF_AN_ERROR = 64 * 1024;

/** Ask for tests; resolves with the finished answer, and tells `listener` what happens before. Rejects as `converse`. */
export function generate(request: TestsRequest, asking: Asking, listener: Listener = {}): Promise<Generated> {
  return converse("/api/v1/tests", request, asking, (event) => heard(event, listener));
}

/**
 * Send a request and follow its events until `read` makes an answer of one. Aborting the signal closes the connection,
 * upon which the server stops the work. Rejects with Problem, never with anything else.
 */
export function converse<T>(path: string, request: object, asking: Asking, read: Read<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (asking.signal.aborted) return reject(new Problem("cancelled"));
    const body = Buffer.from(JSON.stringify({ ...request, stream: true }), "utf8");
    const sent = open(path, asking, body.length);
    const settle = (finish: () => void): void => {
      asking.signal.removeEventListener("abort", abort);
      finish();
      sent.destroy();
    };
    const fail = (problem: Problem): void => settle(() => reject(asking.signal.aborted ? new Problem("cancelled") : problem));
    const abort = (): void => fail(new Problem("cancelled"));
    asking.signal.addEventListener("abort", abort, { once: true });
    sent.setTimeout(asking.patience ?? PATIENCE_MS, () => fail(new Problem("unreachable")));
    sent.on("error", (error: Error) => fail(new Problem("unreachable", { detail: error.message })));
    sent.on("response", (answer) => {
      const status = answer.statusCode ?? 0;
      const streams = (answer.headers["content-type"] ?? "").startsWith("text/event-stream");
      if (status === 200 && streams) {
        follow(answer, read, (made) => settle(() => resolve(made)), fail);
      } else {
        void refused(answer, status).then(fail);
      }
    });
    sent.end(body);
  });
}

function open(path: string, asking: Asking, length: number): http.ClientRequest {
  const url = new URL(asking.endpoint.base + path);
  const headers = {
    accept: "text/event-stream",
    "accept-language": asking.language,
    authorization: `Bearer ${asking.token}`,
    "content-type": "application/json",
    "content-length": length,
  };
  // A redirect is not followed: the key belongs to this origin alone.
  return (url.protocol === "https:" ? https : http).request(url, { method: "POST", headers });
}

function follow<T>(
  answer: http.IncomingMessage,
  read: Read<T>,
  done: (made: T) => void,
  fail: (problem: Problem) => void,
): void {
  const decoder = new StringDecoder("utf8");
  const parser = new SseParser();
  let over = false;
  answer.on("data", (piece: Buffer) => {
    if (over) return;
    try {
      for (const event of parser.push(decoder.write(piece))) {
        const made = event.name === "failed" ? failed(event) : read(event);
        if (made === undefined) continue;
        over = true;
        return done(made);
      }
    } catch (error) {
      over = true;
      fail(understood(error));
    }
  });
  const broken = (): void => {
    if (!over) fail(new Problem("interrupted"));
    over = true;
  };
  answer.on("end", broken);
  answer.on("aborted", broken);
  answer.on("error", broken);
}

function understood(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WrongShape || error instanceof SyntaxError || error instanceof StreamTooLong) {
    return new Problem("not_assistant", { status: 200, detail: error.message });
  }
  throw error;
}

function failed(event: SseEvent): never {
  const status = (JSON.parse(event.data) as { status?: unknown }).status;
  throw fromAnswer(typeof status === "number" ? status : 500, event.data);
}

function heard(event: SseEvent, listener: Listener): Generated | undefined {
  if (event.name === "progress") listener.progress?.(readProgress(JSON.parse(event.data)));
  if (event.name === "test") listener.test?.(readTest(JSON.parse(event.data)));
  return event.name === "finished" ? readGenerated(JSON.parse(event.data)) : undefined; // others are for later versions
}

async function refused(answer: http.IncomingMessage, status: number): Promise<Problem> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > MOST_OF_AN_ERROR) break;
    }
  } catch {
    return new Problem("interrupted", { status }); // the connection broke while the error was read
  }
  const wait = answer.headers["retry-after"];
  return fromAnswer(status, Buffer.concat(pieces).toString("utf8"), wait);
}
