// What every call of the library is made of: inputs brought into the form that a product takes, blocks of outputs of a
// linear layer, of an output head and of routed experts. Each job is computed whole by one thread and always in the same
// order, so that nothing depends on how many threads there are and on which of them took what.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "layout.hpp"

namespace house {

constexpr int64_t kTokens = 512;      // tokens per pass over two blocks: their outputs (64 KiB) stay near
constexpr int64_t kWidenGroups = 16;  // 512 columns widened at a time: 16 KiB
constexpr int64_t kWide = 24;         // tokens from which widening to bf16 pays, where tiles multiply bf16
constexpr int64_t kAlone = 8;         // rows up to which one thread prepares them sooner than it wakes another

enum Error : int32_t { kOk = 0, kBadShape = -1, kBadFormat = -2, kBadExpert = -3, kNoSuchKernel = -4, kNoMemory = -5 };
enum Inputs : int32_t { kAuto = 0, kBf16Inputs = 1, kInt8Inputs = 2 };

// One row of `width` normalised, `kept` (or null) added to it first; see norm.cpp. `sums` [width] is scratch.
void norm_row(const uint16_t* x, uint16_t* kept, const uint16_t* weight, float epsilon, int64_t width, float* sums,
              uint16_t* out);

inline bool known(int32_t format) { return format == kBf16 || format == kInt8 || format == kInt4; }

// Memory that keeps its size between calls, so that a token costs no allocation.
template <typename T>
class Room {
 public:
  T* at_least(int64_t count) {
    const size_t bytes = static_cast<size_t>(round_up(std::max<int64_t>(count, 1) * sizeof(T), 64));
    if (bytes > size_) {
      std::free(data_);
      data_ = static_cast<T*>(std::aligned_alloc(64, bytes));
      size_ = data_ ? bytes : 0;
    }
    return data_;
  }
  T* data() const { return data_; }
  ~Room() { std::free(data_); }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

// Inputs of products: bf16 rows of 32 `groups` values each, and their int8 form where it is used.
struct Operand {
  Room<uint16_t> rows;
  Room<int8_t> codes;
  Room<float> scales, sums;
};

inline bool wants_int8(int32_t inputs, Format format, int64_t count) {
  if (format == kBf16 || inputs == kBf16Inputs) return false;
  return inputs == kInt8Inputs || count < kWide || &micro() != amx_micro();
}

inline bool reserve(Operand& room, int64_t rows, int64_t groups) {
  return room.rows.at_least(rows * groups * kGroup) && room.codes.at_least(rows * groups * kGroup) &&
         room.scales.at_least(rows * groups) && room.sums.at_least(rows * groups);
}

// The int8 form of groups [first, first + some) of a row.
inline void quantise_groups(Operand& room, int64_t row, int64_t groups, int64_t first, int64_t some) {
  const int64_t from = row * groups + first;
  micro().quantise(room.rows.data() + from * kGroup, some, room.codes.data() + from * kGroup,
                   room.scales.data() + from, room.sums.data() + from);
}

inline void quantise_row(Operand& room, int64_t row, int64_t groups) { quantise_groups(room, row, groups, 0, groups); }

inline void put_row(Operand& room, int64_t row, int64_t groups, const uint16_t* x, int64_t cols) {
  uint16_t* to = room.rows.data() + row * groups * kGroup;
  std::memcpy(to, x, static_cast<size_t>(cols) * 2);
  std::memset(to + cols, 0, static_cast<size_t>(groups * kGroup - cols) * 2);
}

inline const uint16_t* as_pairs(const Block& block, int64_t g, int64_t some, uint16_t* room) {
  if (block.format == kBf16) return reinterpret_cast<const uint16_t*>(block.codes) + g * kGroup * kRows;
  micro().widen(block, g, some, room);
  return room;
}

// out and other_out [count, 16] = rows [first, first + count) of the inputs x two blocks of one matrix. Columns are
// taken 512 at a time, so that what is widened of both stays in the first cache while every token passes.
inline void product(const Block& block, const Block& other, Operand& room, bool int8, int64_t first, int64_t count,
             float* out, float* other_out) {
  const int64_t groups = block.groups, width = groups * kGroup;
  if (int8) {
    const Activations x{room.codes.data() + first * width, room.scales.data() + first * groups,
                        room.sums.data() + first * groups};
    micro().dot(block, x, count, out);
    micro().dot(other, x, count, other_out);
    return;
  }
  const uint16_t* x = room.rows.data() + first * width;
  std::memset(out, 0, static_cast<size_t>(count * kRows) * sizeof(float));
  std::memset(other_out, 0, static_cast<size_t>(count * kRows) * sizeof(float));
  alignas(64) uint16_t pairs[kWidenGroups * kGroup * kRows], others[kWidenGroups * kGroup * kRows];
  for (int64_t g = 0; g < groups; g += kWidenGroups) {
    const int64_t some = std::min(kWidenGroups, groups - g);
    const uint16_t* one = as_pairs(block, g, some, pairs);
    const uint16_t* two = as_pairs(other, g, some, others);
    micro().accumulate_two(one, two, some, x + g * kGroup, width, count, out, other_out);
  }
}

// Whoever watches the routing: counts [labels, global] of the slots computed here, by the label of their token. Tokens
// from `labelled` on are padding and counted nowhere. `counts` null: nobody watches.
struct Tally {
  const uint8_t* label;
  int64_t labelled, labels;
  int64_t* counts;

  void add(int64_t token, int64_t global, int32_t id) const {
    if (counts && token < labelled && label[token] < labels) ++counts[label[token] * global + id];
  }
};

// Which slots (token x top-k positions) each expert computes, in token order: a counting sort.
struct Plan {
  std::vector<int64_t> start;  // [experts + 1]
  std::vector<int64_t> slot;   // [slots that an expert of ours computes]
  std::vector<int64_t> place;  // [tokens x top-k] -> position in `slot`, or -1

  int32_t make(const int32_t* ids, int64_t slots, int64_t top_k, int64_t global, const int32_t* map, int64_t local,
               const Tally& tally) {
    start.assign(static_cast<size_t>(local + 1), 0);
    place.assign(static_cast<size_t>(slots), -1);
    for (int64_t s = 0; s < slots; ++s) {
      const int64_t expert = local_expert(ids[s], global, map, local);
      if (expert == kBadExpert) return kBadExpert;
      if (expert >= 0) ++start[static_cast<size_t>(expert + 1)], tally.add(s / top_k, global, ids[s]);
      place[static_cast<size_t>(s)] = expert;
    }
    for (int64_t e = 0; e < local; ++e) start[static_cast<size_t>(e + 1)] += start[static_cast<size_t>(e)];
    slot.resize(static_cast<size_t>(start.back()));
    std::vector<int64_t> next(start.begin(), start.end() - 1);
    for (int64_t s = 0; s < slots; ++s) {
      int64_t& expert = place[static_cast<size_t>(s)];
      if (expert < 0) continue;
      const int64_t position = next[static_cast<size_t>(expert)]++;
      slot[static_cast<size_t>(position)] = s;
      expert = position;
    }
    return kOk;
  }

  // -1: computed elsewhere or masked; kBadExpert: no such expert.
  static int64_t local_expert(int32_t id, int64_t global, const int32_t* map, int64_t local) {
    if (id == -1) return -1;
    if (id < 0 || id >= global) return kBadExpert;
    const int64_t expert = map ? map[id] : id;
    return expert >= -1 && expert < local ? expert : static_cast<int64_t>(kBadExpert);
  }
};

struct Experts {
  const uint16_t* x;
  const float* weights;
  const uint8_t *w13, *w2;
  uint16_t* out;
  int64_t tokens, hidden, inner, top_k, local;
  Format first, second;  // of w13 and of w2
  int32_t inputs;
  int threads;
};

inline int64_t rows_of(const Plan& plan, int64_t expert) {
  return plan.start[static_cast<size_t>(expert + 1)] - plan.start[static_cast<size_t>(expert)];
}

// The rows of `w13` are the gate's blocks, then the up projection's, each padded to whole blocks.
inline void first_block(const Experts& job, const Plan& plan, Operand& in, Operand& mid, int64_t expert, int64_t b) {
  const int64_t groups = groups_of(job.hidden), blocks = blocks_of(job.inner), width = groups_of(job.inner) * kGroup;
  const uint8_t* packed = job.w13 + expert * 2 * blocks * block_bytes(job.first, groups);
  const Block gate = block_at(packed, job.first, groups, b), up = block_at(packed, job.first, groups, blocks + b);
  const int64_t begin = plan.start[static_cast<size_t>(expert)], end = plan.start[static_cast<size_t>(expert + 1)];
  const bool int8 = wants_int8(job.inputs, job.first, end - begin);
  const int64_t lanes = std::min<int64_t>(kRows, job.inner - b * kRows);
  alignas(64) float left[kTokens * kRows], right[kTokens * kRows];
  for (int64_t row = begin; row < end; row += kTokens) {
    const int64_t count = std::min(kTokens, end - row);
    product(gate, up, in, int8, row, count, left, right);
    for (int64_t t = 0; t < count; ++t)
      micro().swiglu(left + t * kRows, right + t * kRows, lanes, mid.rows.data() + (row + t) * width + b * kRows);
  }
}

// Group g of what is between the two products: two blocks of outputs are 32 columns, which is what the second product
// takes at a time, so whoever computes them also rounds them and nobody waits in between.
inline void first_product(const Experts& job, const Plan& plan, Operand& in, Operand& mid, int64_t expert, int64_t g) {
  const int64_t groups = groups_of(job.inner), blocks = blocks_of(job.inner), width = groups * kGroup;
  const int64_t begin = plan.start[static_cast<size_t>(expert)], count = rows_of(plan, expert);
  for (int64_t b = 2 * g; b < std::min(2 * g + 2, blocks); ++b) first_block(job, plan, in, mid, expert, b);
  const int64_t filled = std::min((g + 1) * kGroup, job.inner), missing = (g + 1) * kGroup - filled;
  const bool int8 = wants_int8(job.inputs, job.second, count);
  for (int64_t row = begin; row < begin + count; ++row) {
    std::memset(mid.rows.data() + row * width + filled, 0, static_cast<size_t>(missing) * 2);
    if (int8) quantise_groups(mid, row, groups, g, 1);
  }
}

// Two neighbouring blocks, the second of which may be missing at the end.
struct Neighbours {
  Block one, two;
  int64_t lanes[2];

  Neighbours(const uint8_t* packed, Format format, int64_t groups, int64_t rows, int64_t pair)
      : one(block_at(packed, format, groups, 2 * pair)),
        two(2 * pair + 1 < blocks_of(rows) ? block_at(packed, format, groups, 2 * pair + 1) : one),
        lanes{std::min<int64_t>(kRows, rows - 2 * pair * kRows),
              std::clamp<int64_t>(rows - (2 * pair + 1) * kRows, 0, kRows)} {}
};
inline int64_t pairs_of(int64_t rows) { return (blocks_of(rows) + 1) / 2; }

inline void second_product(const Experts& job, const Plan& plan, Operand& mid, float* rows, int64_t expert, int64_t pair) {
  const int64_t groups = groups_of(job.inner);
  const uint8_t* packed = job.w2 + expert * blocks_of(job.hidden) * block_bytes(job.second, groups);
  const Neighbours blocks(packed, job.second, groups, job.hidden, pair);
  const int64_t begin = plan.start[static_cast<size_t>(expert)], end = plan.start[static_cast<size_t>(expert + 1)];
  const bool int8 = wants_int8(job.inputs, job.second, end - begin);
  alignas(64) float sums[2][kTokens * kRows];
  for (int64_t row = begin; row < end; row += kTokens) {
    const int64_t count = std::min(kTokens, end - row);
    product(blocks.one, blocks.two, mid, int8, row, count, sums[0], sums[1]);
    for (int64_t t = 0; t < count; ++t) {
      const float weight = job.weights[plan.slot[static_cast<size_t>(row + t)]];
      float* to = rows + (row + t) * job.hidden + 2 * pair * kRows;
      for (int half = 0; half < 2; ++half)
        for (int64_t r = 0; r < blocks.lanes[half]; ++r) to[half * kRows + r] = weight * sums[half][t * kRows + r];
    }
  }
}

// Each token's rows are summed in the order of its top-k, whoever computed them.
inline void combine(const Experts& job, const Plan& plan, const float* rows, int64_t token) {
  uint16_t* to = job.out + token * job.hidden;
  for (int64_t h = 0; h < job.hidden; ++h) {
    float sum = 0.f;
    for (int64_t k = 0; k < job.top_k; ++k) {
      const int64_t place = plan.place[static_cast<size_t>(token * job.top_k + k)];
      if (place >= 0) sum += rows[place * job.hidden + h];
    }
    to[h] = float_to_bf16(sum);
  }
}

// Whether any expert takes its inputs as int8.
inline bool any_int8(const Experts& job, const Plan& plan) {
  for (int64_t expert = 0; expert < job.local; ++expert)
    if (rows_of(plan, expert) > 0 && wants_int8(job.inputs, job.first, rows_of(plan, expert))) return true;
  return false;
}

inline int32_t run(const Experts& job, const Plan& plan) {
  thread_local Operand in, mid;
  thread_local Room<float> finished;
  const int64_t rows = static_cast<int64_t>(plan.slot.size()), groups = groups_of(job.hidden);
  float* done = finished.at_least(rows * job.hidden);
  if (!reserve(in, rows, groups) || !reserve(mid, rows, groups_of(job.inner)) || !done) return kNoMemory;
  Operand *inputs = &in, *middle = &mid;  // the caller's rooms, not those of the threads below
  const int64_t first = groups_of(job.inner), second = pairs_of(job.hidden);
  const bool int8 = any_int8(job, plan), few = rows <= kAlone && job.tokens <= kAlone;
  auto gather = [&](int64_t row) {
    put_row(*inputs, row, groups, job.x + plan.slot[static_cast<size_t>(row)] / job.top_k * job.hidden, job.hidden);
    if (int8) quantise_row(*inputs, row, groups);
  };
  for (int64_t row = 0; few && row < rows; ++row) gather(row);
#pragma omp parallel num_threads(job.threads)
  {
    if (!few) {
#pragma omp for schedule(static)
      for (int64_t row = 0; row < rows; ++row) gather(row);
    }
#pragma omp for schedule(dynamic, 2)
    for (int64_t task = 0; task < job.local * first; ++task)
      if (rows_of(plan, task / first)) first_product(job, plan, *inputs, *middle, task / first, task % first);
#pragma omp for schedule(dynamic, 2)
    for (int64_t task = 0; task < job.local * second; ++task)
      if (rows_of(plan, task / second)) second_product(job, plan, *middle, done, task / second, task % second);
    if (!few) {
#pragma omp for schedule(static)
      for (int64_t token = 0; token < job.tokens; ++token) combine(job, plan, done, token);
    }
  }
  for (int64_t token = 0; few && token < job.tokens; ++token) combine(job, plan, done, token);
  return kOk;
}

// Rows [first, first + rows) of the outputs of a layer of `stride` outputs.
struct Linear {
  const uint16_t* bias;
  const uint8_t* packed;
  uint16_t* out;
  int64_t count, first, rows, stride, cols;
  Format format;
  bool int8;
};

inline void linear_pair(const Linear& job, Operand& in, int64_t pair) {
  const Neighbours blocks(job.packed, job.format, groups_of(job.cols), job.rows, pair);
  alignas(64) float sums[2][kTokens * kRows];
  for (int64_t row = 0; row < job.count; row += kTokens) {
    const int64_t count = std::min(kTokens, job.count - row);
    product(blocks.one, blocks.two, in, job.int8, row, count, sums[0], sums[1]);
    for (int64_t t = 0; t < count; ++t)
      for (int half = 0; half < 2; ++half)
        for (int64_t r = 0; r < blocks.lanes[half]; ++r) {
          const int64_t column = job.first + (2 * pair + half) * kRows + r;
          const float bias = job.bias ? bf16_to_float(job.bias[column]) : 0.f;
          job.out[(row + t) * job.stride + column] = float_to_bf16(sums[half][t * kRows + r] + bias);
        }
  }
}

// An output head read twice: `rough` for every row, and `exact` for the blocks whose rough outputs come within `margin`
// of a token's greatest, which are few. Each token's outputs are refined where it asks for that itself, so that they do
// not depend on its company.
struct Head {
  Linear rough;
  const uint8_t* exact;
  float margin;
  float* best;  // [blocks, count], greatest output of each block

  void roughly(Operand& in, int64_t pair) const {
    linear_pair(rough, in, pair);
    for (int64_t b = 2 * pair; b < std::min(2 * pair + 2, blocks_of(rough.rows)); ++b)
      for (int64_t t = 0; t < rough.count; ++t) {
        float& most = best[b * rough.count + t] = -INFINITY;
        const uint16_t* from = rough.out + t * rough.stride;
        for (int64_t r = b * kRows; r < std::min((b + 1) * kRows, rough.rows); ++r)
          most = std::max(most, bf16_to_float(from[r]));
      }
  }

  // From where on token t is refined.
  float least(int64_t t) const {
    float most = -INFINITY;
    for (int64_t b = 0; b < blocks_of(rough.rows); ++b) most = std::max(most, best[b * rough.count + t]);
    return most - margin;
  }

  void refine(Operand& in, const float* limits, int64_t b) const {
    bool wanted = false;
    for (int64_t t = 0; t < rough.count; ++t) wanted = wanted || best[b * rough.count + t] >= limits[t];
    if (!wanted) return;
    alignas(64) float sums[kAlone * kRows];
    micro().dot(block_at(exact, kInt8, groups_of(rough.cols), b), {in.codes.data(), in.scales.data(), in.sums.data()},
                rough.count, sums);
    for (int64_t t = 0; t < rough.count; ++t)
      if (best[b * rough.count + t] >= limits[t])
        for (int64_t r = b * kRows; r < std::min((b + 1) * kRows, rough.rows); ++r)
          rough.out[t * rough.stride + r] = float_to_bf16(sums[t * kRows + r - b * kRows]);
  }
};

}  // namespace house
