#pragma once
// RGB to 4:2:0 BT.709 limited, rounded from 15-bit coefficients. libyuv's ARGBToI420 is BT.601, hence our own.
#include <cstdlib>
#include <cstring>

#include "frame.h"
#include "rgb-alpha.h"
#include "rgb-coefficients.h"
#include "simd.h"

namespace ami {

namespace rgb {

/** Two rows from pixel `x` on; `second` may be `first` at the bottom of odd frames. */
inline void rowsPlain(const uint8_t* first, const uint8_t* second, uint8_t* y0, uint8_t* y1, uint8_t* u, uint8_t* v, int x, int width,
                      const RgbCoefficients& k) {
  for (; x < width; x += 2) {
    const int right = x + 1 < width ? 4 : 0;
    const uint8_t* p = first + x * 4;
    const uint8_t* q = second + x * 4;
    y0[x] = luma(p, k);
    y1[x] = luma(q, k);
    if (right) {
      y0[x + 1] = luma(p + 4, k);
      y1[x + 1] = luma(q + 4, k);
    }
    const int sum[3] = {p[0] + p[right] + q[0] + q[right], p[1] + p[right + 1] + q[1] + q[right + 1], p[2] + p[right + 2] + q[2] + q[right + 2]};
    u[x / 2] = chroma(sum, k.u);
    v[x / 2] = chroma(sum, k.v);
  }
}

#if defined(__x86_64__)
/** Luma of 8 pixels, as 32-bit numbers in order. */
AMI_AVX2 AMI_INLINE __m256i luma8(__m256i pixels, __m256i k) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i low = _mm256_madd_epi16(_mm256_unpacklo_epi8(pixels, zero), k);
  const __m256i high = _mm256_madd_epi16(_mm256_unpackhi_epi8(pixels, zero), k);
  return _mm256_srai_epi32(_mm256_add_epi32(_mm256_hadd_epi32(low, high), _mm256_set1_epi32((16 << 15) + (1 << 14))), 15);
}

AMI_AVX2 AMI_INLINE void lumaRow32(const uint8_t* from, uint8_t* to, __m256i k) {
  const auto* p = reinterpret_cast<const __m256i*>(from);
  const __m256i ab = _mm256_packs_epi32(luma8(_mm256_loadu_si256(p), k), luma8(_mm256_loadu_si256(p + 1), k));
  const __m256i cd = _mm256_packs_epi32(luma8(_mm256_loadu_si256(p + 2), k), luma8(_mm256_loadu_si256(p + 3), k));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd), order));
}

/** Chroma of 8 by 2 pixels: per 128 bits U U V V as 32-bit numbers, 128 not yet added. */
AMI_AVX2 AMI_INLINE __m256i chroma8(__m256i top, __m256i bottom, __m256i ku, __m256i kv) {
  const __m256i pairs = _mm256_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
  const __m256i ones = _mm256_set1_epi8(1);
  const __m256i sums = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(top, pairs), ones),
                                        _mm256_maddubs_epi16(_mm256_shuffle_epi8(bottom, pairs), ones));
  const __m256i both = _mm256_hadd_epi32(_mm256_madd_epi16(sums, ku), _mm256_madd_epi16(sums, kv));
  return _mm256_srai_epi32(_mm256_add_epi32(both, _mm256_set1_epi32((128 << 17) + (1 << 16))), 17);
}

AMI_AVX2 inline void rowsAvx2(const uint8_t* first, const uint8_t* second, uint8_t* y0, uint8_t* y1, uint8_t* u, uint8_t* v, int width,
                              const RgbCoefficients& k) {
  int64_t bits[3];
  memcpy(&bits[0], k.y, 8);
  memcpy(&bits[1], k.u, 8);
  memcpy(&bits[2], k.v, 8);
  const __m256i ky = _mm256_set1_epi64x(bits[0]), ku = _mm256_set1_epi64x(bits[1]), kv = _mm256_set1_epi64x(bits[2]);
  const __m256i split = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15, 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  int x = 0;
  for (; x + 32 <= width; x += 32) {
    lumaRow32(first + x * 4, y0 + x, ky);
    if (y1 != y0) lumaRow32(second + x * 4, y1 + x, ky);
    const auto* p = reinterpret_cast<const __m256i*>(first + x * 4);
    const auto* q = reinterpret_cast<const __m256i*>(second + x * 4);
    const __m256i a = chroma8(_mm256_loadu_si256(p), _mm256_loadu_si256(q), ku, kv);
    const __m256i b = chroma8(_mm256_loadu_si256(p + 1), _mm256_loadu_si256(q + 1), ku, kv);
    const __m256i c = chroma8(_mm256_loadu_si256(p + 2), _mm256_loadu_si256(q + 2), ku, kv);
    const __m256i d = chroma8(_mm256_loadu_si256(p + 3), _mm256_loadu_si256(q + 3), ku, kv);
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d)), split);
    const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(u + x / 2), _mm_unpacklo_epi16(low, high));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(v + x / 2), _mm_unpackhi_epi16(low, high));
  }
  rowsPlain(first, second, y0, y1, u, v, x, width, k);
}
#endif

inline void rows(const uint8_t* first, const uint8_t* second, uint8_t* y0, uint8_t* y1, uint8_t* u, uint8_t* v, int width,
                 const RgbCoefficients& k) {
#if defined(__x86_64__)
  if (hasAvx2()) return rowsAvx2(first, second, y0, y1, u, v, width, k);
#endif
  rowsPlain(first, second, y0, y1, u, v, 0, width, k);
}

/** Takes alpha out of a row and joins it into `all` (and) and `any` (or). */
AMI_INLINE void alphaKernel(const uint8_t* from, uint8_t* to, int width, uint8_t* all, uint8_t* any) {
  uint8_t every = 255, some = 0;
  for (int x = 0; x < width; x++) {
    const uint8_t a = from[x * 4 + 3];
    to[x] = a;
    every &= a;
    some |= a;
  }
  *all &= every;
  *any |= some;
}
AMI_DISPATCH(alpha, (const uint8_t* from, uint8_t* to, int width, uint8_t* all, uint8_t* any), (from, to, width, all, any))

}  // namespace rgb

/**
 * Converts rows [first, first + count) of a bgra or rgba frame; `first` is even. `rows` has space for two rows of RGB. True if a pixel is
 * not opaque.
 */
inline bool convertRgbRows(const FrameView& from, const Planes& to, int first, int count, uint8_t* room) {
  const RgbCoefficients& k = rgbCoefficients(from.layout);
  bool transparent = false;
  for (int row = first; row < first + count; row += 2) {
    const bool pair = row + 1 < from.height;
    const uint8_t* p = from.planes[0] + row * from.strides[0];
    const uint8_t* q = pair ? p + from.strides[0] : p;
    uint8_t* y0 = to.y + row * to.strideY;
    uint8_t* y1 = pair ? y0 + to.strideY : y0;
    uint8_t* u = to.u + row / 2 * to.strideC;
    uint8_t* v = to.v + row / 2 * to.strideC;
    if (to.a == nullptr) {
      rgb::rows(p, q, y0, y1, u, v, to.width, k);
      continue;
    }
    uint8_t all = 255, any = 0;
    uint8_t* a = to.a + row * to.strideA;
    rgb::alpha(p, a, to.width, &all, &any);
    if (pair) rgb::alpha(q, a + to.strideA, to.width, &all, &any);
    if (all != 255) transparent = true;
    if (any == 0) {
      // Nothing to be seen: the usual case of overlays.
      memset(y0, 16, static_cast<size_t>(to.width));
      memset(y1, 16, static_cast<size_t>(to.width));
      memset(u, 128, static_cast<size_t>(chromaOf(to.width)));
      memset(v, 128, static_cast<size_t>(chromaOf(to.width)));
      continue;
    }
    if (all != 255 && from.premultiplied) {
      rgb::unmultiply(p, room, to.width);
      if (pair) rgb::unmultiply(q, room + to.width * 4, to.width);
      p = room;
      q = pair ? room + to.width * 4 : room;
    }
    rgb::rows(p, q, y0, y1, u, v, to.width, k);
    if (all != 255) rgb::weighChroma(p, q, u, v, to.width, k);
  }
  return transparent;
}

}  // namespace ami
