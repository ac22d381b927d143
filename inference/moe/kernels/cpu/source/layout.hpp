// How a weight matrix [rows, cols] is packed, and what a micro-kernel for one kind of processor must offer.
//
// Sixteen output rows make a block, one row a 32-bit lane of a 512-bit register, so that a product needs no horizontal
// sum: the activation is broadcast, the lanes accumulate sixteen outputs. Columns come in groups of 32, and the last
// group is padded with zeros. In a block of G groups:
//
//   bf16   [16 G pairs][16 rows][2]        uint16, the operand of vdpbf16ps and of AMX's tdpbf16ps alike
//   int8   [8 G quads][16 rows][4]         uint8, value + 128: the unsigned operand of vpdpbusd
//          [G][16 rows]                    fp16 scale
//   int4   [G][4][16 rows][4]              uint8: low nibbles hold quads 0 to 3 of the group, high nibbles 4 to 7
//          [G][16 rows]                    fp16 scale
//          [G][16 rows]                    uint8 zero point, in sixteenths of a step
//
// A weight is scale * (code - zero). The int4 grid is that of GGUF's Q4_K (32 weights share an affine grid of 16
// levels), so weights that were once stored so come back to it. Every region starts on a multiple of 64 bytes.
#pragma once
#include <cstddef>
#include <cstdint>

namespace house {

constexpr int kRows = 16;   // rows of a block
constexpr int kGroup = 32;  // columns that share a scale
constexpr int kQuads = kGroup / 4;

enum Format : int32_t { kBf16 = 0, kInt8 = 1, kInt4 = 2 };

inline int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }
inline int64_t groups_of(int64_t cols) { return (cols + kGroup - 1) / kGroup; }
inline int64_t blocks_of(int64_t rows) { return (rows + kRows - 1) / kRows; }

// Bytes of codes in a block, of codes and scales, and of the whole block.
inline int64_t code_bytes(Format format, int64_t groups) {
  const int64_t bytes = groups * kGroup * kRows;
  return format == kBf16 ? 2 * bytes : format == kInt8 ? bytes : bytes / 2;
}
inline int64_t scale_bytes(Format format, int64_t groups) {
  return format == kBf16 ? 0 : round_up(groups * kRows * 2, 64);
}
inline int64_t zero_bytes(Format format, int64_t groups) { return format == kInt4 ? round_up(groups * kRows, 64) : 0; }
inline int64_t block_bytes(Format format, int64_t groups) {
  return code_bytes(format, groups) + scale_bytes(format, groups) + zero_bytes(format, groups);
}

struct Block {
  const uint8_t* codes;
  const uint16_t* scales;
  const uint8_t* zeros;
  Format format;
  int64_t groups;
};

inline Block block_at(const uint8_t* packed, Format format, int64_t groups, int64_t index) {
  const uint8_t* start = packed + index * block_bytes(format, groups);
  const uint8_t* scales = start + code_bytes(format, groups);
  return {start, reinterpret_cast<const uint16_t*>(scales), scales + scale_bytes(format, groups), format, groups};
}

// Activations of `count` tokens, rounded to int8 by groups of 32: codes [count, 32 groups], scale [count, groups] and
// scale times the sum of the group's codes [count, groups], which the zero points multiply.
struct Activations {
  const int8_t* codes;
  const float* scales;
  const float* sums;
};

struct Micro {
  const char* name;
  // One token: x [32 groups] bf16 -> codes, scales, sums.
  void (*quantise)(const uint16_t* x, int64_t groups, int8_t* codes, float* scales, float* sums);
  // out [count, 16] = activations [count, cols] x block^T, by integer dot products.
  void (*dot)(const Block& block, const Activations& x, int64_t count, float* out);
  // out [count, 16] += x [count, 32 groups] bf16 (rows `stride` apart) x pairs [16 groups][16][2] bf16.
  void (*accumulate)(const uint16_t* pairs, int64_t groups, const uint16_t* x, int64_t stride, int64_t count,
                     float* out);
  // The same for two blocks at once, which share what is read of x.
  void (*accumulate_two)(const uint16_t* pairs, const uint16_t* others, int64_t groups, const uint16_t* x,
                         int64_t stride, int64_t count, float* out, float* other_out);
  // out [count] bf16 = silu(gate [count]) * up [count].
  void (*swiglu)(const float* gate, const float* up, int64_t count, uint16_t* out);
  // Groups [first, first + groups) of an int8 or int4 block as pairs [16 groups][16][2] bf16.
  void (*widen)(const Block& block, int64_t first, int64_t groups, uint16_t* pairs);
};

const Micro* portable_micro();
const Micro* avx2_micro();
const Micro* avx512_micro();  // AVX-512 F, BW, DQ, VL and VNNI
const Micro* avx512_bf16_micro();
const Micro* amx_micro();

// The one in use.
const Micro& micro();

inline float bf16_to_float(uint16_t value) {
  uint32_t bits = static_cast<uint32_t>(value) << 16;
  float out;
  __builtin_memcpy(&out, &bits, 4);
  return out;
}

// Round to nearest, ties to even; NaN stays NaN.
inline uint16_t float_to_bf16(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}

// Scales are positive and finite, which keeps both directions short. Exact, subnormals included.
inline float scale_to_float(uint16_t half) {
  uint32_t bits = static_cast<uint32_t>(half) << 13;
  float out;
  __builtin_memcpy(&out, &bits, 4);
  return out * 0x1p112f;
}
inline uint16_t float_to_scale(float value) {
  const float small = value * 0x1p-112f;
  uint32_t bits;
  __builtin_memcpy(&bits, &small, 4);
  const uint32_t half = (bits + 0xfffu + ((bits >> 13) & 1)) >> 13;
  return static_cast<uint16_t>(half < 0x7bffu ? half : 0x7bffu);
}

}  // namespace house
