#pragma once
// What makes BT.709 limited of RGB, in 15 bits.
#include <cstdint>

#include "frame.h"
#include "simd.h"

namespace ami {

/** Coefficients for the four bytes of a pixel as they are in memory, times 32768. Each chroma row sums to zero: greys stay grey. */
struct RgbCoefficients {
  int16_t y[4];
  int16_t u[4];
  int16_t v[4];
};

inline const RgbCoefficients& rgbCoefficients(Layout layout) {
  static const RgbCoefficients bgra = {{2032, 20127, 5983, 0}, {14392, -11094, -3298, 0}, {-1320, -13072, 14392, 0}};
  static const RgbCoefficients rgba = {{5983, 20127, 2032, 0}, {-3298, -11094, 14392, 0}, {14392, -13072, -1320, 0}};
  return layout == Layout::rgba ? rgba : bgra;
}

namespace rgb {

AMI_INLINE uint8_t luma(const uint8_t* p, const RgbCoefficients& k) {
  return static_cast<uint8_t>((p[0] * k.y[0] + p[1] * k.y[1] + p[2] * k.y[2] + (16 << 15) + (1 << 14)) >> 15);
}

/** Of the sums of four pixels. */
AMI_INLINE uint8_t chroma(const int* sum, const int16_t* k) {
  return static_cast<uint8_t>((sum[0] * k[0] + sum[1] * k[1] + sum[2] * k[2] + (128 << 17) + (1 << 16)) >> 17);
}

}  // namespace rgb

}  // namespace ami
