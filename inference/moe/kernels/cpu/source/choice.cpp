// Which micro-kernels serve: the best that this processor can run, or the one that was asked for.
#include <atomic>
#include <cstring>
#include <vector>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "jobs.hpp"

namespace house {
namespace {

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

}  // namespace

const Micro& micro() {
  const Micro* one = chosen.load(std::memory_order_relaxed);
  return one ? *one : *kernels().front();
}

}  // namespace house

using namespace house;  // NOLINT: the C functions below are the namespace's face

#pragma GCC visibility push(default)
extern "C" {

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

}  // extern "C"
#pragma GCC visibility pop
