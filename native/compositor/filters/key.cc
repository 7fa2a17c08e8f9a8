#include "key.h"

#include <algorithm>
#include <cmath>

#include "media-store/simd.h"

namespace ami {
namespace {

/** Length of a limited-range chroma axis. */
constexpr float kChromaAxis = 224;

/** One row of chroma: how opaque each sample is, and its colour without the key's reflection. */
AMI_INLINE void keyRowKernel(uint8_t* u, uint8_t* v, uint8_t* opaque, int width, const ChromaKey& key) {
  const float ku = key.u, kv = key.v;
  const float similarity = key.similarity * kChromaAxis;
  const float edge = 1 / std::max(key.smoothness * kChromaAxis, 0.5f);
  const float spill = 1 / std::max(key.spill * kChromaAxis, 0.01f);
  for (int x = 0; x < width; x++) {
    const float du = u[x] - ku, dv = v[x] - kv;
    const float beyond = std::sqrt(du * du + dv * dv) - similarity;
    const float cover = std::min(std::max(beyond * edge, 0.0f), 1.0f);
    opaque[x] = static_cast<uint8_t>(cover * 255 + 0.5f);
    const float near = std::min(std::max(beyond * spill, 0.0f), 1.0f);
    // Half as steep again as linear, so that only what is close to the key loses its colour.
    const float keep = near * std::sqrt(near);
    u[x] = static_cast<uint8_t>(128.5f + (u[x] - 128.0f) * keep);
    v[x] = static_cast<uint8_t>(128.5f + (v[x] - 128.0f) * keep);
  }
}
AMI_DISPATCH(keyRow, (uint8_t* u, uint8_t* v, uint8_t* opaque, int width, const ChromaKey& key), (u, v, opaque, width, key))

/** Spreads a mix of two rows of chroma samples over a row of pixels, linearly, and multiplies it into their alpha. */
AMI_INLINE void spreadRowKernel(const uint8_t* near, const uint8_t* far, uint8_t* alpha, int width) {
  // `near` counts three quarters. Each pixel stands a quarter of a sample from the middle of its own, towards one neighbour.
  const int pairs = width / 2;
  for (int x = 0; x < pairs; x++) {
    const int left = 3 * near[x - 1] + far[x - 1];
    const int own = 3 * near[x] + far[x];
    const int right = 3 * near[x + 1] + far[x + 1];
    const int first = (3 * own + left + 8) >> 4, second = (3 * own + right + 8) >> 4;
    alpha[2 * x] = static_cast<uint8_t>((alpha[2 * x] * first * 257 + 32768) >> 16);
    alpha[2 * x + 1] = static_cast<uint8_t>((alpha[2 * x + 1] * second * 257 + 32768) >> 16);
  }
  if (width & 1) {
    const int cover = (4 * (3 * near[pairs] + far[pairs]) + 8) >> 4;
    alpha[width - 1] = static_cast<uint8_t>((alpha[width - 1] * cover * 257 + 32768) >> 16);
  }
}
AMI_DISPATCH(spreadRow, (const uint8_t* near, const uint8_t* far, uint8_t* alpha, int width), (near, far, alpha, width))

}  // namespace

void chromaKey(Planes& picture, const ChromaKey& key, KeyRoom& room) {
  const int width = chromaOf(picture.width), height = chromaOf(picture.height);
  room.above.resize(width + 2);
  room.below.resize(width + 2);
  // Rows as pixels see them: the sample before the first and the one behind the last repeat their neighbours.
  uint8_t *above = room.above.data() + 1, *own = room.below.data() + 1;
  const auto keyed = [&](int y, uint8_t* into) {
    keyRow(picture.u + y * picture.strideC, picture.v + y * picture.strideC, into, width, key);
    into[-1] = into[0];
    into[width] = into[width - 1];
  };
  keyed(0, own);
  std::copy(own - 1, own + width + 1, above - 1);
  for (int y = 0; y < height; y++) {
    // Pixel rows 2y and 2y + 1 stand a quarter above and below the middle of sample row y.
    spreadRow(own, above, picture.a + 2 * y * picture.strideA, picture.width);
    std::swap(above, own);
    if (y + 1 < height) keyed(y + 1, own);
    else std::copy(above - 1, above + width + 1, own - 1);
    if (2 * y + 1 < picture.height) spreadRow(above, own, picture.a + (2 * y + 1) * picture.strideA, picture.width);
  }
}

void lumaKey(Planes& picture, const LumaKey& key) {
  uint8_t opaque[256];
  const auto edge = [](float beyond, float smooth) { return std::min(std::max(smooth <= 0 ? (beyond >= 0 ? 1.0f : 0.0f) : beyond / smooth, 0.0f), 1.0f); };
  for (int luma = 0; luma < 256; luma++) {
    const float bright = (luma - 16) / 219.0f;
    const float above = edge(bright - key.low, key.lowSmooth), below = edge(key.high - bright, key.highSmooth);
    opaque[luma] = static_cast<uint8_t>(std::min(above, below) * 255 + 0.5f);
  }
  // Whiter than white and blacker than black count as white and black.
  for (int luma = 236; luma < 256; luma++) opaque[luma] = opaque[235];
  for (int luma = 0; luma < 16; luma++) opaque[luma] = opaque[16];
  for (int y = 0; y < picture.height; y++) {
    const uint8_t* luma = picture.y + y * picture.strideY;
    uint8_t* alpha = picture.a + y * picture.strideA;
    for (int x = 0; x < picture.width; x++) alpha[x] = static_cast<uint8_t>((alpha[x] * opaque[luma[x]] * 257 + 32768) >> 16);
  }
}

}  // namespace ami
