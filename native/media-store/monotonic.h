#pragma once
#include <chrono>
#include <cstdint>

namespace ami {

/** Microseconds of the monotonic clock: what Node's process.hrtime counts, the same in every process of the machine. */
inline int64_t nowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace ami
