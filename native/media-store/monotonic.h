#pragma once
#include <chrono>
#include <cstdint>

namespace ami {

/** Microseconds of the monotonic clock: what Node's process.hrtime counts, the same in every process of the machine. */
inline int64_t nowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/**
 * Furthest from zero that a time of a store may be, µs: three hundred years. What others wrote is clamped to it, so that it can be
 * calculated with.
 */
constexpr int64_t kFurthestUs = 9'000'000'000'000'000;

inline int64_t heldTimeUs(int64_t timeUs) { return timeUs < -kFurthestUs ? -kFurthestUs : timeUs > kFurthestUs ? kFurthestUs : timeUs; }

}  // namespace ami
