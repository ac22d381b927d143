// llama.cpp on a GGUF file, run by `benchmarks.llamacpp` in the peer's own folder:
//
//     node llamacpp_child.mjs MODEL.gguf THREADS PROMPT_FILE TOKENS REPEATS
//
// Prints one line of JSON: versions, the instructions it uses, prefill tokens a second and seconds to the first token of
// the prompt, decode tokens a second after it. Each is a median; nothing is kept between two prompts.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.message}\n`, () => process.exit(1)); // its stack would only name its own files
});
const { getLlama } = await import("node-llama-cpp"); // now, so that its own failure is told too

const [model, threads, prompt, tokens, repeats] = process.argv.slice(2);

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function timed(context, words) {
  const sequence = context.getSequence();
  const began = performance.now();
  let first = 0;
  let written = -1;
  // An end of the text is written like any other token, so that every answer is as long.
  for await (const _token of sequence.evaluate(words, { temperature: 0, yieldEogToken: true })) {
    written += 1;
    if (written === 0) first = performance.now();
    if (written === Number(tokens)) break;
  }
  const ended = performance.now();
  await sequence.clearHistory();
  sequence.dispose();
  return { first: (first - began) / 1000, rate: written / ((ended - first) / 1000) };
}

const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, maxThreads: Number(threads), logLevel: "error" });
const loaded = await llama.loadModel({ modelPath: model });
const words = loaded.tokenize(readFileSync(prompt, "utf8"));
const size = words.length + Number(tokens) + 1;
const context = await loaded.createContext({ contextSize: size, batchSize: size, threads: Number(threads) });
await timed(context, words); // reserves memory and reads the file
const found = [];
for (let number = 0; number < Number(repeats); number += 1) found.push(await timed(context, words));
const firstToken = median(found.map((one) => one.first));
const report = {
  version: llama.llamaCppRelease.release,
  built_for: llama.systemInfo.trim(),
  prompt_tokens: words.length,
  first_token_seconds: firstToken,
  prefill_tokens_per_second: words.length / firstToken,
  decode_tokens_per_second: median(found.map((one) => one.rate)),
};
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
