#pragma once
// From luma and chroma of BT.709 in video range to red, green and blue of 0 to 1.
#include "media-store/simd.h"

namespace ami {

/** Luma less 16 times `kLuma`; chroma less 128 times `kRv`, `kBu`, `kGu` and `kGv` is what it adds to each colour. */
constexpr float kLuma = 1.0f / 219, kRv = 1.5748f / 224, kBu = 1.8556f / 224, kGu = -0.187324f / 224, kGv = -0.468124f / 224;

AMI_INLINE float least(float a, float b) { return a < b ? a : b; }
AMI_INLINE float most(float a, float b) { return a > b ? a : b; }
AMI_INLINE float unit(float value) { return least(most(value, 0.0f), 1.0f); }

}  // namespace ami
