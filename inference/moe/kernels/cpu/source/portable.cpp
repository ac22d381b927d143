#include "generic.inc"

namespace house {
const Micro* portable_micro() {
  static const Micro micro{"portable", quantise, dot, accumulate, accumulate_two, swiglu, widen};
  return &micro;
}
}  // namespace house
