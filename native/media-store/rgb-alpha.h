#pragma once
// RGB with alpha: colours divided by it, chroma weighed by it.
#include <array>
#include <cstdint>

#include "rgb-coefficients.h"
#include "simd.h"

namespace ami {

namespace rgb {

/** What a colour is multiplied with to divide it by alpha, times 65536. Nothing is divided by nothing. */
inline const std::array<uint32_t, 256>& dividers() {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> made{};
    made[0] = 65536;
    for (uint32_t a = 1; a < 256; a++) made[a] = (255u * 65536u + a / 2) / a;
    return made;
  }();
  return table;
}

inline void unmultiplyPlain(const uint8_t* from, uint8_t* to, int x, int width) {
  const std::array<uint32_t, 256>& table = dividers();
  for (; x < width; x++) {
    const uint8_t* p = from + x * 4;
    const uint32_t factor = table[p[3]];
    for (int c = 0; c < 3; c++) {
      const uint32_t value = (p[c] * factor + 32768u) >> 16;
      to[x * 4 + c] = static_cast<uint8_t>(value > 255 ? 255 : value);
    }
    to[x * 4 + 3] = p[3];
  }
}

/** Chroma of the four pixels under a sample, the more opaque ones count more. */
inline void weighChromaPlain(const uint8_t* first, const uint8_t* second, uint8_t* u, uint8_t* v, int x, int width, const RgbCoefficients& k) {
  for (; x < width; x += 2) {
    const int right = x + 1 < width ? 4 : 0;
    const uint8_t* pixels[4] = {first + x * 4, first + x * 4 + right, second + x * 4, second + x * 4 + right};
    const int a0 = pixels[0][3];
    if (a0 == pixels[1][3] && a0 == pixels[2][3] && a0 == pixels[3][3]) continue;
    int weights = 0, sum[3] = {0, 0, 0};
    for (const uint8_t* p : pixels) {
      weights += p[3];
      for (int c = 0; c < 3; c++) sum[c] += p[c] * p[3];
    }
    for (int& value : sum) value = (value * 4 + weights / 2) / weights;
    u[x / 2] = chroma(sum, k.u);
    v[x / 2] = chroma(sum, k.v);
  }
}

#if defined(__x86_64__)
/** Eight pixels at a time; returns how many it did. */
AMI_AVX2 inline int unmultiplyAvx2(const uint8_t* from, uint8_t* to, int width) {
  const auto* table = reinterpret_cast<const int*>(dividers().data());
  const __m256i low = _mm256_set1_epi32(255), half = _mm256_set1_epi32(32768), opacity = _mm256_set1_epi32(static_cast<int>(0xff000000));
  int x = 0;
  for (; x + 8 <= width; x += 8) {
    const __m256i pixels = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + x * 4));
    const __m256i factor = _mm256_i32gather_epi32(table, _mm256_srli_epi32(pixels, 24), 4);
    __m256i made = _mm256_and_si256(pixels, opacity);
    for (int c = 0; c < 3; c++) {
      const __m256i color = _mm256_and_si256(_mm256_srli_epi32(pixels, 8 * c), low);
      const __m256i value = _mm256_srli_epi32(_mm256_add_epi32(_mm256_mullo_epi32(color, factor), half), 16);
      made = _mm256_or_si256(made, _mm256_slli_epi32(_mm256_min_epi32(value, low), 8 * c));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + x * 4), made);
  }
  return x;
}

/** Sums of neighbours in eight and eight more, in order. */
AMI_AVX2 AMI_INLINE __m256i pairsOf(__m256i left, __m256i right) { return _mm256_permute4x64_epi64(_mm256_hadd_epi32(left, right), 0xd8); }

AMI_AVX2 AMI_INLINE __m128i words(__m256i from) { return _mm_packs_epi32(_mm256_castsi256_si128(from), _mm256_extracti128_si256(from, 1)); }

/** Eight numbers as bytes, where `kept` has all bits those that were there. */
AMI_AVX2 AMI_INLINE void storeChroma(uint8_t* to, __m256i values, __m256i kept) {
  const __m128i before = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(to));
  const __m128i made = _mm_packus_epi16(words(values), _mm_setzero_si128()), mask = _mm_packs_epi16(words(kept), _mm_setzero_si128());
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_blendv_epi8(made, before, mask));
}

/** Eight samples of chroma at a time; returns how many pixels of a row it did. */
AMI_AVX2 inline int weighChromaAvx2(const uint8_t* first, const uint8_t* second, uint8_t* u, uint8_t* v, int width, const RgbCoefficients& k) {
  const __m256i low = _mm256_set1_epi32(255), round = _mm256_set1_epi32((128 << 17) + (1 << 16));
  int x = 0;
  for (; x + 16 <= width; x += 16) {
    const auto* p = reinterpret_cast<const __m256i*>(first + x * 4);
    const auto* q = reinterpret_cast<const __m256i*>(second + x * 4);
    const __m256i rows[4] = {_mm256_loadu_si256(p), _mm256_loadu_si256(p + 1), _mm256_loadu_si256(q), _mm256_loadu_si256(q + 1)};
    // Alpha of each pixel less that of its neighbour and of the one below: nothing in both where all four are alike.
    const __m256i left = _mm256_or_si256(_mm256_xor_si256(rows[0], rows[2]), _mm256_xor_si256(rows[0], _mm256_shuffle_epi32(rows[0], 0xb1)));
    const __m256i right = _mm256_or_si256(_mm256_xor_si256(rows[1], rows[3]), _mm256_xor_si256(rows[1], _mm256_shuffle_epi32(rows[1], 0xb1)));
    const __m256i differ = pairsOf(_mm256_srli_epi32(left, 24), _mm256_srli_epi32(right, 24));
    const __m256i alike = _mm256_cmpeq_epi32(differ, _mm256_setzero_si256());
    if (_mm256_movemask_epi8(alike) == -1) continue;
    __m256i alpha[4], sums[3];
    for (int i = 0; i < 4; i++) alpha[i] = _mm256_srli_epi32(rows[i], 24);
    const __m256i weights = pairsOf(_mm256_add_epi32(alpha[0], alpha[2]), _mm256_add_epi32(alpha[1], alpha[3]));
    const __m256 divider = _mm256_cvtepi32_ps(weights);
    for (int c = 0; c < 3; c++) {
      __m256i parts[4];
      // Products of bytes fit 16 bits.
      for (int i = 0; i < 4; i++) parts[i] = _mm256_mullo_epi16(_mm256_and_si256(_mm256_srli_epi32(rows[i], 8 * c), low), alpha[i]);
      const __m256i sum = pairsOf(_mm256_add_epi32(parts[0], parts[2]), _mm256_add_epi32(parts[1], parts[3]));
      const __m256i whole = _mm256_add_epi32(_mm256_slli_epi32(sum, 2), _mm256_srli_epi32(weights, 1));
      // Below 2^20 over at most 1020: cut off, a float's quotient is that of whole numbers.
      sums[c] = _mm256_cvttps_epi32(_mm256_div_ps(_mm256_cvtepi32_ps(whole), divider));
    }
    __m256i blue = round, red = round;
    for (int c = 0; c < 3; c++) {
      blue = _mm256_add_epi32(blue, _mm256_mullo_epi32(sums[c], _mm256_set1_epi32(k.u[c])));
      red = _mm256_add_epi32(red, _mm256_mullo_epi32(sums[c], _mm256_set1_epi32(k.v[c])));
    }
    storeChroma(u + x / 2, _mm256_srai_epi32(blue, 17), alike);
    storeChroma(v + x / 2, _mm256_srai_epi32(red, 17), alike);
  }
  return x;
}
#endif

/** Divides the colours of a row by its alpha. */
inline void unmultiply(const uint8_t* from, uint8_t* to, int width) {
  int x = 0;
#if defined(__x86_64__)
  if (hasAvx2()) x = unmultiplyAvx2(from, to, width);
#endif
  unmultiplyPlain(from, to, x, width);
}

/** Where the four pixels of a chroma sample differ in alpha, the more opaque ones give it its colour: no fringe from hidden colours. */
inline void weighChroma(const uint8_t* first, const uint8_t* second, uint8_t* u, uint8_t* v, int width, const RgbCoefficients& k) {
  int x = 0;
#if defined(__x86_64__)
  if (hasAvx2()) x = weighChromaAvx2(first, second, u, v, width, k);
#endif
  weighChromaPlain(first, second, u, v, x, width, k);
}

}  // namespace rgb

}  // namespace ami
