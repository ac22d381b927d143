// Root mean square normalisation (Zhang and Sennrich, arXiv 1910.07467) of rows, with the sum before it that every layer
// of a decoder has: one pass where a framework makes a dozen calls, which is what a token spends between two matrices.
#include <cmath>

#include "jobs.hpp"

namespace house {

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define HOUSE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define HOUSE_WIDE
#endif

// Rounds where the framework's own operations do: the sum is normalised as it is and kept in bf16, the normalised row
// is rounded before it is weighted.
HOUSE_WIDE void norm_row(const uint16_t* x, uint16_t* kept, const uint16_t* weight, float epsilon, int64_t width,
                    float* sums, uint16_t* out) {
  float total = 0.f;
  for (int64_t i = 0; i < width; ++i) sums[i] = bf16_to_float(x[i]);
  if (kept)
    for (int64_t i = 0; i < width; ++i) {
      sums[i] += bf16_to_float(kept[i]);
      kept[i] = float_to_bf16(sums[i]);
    }
#pragma omp simd reduction(+ : total)
  for (int64_t i = 0; i < width; ++i) total += sums[i] * sums[i];
  const float scale = 1.f / std::sqrt(total / static_cast<float>(width) + epsilon);
  for (int64_t i = 0; i < width; ++i)
    out[i] = float_to_bf16(bf16_to_float(float_to_bf16(sums[i] * scale)) * bf16_to_float(weight[i]));
}

}  // namespace house

#pragma GCC visibility push(default)
// out [count, width] = rms_norm(x [count, width] + kept [count, width], or x alone where `kept` is null) * weight
// [width], all bf16; `kept` becomes the sum. `room` [threads, width] fp32 is scratch.
extern "C" int32_t house_rms_norm(const uint16_t* x, uint16_t* kept, const uint16_t* weight, float epsilon,
                                  int64_t count, int64_t width, uint16_t* out, float* room, int32_t threads) {
  if (count < 0 || width <= 0 || threads < 1) return -1;
  const int used = count > house::kAlone ? threads : 1;
#pragma omp parallel for schedule(static) num_threads(used) if (used > 1)
  for (int64_t part = 0; part < used; ++part)
    for (int64_t r = part * count / used; r < (part + 1) * count / used; ++r)
      house::norm_row(x + r * width, kept ? kept + r * width : nullptr, weight, epsilon, width, room + part * width,
                 out + r * width);
  return 0;
}
#pragma GCC visibility pop
