// Built with -mavx2 -mfma; see generic.inc. Chosen only where the processor has both.
#include "generic.inc"

namespace house {
const Micro* avx2_micro() {
  static const Micro micro{"avx2", quantise, dot, accumulate, widen};
  return &micro;
}
}  // namespace house
