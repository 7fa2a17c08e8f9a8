#pragma once
// Kernels that blend rows over rows. Layers with alpha come premultiplied: what they add and what they leave of the background.
#include <cstdint>

#include "media-store/simd.h"

namespace ami {

/** value / 255, rounded, for value up to 65025. */
AMI_INLINE uint16_t over255(uint16_t value) {
  const auto t = static_cast<uint16_t>(value + 128);
  return static_cast<uint16_t>(static_cast<uint16_t>(t + (t >> 8)) >> 8);
}

/** Blends a premultiplied row over the background. */
AMI_INLINE void overRowKernel(uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count) {
  for (int x = 0; x < count; x++) {
    const uint16_t left = over255(static_cast<uint16_t>(ground[x] * (255 - alpha[x])));
    const auto sum = static_cast<uint16_t>(layer[x] + left);
    ground[x] = static_cast<uint8_t>(sum > 255 ? 255 : sum);
  }
}
AMI_DISPATCH(overRow, (uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count), (ground, layer, alpha, count))

/** The same with the layer weakened: `opacity` 0 to 255. */
AMI_INLINE void overRowAtKernel(uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count, uint8_t opacity) {
  for (int x = 0; x < count; x++) {
    const uint16_t a = over255(static_cast<uint16_t>(alpha[x] * opacity));
    const uint16_t left = over255(static_cast<uint16_t>(ground[x] * static_cast<uint16_t>(255 - a)));
    const auto sum = static_cast<uint16_t>(over255(static_cast<uint16_t>(layer[x] * opacity)) + left);
    ground[x] = static_cast<uint8_t>(sum > 255 ? 255 : sum);
  }
}
AMI_DISPATCH(overRowAt, (uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count, uint8_t opacity),
             (ground, layer, alpha, count, opacity))

/** `ground + (layer - ground) * weight / 256`. */
AMI_INLINE void mixRowKernel(uint8_t* ground, const uint8_t* layer, int count, uint16_t weight) {
  const auto rest = static_cast<uint16_t>(256 - weight);
  for (int x = 0; x < count; x++) {
    const auto sum = static_cast<uint16_t>(static_cast<uint16_t>(ground[x] * rest) + static_cast<uint16_t>(layer[x] * weight) + 128);
    ground[x] = static_cast<uint8_t>(sum >> 8);
  }
}
AMI_DISPATCH(mixRow, (uint8_t* ground, const uint8_t* layer, int count, uint16_t weight), (ground, layer, count, weight))

/** Background towards one value. */
AMI_INLINE void tintRowKernel(uint8_t* ground, uint8_t value, int count, uint16_t weight) {
  const auto rest = static_cast<uint16_t>(256 - weight);
  const auto added = static_cast<uint16_t>(value * weight + 128);
  for (int x = 0; x < count; x++) ground[x] = static_cast<uint8_t>(static_cast<uint16_t>(static_cast<uint16_t>(ground[x] * rest) + added) >> 8);
}
AMI_DISPATCH(tintRow, (uint8_t* ground, uint8_t value, int count, uint16_t weight), (ground, value, count, weight))

/** Each sample with a weight of its own, 0 to 255. */
AMI_INLINE void mixRowByKernel(uint8_t* ground, const uint8_t* layer, const uint8_t* weights, int count) {
  for (int x = 0; x < count; x++) {
    const auto rest = static_cast<uint16_t>(255 - weights[x]);
    ground[x] = static_cast<uint8_t>(over255(static_cast<uint16_t>(static_cast<uint16_t>(ground[x] * rest) + static_cast<uint16_t>(layer[x] * weights[x]))));
  }
}
AMI_DISPATCH(mixRowBy, (uint8_t* ground, const uint8_t* layer, const uint8_t* weights, int count), (ground, layer, weights, count))

/** Multiplies a row with alpha. */
AMI_INLINE void multiplyRowKernel(const uint8_t* from, const uint8_t* alpha, uint8_t* to, int count) {
  for (int x = 0; x < count; x++) to[x] = static_cast<uint8_t>(over255(static_cast<uint16_t>(from[x] * alpha[x])));
}
AMI_DISPATCH(multiplyRow, (const uint8_t* from, const uint8_t* alpha, uint8_t* to, int count), (from, alpha, to, count))

/** Scales a row by 0 to 256, each sample by its own. */
AMI_INLINE void coverRowKernel(uint8_t* row, const uint16_t* covers, int count) {
  for (int x = 0; x < count; x++) row[x] = static_cast<uint8_t>(static_cast<uint16_t>(row[x] * covers[x] + 128) >> 8);
}
AMI_DISPATCH(coverRow, (uint8_t* row, const uint16_t* covers, int count), (row, covers, count))

/** Mean alpha under each chroma sample; `count` whole pairs. */
AMI_INLINE void meanPairsKernel(const uint8_t* first, const uint8_t* second, uint8_t* to, int count) {
  for (int x = 0; x < count; x++) {
    to[x] = static_cast<uint8_t>((first[2 * x] + first[2 * x + 1] + second[2 * x] + second[2 * x + 1] + 2) >> 2);
  }
}
AMI_DISPATCH(meanPairs, (const uint8_t* first, const uint8_t* second, uint8_t* to, int count), (first, second, to, count))

/** Mean of pairs for a row of any width: an odd last column counts twice. */
inline void meanRow(const uint8_t* first, const uint8_t* second, uint8_t* to, int width) {
  meanPairs(first, second, to, width / 2);
  if (width & 1) to[width / 2] = static_cast<uint8_t>((first[width - 1] + second[width - 1] + 1) >> 1);
}

}  // namespace ami
