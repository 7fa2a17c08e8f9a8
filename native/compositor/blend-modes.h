#pragma once
#include <cstdint>

namespace ami {

/** In the order of `blendModes` in collection.ts. */
enum class BlendMode { normal, add, subtract, screen, multiply, overlay, lighten, darken, difference, colorDodge, colorBurn, hardLight, softLight };

/** Two rows of a background and of what is blended into it; the second may be absent (null `y`). Chroma belongs to both. */
struct BlendRows {
  /** Background; `a` is null where opaque, otherwise all is premultiplied. */
  uint8_t* groundY[2];
  uint8_t* groundA[2];
  uint8_t* groundU;
  uint8_t* groundV;
  uint8_t* groundChromaAlpha;
  /** Layer, multiplied; `a` null where opaque. */
  const uint8_t* layerY[2];
  const uint8_t* layerA[2];
  const uint8_t* layerU;
  const uint8_t* layerV;
  const uint8_t* layerChromaAlpha;
  /** Pixels of luma. The first is on the right half of its chroma sample if `odd`. */
  int width;
  bool odd;
  /** The background ends with the last pixel, or with the only row, which has its chroma sample for itself. */
  bool lastAlone, rowAlone;
  /** 0 to 1. */
  float opacity;
  /** Colours are mixed as light, not as values of video. */
  bool linear;
};

/** Blends in RGB, as W3C's Compositing and Blending Level 1 defines the modes; `add` and `subtract` are plain sums of values. */
void blendRows(BlendMode mode, const BlendRows& rows);

}  // namespace ami
