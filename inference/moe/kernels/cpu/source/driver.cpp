// What the library offers: packing, one linear layer, one layer of routed experts. Plain C, so that any language with
// a foreign-function interface can call it; no exception leaves it, errors are negative numbers.
//
// Work is cut into blocks of sixteen output rows, each computed whole by one thread and each in the same order, so the
// result does not depend on the number of threads or on which thread took what.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "layout.hpp"

namespace house {

void pack(const uint16_t*, int64_t, int64_t, int64_t, Format, uint8_t*, int);
void unpack(const uint8_t*, int64_t, int64_t, Format, float*);

namespace {

constexpr int64_t kTokens = 512;      // tokens per pass over two blocks: their outputs (64 KiB) stay near
constexpr int64_t kWidenGroups = 16;  // 512 columns widened at a time: 16 KiB
constexpr int64_t kWide = 24;         // tokens from which widening to bf16 pays, where tiles multiply bf16
constexpr int64_t kAlone = 8;         // rows up to which one thread prepares them sooner than it wakes another

enum Error : int32_t { kOk = 0, kBadShape = -1, kBadFormat = -2, kBadExpert = -3, kNoSuchKernel = -4, kNoMemory = -5 };
enum Inputs : int32_t { kAuto = 0, kBf16Inputs = 1, kInt8Inputs = 2 };

#if defined(__x86_64__)
bool amx_granted() {
  constexpr int kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static const bool granted = syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  return granted;
}

bool has_amx() {
  uint32_t a = 7, b = 0, c = 0, d = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  constexpr uint32_t kBf16Tiles = 1u << 22, kTiles = 1u << 24;
  return (d & kBf16Tiles) && (d & kTiles) && amx_granted();
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}
#endif

// Best first.
std::vector<const Micro*> available() {
  std::vector<const Micro*> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (has_avx512()) {
    const bool bf16 = __builtin_cpu_supports("avx512bf16");
    if (bf16 && has_amx()) found.push_back(amx_micro());
    if (bf16) found.push_back(avx512_bf16_micro());
    found.push_back(avx512_micro());
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(avx2_micro());
#endif
  found.push_back(portable_micro());
  return found;
}

const std::vector<const Micro*>& kernels() {
  static const std::vector<const Micro*> found = available();
  return found;
}

std::atomic<const Micro*> chosen{nullptr};

const Micro& micro() {
  const Micro* one = chosen.load(std::memory_order_relaxed);
  return one ? *one : *kernels().front();
}

bool known(int32_t format) { return format == kBf16 || format == kInt8 || format == kInt4; }

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

bool wants_int8(int32_t inputs, Format format, int64_t count) {
  if (format == kBf16 || inputs == kBf16Inputs) return false;
  return inputs == kInt8Inputs || count < kWide || &micro() != amx_micro();
}

bool reserve(Operand& room, int64_t rows, int64_t groups) {
  return room.rows.at_least(rows * groups * kGroup) && room.codes.at_least(rows * groups * kGroup) &&
         room.scales.at_least(rows * groups) && room.sums.at_least(rows * groups);
}

// The int8 form of groups [first, first + some) of a row.
void quantise_groups(Operand& room, int64_t row, int64_t groups, int64_t first, int64_t some) {
  const int64_t from = row * groups + first;
  micro().quantise(room.rows.data() + from * kGroup, some, room.codes.data() + from * kGroup,
                   room.scales.data() + from, room.sums.data() + from);
}

void quantise_row(Operand& room, int64_t row, int64_t groups) { quantise_groups(room, row, groups, 0, groups); }

void put_row(Operand& room, int64_t row, int64_t groups, const uint16_t* x, int64_t cols) {
  uint16_t* to = room.rows.data() + row * groups * kGroup;
  std::memcpy(to, x, static_cast<size_t>(cols) * 2);
  std::memset(to + cols, 0, static_cast<size_t>(groups * kGroup - cols) * 2);
}

const uint16_t* as_pairs(const Block& block, int64_t g, int64_t some, uint16_t* room) {
  if (block.format == kBf16) return reinterpret_cast<const uint16_t*>(block.codes) + g * kGroup * kRows;
  micro().widen(block, g, some, room);
  return room;
}

// out and other_out [count, 16] = rows [first, first + count) of the inputs x two blocks of one matrix. Columns are
// taken 512 at a time, so that what is widened of both stays in the first cache while every token passes.
void product(const Block& block, const Block& other, Operand& room, bool int8, int64_t first, int64_t count,
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

int64_t rows_of(const Plan& plan, int64_t expert) {
  return plan.start[static_cast<size_t>(expert + 1)] - plan.start[static_cast<size_t>(expert)];
}

// The rows of `w13` are the gate's blocks, then the up projection's, each padded to whole blocks.
void first_block(const Experts& job, const Plan& plan, Operand& in, Operand& mid, int64_t expert, int64_t b) {
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
void first_product(const Experts& job, const Plan& plan, Operand& in, Operand& mid, int64_t expert, int64_t g) {
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
int64_t pairs_of(int64_t rows) { return (blocks_of(rows) + 1) / 2; }

void second_product(const Experts& job, const Plan& plan, Operand& mid, float* rows, int64_t expert, int64_t pair) {
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
void combine(const Experts& job, const Plan& plan, const float* rows, int64_t token) {
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
bool any_int8(const Experts& job, const Plan& plan) {
  for (int64_t expert = 0; expert < job.local; ++expert)
    if (rows_of(plan, expert) > 0 && wants_int8(job.inputs, job.first, rows_of(plan, expert))) return true;
  return false;
}

int32_t run(const Experts& job, const Plan& plan) {
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

void linear_pair(const Linear& job, Operand& in, int64_t pair) {
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

}  // namespace
}  // namespace house

using namespace house;  // NOLINT: the C functions below are the namespace's face

#pragma GCC visibility push(default)
extern "C" {

// Grows whenever a signature or the packed layout changes.
int32_t house_abi() { return 4; }

// Name of the n-th kernel this processor can run, best first; null past the last.
const char* house_kernel(int32_t n) {
  return n >= 0 && n < static_cast<int32_t>(kernels().size()) ? kernels()[static_cast<size_t>(n)]->name : nullptr;
}

const char* house_current() { return micro().name; }

// Use the kernel of that name from now on (tests and comparisons); null returns to the best.
int32_t house_choose(const char* name) {
  for (const Micro* one : kernels())
    if (name && !std::strcmp(one->name, name)) return chosen = one, kOk;
  return name ? kNoSuchKernel : (chosen = nullptr, kOk);
}

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
