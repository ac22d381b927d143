// A BERT encoder (Devlin et al., arXiv 1810.04805) in int8, for processors with AVX-512 VNNI; products go to AMX tiles
// where there are any. It computes what `onnx/model_int8.onnx` does: weights in int8 with a scale a row, activations in
// uint8 around 128 with a scale a token, everything else in float32. Texts lie end to end, so no token is padding, and
// integer sums do not depend on their order: a text's vector is the same whatever texts are beside it.
//
// Owner of memory: `Encoder` its packed weights, each calling thread its scratch. Calls may run side by side.
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

namespace {

constexpr int kTile = 16;    // rows of a tile, and columns of one
constexpr int kStep = 64;    // bytes of a row of a tile: so many inputs are multiplied at a time
constexpr int kZero = 128;   // what stands for 0 among uint8 activations
constexpr float kTiny = 1e-12f;

template <typename T>
class Buffer {  // aligned to a line of cache; grows, and keeps what it has
 public:
  T* at_least(size_t count) {
    if (count > size_) {
      const size_t bytes = (count * sizeof(T) + 63) / 64 * 64;
      held_.reset(static_cast<T*>(std::aligned_alloc(64, bytes)));
      if (!held_) throw std::bad_alloc();
      std::memset(held_.get(), 0, bytes);
      size_ = count;
    }
    return held_.get();
  }
  const T* get() const { return held_.get(); }

 private:
  struct Free {
    void operator()(T* held) const { std::free(held); }
  };
  std::unique_ptr<T, Free> held_;
  size_t size_ = 0;
};

// Weights [outputs, inputs], packed as [outputs / 16][inputs / 4][16][4]: sixteen rows of that are a tile for AMX, and
// one is a register for VNNI.
struct Linear {
  int64_t outputs = 0, inputs = 0;
  Buffer<int8_t> packed;
  Buffer<int32_t> sums;  // of each output's weights times kZero, which the products hold too much
  Buffer<float> scales, bias;

  void take(const int8_t* weights, const float* scale, const float* added, int64_t rows, int64_t columns) {
    outputs = rows, inputs = columns;
    int8_t* to = packed.at_least(rows * columns);
    int32_t* sum = sums.at_least(rows);
    std::copy(scale, scale + rows, scales.at_least(rows));
    std::copy(added, added + rows, bias.at_least(rows));
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = 0; column < columns; ++column) {
        const int8_t value = weights[row * columns + column];
        to[((row / kTile * (columns / 4) + column / 4) * kTile + row % kTile) * 4 + column % 4] = value;
        sum[row] += kZero * value;
      }
    }
  }
};

struct Norm {
  std::vector<float> weight, bias;
};

struct Layer {
  Linear attend, project, widen, narrow;
  Norm attended, finished;
};

bool allow_amx() {
  constexpr long kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM: Linux gives a process its tiles on request
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

struct TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {};
  uint8_t rows[16] = {};
};

// Activations of one call: `count` tokens, each buffer with room for a last tile that is not full.
struct Scratch {
  Buffer<uint8_t> codes;
  Buffer<float> scales, states, mixed, wide, turned, scores;
};

inline __m512 load(const float* from) { return _mm512_loadu_ps(from); }

inline __m512 exp16(__m512 x) {  // Cephes' polynomial; relative error 2e-7
  x = _mm512_max_ps(_mm512_min_ps(x, _mm512_set1_ps(88.f)), _mm512_set1_ps(-87.f));
  const __m512 whole = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), 0);
  __m512 rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0.693359375f), x);
  rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(-2.12194440e-4f), rest);
  __m512 value = _mm512_set1_ps(1.9875691500e-4f);
  for (float next : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) {
    value = _mm512_fmadd_ps(value, rest, _mm512_set1_ps(next));
  }
  value = _mm512_fmadd_ps(value, _mm512_mul_ps(rest, rest), _mm512_add_ps(rest, _mm512_set1_ps(1.f)));
  return _mm512_scalef_ps(value, whole);
}

inline __m512 gelu16(__m512 x) {  // x / 2 (1 + erf(x / sqrt 2)); erf by Abramowitz and Stegun 7.1.26, error 1.5e-7
  const __m512 one = _mm512_set1_ps(1.f);
  const __m512 z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.70710678f));
  const __m512 t = _mm512_div_ps(one, _mm512_fmadd_ps(z, _mm512_set1_ps(0.3275911f), one));
  __m512 series = _mm512_set1_ps(1.061405429f);
  for (float next : {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f}) {
    series = _mm512_fmadd_ps(series, t, _mm512_set1_ps(next));
  }
  const __m512 gone = exp16(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_mul_ps(z, z)));
  const __m512 erf = _mm512_fnmadd_ps(_mm512_mul_ps(series, t), gone, one);
  const __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
  const __m512 signed_erf = _mm512_mask_sub_ps(erf, negative, _mm512_setzero_ps(), erf);
  return _mm512_mul_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.5f)), _mm512_add_ps(one, signed_erf));
}

// Rows [tokens, width] to uint8 around kZero, and the scale of each.
void quantise(const float* rows, int64_t tokens, int64_t width, uint8_t* codes, float* scales) {
  for (int64_t token = 0; token < tokens; ++token, rows += width, codes += width) {
    __m512 most = _mm512_setzero_ps();
    for (int64_t i = 0; i < width; i += 16) most = _mm512_max_ps(most, _mm512_abs_ps(load(rows + i)));
    const float scale = std::max(_mm512_reduce_max_ps(most) * (1.f / 127.f), kTiny);
    scales[token] = scale;
    const __m512 divisor = _mm512_set1_ps(scale);
    for (int64_t i = 0; i < width; i += 16) {
      const __m512i rounded = _mm512_cvtps_epi32(_mm512_div_ps(load(rows + i), divisor));
      const __m512i shifted = _mm512_max_epi32(_mm512_add_epi32(rounded, _mm512_set1_epi32(kZero)), _mm512_setzero_si512());
      _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + i), _mm512_cvtusepi32_epi8(shifted));
    }
  }
}

// Sixteen products of one token become outputs: less what kZero added, scaled, with bias.
template <bool kGelu>
inline void finish(const Linear& by, int64_t column, __m512i product, float scale, float* to) {
  const __m512i exact = _mm512_sub_epi32(product, _mm512_load_si512(by.sums.get() + column));
  const __m512 weighed = _mm512_mul_ps(_mm512_cvtepi32_ps(exact), load(by.scales.get() + column));
  __m512 value = _mm512_add_ps(_mm512_mul_ps(weighed, _mm512_set1_ps(scale)), load(by.bias.get() + column));
  if constexpr (kGelu) value = gelu16(value);
  _mm512_storeu_ps(to, value);
}

template <bool kGelu>
void multiply_tiles(const Linear& by, const uint8_t* codes, const float* scales, int64_t tokens, float* to) {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) config.bytes[tile] = kStep, config.rows[tile] = kTile;
  _tile_loadconfig(&config);
  alignas(64) int32_t sums[4][kTile * kTile];
  const int64_t steps = by.inputs / kStep, panel = by.inputs * kTile;
  for (int64_t column = 0; column < by.outputs; column += 2 * kTile) {
    const int8_t* left = by.packed.get() + column / kTile * panel;
    const int8_t* right = left + panel;
    for (int64_t row = 0; row < tokens; row += 2 * kTile) {
      const bool lower = row + kTile < tokens;  // whether there is anything in the lower two tiles
      const uint8_t* upper_codes = codes + row * by.inputs;
      const uint8_t* lower_codes = upper_codes + kTile * by.inputs;
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
      for (int64_t step = 0; step < steps; ++step) {
        _tile_loadd(4, upper_codes + step * kStep, by.inputs);
        _tile_loadd(6, left + step * kTile * kStep, kStep);
        _tile_loadd(7, right + step * kTile * kStep, kStep);
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        if (lower) {
          _tile_loadd(5, lower_codes + step * kStep, by.inputs);
          _tile_dpbusd(2, 5, 6);
          _tile_dpbusd(3, 5, 7);
        }
      }
      _tile_stored(0, sums[0], kStep);
      _tile_stored(1, sums[1], kStep);
      if (lower) {
        _tile_stored(2, sums[2], kStep);
        _tile_stored(3, sums[3], kStep);
      }
      for (int64_t r = 0; r < 2 * kTile && row + r < tokens; ++r) {
        const int32_t* found = sums[r / kTile * 2] + r % kTile * kTile;
        float* out = to + (row + r) * by.outputs + column;
        finish<kGelu>(by, column, _mm512_load_si512(found), scales[row + r], out);
        finish<kGelu>(by, column + kTile, _mm512_load_si512(found + kTile * kTile), scales[row + r], out + kTile);
      }
    }
  }
  _tile_release();
}

inline __m512i four_codes(const uint8_t* from) {
  int32_t four;
  std::memcpy(&four, from, 4);
  return _mm512_set1_epi32(four);
}

template <bool kGelu>
void multiply_vectors(const Linear& by, const uint8_t* codes, const float* scales, int64_t tokens, float* to) {
  constexpr int kRows = 6, kPanels = 4;  // 24 sums, 4 weights and a code fill the registers
  const int64_t panel = by.inputs * kTile;
  for (int64_t column = 0; column < by.outputs; column += kPanels * kTile) {
    const int8_t* weights = by.packed.get() + column / kTile * panel;
    for (int64_t row = 0; row < tokens; row += kRows) {
      __m512i sums[kRows][kPanels] = {};
      for (int64_t i = 0; i < by.inputs; i += 4) {
        __m512i quads[kPanels];
        for (int p = 0; p < kPanels; ++p) quads[p] = _mm512_load_si512(weights + p * panel + i * kTile);
        for (int r = 0; r < kRows; ++r) {
          const __m512i four = four_codes(codes + (row + r) * by.inputs + i);
          for (int p = 0; p < kPanels; ++p) sums[r][p] = _mm512_dpbusd_epi32(sums[r][p], four, quads[p]);
        }
      }
      for (int r = 0; r < kRows && row + r < tokens; ++r) {
        float* out = to + (row + r) * by.outputs + column;
        for (int p = 0; p < kPanels; ++p) {
          finish<kGelu>(by, column + p * kTile, sums[r][p], scales[row + r], out + p * kTile);
        }
      }
    }
  }
}

// Add [tokens, width] to `states`, then bring each row to mean 0 and variance 1, weighed.
void add_and_norm(float* states, const float* added, int64_t tokens, int64_t width, const Norm& norm, float epsilon) {
  for (int64_t token = 0; token < tokens; ++token, states += width) {
    __m512 total = _mm512_setzero_ps(), squares = total;
    for (int64_t i = 0; i < width; i += 16) {
      __m512 value = load(states + i);
      if (added) value = _mm512_add_ps(value, load(added + token * width + i));
      _mm512_storeu_ps(states + i, value);
      total = _mm512_add_ps(total, value);
    }
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(total) / width);
    for (int64_t i = 0; i < width; i += 16) {
      const __m512 off = _mm512_sub_ps(load(states + i), mean);
      squares = _mm512_fmadd_ps(off, off, squares);
    }
    const __m512 factor = _mm512_set1_ps(1.f / std::sqrt(_mm512_reduce_add_ps(squares) / width + epsilon));
    for (int64_t i = 0; i < width; i += 16) {
      const __m512 value = _mm512_mul_ps(_mm512_sub_ps(load(states + i), mean), factor);
      _mm512_storeu_ps(states + i, _mm512_fmadd_ps(value, load(&norm.weight[i]), load(&norm.bias[i])));
    }
  }
}

// Softmax of the first `count` of a row of scores; what is behind them up to the next sixteen becomes 0.
void soften(float* row, int64_t count) {
  const auto within = [count](int64_t j) {
    return static_cast<__mmask16>(count - j >= 16 ? 0xffff : (1 << (count - j)) - 1);
  };
  __m512 most = _mm512_set1_ps(-1e30f);
  for (int64_t j = 0; j < count; j += 16) most = _mm512_mask_max_ps(most, within(j), most, load(row + j));
  const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(most));
  __m512 total = _mm512_setzero_ps();
  for (int64_t j = 0; j < count; j += 16) {
    const __m512 value = _mm512_maskz_mov_ps(within(j), exp16(_mm512_sub_ps(load(row + j), top)));
    _mm512_storeu_ps(row + j, value);
    total = _mm512_add_ps(total, value);
  }
  const __m512 share = _mm512_set1_ps(1.f / _mm512_reduce_add_ps(total));
  for (int64_t j = 0; j < count; j += 16) _mm512_storeu_ps(row + j, _mm512_mul_ps(load(row + j), share));
}

// One head of one text: query, key and value lie side by side in `rows` [count, 3 hidden], each head 32 wide.
void attend(const float* rows, int64_t count, int64_t hidden, int64_t head, float* to, Scratch& own) {
  constexpr int64_t kWidth = 32, kRows = 4;
  const int64_t padded = (count + 15) / 16 * 16, stride = 3 * hidden;
  const float* query = rows + head * kWidth;
  const float* key = query + hidden;
  const float* value = key + hidden;
  const float scale = 1.f / std::sqrt(static_cast<float>(kWidth));
  float* turned = own.turned.at_least(kWidth * padded);
  float* scores = own.scores.at_least(kRows * padded);
  for (int64_t j = 0; j < padded; ++j) {
    for (int64_t d = 0; d < kWidth; ++d) turned[d * padded + j] = j < count ? key[j * stride + d] : 0.f;
  }
  for (int64_t i = 0; i < count; i += kRows) {
    const int64_t here = std::min(kRows, count - i);
    for (int64_t j = 0; j < padded; j += 16) {
      __m512 sum[kRows] = {};
      for (int64_t d = 0; d < kWidth; ++d) {
        const __m512 keys = load(turned + d * padded + j);
        for (int64_t r = 0; r < here; ++r) {
          sum[r] = _mm512_fmadd_ps(_mm512_set1_ps(query[(i + r) * stride + d]), keys, sum[r]);
        }
      }
      for (int64_t r = 0; r < here; ++r) {
        _mm512_storeu_ps(scores + r * padded + j, _mm512_mul_ps(sum[r], _mm512_set1_ps(scale)));
      }
    }
    for (int64_t r = 0; r < here; ++r) soften(scores + r * padded, count);
    __m512 low[kRows] = {}, high[kRows] = {};
    for (int64_t j = 0; j < count; ++j) {
      const __m512 first = load(value + j * stride), second = load(value + j * stride + 16);
      for (int64_t r = 0; r < here; ++r) {
        const __m512 share = _mm512_set1_ps(scores[r * padded + j]);
        low[r] = _mm512_fmadd_ps(share, first, low[r]);
        high[r] = _mm512_fmadd_ps(share, second, high[r]);
      }
    }
    for (int64_t r = 0; r < here; ++r) {
      float* out = to + (i + r) * hidden + head * kWidth;
      _mm512_storeu_ps(out, low[r]);
      _mm512_storeu_ps(out + 16, high[r]);
    }
  }
}

}  // namespace

struct Encoder {
  int64_t hidden, heads, wide;
  float epsilon;
  bool tiles;
  Norm embedded;
  std::vector<Layer> layers;

  template <bool kGelu = false>
  void multiply(const Linear& by, const float* rows, int64_t tokens, float* to, Scratch& own) const {
    const int64_t padded = tokens + 2 * kTile;  // the last tiles may reach over the end; what lies there is not used
    uint8_t* codes = own.codes.at_least(padded * wide);
    float* scales = own.scales.at_least(padded);
    quantise(rows, tokens, by.inputs, codes, scales);
    (tiles ? multiply_tiles<kGelu> : multiply_vectors<kGelu>)(by, codes, scales, tokens, to);
  }

  void run(const float* rows, const int64_t* starts, int64_t texts, float* to) const {
    static thread_local Scratch own;
    const int64_t tokens = starts[texts];
    float* states = own.states.at_least(tokens * hidden);
    float* mixed = own.mixed.at_least(tokens * hidden);
    float* wider = own.wide.at_least(tokens * std::max(wide, 3 * hidden));
    std::copy(rows, rows + tokens * hidden, states);
    add_and_norm(states, nullptr, tokens, hidden, embedded, epsilon);
    for (const Layer& layer : layers) {
      multiply(layer.attend, states, tokens, wider, own);
      for (int64_t text = 0; text < texts; ++text) {
        const int64_t from = starts[text], count = starts[text + 1] - from;
        for (int64_t head = 0; head < heads; ++head) {
          attend(wider + from * 3 * hidden, count, hidden, head, mixed + from * hidden, own);
        }
      }
      multiply(layer.project, mixed, tokens, wider, own);
      add_and_norm(states, wider, tokens, hidden, layer.attended, epsilon);
      multiply<true>(layer.widen, states, tokens, wider, own);
      multiply(layer.narrow, wider, tokens, mixed, own);
      add_and_norm(states, mixed, tokens, hidden, layer.finished, epsilon);
    }
    for (int64_t text = 0; text < texts; ++text) pool(states, starts[text], starts[text + 1], to + text * hidden);
  }

  // The sum over tokens, scaled to length one.
  void pool(const float* states, int64_t from, int64_t until, float* to) const {
    __m512 squares = _mm512_setzero_ps();
    for (int64_t i = 0; i < hidden; i += 16) {
      __m512 total = _mm512_setzero_ps();
      for (int64_t token = from; token < until; ++token) total = _mm512_add_ps(total, load(states + token * hidden + i));
      _mm512_storeu_ps(to + i, total);
      squares = _mm512_fmadd_ps(total, total, squares);
    }
    const __m512 length = _mm512_set1_ps(std::max(std::sqrt(_mm512_reduce_add_ps(squares)), kTiny));
    for (int64_t i = 0; i < hidden; i += 16) _mm512_storeu_ps(to + i, _mm512_div_ps(load(to + i), length));
  }
};

// What Python calls. Shapes are checked there; a null pointer or a negative number means: no memory.
#define HOUSE extern "C" __attribute__((visibility("default")))

HOUSE int32_t encoder_abi() { return 1; }

HOUSE int32_t encoder_has_tiles() { return allow_amx() ? 1 : 0; }

HOUSE Encoder* encoder_new(int64_t hidden, int64_t heads, int64_t wide, int64_t layers, float epsilon, int32_t tiles) {
  try {
    auto made = std::make_unique<Encoder>();
    made->hidden = hidden, made->heads = heads, made->wide = wide, made->epsilon = epsilon, made->tiles = tiles != 0;
    made->layers.resize(layers);
    return made.release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

HOUSE void encoder_free(Encoder* held) { delete held; }

// `which`: 0 query, key and value; 1 their projection; 2 to the wide layer; 3 back.
HOUSE int32_t encoder_linear(Encoder* held, int64_t layer, int32_t which, const int8_t* weights, const float* scales,
                             const float* bias, int64_t outputs, int64_t inputs) {
  Layer& of = held->layers[layer];
  Linear* const linears[] = {&of.attend, &of.project, &of.widen, &of.narrow};
  try {
    linears[which]->take(weights, scales, bias, outputs, inputs);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return 0;
}

// `layer` -1: behind the embeddings. `which`: 0 behind attention, 1 at the end of the layer.
HOUSE int32_t encoder_norm(Encoder* held, int64_t layer, int32_t which, const float* weight, const float* bias) {
  Norm& norm = layer < 0 ? held->embedded : which == 0 ? held->layers[layer].attended : held->layers[layer].finished;
  try {
    norm.weight.assign(weight, weight + held->hidden);
    norm.bias.assign(bias, bias + held->hidden);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return 0;
}

// `rows` [starts[texts], hidden]: word and position embeddings of texts end to end; `to` [texts, hidden].
HOUSE int32_t encoder_run(const Encoder* held, const float* rows, const int64_t* starts, int64_t texts, float* to) {
  try {
    held->run(rows, starts, texts, to);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return 0;
}
