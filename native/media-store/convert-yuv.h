#pragma once
// YUV of other matrices and ranges to BT.709 limited.
#include <cmath>
#include <cstring>

#include "frame.h"
#include "simd.h"

namespace ami {

/** y' = y0 + yy*y + yu*u + yv*v, u' = u0 + uu*u + uv*v, v' = v0 + vu*u + vv*v; times 16384. The new chroma never depends on luma. */
struct YuvMatrix {
  int y0, yy, yu, yv;
  int u0, uu, uv;
  int v0, vu, vv;
};

/** From one matrix and range to another. */
inline YuvMatrix yuvMatrix(Matrix from, bool fromFull, Matrix to, bool toFull) {
  const auto red = [](Matrix m) { return m == Matrix::bt601 ? 0.299 : 0.2126; };
  const auto blue = [](Matrix m) { return m == Matrix::bt601 ? 0.114 : 0.0722; };
  const double kr = red(from), kb = blue(from), kg = 1 - kr - kb;
  const double r = red(to), b = blue(to), g = 1 - r - b;
  // With luma from 0 to 1 and chroma from -0.5 to 0.5: R = y + rv*v, B = y + bu*u, G = y + gu*u + gv*v.
  const double rv = 2 * (1 - kr), bu = 2 * (1 - kb), gu = -bu * kb / kg, gv = -rv * kr / kg;
  const double yu = g * gu + b * bu, yv = r * rv + g * gv;
  const double uu = (bu - yu) / (2 * (1 - b)), uv = -yv / (2 * (1 - b));
  const double vu = -yu / (2 * (1 - r)), vv = (rv - yv) / (2 * (1 - r));
  const double lumaIn = fromFull ? 255 : 219, chromaIn = fromFull ? 255 : 224, zeroIn = fromFull ? 0 : 16;
  const double lumaOut = toFull ? 255 : 219, chromaOut = toFull ? 255 : 224, zeroOut = toFull ? 0 : 16;
  const double one = 16384;
  const auto fixed = [one](double value) { return static_cast<int>(std::lround(value * one)); };
  const double yyOut = lumaOut / lumaIn, yuOut = yu * lumaOut / chromaIn, yvOut = yv * lumaOut / chromaIn, c = chromaOut / chromaIn;
  return {
      fixed(zeroOut + 0.5 - yyOut * zeroIn - 128 * (yuOut + yvOut)), fixed(yyOut),  fixed(yuOut),  fixed(yvOut),
      fixed(128 + 0.5 - 128 * c * (uu + uv)),                        fixed(uu * c), fixed(uv * c),
      fixed(128 + 0.5 - 128 * c * (vu + vv)),                        fixed(vu * c), fixed(vv * c),
  };
}

namespace yuv {

AMI_INLINE uint8_t byte(int value) { return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value); }

/** One luma row; `u` and `v` are the row of old chroma under it. */
AMI_INLINE void lumaKernel(const uint8_t* y, const uint8_t* u, const uint8_t* v, uint8_t* to, int width, const YuvMatrix& m) {
  const int pairs = width / 2;
  for (int x = 0; x < pairs; x++) {
    const int base = m.y0 + m.yu * u[x] + m.yv * v[x];
    to[2 * x] = byte((base + m.yy * y[2 * x]) >> 14);
    to[2 * x + 1] = byte((base + m.yy * y[2 * x + 1]) >> 14);
  }
  if (width & 1) to[width - 1] = byte((m.y0 + m.yu * u[pairs] + m.yv * v[pairs] + m.yy * y[width - 1]) >> 14);
}
AMI_DISPATCH(luma, (const uint8_t* y, const uint8_t* u, const uint8_t* v, uint8_t* to, int width, const YuvMatrix& m), (y, u, v, to, width, m))

AMI_INLINE void chromaKernel(const uint8_t* u, const uint8_t* v, uint8_t* toU, uint8_t* toV, int width, const YuvMatrix& m) {
  for (int x = 0; x < width; x++) {
    const int oldU = u[x], oldV = v[x];
    toU[x] = byte((m.u0 + m.uu * oldU + m.uv * oldV) >> 14);
    toV[x] = byte((m.v0 + m.vu * oldU + m.vv * oldV) >> 14);
  }
}
AMI_DISPATCH(chroma, (const uint8_t* u, const uint8_t* v, uint8_t* toU, uint8_t* toV, int width, const YuvMatrix& m), (u, v, toU, toV, width, m))

AMI_INLINE void splitKernel(const uint8_t* uv, uint8_t* u, uint8_t* v, int width) {
  for (int x = 0; x < width; x++) {
    u[x] = uv[2 * x];
    v[x] = uv[2 * x + 1];
  }
}
AMI_DISPATCH(split, (const uint8_t* uv, uint8_t* u, uint8_t* v, int width), (uv, u, v, width))

/** Joins a row of alpha into `all`. */
AMI_INLINE void everyKernel(const uint8_t* a, int width, uint8_t* all) {
  uint8_t every = 255;
  for (int x = 0; x < width; x++) every &= a[x];
  *all &= every;
}
AMI_DISPATCH(every, (const uint8_t* a, int width, uint8_t* all), (a, width, all))

}  // namespace yuv

/**
 * Converts rows [first, first + count) of an i420, i420a or nv12 frame; `first` is even. `room` has space for a row. True if a pixel is not
 * opaque.
 */
inline bool convertYuvRows(const FrameView& from, const Planes& to, int first, int count, uint8_t* room) {
  const bool same = from.matrix == Matrix::bt709 && !from.fullRange;
  const YuvMatrix m = yuvMatrix(from.matrix, from.fullRange, Matrix::bt709, false);
  const int half = chromaOf(to.width);
  const auto width = static_cast<size_t>(to.width), halfWidth = static_cast<size_t>(half);
  for (int row = first; row < first + count; row += 2) {
    const uint8_t* u = from.planes[1] + row / 2 * from.strides[1];
    const uint8_t* v = from.layout == Layout::nv12 ? room + half : from.planes[2] + row / 2 * from.strides[2];
    if (from.layout == Layout::nv12) {
      yuv::split(u, room, room + half, half);
      u = room;
    }
    for (int line = row; line < row + 2 && line < to.height; line++) {
      const uint8_t* y = from.planes[0] + line * from.strides[0];
      if (same) memcpy(to.y + line * to.strideY, y, width);
      else yuv::luma(y, u, v, to.y + line * to.strideY, to.width, m);
    }
    uint8_t* toU = to.u + row / 2 * to.strideC;
    uint8_t* toV = to.v + row / 2 * to.strideC;
    if (!same) {
      yuv::chroma(u, v, toU, toV, half, m);
      continue;
    }
    memcpy(toU, u, halfWidth);
    memcpy(toV, v, halfWidth);
  }
  if (to.a == nullptr) return false;
  uint8_t all = 255;
  for (int row = first; row < first + count; row++) {
    const uint8_t* a = from.planes[3] + row * from.strides[3];
    memcpy(to.a + row * to.strideA, a, width);
    yuv::every(a, to.width, &all);
  }
  return all != 255;
}

}  // namespace ami
