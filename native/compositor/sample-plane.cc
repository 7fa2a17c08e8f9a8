#include "sample-plane.h"

#include <algorithm>
#include <cstdint>

#include "media-store/simd.h"

namespace ami {

EdgeCoverage::EdgeCoverage(const Affine& toContent, double width, double height)
    : toContent_(toContent),
      width_(width),
      height_(height),
      acrossX_(1 / std::max(1e-12, std::hypot(toContent.a, toContent.c))),
      acrossY_(1 / std::max(1e-12, std::hypot(toContent.b, toContent.d))) {}

namespace {

AMI_INLINE float unit(float value) { return value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value; }

/** Distances to the four edges in target pixels, and how they change from one sample to the next. */
struct Edges {
  float left, right, top, bottom;
  float stepX, stepY;
};

AMI_INLINE void coverKernel(const Edges& edges, float soft, int count, uint16_t* covers, uint32_t* any) {
  uint32_t joined = 0;
  for (int i = 0; i < count; i++) {
    const float x = static_cast<float>(i) * edges.stepX, y = static_cast<float>(i) * edges.stepY;
    const float across = unit((edges.left + x) * soft + 0.5f) * unit((edges.right - x) * soft + 0.5f);
    const float down = unit((edges.top + y) * soft + 0.5f) * unit((edges.bottom - y) * soft + 0.5f);
    const auto cover = static_cast<uint16_t>(static_cast<int>(across * down * 256.0f + 0.5f));
    covers[i] = cover;
    joined |= cover;
  }
  *any = joined;
}
AMI_DISPATCH(cover, (const Edges& edges, float soft, int count, uint16_t* covers, uint32_t* any), (edges, soft, count, covers, any))

}  // namespace

bool EdgeCoverage::row(double x, double y, double step, int count, uint16_t* covers) const {
  const double cx = toContent_.a * x + toContent_.c * y + toContent_.e, cy = toContent_.b * x + toContent_.d * y + toContent_.f;
  const Edges edges = {
      static_cast<float>(cx * acrossX_),
      static_cast<float>((width_ - cx) * acrossX_),
      static_cast<float>(cy * acrossY_),
      static_cast<float>((height_ - cy) * acrossY_),
      static_cast<float>(toContent_.a * step * acrossX_),
      static_cast<float>(toContent_.b * step * acrossY_),
  };
  uint32_t any = 0;
  cover(edges, static_cast<float>(1 / step), count, covers, &any);
  return any != 0;
}

namespace {

/** Places in a source, 65536 to a sample, held inside it. */
struct Walk {
  int64_t x, y, stepX, stepY;
  int64_t mostX, mostY;
};

void sampleLinear(PlaneView from, Walk walk, uint8_t* to, int count) {
  for (int i = 0; i < count; i++, walk.x += walk.stepX, walk.y += walk.stepY) {
    const auto px = static_cast<int>(std::clamp<int64_t>(walk.x, 0, walk.mostX)), py = static_cast<int>(std::clamp<int64_t>(walk.y, 0, walk.mostY));
    const uint8_t* p = from.data + (py >> 16) * from.stride + (px >> 16);
    const int wx = (px >> 8) & 255, wy = (py >> 8) & 255;
    // At the last sample the weight of the next is nothing: it is not looked at.
    const int right = wx != 0 ? 1 : 0;
    const ptrdiff_t below = wy != 0 ? from.stride : 0;
    const int top = p[0] * (256 - wx) + p[right] * wx, bottom = p[below] * (256 - wx) + p[below + right] * wx;
    to[i] = static_cast<uint8_t>((top * (256 - wy) + bottom * wy + 32768) >> 16);
  }
}

void sampleNearest(PlaneView from, Walk walk, uint8_t* to, int count) {
  for (int i = 0; i < count; i++, walk.x += walk.stepX, walk.y += walk.stepY) {
    const int64_t px = std::clamp<int64_t>(walk.x, 0, walk.mostX), py = std::clamp<int64_t>(walk.y, 0, walk.mostY);
    to[i] = from.data[(py >> 16) * from.stride + (px >> 16)];
  }
}

#if defined(__x86_64__)
/** Eight at a time. Reads up to three bytes behind a sample's right neighbour: planes have that room. Returns how many it did. */
AMI_AVX2 int sampleLinearAvx2(PlaneView from, const Walk& walk, uint8_t* to, int count) {
  // Places must fit 32 bits all along the row.
  const auto fits = [&](int64_t start, int64_t step) {
    const int64_t end = start + step * (count + 8);
    return start > INT32_MIN && start < INT32_MAX && end > INT32_MIN && end < INT32_MAX;
  };
  if (!fits(walk.x, walk.stepX) || !fits(walk.y, walk.stepY) || from.stride * ((walk.mostY >> 16) + 2) > INT32_MAX) return 0;
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), zero = _mm256_setzero_si256();
  const auto stepX = static_cast<int>(walk.stepX), stepY = static_cast<int>(walk.stepY);
  __m256i x = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(walk.x)), _mm256_mullo_epi32(lanes, _mm256_set1_epi32(stepX)));
  __m256i y = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(walk.y)), _mm256_mullo_epi32(lanes, _mm256_set1_epi32(stepY)));
  const __m256i mostX = _mm256_set1_epi32(static_cast<int>(walk.mostX)), mostY = _mm256_set1_epi32(static_cast<int>(walk.mostY));
  const __m256i stride = _mm256_set1_epi32(static_cast<int>(from.stride)), low = _mm256_set1_epi32(255), one = _mm256_set1_epi32(256);
  const __m256i half = _mm256_set1_epi32(32768);
  const auto* base = reinterpret_cast<const int*>(from.data);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i px = _mm256_min_epi32(_mm256_max_epi32(x, zero), mostX), py = _mm256_min_epi32(_mm256_max_epi32(y, zero), mostY);
    const __m256i wx = _mm256_and_si256(_mm256_srli_epi32(px, 8), low), wy = _mm256_and_si256(_mm256_srli_epi32(py, 8), low);
    const __m256i at = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srli_epi32(py, 16), stride), _mm256_srli_epi32(px, 16));
    // The row below counts nothing at the last row: there the same one is read again.
    const __m256i below = _mm256_andnot_si256(_mm256_cmpeq_epi32(wy, zero), stride);
    const __m256i upper = _mm256_i32gather_epi32(base, at, 1), lower = _mm256_i32gather_epi32(base, _mm256_add_epi32(at, below), 1);
    // Two neighbours as two 16-bit halves, against their two weights.
    const __m256i spread = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
    const __m256i across = _mm256_or_si256(_mm256_sub_epi32(one, wx), _mm256_slli_epi32(wx, 16));
    const __m256i top = _mm256_madd_epi16(_mm256_shuffle_epi8(upper, spread), across);
    const __m256i bottom = _mm256_madd_epi16(_mm256_shuffle_epi8(lower, spread), across);
    __m256i sum = _mm256_add_epi32(_mm256_mullo_epi32(top, _mm256_sub_epi32(one, wy)), _mm256_mullo_epi32(bottom, wy));
    sum = _mm256_srli_epi32(_mm256_add_epi32(sum, half), 16);
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + i), _mm_packus_epi16(words, words));
    x = _mm256_add_epi32(x, _mm256_set1_epi32(8 * stepX));
    y = _mm256_add_epi32(y, _mm256_set1_epi32(8 * stepY));
  }
  return i;
}
#endif

}  // namespace

void sampleRow(PlaneView from, int width, int height, double x, double y, double stepX, double stepY, bool nearest, uint8_t* to, int count) {
  const auto fixed = [](double value) { return static_cast<int64_t>(std::llround(std::clamp(value, -1e9, 1e9) * 65536)); };
  // Nearest takes the sample that a place lies in; linear counts from the middles of samples.
  const double corner = nearest ? 0 : 0.5;
  const int64_t last = nearest ? 65535 : 0;
  Walk walk{fixed(x - corner), fixed(y - corner), fixed(stepX), fixed(stepY), (static_cast<int64_t>(width - 1) << 16) + last, (static_cast<int64_t>(height - 1) << 16) + last};
  if (nearest) return sampleNearest(from, walk, to, count);
#if defined(__x86_64__)
  if (hasAvx2()) {
    const int done = sampleLinearAvx2(from, walk, to, count);
    walk.x += done * walk.stepX;
    walk.y += done * walk.stepY;
    to += done;
    count -= done;
  }
#endif
  sampleLinear(from, walk, to, count);
}

}  // namespace ami
