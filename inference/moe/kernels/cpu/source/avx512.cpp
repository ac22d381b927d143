// AVX-512: integer products by VNNI (vpdpbusd), bf16 products by AVX512-BF16 (vdpbf16ps) or, without it, in fp32.
#include <immintrin.h>

#include "layout.hpp"

namespace house {
namespace {

inline __m512 widen_bf16(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

void quantise(const uint16_t* x, int64_t groups, int8_t* codes, float* scales, float* sums) {
  for (int64_t g = 0; g < groups; ++g, x += kGroup, codes += kGroup) {
    const __m512 low = widen_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x)));
    const __m512 high = widen_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + 16)));
    const float largest = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(low), _mm512_abs_ps(high)));
    const __m512 inverse = _mm512_set1_ps(largest > 0.f ? 127.f / largest : 0.f);
    const __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(low, inverse));
    const __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(high, inverse));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(codes), _mm512_cvtsepi32_epi8(first));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + 16), _mm512_cvtsepi32_epi8(second));
    scales[g] = largest / 127.f;
    sums[g] = scales[g] * static_cast<float>(_mm512_reduce_add_epi32(_mm512_add_epi32(first, second)));
  }
}

// The eight registers of a group: quad q of sixteen rows each.
template <Format F>
inline void load_group(const uint8_t* codes, __m512i (&w)[kQuads]) {
  if constexpr (F == kInt8) {
    for (int q = 0; q < kQuads; ++q) w[q] = _mm512_load_si512(codes + 64 * q);
  } else {
    const __m512i mask = _mm512_set1_epi8(15);
    for (int q = 0; q < kQuads / 2; ++q) {
      const __m512i both = _mm512_load_si512(codes + 64 * q);
      w[q] = _mm512_and_si512(both, mask);
      w[q + kQuads / 2] = _mm512_and_si512(_mm512_srli_epi16(both, 4), mask);
    }
  }
}

template <Format F>
inline __m512 load_zero(const Block& block, int64_t g) {
  if constexpr (F == kInt8) return _mm512_set1_ps(128.f);
  const __m128i raw = _mm_load_si128(reinterpret_cast<const __m128i*>(block.zeros + g * kRows));
  return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(raw)), _mm512_set1_ps(0.0625f));
}

inline __m512 load_scale(const Block& block, int64_t g) {
  return _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(block.scales + g * kRows)));
}

template <Format F, int T>
void dot_tile(const Block& block, const int8_t* codes, const float* scales, const float* sums, float* out) {
  constexpr int64_t kBytes = F == kInt8 ? kGroup * kRows : kGroup * kRows / 2;
  constexpr int64_t kAhead = 8 * kBytes;  // two to four KiB: what a core must have in flight to keep its memory busy
  const int64_t groups = block.groups;
  __m512 total[T];
  for (int t = 0; t < T; ++t) total[t] = _mm512_setzero_ps();
  for (int64_t g = 0; g < groups; ++g) {
    const uint8_t* from = block.codes + g * kBytes;
    if constexpr (T == 1)
      for (int64_t line = 0; line < kBytes; line += 64)
        _mm_prefetch(reinterpret_cast<const char*>(from + kAhead + line), _MM_HINT_T0);
    __m512i w[kQuads];
    load_group<F>(from, w);
    const __m512 scale = load_scale(block, g), zero = load_zero<F>(block, g);
    for (int t = 0; t < T; ++t) {
      const int32_t* quads = reinterpret_cast<const int32_t*>(codes + (t * groups + g) * kGroup);
      __m512i sum = _mm512_setzero_si512();
      for (int q = 0; q < kQuads; ++q) sum = _mm512_dpbusd_epi32(sum, w[q], _mm512_set1_epi32(quads[q]));
      const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_set1_ps(scales[t * groups + g]));
      const __m512 shifted = _mm512_fnmadd_ps(zero, _mm512_set1_ps(sums[t * groups + g]), product);
      total[t] = _mm512_fmadd_ps(scale, shifted, total[t]);
    }
  }
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + t * kRows, total[t]);
}

template <Format F>
void dot_format(const Block& block, const Activations& x, int64_t count, float* out) {
  const int64_t groups = block.groups;
  int64_t t = 0;
  auto run = [&](auto tile, int64_t width) {
    for (; t + width <= count; t += width)
      tile(block, x.codes + t * groups * kGroup, x.scales + t * groups, x.sums + t * groups, out + t * kRows);
  };
  run(dot_tile<F, 8>, 8);
  run(dot_tile<F, 4>, 4);
  run(dot_tile<F, 2>, 2);
  run(dot_tile<F, 1>, 1);
}

void dot(const Block& block, const Activations& x, int64_t count, float* out) {
  block.format == kInt8 ? dot_format<kInt8>(block, x, count, out) : dot_format<kInt4>(block, x, count, out);
}

// Both halves of sixteen 32-bit pairs of bf16, as fp32.
inline __m512 even_half(__m512i pairs) { return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)); }
inline __m512 odd_half(__m512i pairs) {
  return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
}

template <int T>
void fp32_tile(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, float* out) {
  __m512 total[T];
  for (int t = 0; t < T; ++t) total[t] = _mm512_loadu_ps(out + t * kRows);
  for (int64_t p = 0; p < groups * kGroup / 2; ++p) {
    const __m512i w = _mm512_load_si512(pairs + p * 2 * kRows);
    const __m512 even = even_half(w), odd = odd_half(w);
    for (int t = 0; t < T; ++t) {
      total[t] = _mm512_fmadd_ps(even, _mm512_set1_ps(bf16_to_float(x[t * stride + 2 * p])), total[t]);
      total[t] = _mm512_fmadd_ps(odd, _mm512_set1_ps(bf16_to_float(x[t * stride + 2 * p + 1])), total[t]);
    }
  }
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + t * kRows, total[t]);
}

template <int T>
__attribute__((target("avx512bf16"))) void bf16_tile(const uint16_t* pairs, int64_t groups, const uint16_t* x,
                                                     int64_t stride, float* out) {
  __m512 total[T];
  for (int t = 0; t < T; ++t) total[t] = _mm512_loadu_ps(out + t * kRows);
  for (int64_t p = 0; p < groups * kGroup / 2; ++p) {
    const __m512bh w = (__m512bh)_mm512_load_si512(pairs + p * 2 * kRows);
    for (int t = 0; t < T; ++t) {
      const int32_t both = *reinterpret_cast<const int32_t*>(x + t * stride + 2 * p);
      total[t] = _mm512_dpbf16_ps(total[t], w, (__m512bh)_mm512_set1_epi32(both));
    }
  }
  for (int t = 0; t < T; ++t) _mm512_storeu_ps(out + t * kRows, total[t]);
}

template <typename Wide, typename Narrow>
inline void by_tiles(Wide wide, Narrow narrow, const uint16_t* pairs, int64_t groups, const uint16_t* x,
                     int64_t stride, int64_t count, float* out) {
  int64_t t = 0;
  for (; t + 8 <= count; t += 8) wide(pairs, groups, x + t * stride, stride, out + t * kRows);
  for (; t < count; ++t) narrow(pairs, groups, x + t * stride, stride, out + t * kRows);
}

void accumulate_fp32(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, int64_t count,
                     float* out) {
  by_tiles(fp32_tile<8>, fp32_tile<1>, pairs, groups, x, stride, count, out);
}

void accumulate_bf16(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, int64_t count,
                     float* out) {
  by_tiles(bf16_tile<8>, bf16_tile<1>, pairs, groups, x, stride, count, out);
}

// Round sixteen finite fp32 to bf16 (nearest, ties to even) in the upper half of each lane.
inline __m512i rounded(__m512 value) {
  const __m512i bits = _mm512_castps_si512(value);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  return _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
}

template <Format F>
void widen_format(const Block& block, int64_t first, int64_t groups, uint16_t* pairs) {
  constexpr int64_t kBytes = F == kInt8 ? kGroup * kRows : kGroup * kRows / 2;
  const __m512i byte = _mm512_set1_epi32(255), upper = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
  for (int64_t g = first; g < first + groups; ++g) {
    __m512i w[kQuads];
    load_group<F>(block.codes + g * kBytes, w);
    const __m512 scale = load_scale(block, g), zero = load_zero<F>(block, g);
    auto value = [&](__m512i codes) { return rounded(_mm512_mul_ps(scale, _mm512_sub_ps(_mm512_cvtepi32_ps(codes), zero))); };
    for (int q = 0; q < kQuads; ++q, pairs += 4 * kRows) {
      const __m512i a = value(_mm512_and_si512(w[q], byte));
      const __m512i b = value(_mm512_and_si512(_mm512_srli_epi32(w[q], 8), byte));
      const __m512i c = value(_mm512_and_si512(_mm512_srli_epi32(w[q], 16), byte));
      const __m512i d = value(_mm512_srli_epi32(w[q], 24));
      _mm512_store_si512(pairs, _mm512_or_si512(_mm512_srli_epi32(a, 16), _mm512_and_si512(b, upper)));
      _mm512_store_si512(pairs + 2 * kRows, _mm512_or_si512(_mm512_srli_epi32(c, 16), _mm512_and_si512(d, upper)));
    }
  }
}

void widen(const Block& block, int64_t first, int64_t groups, uint16_t* pairs) {
  block.format == kInt8 ? widen_format<kInt8>(block, first, groups, pairs)
                        : widen_format<kInt4>(block, first, groups, pairs);
}

#define TILE_ROWS 16
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t column_bytes[16] = {};
  uint8_t rows[16] = {};
};

// Four tiles of sixteen tokens against one tile of weights: tiles 0 to 3 accumulate, 4 holds weights, 5 tokens. A
// tile of weights is sixteen pairs of sixteen rows: one group of a bf16 block as it lies.
__attribute__((target("amx-tile,amx-bf16"))) void amx_strip(const uint16_t* pairs, int64_t groups, const uint16_t* x,
                                                            int64_t stride, float* out) {
  const size_t apart = static_cast<size_t>(stride) * 2;
  _tile_loadd(0, out, 64);
  _tile_loadd(1, out + 16 * kRows, 64);
  _tile_loadd(2, out + 32 * kRows, 64);
  _tile_loadd(3, out + 48 * kRows, 64);
  for (int64_t g = 0; g < groups; ++g) {
    const uint16_t* tokens = x + g * kGroup;
    _tile_loadd(4, pairs + g * kGroup * kRows, 64);
    _tile_loadd(5, tokens, apart);
    _tile_dpbf16ps(0, 5, 4);
    _tile_loadd(6, tokens + 16 * stride, apart);
    _tile_dpbf16ps(1, 6, 4);
    _tile_loadd(5, tokens + 32 * stride, apart);
    _tile_dpbf16ps(2, 5, 4);
    _tile_loadd(6, tokens + 48 * stride, apart);
    _tile_dpbf16ps(3, 6, 4);
  }
  _tile_stored(0, out, 64);
  _tile_stored(1, out + 16 * kRows, 64);
  _tile_stored(2, out + 32 * kRows, 64);
  _tile_stored(3, out + 48 * kRows, 64);
}

__attribute__((target("amx-tile,amx-bf16"))) void amx_single(const uint16_t* pairs, int64_t groups, const uint16_t* x,
                                                             int64_t stride, float* out) {
  _tile_loadd(0, out, 64);
  for (int64_t g = 0; g < groups; ++g) {
    _tile_loadd(4, pairs + g * kGroup * kRows, 64);
    _tile_loadd(5, x + g * kGroup, static_cast<size_t>(stride) * 2);
    _tile_dpbf16ps(0, 5, 4);
  }
  _tile_stored(0, out, 64);
}

__attribute__((target("amx-tile,amx-bf16"))) void accumulate_amx(const uint16_t* pairs, int64_t groups,
                                                                 const uint16_t* x, int64_t stride, int64_t count,
                                                                 float* out) {
  int64_t t = 0;
  if (count >= TILE_ROWS) {
    TileConfig config;
    for (int tile = 0; tile < 7; ++tile) config.column_bytes[tile] = 64, config.rows[tile] = TILE_ROWS;
    _tile_loadconfig(&config);
    for (; t + 4 * TILE_ROWS <= count; t += 4 * TILE_ROWS)
      amx_strip(pairs, groups, x + t * stride, stride, out + t * kRows);
    for (; t + TILE_ROWS <= count; t += TILE_ROWS)
      amx_single(pairs, groups, x + t * stride, stride, out + t * kRows);
    _tile_release();
  }
  accumulate_bf16(pairs, groups, x + t * stride, stride, count - t, out + t * kRows);
}

}  // namespace

const Micro* avx512_micro() {
  static const Micro micro{"avx512_vnni", quantise, dot, accumulate_fp32, widen};
  return &micro;
}
const Micro* avx512_bf16_micro() {
  static const Micro micro{"avx512_bf16", quantise, dot, accumulate_bf16, widen};
  return &micro;
}
const Micro* amx_micro() {
  static const Micro micro{"amx_bf16", quantise, dot, accumulate_amx, widen};
  return &micro;
}

}  // namespace house
