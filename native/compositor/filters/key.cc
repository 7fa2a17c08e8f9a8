#include "key.h"

#include <algorithm>
#include <cmath>

#include "../bt709.h"
#include "../light.h"
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
    const float flat = cover * std::sqrt(cover);
    opaque[x] = static_cast<uint8_t>((key.smooth ? flat : cover) * 255 + 0.5f);
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
  // `near` counts three quarters. Each pixel is a quarter of a sample from the middle of its own, towards one neighbour.
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

/** Pixels of one row with their chroma. */
struct PixelRow {
  const uint8_t *y, *u, *v;
};

/** Calls `work(x, red, green, blue)` for each pixel, values 0 to 1. */
template <class Work>
AMI_INLINE void eachColor(const PixelRow& row, int count, Work&& work) {
  for (int x = 0; x < count; x++) {
    const float luma = (row.y[x] - 16) * kLuma, u = row.u[x / 2] - 128.0f, v = row.v[x / 2] - 128.0f;
    work(x, unit(luma + kRv * v), unit(luma + kGu * u + kGv * v), unit(luma + kBu * u));
  }
}

/** Light of each pixel, 0 to 1. */
AMI_INLINE void lightRowKernel(const PixelRow& row, float* values, int count) {
  eachColor(row, count, [&](int x, float r, float g, float b) {
    values[x] = unit(0.2126f * toLight(r) + 0.7152f * toLight(g) + 0.0722f * toLight(b));
  });
}
AMI_DISPATCH(lightRow, (const PixelRow& row, float* values, int count), (row, values, count))

/** How far each pixel is from the key's colour. */
AMI_INLINE void distanceRowKernel(const PixelRow& row, const ColorKey& key, float* values, int count) {
  eachColor(row, count, [&](int x, float r, float g, float b) {
    const float dr = r - key.red, dg = g - key.green, db = b - key.blue;
    values[x] = std::sqrt(dr * dr + dg * dg + db * db);
  });
}
AMI_DISPATCH(distanceRow, (const PixelRow& row, const ColorKey& key, float* values, int count), (row, key, values, count))

/** `measure` gives a value for each pixel of a row, and `opaque` says how opaque that is, 0 to 1. */
template <class Measure, class Opaque>
void keyPixels(Planes& frame, Measure&& measure, Opaque&& opaque) {
  std::vector<float> values(static_cast<size_t>(frame.width));
  for (int y = 0; y < frame.height; y++) {
    const ptrdiff_t chroma = y / 2 * frame.strideC;
    measure(PixelRow{frame.y + y * frame.strideY, frame.u + chroma, frame.v + chroma}, frame.width, values.data());
    uint8_t* alpha = frame.a + y * frame.strideA;
    for (int x = 0; x < frame.width; x++) alpha[x] = static_cast<uint8_t>(static_cast<float>(alpha[x]) * opaque(values[static_cast<size_t>(x)]) + 0.5f);
  }
}

}  // namespace

void chromaKey(Planes& frame, const ChromaKey& key, KeyRoom& room) {
  const int width = chromaOf(frame.width), height = chromaOf(frame.height);
  room.above.resize(width + 2);
  room.below.resize(width + 2);
  // Rows as pixels see them: the sample before the first and the one behind the last repeat their neighbours.
  uint8_t *above = room.above.data() + 1, *own = room.below.data() + 1;
  const auto keyed = [&](int y, uint8_t* into) {
    keyRow(frame.u + y * frame.strideC, frame.v + y * frame.strideC, into, width, key);
    into[-1] = into[0];
    into[width] = into[width - 1];
  };
  keyed(0, own);
  std::copy(own - 1, own + width + 1, above - 1);
  for (int y = 0; y < height; y++) {
    // Pixel rows 2y and 2y + 1 are a quarter above and below the middle of sample row y.
    spreadRow(own, above, frame.a + 2 * y * frame.strideA, frame.width);
    std::swap(above, own);
    if (y + 1 < height) keyed(y + 1, own);
    else std::copy(above - 1, above + width + 1, own - 1);
    if (2 * y + 1 < frame.height) spreadRow(above, own, frame.a + (2 * y + 1) * frame.strideA, frame.width);
  }
}

/** How opaque something is that is `beyond` an edge of the width `smooth`. */
static float edgeOf(float beyond, float smooth, bool flat) {
  const float t = smooth <= 0 ? (beyond >= 0 ? 1.0f : 0.0f) : std::min(std::max(beyond / smooth, 0.0f), 1.0f);
  return flat ? t * t * (3 - 2 * t) : t;
}

static float opaqueAt(float bright, const LumaKey& key) {
  const float above = edgeOf(bright - key.low, key.lowSmooth, key.smooth), below = edgeOf(key.high - bright, key.highSmooth, key.smooth);
  return key.smooth ? above * below : std::min(above, below);
}

void colorKey(Planes& frame, const ColorKey& key) {
  const auto colors = [&](const PixelRow& row, int count, float* values) { distanceRow(row, key, values, count); };
  keyPixels(frame, colors, [&](float distance) { return std::min(std::max((distance - key.similarity) / std::max(key.smoothness, 1e-4f), 0.0f), 1.0f); });
}

void lumaKey(Planes& frame, const LumaKey& key) {
  if (key.linear) {
    // Between the steps of the table nothing changes that a byte of alpha shows.
    constexpr int kSteps = 4096;
    std::vector<float> table(kSteps + 1);
    for (int step = 0; step <= kSteps; step++) table[static_cast<size_t>(step)] = opaqueAt(static_cast<float>(step) / kSteps, key);
    keyPixels(frame, [](const PixelRow& row, int count, float* values) { lightRow(row, values, count); },
              [&](float light) { return table[static_cast<size_t>(light * kSteps + 0.5f)]; });
    return;
  }
  uint8_t opaque[256];
  for (int luma = 0; luma < 256; luma++) opaque[luma] = static_cast<uint8_t>(opaqueAt((luma - 16) / 219.0f, key) * 255 + 0.5f);
  // Whiter than white and blacker than black count as white and black.
  for (int luma = 236; luma < 256; luma++) opaque[luma] = opaque[235];
  for (int luma = 0; luma < 16; luma++) opaque[luma] = opaque[16];
  for (int y = 0; y < frame.height; y++) {
    const uint8_t* luma = frame.y + y * frame.strideY;
    uint8_t* alpha = frame.a + y * frame.strideA;
    for (int x = 0; x < frame.width; x++) alpha[x] = static_cast<uint8_t>((alpha[x] * opaque[luma[x]] * 257 + 32768) >> 16);
  }
}

}  // namespace ami
