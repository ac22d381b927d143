#include "generic.inc"

namespace house {
const Micro* portable_micro() {
  static const Micro micro{"portable", quantise, dot, accumulate, widen};
  return &micro;
}
}  // namespace house
