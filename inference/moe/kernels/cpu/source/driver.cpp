// What the library offers: packing, one linear layer, one layer of routed experts. Plain C, so that any language with
// a foreign-function interface can call it; no exception leaves it, errors are negative numbers.
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "jobs.hpp"

namespace house {

void pack(const uint16_t*, int64_t, int64_t, int64_t, Format, uint8_t*, int);
void unpack(const uint8_t*, int64_t, int64_t, Format, float*);

}  // namespace house

using namespace house;  // NOLINT: the C functions below are the namespace's face

#pragma GCC visibility push(default)
extern "C" {

// Grows whenever a signature or the packed layout changes.
int32_t house_abi() { return 5; }

// Bytes of a packed matrix, or an error.
int64_t house_packed_bytes(int32_t format, int64_t rows, int64_t cols) {
  if (!known(format)) return kBadFormat;
  if (rows < 0 || cols <= 0) return kBadShape;
  return blocks_of(rows) * block_bytes(static_cast<Format>(format), groups_of(cols));
}

// weights [rows, cols] bf16, rows `stride` elements apart -> packed, which must start on a multiple of 64 bytes.
int32_t house_pack(int32_t format, const uint16_t* weights, int64_t rows, int64_t cols, int64_t stride,
                   uint8_t* packed, int32_t threads) {
  if (!known(format)) return kBadFormat;
  if (rows < 0 || cols <= 0 || stride < cols || threads < 1 || reinterpret_cast<uintptr_t>(packed) % 64) return kBadShape;
  pack(weights, rows, cols, stride, static_cast<Format>(format), packed, threads);
  return kOk;
}

// The weights that the packed matrix stands for, out [rows, cols] fp32.
int32_t house_unpack(int32_t format, const uint8_t* packed, int64_t rows, int64_t cols, float* out) {
  if (!known(format)) return kBadFormat;
  if (rows < 0 || cols <= 0) return kBadShape;
  unpack(packed, rows, cols, static_cast<Format>(format), out);
  return kOk;
}

// Ask for large pages under [start, start + bytes): a fifth more bandwidth where weights are read once a token.
void house_large_pages(uint8_t* start, int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t page = 4096, from = (reinterpret_cast<uintptr_t>(start) + page - 1) / page * page;
  const uintptr_t to = (reinterpret_cast<uintptr_t>(start) + static_cast<uintptr_t>(bytes)) / page * page;
  if (to > from) (void)madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}

// out [count, rows + tail_rows] bf16 = x [count, cols] bf16 x (packed above tail)^T + bias [rows + tail_rows] bf16 or
// null. The tail has a format of its own: attention's values are stored finer than its queries and keys.
int32_t house_linear(int32_t format, int32_t inputs, const uint16_t* x, int64_t count, const uint8_t* packed,
                     int64_t rows, int64_t cols, int32_t tail_format, const uint8_t* tail, int64_t tail_rows,
                     const uint16_t* bias, uint16_t* out, int32_t threads) {
  if (!known(format) || !known(tail_format)) return kBadFormat;
  if (count < 0 || rows < 0 || tail_rows < 0 || cols <= 0 || threads < 1) return kBadShape;
  thread_local Operand in;
  const int64_t groups = groups_of(cols), upper = pairs_of(rows), pairs = upper + pairs_of(tail_rows);
  if (!reserve(in, count, groups)) return kNoMemory;
  const Format kind = static_cast<Format>(format), other = static_cast<Format>(tail_format);
  const int64_t all = rows + tail_rows;
  const Linear job{bias, packed, out, count, 0, rows, all, cols, kind, wants_int8(inputs, kind, count)};
  const Linear rest{bias, tail, out, count, rows, tail_rows, all, cols, other, wants_int8(inputs, other, count)};
  const bool int8 = job.int8 || (tail_rows > 0 && rest.int8);
  Operand* room = &in;
  auto gather = [&](int64_t row) {
    put_row(*room, row, groups, x + row * cols, cols);
    if (int8) quantise_row(*room, row, groups);
  };
  const bool few = count <= kAlone;
  for (int64_t row = 0; few && row < count; ++row) gather(row);
#pragma omp parallel num_threads(threads)
  {
    if (!few) {
#pragma omp for schedule(static)
      for (int64_t row = 0; row < count; ++row) gather(row);
    }
#pragma omp for schedule(dynamic, 4) nowait
    for (int64_t pair = 0; pair < pairs; ++pair)
      pair < upper ? linear_pair(job, *room, pair) : linear_pair(rest, *room, pair - upper);
  }
  return kOk;
}

// out [count, rows] bf16 = x [count, cols] bf16 x rough^T, and x exact^T in the blocks of sixteen rows that come within
// `margin` of the greatest of their token. `exact` is int8; at most eight tokens.
int32_t house_head(int32_t format, const uint16_t* x, int64_t count, const uint8_t* rough, const uint8_t* exact,
                   int64_t rows, int64_t cols, float margin, uint16_t* out, int32_t threads) {
  if (!known(format) || format == kBf16) return kBadFormat;
  if (count < 0 || count > kAlone || rows < 0 || cols <= 0 || threads < 1) return kBadShape;
  thread_local Operand in;
  thread_local Room<float> room;
  const int64_t groups = groups_of(cols), blocks = blocks_of(rows);
  if (!reserve(in, count, groups) || !room.at_least(blocks * count)) return kNoMemory;
  const Linear linear{nullptr, rough, out, count, 0, rows, rows, cols, static_cast<Format>(format), true};
  const Head job{linear, exact, margin, room.data()};
  Operand* inputs = &in;
  for (int64_t row = 0; row < count; ++row) {
    put_row(*inputs, row, groups, x + row * cols, cols);
    quantise_row(*inputs, row, groups);
  }
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(dynamic, 8)
    for (int64_t pair = 0; pair < pairs_of(rows); ++pair) job.roughly(*inputs, pair);
    float limits[kAlone];
    for (int64_t t = 0; t < count; ++t) limits[t] = job.least(t);
#pragma omp for schedule(dynamic, 64) nowait
    for (int64_t b = 0; b < blocks; ++b) job.refine(*inputs, limits, b);
  }
  return kOk;
}

// out [tokens, hidden] bf16 = sum over k of weights [tokens, top_k] fp32 x expert_{ids [tokens, top_k]}(x [tokens,
// hidden] bf16), where expert(x) = w2 (silu(gate x) * (up x)). `w13` holds [local] x (gate, up), packed in format
// `first`, `w2` [local] in format `second`.
// Ids are global; `map` [global] gives the local number, -1 elsewhere (null: local = global). Id -1 is skipped.
// `tally` [labels, global] (or null) is added the slots computed here, by `label` [labelled] of their token.
int32_t house_experts(int32_t first, int32_t second, int32_t inputs, const uint16_t* x, int64_t tokens, int64_t hidden,
                      int64_t inner, const int32_t* ids, const float* weights, int64_t top_k, const uint8_t* w13, const uint8_t* w2,
                      int64_t local, const int32_t* map, int64_t global, uint16_t* out, int32_t threads,
                      const uint8_t* label, int64_t labelled, int64_t labels, int64_t* tally) {
  if (!known(first) || !known(second)) return kBadFormat;
  if (tokens < 0 || hidden <= 0 || inner <= 0 || top_k < 1 || local < 0 || global < 0 || threads < 1) return kBadShape;
  if (!map && global > local) return kBadShape;
  if (tally && (labelled < 0 || labels < 1 || (labelled > 0 && !label))) return kBadShape;
  thread_local Plan plan;
  const int32_t error = plan.make(ids, tokens * top_k, top_k, global, map, local, Tally{label, labelled, labels, tally});
  if (error != kOk) return error;
  const Experts job{x,     weights, w13,   w2,    out, tokens, hidden, inner,
                    top_k, local,   static_cast<Format>(first), static_cast<Format>(second),
                    inputs, threads};
  return run(job, plan);
}

}  // extern "C"
#pragma GCC visibility pop
