#pragma once
#include <cstdint>
#include <vector>

#include "media-store/frame.h"

namespace ami {

/** What becomes transparent by its colour. Shares of 0 to 1; distances are measured in the plane of chroma, whose axes are 1 long. */
struct ChromaKey {
  /** Chroma of the key colour, BT.709 limited. */
  uint8_t u = 128, v = 128;
  float similarity = 0.4f;
  float smoothness = 0.08f;
  float spill = 0.1f;
  /** Edges start flat: what is close to the key is more transparent. */
  bool smooth = false;
};

/** What becomes transparent by its whole colour. Distances are measured between values of red, green and blue, each 0 to 1. */
struct ColorKey {
  float red = 0, green = 1, blue = 0;
  float similarity = 0.08f;
  float smoothness = 0.05f;
};

/** What becomes transparent by its brightness. */
struct LumaKey {
  float low = 0, lowSmooth = 0, high = 1, highSmooth = 0;
  /** Brightness is that of the light, not of the luma of video. */
  bool linear = false;
  /** Edges start and end flat, and count one after the other. */
  bool smooth = false;
};

/** Memory that keying works in; kept by its filter, so that nothing is allocated for each frame. */
struct KeyRoom {
  /** Transparency of two rows of chroma samples, with their neighbours at both ends. */
  std::vector<uint8_t> above, below;
};

/** Multiplies into `a`, which must be there, and takes the key's reflection out of the chroma. */
void chromaKey(Planes& frame, const ChromaKey& key, KeyRoom& room);

/** Multiplies into `a`, which must be there. */
void colorKey(Planes& frame, const ColorKey& key);

/** Multiplies into `a`, which must be there. */
void lumaKey(Planes& frame, const LumaKey& key);

}  // namespace ami
