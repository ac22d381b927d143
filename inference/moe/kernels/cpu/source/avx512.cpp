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
  // A few tokens are a matter of memory. Codes, scales and zero points are three streams; past this block's codes the next
  // block's begin, whose scales lie far from them.
  const uint8_t* next = block.codes + block_bytes(F, groups);
  const uint8_t* next_scales = next + code_bytes(F, groups);
  const int64_t skip = next - (block.codes + code_bytes(F, groups)), end = groups * kBytes;
  for (int64_t g = 0; g < groups; ++g) {
    const uint8_t* from = block.codes + g * kBytes;
    if constexpr (T <= 4) {
      const int64_t ahead = g * kBytes + kAhead;
      const uint8_t* wanted = block.codes + ahead + (ahead < end ? 0 : skip);
      for (int64_t line = 0; line < kBytes; line += 64)
        _mm_prefetch(reinterpret_cast<const char*>(wanted + line), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(next_scales + g * (skip / groups)), _MM_HINT_T1);
    }
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

using Tile = void (*)(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, float* out);
struct Tiles {
  Tile of8, of4, of2, of1;
};

inline void by_tiles(const Tiles& tiles, const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride,
                     int64_t count, float* out) {
  int64_t t = 0;
  auto run = [&](Tile tile, int64_t width) {
    for (; t + width <= count; t += width) tile(pairs, groups, x + t * stride, stride, out + t * kRows);
  };
  run(tiles.of8, 8);
  run(tiles.of4, 4);
  run(tiles.of2, 2);
  run(tiles.of1, 1);
}

void accumulate_fp32(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, int64_t count,
                     float* out) {
  by_tiles({fp32_tile<8>, fp32_tile<4>, fp32_tile<2>, fp32_tile<1>}, pairs, groups, x, stride, count, out);
}

void accumulate_bf16(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, int64_t count,
                     float* out) {
  by_tiles({bf16_tile<8>, bf16_tile<4>, bf16_tile<2>, bf16_tile<1>}, pairs, groups, x, stride, count, out);
}

template <void (*One)(const uint16_t*, int64_t, const uint16_t*, int64_t, int64_t, float*)>
void twice(const uint16_t* pairs, const uint16_t* others, int64_t groups, const uint16_t* x, int64_t stride,
           int64_t count, float* out, float* other_out) {
  One(pairs, groups, x, stride, count, out);
  One(others, groups, x, stride, count, other_out);
}

// e^x to two units in the last place: 2^n by the exponent, the rest by a Taylor series of 2^f, |f| <= 1/2.
inline __m512 exp_ps(__m512 x) {
  const __m512 scaled = _mm512_mul_ps(x, _mm512_set1_ps(1.44269504f));
  const __m512 whole = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(scaled, whole);
  constexpr float kTerms[] = {1.54035304e-4f, 1.33335581e-3f, 9.61812911e-3f, 5.55041087e-2f,
                              2.40226507e-1f, 6.93147181e-1f, 1.f};
  __m512 sum = _mm512_set1_ps(kTerms[0]);
  for (int i = 1; i < 7; ++i) sum = _mm512_fmadd_ps(sum, f, _mm512_set1_ps(kTerms[i]));
  return _mm512_scalef_ps(sum, whole);
}

void swiglu(const float* gate, const float* up, int64_t count, uint16_t* out) {
  const __m512 one = _mm512_set1_ps(1.f);
  for (int64_t i = 0; i < count; i += kRows) {
    const __mmask16 there = count - i < kRows ? static_cast<__mmask16>((1u << (count - i)) - 1) : 0xffff;
    const __m512 g = _mm512_maskz_loadu_ps(there, gate + i);
    const __m512 opened = _mm512_div_ps(g, _mm512_add_ps(one, exp_ps(_mm512_sub_ps(_mm512_setzero_ps(), g))));
    const __m512 product = _mm512_mul_ps(opened, _mm512_maskz_loadu_ps(there, up + i));
    const __m512i bits = _mm512_castps_si512(product);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i half = _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
    const __mmask16 number = _mm512_cmp_ps_mask(product, product, _CMP_ORD_Q);
    const __m512i kept = _mm512_mask_mov_epi32(_mm512_set1_epi32(0x7fc0), number, half);
    _mm512_mask_cvtepi32_storeu_epi16(out + i, there, kept);
  }
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

constexpr int kTileRows = 16;
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t column_bytes[16] = {};
  uint8_t rows[16] = {};
};

// Tiles 0 to 3 accumulate (tokens x weights: 0 and 1 of the first sixteen tokens, 2 and 3 of the next), 4 and 5 hold
// tokens, 6 and 7 weights. A tile of weights is one group of a bf16 block as it lies: sixteen pairs of sixteen rows.
__attribute__((target("amx-tile"))) void configure(int tokens) {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) {
    config.column_bytes[tile] = 64;
    config.rows[tile] = static_cast<uint8_t>(tile < 6 ? tokens : kTileRows);
  }
  _tile_loadconfig(&config);
}

__attribute__((target("amx-tile,amx-bf16"))) void square(const uint16_t* pairs, const uint16_t* others, int64_t groups,
                                                         const uint16_t* x, size_t apart, float* out,
                                                         float* other_out) {
  const uint16_t* next = x + kTileRows * apart / 2;
  _tile_loadd(0, out, 64);
  _tile_loadd(1, other_out, 64);
  _tile_loadd(2, out + kTileRows * kRows, 64);
  _tile_loadd(3, other_out + kTileRows * kRows, 64);
  for (int64_t g = 0; g < groups; ++g) {
    _tile_loadd(6, pairs + g * kGroup * kRows, 64);
    _tile_loadd(4, x + g * kGroup, apart);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, others + g * kGroup * kRows, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, next + g * kGroup, apart);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, out, 64);
  _tile_stored(1, other_out, 64);
  _tile_stored(2, out + kTileRows * kRows, 64);
  _tile_stored(3, other_out + kTileRows * kRows, 64);
}

__attribute__((target("amx-tile,amx-bf16"))) void strip(const uint16_t* pairs, const uint16_t* others, int64_t groups,
                                                        const uint16_t* x, size_t apart, float* out,
                                                        float* other_out) {
  _tile_loadd(0, out, 64);
  _tile_loadd(1, other_out, 64);
  for (int64_t g = 0; g < groups; ++g) {
    _tile_loadd(4, x + g * kGroup, apart);
    _tile_loadd(6, pairs + g * kGroup * kRows, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, others + g * kGroup * kRows, 64);
    _tile_dpbf16ps(1, 4, 7);
  }
  _tile_stored(0, out, 64);
  _tile_stored(1, other_out, 64);
}

__attribute__((target("amx-tile,amx-bf16"))) void two_amx(const uint16_t* pairs, const uint16_t* others,
                                                          int64_t groups, const uint16_t* x, int64_t stride,
                                                          int64_t count, float* out, float* other_out) {
  constexpr int64_t kFew = 3;  // below this many tokens a tile is mostly empty
  if (count < kFew) return twice<accumulate_bf16>(pairs, others, groups, x, stride, count, out, other_out);
  const size_t apart = static_cast<size_t>(stride) * 2;
  int64_t t = 0;
  if (count >= kTileRows) configure(kTileRows);
  for (; t + 2 * kTileRows <= count; t += 2 * kTileRows)
    square(pairs, others, groups, x + t * stride, apart, out + t * kRows, other_out + t * kRows);
  for (; t + kTileRows <= count; t += kTileRows)
    strip(pairs, others, groups, x + t * stride, apart, out + t * kRows, other_out + t * kRows);
  if (t < count) {
    configure(static_cast<int>(count - t));
    strip(pairs, others, groups, x + t * stride, apart, out + t * kRows, other_out + t * kRows);
  }
  _tile_release();
}

}  // namespace

const Micro* avx512_micro() {
  static const Micro micro{"avx512_vnni", quantise, dot, accumulate_fp32, twice<accumulate_fp32>, swiglu, widen};
  return &micro;
}
const Micro* avx512_bf16_micro() {
  static const Micro micro{"avx512_bf16", quantise, dot, accumulate_bf16, twice<accumulate_bf16>, swiglu, widen};
  return &micro;
}
const Micro* amx_micro() {
  static const Micro micro{"amx_bf16", quantise, dot, accumulate_bf16, two_amx, swiglu, widen};
  return &micro;
}

}  // namespace house
