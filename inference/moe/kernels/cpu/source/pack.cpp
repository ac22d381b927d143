// bf16 matrices into packed blocks and back. Rows are independent, so any number of threads gives the same bytes.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "layout.hpp"

namespace house {
namespace {

struct Grid {
  float scale = 0.f, zero = 0.f;
  uint8_t codes[kGroup] = {};
};

// Every baseline has instructions for these loops, once the compiler may add the errors in its own order.
float encode(const float* values, float scale, float zero, float top, uint8_t* codes) {
  const float inverse = 1.f / scale, shift = zero + 0.5f;
  int32_t whole[kGroup];
  float error = 0.f;
#pragma omp simd reduction(+ : error)
  for (int i = 0; i < kGroup; ++i) {
    const float wanted = values[i] * inverse + shift;
    const float least = wanted > 0.f ? wanted : 0.f;
    whole[i] = static_cast<int32_t>(least < top + 0.5f ? least : top);
    const float off = scale * (static_cast<float>(whole[i]) - zero) - values[i];
    error += off * off;
  }
  for (int i = 0; i < kGroup; ++i) codes[i] = static_cast<uint8_t>(whole[i]);
  return error;
}

Grid int8_grid(const float* values) {
  Grid grid;
  float largest = 0.f;
  for (int i = 0; i < kGroup; ++i) largest = std::max(largest, std::fabs(values[i]));
  grid.scale = scale_to_float(float_to_scale(largest / 127.f));
  grid.zero = 128.f;
  std::fill_n(grid.codes, kGroup, uint8_t{128});
  if (grid.scale > 0.f) encode(values, grid.scale, grid.zero, 255.f, grid.codes);
  return grid;
}

// Weights that were on a grid of sixteen levels need not use all of them: each number of steps between the least and
// the greatest is tried, and the closest kept. Zero is always within the grid.
Grid int4_grid(const float* values) {
  float least = 0.f, greatest = 0.f;
  float energy = 0.f;
  for (int i = 0; i < kGroup; ++i) {
    least = std::min(least, values[i]), greatest = std::max(greatest, values[i]);
    energy += values[i] * values[i];
  }
  const float exact = energy * 1e-4f;  // what rounding to bf16 leaves of weights that lay on the grid
  Grid best;
  float lowest = INFINITY;
  for (int steps = 15; steps >= 8; --steps) {
    Grid grid;
    grid.scale = scale_to_float(float_to_scale((greatest - least) / static_cast<float>(steps)));
    if (!(grid.scale > 0.f)) return best;
    grid.zero = std::min(std::nearbyintf(-16.f * least / grid.scale), 255.f) * 0.0625f;
    const float error = encode(values, grid.scale, grid.zero, 15.f, grid.codes);
    if (error < lowest) lowest = error, best = grid;
    if (lowest <= exact) break;
  }
  return best;
}

void put(uint8_t* start, Format format, int64_t groups, int64_t g, int row, const Grid& grid) {
  uint8_t* scales = start + code_bytes(format, groups);
  reinterpret_cast<uint16_t*>(scales)[g * kRows + row] = float_to_scale(grid.scale);
  if (format == kInt8) {
    for (int k = 0; k < kGroup; ++k) start[((g * kQuads + k / 4) * kRows + row) * 4 + k % 4] = grid.codes[k];
    return;
  }
  (scales + scale_bytes(format, groups))[g * kRows + row] = static_cast<uint8_t>(grid.zero * 16.f);
  for (int k = 0; k < kGroup / 2; ++k)
    start[((g * 4 + k / 4) * kRows + row) * 4 + k % 4] =
        static_cast<uint8_t>(grid.codes[k] | grid.codes[k + kGroup / 2] << 4);
}

void pack_block(const uint16_t* weights, int64_t rows, int64_t cols, int64_t stride, Format format, uint8_t* start) {
  const int64_t groups = groups_of(cols);
  std::memset(start, 0, static_cast<size_t>(block_bytes(format, groups)));
  for (int row = 0; row < kRows; ++row)
    for (int64_t g = 0; g < groups; ++g) {
      float values[kGroup] = {};
      uint16_t raw[kGroup] = {};
      const int64_t there = row < rows ? std::min<int64_t>(kGroup, cols - g * kGroup) : 0;
      for (int64_t i = 0; i < there; ++i) raw[i] = weights[row * stride + g * kGroup + i];
      if (format == kBf16) {
        for (int k = 0; k < kGroup; ++k)
          reinterpret_cast<uint16_t*>(start)[((g * kGroup / 2 + k / 2) * kRows + row) * 2 + k % 2] = raw[k];
        continue;
      }
      for (int i = 0; i < kGroup; ++i) values[i] = bf16_to_float(raw[i]);
      put(start, format, groups, g, row, format == kInt8 ? int8_grid(values) : int4_grid(values));
    }
}

}  // namespace

void pack(const uint16_t* weights, int64_t rows, int64_t cols, int64_t stride, Format format, uint8_t* packed,
          int threads) {
  const int64_t blocks = blocks_of(rows), bytes = block_bytes(format, groups_of(cols));
#pragma omp parallel for schedule(dynamic, 4) num_threads(threads)
  for (int64_t b = 0; b < blocks; ++b)
    pack_block(weights + b * kRows * stride, rows - b * kRows, cols, stride, format, packed + b * bytes);
}

void unpack(const uint8_t* packed, int64_t rows, int64_t cols, Format format, float* out) {
  const int64_t groups = groups_of(cols);
  for (int64_t row = 0; row < rows; ++row) {
    const Block block = block_at(packed, format, groups, row / kRows);
    const int64_t lane = row % kRows;
    for (int64_t col = 0; col < cols; ++col) {
      const int64_t g = col / kGroup, k = col % kGroup;
      float& value = out[row * cols + col];
      if (format == kBf16) {
        value = bf16_to_float(reinterpret_cast<const uint16_t*>(block.codes)[(col / 2 * kRows + lane) * 2 + col % 2]);
        continue;
      }
      const float scale = scale_to_float(block.scales[g * kRows + lane]);
      if (format == kInt8) {
        value = scale * (block.codes[((g * kQuads + k / 4) * kRows + lane) * 4 + k % 4] - 128.f);
        continue;
      }
      const uint8_t both = block.codes[((g * 4 + k % 16 / 4) * kRows + lane) * 4 + k % 4];
      const int code = k < 16 ? both & 15 : both >> 4;
      value = scale * (static_cast<float>(code) - block.zeros[g * kRows + lane] * 0.0625f);
    }
  }
}

}  // namespace house
