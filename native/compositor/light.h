#pragma once
// Light of values of sRGB, and back: what colours are mixed in where they are to mix as light does.
#include <cmath>

#include "media-store/simd.h"

namespace ami {

/**
 * Light of a value, both 0 to 1. Polynomials (least squares over the range, no further off than a tenth of a step of 8 bits), so that loops
 * over it vectorise.
 */
AMI_INLINE float toLight(float value) {
  const float dark = value * (1 / 12.92f);
  const float bright = 0.001085414f + value * (0.027386032f + value * (0.566540266f + value * (0.514840658f - value * 0.110181894f)));
  return value <= 0.04045f ? dark : bright;
}

/** The value of light of 0 to 1, no further off than an eighth of a step of 8 bits. */
AMI_INLINE float fromLight(float light) {
  const float s = std::sqrt(light);
  const float bright = -0.039255286f + s * (1.500297016f + s * (-1.296998265f + s * (1.775177668f + s * (-1.354682652f + s * 0.415639086f))));
  return light <= 0.0031308f ? light * 12.92f : bright;
}

}  // namespace ami
