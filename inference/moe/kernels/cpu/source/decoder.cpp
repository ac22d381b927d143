// What a decoder of the Qwen2-MoE kind does between one layer's attention and the next one's, for a few tokens, as one
// call: output projection, sum, norm, router, experts; sum, norm, projections to queries, keys and values, rotation.
// Products, norms and rounding are those of the single calls; one team of threads stays together through all of them.
#include <omp.h>

#include "crew.hpp"
#include "jobs.hpp"

namespace house {

// As Python writes them (inference/moe/kernels/cpu/decoder.py): eight bytes each, in this order.
struct Matrix {
  int64_t format, rows, cols;
  const uint8_t* packed;
  int64_t tail_format, tail_rows;
  const uint8_t* tail;
  const uint16_t* bias;
};

struct DecoderLayer {
  int64_t hidden, heads, kv_heads, head_size, rotary, positions;
  double epsilon, post_epsilon;
  const uint16_t *norm, *post_norm;
  const uint16_t* turns;  // [positions, rotary]: cosines, then sines
  Matrix qkv, out;
  const uint16_t* gate;  // [global, hidden]
  int64_t global, top_k, renormalise, inner, kept, first, second;
  const uint8_t *w13, *w2;
  const int32_t* map;  // [global] or null
  int64_t labels;
  int64_t* counts;  // [labels, global] or null
};

struct Step {
  int64_t count, threads;
  uint16_t *x, *residual;    // [count, hidden]
  const uint16_t* attended;  // [count, heads x head_size]
  uint16_t* qkv;             // [count, (heads + 2 kv_heads) x head_size]
  const int64_t* positions;  // [count]
  int32_t* ids;              // [count, top_k]
  const uint8_t* label;      // [labelled]
  int64_t labelled;
};

namespace {

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define HOUSE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define HOUSE_WIDE
#endif

constexpr int64_t kMost = 16;  // tokens: each is prepared by one thread

HOUSE_WIDE float dot_row(const uint16_t* x, const uint16_t* y, int64_t width) {
  float sum = 0.f;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += bf16_to_float(x[i]) * bf16_to_float(y[i]);
  return sum;
}

float rounded(float value) { return bf16_to_float(float_to_bf16(value)); }

// The `top_k` greatest of the router's outputs and their shares, rounded where the framework's operations round. Of equals
// the first is taken, and what is no number is never preferred.
void route(const DecoderLayer& layer, const uint16_t* x, float* logits, int32_t* ids, float* shares) {
  for (int64_t e = 0; e < layer.global; ++e) logits[e] = rounded(dot_row(x, layer.gate + e * layer.hidden, layer.hidden));
  float all = 0.f, kept = 0.f, most = -INFINITY;
  for (int64_t e = 0; e < layer.global; ++e) most = std::max(most, logits[e]);
  for (int64_t e = 0; e < layer.global; ++e) all += rounded(std::exp(rounded(logits[e] - most)));
  for (int64_t k = 0; k < layer.top_k; ++k) {
    int64_t best = -1;
    for (int64_t e = 0; e < layer.global; ++e) {
      if (std::find(ids, ids + k, static_cast<int32_t>(e)) != ids + k) continue;
      if (best < 0 || logits[e] > logits[best]) best = e;
    }
    ids[k] = static_cast<int32_t>(best), shares[k] = logits[best];
    kept += std::exp(shares[k] - most);
  }
  const float total = rounded(most + rounded(std::log(rounded(all))));
  for (int64_t k = 0; k < layer.top_k; ++k)
    shares[k] = layer.renormalise ? rounded(std::exp(shares[k] - most) / kept)
                                  : rounded(std::exp(rounded(shares[k] - total)));
}

// Rotate the first `rotary` values of each head by its token's position (Su et al., arXiv 2104.09864), halves paired.
void rotate(const DecoderLayer& layer, const uint16_t* turns, uint16_t* heads) {
  const int64_t half = layer.rotary / 2;
  for (int64_t h = 0; h < layer.heads + layer.kv_heads; ++h, heads += layer.head_size)
    for (int64_t i = 0; i < half; ++i) {
      const float cosine = bf16_to_float(turns[i]), sine = bf16_to_float(turns[half + i]);
      const float one = bf16_to_float(heads[i]), other = bf16_to_float(heads[half + i]);
      heads[i] = float_to_bf16(one * cosine - other * sine);
      heads[half + i] = float_to_bf16(other * cosine + one * sine);
    }
}

// A matrix with its tail, as the two linear jobs of one product.
struct Product {
  Linear upper, lower;

  Product(const Matrix& m, int64_t count, uint16_t* out) : upper(part(m, count, out)), lower(upper) {
    lower.packed = m.tail, lower.first = m.rows, lower.rows = m.tail_rows;
    lower.format = static_cast<Format>(m.tail_format), lower.int8 = wants_int8(kAuto, lower.format, count);
  }
  int64_t pairs() const { return pairs_of(upper.rows) + pairs_of(lower.rows); }
  bool int8() const { return upper.int8 || (lower.rows > 0 && lower.int8); }
  void pair(Operand& in, int64_t number) const {
    const int64_t first = pairs_of(upper.rows);
    number < first ? linear_pair(upper, in, number) : linear_pair(lower, in, number - first);
  }

 private:
  static Linear part(const Matrix& m, int64_t count, uint16_t* out) {
    const Format format = static_cast<Format>(m.format);
    return {m.bias, m.packed, out, count, 0, m.rows, m.rows + m.tail_rows, m.cols, format, wants_int8(kAuto, format, count)};
  }
};

struct Rooms {
  Operand in, mid;
  Room<uint16_t> mixed, normed;
  Room<float> sums, shares, logits, finished;
  Plan plan;

  bool reserve_for(const DecoderLayer& layer, int64_t count) {
    const int64_t slots = count * std::max<int64_t>(layer.top_k, 1);
    const int64_t widest = std::max(layer.hidden, layer.heads * layer.head_size);
    return reserve(in, slots, groups_of(widest)) && reserve(mid, slots, groups_of(layer.inner)) &&
           mixed.at_least(count * layer.hidden) && normed.at_least(count * layer.hidden) && sums.at_least(layer.hidden) &&
           shares.at_least(slots) && logits.at_least(layer.global) && finished.at_least(slots * layer.hidden);
  }
};

void take(Operand& in, int64_t row, int64_t cols, const uint16_t* x, bool int8) {
  put_row(in, row, groups_of(cols), x, cols);
  if (int8) quantise_row(in, row, groups_of(cols));
}

// What follows a layer's attention.
struct After {
  const DecoderLayer& layer;
  const Step& step;
  Rooms& rooms;
  Product out;
  Experts job;

  After(const DecoderLayer& done, const Step& now, Rooms& room)
      : layer(done), step(now), rooms(room), out(done.out, now.count, room.mixed.data()),
        job{room.normed.data(), room.shares.data(), done.w13, done.w2, now.x, now.count, done.hidden, done.inner,
            done.top_k, done.kept, static_cast<Format>(done.first), static_cast<Format>(done.second), kAuto, 1} {}

  void prepare() const {
    for (int64_t row = 0; row < step.count; ++row)
      take(rooms.in, row, layer.out.cols, step.attended + row * layer.out.cols, out.int8());
  }

  int32_t route_all() const {
    for (int64_t row = 0; row < step.count; ++row) {
      uint16_t* normed = rooms.normed.data() + row * layer.hidden;
      norm_row(rooms.mixed.data() + row * layer.hidden, step.residual + row * layer.hidden, layer.post_norm,
               static_cast<float>(layer.post_epsilon), layer.hidden, rooms.sums.data(), normed);
      route(layer, normed, rooms.logits.data(), step.ids + row * layer.top_k, rooms.shares.data() + row * layer.top_k);
    }
    const Tally tally{step.label, step.labelled, layer.labels, layer.counts};
    const int64_t slots = step.count * layer.top_k;
    const int32_t error = rooms.plan.make(step.ids, slots, layer.top_k, layer.global, layer.map, layer.kept, tally);
    if (error != kOk) return error;
    const bool int8 = any_int8(job, rooms.plan);
    for (size_t row = 0; row < rooms.plan.slot.size(); ++row)
      take(rooms.in, static_cast<int64_t>(row), layer.hidden, job.x + rooms.plan.slot[row] / layer.top_k * layer.hidden, int8);
    return kOk;
  }

  void sum() const {
    for (int64_t token = 0; token < step.count; ++token) combine(job, rooms.plan, rooms.finished.data(), token);
  }
};

// What comes before a layer's attention. `first`: nothing has been computed yet, `residual` is the embedding.
struct Before {
  const DecoderLayer& layer;
  const Step& step;
  Rooms& rooms;
  Product qkv;
  bool first;

  Before(const DecoderLayer& next, const Step& now, Rooms& room, bool alone)
      : layer(next), step(now), rooms(room), qkv(next.qkv, now.count, now.qkv), first(alone) {}

  void prepare() const {
    for (int64_t row = 0; row < step.count; ++row) {
      uint16_t *kept = step.residual + row * layer.hidden, *normed = rooms.normed.data() + row * layer.hidden;
      norm_row(first ? kept : step.x + row * layer.hidden, first ? nullptr : kept, layer.norm,
               static_cast<float>(layer.epsilon), layer.hidden, rooms.sums.data(), normed);
      take(rooms.in, row, layer.hidden, normed, qkv.int8());
    }
  }

  void turn() const {
    for (int64_t row = 0; row < step.count; ++row)
      rotate(layer, layer.turns + step.positions[row] * layer.rotary, step.qkv + row * (layer.qkv.rows + layer.qkv.tail_rows));
  }
};

bool fits(const Matrix& m, int64_t rows, int64_t cols) {
  return known(static_cast<int32_t>(m.format)) && known(static_cast<int32_t>(m.tail_format)) && m.rows >= 0 &&
         m.tail_rows >= 0 && m.rows + m.tail_rows == rows && m.cols == cols;
}

bool fits(const DecoderLayer& layer) {
  const int64_t width = layer.heads * layer.head_size, heads = layer.heads + 2 * layer.kv_heads;
  if (layer.hidden <= 0 || layer.inner <= 0 || layer.heads <= 0 || layer.kv_heads <= 0 || layer.head_size <= 0) return false;
  if (layer.rotary < 0 || layer.rotary % 2 || layer.rotary > layer.head_size || layer.kept < 0) return false;
  if (layer.top_k < 1 || layer.top_k > layer.global || (!layer.map && layer.global > layer.kept)) return false;
  if (!known(static_cast<int32_t>(layer.first)) || !known(static_cast<int32_t>(layer.second))) return false;
  return fits(layer.qkv, heads * layer.head_size, layer.hidden) && fits(layer.out, layer.hidden, width);
}

bool within(const DecoderLayer& layer, const Step& step) {
  for (int64_t row = 0; row < step.count; ++row)
    if (step.positions[row] < 0 || step.positions[row] >= layer.positions) return false;
  return true;
}

void finish(const After& after, Crew& crew, int32_t* error, const Before* before) {
  Rooms& rooms = after.rooms;
  const int64_t local = after.job.local, first = groups_of(after.job.inner), second = pairs_of(after.job.hidden);
  crew.share(0, after.out.pairs(), 4, [&](int64_t pair) { after.out.pair(rooms.in, pair); });
  crew.meet([&] { *error = after.route_all(); });
  if (*error != kOk) return;
  crew.share(1, local * first, 2, [&](int64_t task) {
    if (rows_of(rooms.plan, task / first)) first_product(after.job, rooms.plan, rooms.in, rooms.mid, task / first, task % first);
  });
  crew.meet([] {});
  crew.share(2, local * second, 2, [&](int64_t task) {
    if (rows_of(rooms.plan, task / second))
      second_product(after.job, rooms.plan, rooms.mid, rooms.finished.data(), task / second, task % second);
  });
  crew.meet([&] {
    after.sum();
    if (before) before->prepare();
  });
}

int32_t between(const DecoderLayer* done, const DecoderLayer* next, const Step& step) {
  thread_local Rooms mine;
  Rooms& rooms = mine;
  for (const DecoderLayer* layer : {done, next})
    if (layer && !rooms.reserve_for(*layer, step.count)) return kNoMemory;
  const DecoderLayer& any = done ? *done : *next;
  const After after(any, step, rooms);
  const Before before(next ? *next : any, step, rooms, !done);
  int32_t error = kOk;
  done ? after.prepare() : before.prepare();
  Crew crew;
#pragma omp parallel num_threads(static_cast<int>(step.threads))
  {
    crew.join(omp_get_num_threads());
    if (done) finish(after, crew, &error, next ? &before : nullptr);
    if (next && error == kOk) {
      crew.share(3, before.qkv.pairs(), 4, [&](int64_t pair) { before.qkv.pair(rooms.in, pair); });
      crew.meet([&] { before.turn(); });
    }
  }
  return error;
}

}  // namespace
}  // namespace house

using namespace house;  // NOLINT: the C function below is the namespace's face

#pragma GCC visibility push(default)
extern "C" {

// Bytes of the two structures, so that whoever writes them can tell that he writes the same.
int64_t house_decoder_bytes(int32_t which) { return which ? sizeof(Step) : sizeof(DecoderLayer); }

// Rows that one call takes.
int32_t house_decoder_rows() { return static_cast<int32_t>(kMost); }

// From the end of one layer's attention (`done`, null before the first layer) to the beginning of the next one's (`next`,
// null after the last). Reads `attended` and `residual`, or `residual` alone before the first layer; writes `residual`, `x`
// (the experts' sum), `ids`, and `qkv`, rotated.
int32_t house_decode(const DecoderLayer* done, const DecoderLayer* next, const Step* step) {
  if (!step || (!done && !next) || step->count < 0 || step->count > kMost || step->threads < 1) return kBadShape;
  for (const DecoderLayer* layer : {done, next})
    if (layer && !fits(*layer)) return kBadShape;
  if (done && next && done->hidden != next->hidden) return kBadShape;
  if (done && done->counts && (done->labels < 1 || step->labelled < 0 || (step->labelled > 0 && !step->label))) return kBadShape;
  if (next && !within(*next, *step)) return kBadShape;
  return step->count ? between(done, next, *step) : kOk;
}

}  // extern "C"
#pragma GCC visibility pop
