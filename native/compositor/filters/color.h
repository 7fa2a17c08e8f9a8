#pragma once
#include <cstdint>
#include <vector>

#include "media-store/frame.h"

namespace ami {

/**
 * Colour correction on luma and chroma: brightness moves luma, contrast stretches luma and chroma about grey, gamma bends luma,
 * saturation stretches chroma, hue turns it.
 */
struct ColorCorrection {
  float brightness = 0, contrast = 0, gamma = 1, saturation = 1, hueDegrees = 0, opacity = 1;
};

/** In place. `a` is needed where `opacity` is below 1. */
void correctColor(Planes& frame, const ColorCorrection& correction);

/** A colour table turned to luma and chroma: 33 steps of each, luma fastest, then U, then V. */
class ColorTable {
 public:
  /** `values` are size³ times red, green, blue, red fastest, as in the Cube format; `amount` from 0 (nothing) to 1. */
  ColorTable(const float* values, int size, float amount);
  /** In place. */
  void apply(Planes& frame) const;

 private:
  std::vector<float> luma_, u_, v_;
};

}  // namespace ami
