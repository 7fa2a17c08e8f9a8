#include "sample-plane.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "bt709.h"
#include "media-store/simd.h"

namespace ami {

EdgeCoverage::EdgeCoverage(const Affine& toContent, double width, double height)
    : toContent_(toContent),
      width_(width),
      height_(height),
      acrossX_(1 / std::max(1e-12, std::hypot(toContent.a, toContent.c))),
      acrossY_(1 / std::max(1e-12, std::hypot(toContent.b, toContent.d))) {}

namespace {

/** Distances to the four edges in target pixels, and how they change from one sample to the next. */
struct Edges {
  float left, right, top, bottom;
  float stepX, stepY;
};

AMI_INLINE void coverKernel(const Edges& edges, float soft, int from, int to, uint16_t* covers) {
  for (int i = from; i < to; i++) {
    const float x = static_cast<float>(i) * edges.stepX, y = static_cast<float>(i) * edges.stepY;
    const float across = unit((edges.left + x) * soft + 0.5f) * unit((edges.right - x) * soft + 0.5f);
    const float down = unit((edges.top + y) * soft + 0.5f) * unit((edges.bottom - y) * soft + 0.5f);
    covers[i] = static_cast<uint16_t>(static_cast<int>(across * down * 256.0f + 0.5f));
  }
}
AMI_DISPATCH(cover, (const Edges& edges, float soft, int from, int to, uint16_t* covers), (edges, soft, from, to, covers))

/** Narrows [from, to) to where `start + i * step` is at least `least`, give or take `room` samples. */
void narrow(double start, double step, double least, double room, double& from, double& to) {
  if (std::fabs(step) < 1e-9) {
    if (start < least) to = from;
    return;
  }
  const double at = (least - start) / step;
  if (step > 0) from = std::max(from, at - room);
  else to = std::min(to, at + room);
}

}  // namespace

CoveredRun EdgeCoverage::row(double x, double y, double step, int count, uint16_t* covers) const {
  const double cx = toContent_.a * x + toContent_.c * y + toContent_.e, cy = toContent_.b * x + toContent_.d * y + toContent_.f;
  const double left = cx * acrossX_, right = (width_ - cx) * acrossX_, top = cy * acrossY_, bottom = (height_ - cy) * acrossY_;
  const double stepX = toContent_.a * step * acrossX_, stepY = toContent_.b * step * acrossY_;
  // An edge is soft for half a sample to each side. One sample of space for what rounding may do: between, all is covered.
  double some[2] = {0, static_cast<double>(count)}, all[2] = {0, static_cast<double>(count)};
  const auto edge = [&](double start, double by) {
    narrow(start, by, -step / 2, 1, some[0], some[1]);
    narrow(start, by, step / 2, -1, all[0], all[1]);
  };
  edge(left, stepX);
  edge(right, -stepX);
  edge(top, stepY);
  edge(bottom, -stepY);
  CoveredRun run;
  if (!(some[0] < some[1])) return run;
  run.first = static_cast<int>(std::floor(some[0]));
  run.last = std::min(count, static_cast<int>(std::ceil(some[1])) + 1);
  run.whole = static_cast<int>(std::ceil(std::min(all[0], static_cast<double>(run.last))));
  run.behind = static_cast<int>(std::floor(std::max(all[1], 0.0)));
  if (run.whole >= run.behind || !(all[0] < all[1])) run.whole = run.behind = run.last;
  const Edges edges = {static_cast<float>(left), static_cast<float>(right), static_cast<float>(top),
                       static_cast<float>(bottom), static_cast<float>(stepX), static_cast<float>(stepY)};
  const auto soft = static_cast<float>(1 / step);
  cover(edges, soft, run.first, run.whole, covers);
  cover(edges, soft, run.behind, run.last, covers);
  const auto isClear = [&](int i) { return (i < run.whole || i >= run.behind) && covers[i] == 0; };
  while (run.first < run.last && isClear(run.first)) run.first++;
  while (run.last > run.first && isClear(run.last - 1)) run.last--;
  run.whole = std::clamp(run.whole, run.first, run.last);
  run.behind = std::clamp(run.behind, run.whole, run.last);
  return run;
}

namespace {

/** Positions in a source, 65536 to a sample, clamped to it. */
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
/** Whether a walk of this many samples fits in 32 bits all along, eight more included. */
bool fits(const Walk& walk, ptrdiff_t stride, int count) {
  const auto within = [count](int64_t start, int64_t step) {
    const int64_t end = start + step * (count + 8);
    return start > INT32_MIN && start < INT32_MAX && end > INT32_MIN && end < INT32_MAX;
  };
  return within(walk.x, walk.stepX) && within(walk.y, walk.stepY) && stride * ((walk.mostY >> 16) + 2) <= INT32_MAX;
}

/**
 * Eight at a time, of planes with one stride. Reads up to three bytes behind a sample's right neighbour: planes have that padding. With
 * `inside` no position needs to be clamped. Returns how many it did.
 */
template <int planes, bool inside>
AMI_AVX2 int sampleLinearAvx2(const SampledRow* rows, const Walk& walk, int from, int count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), zero = _mm256_setzero_si256();
  const auto stepX = static_cast<int>(walk.stepX), stepY = static_cast<int>(walk.stepY);
  const auto startX = static_cast<int>(walk.x + from * walk.stepX), startY = static_cast<int>(walk.y + from * walk.stepY);
  __m256i x = _mm256_add_epi32(_mm256_set1_epi32(startX), _mm256_mullo_epi32(lanes, _mm256_set1_epi32(stepX)));
  __m256i y = _mm256_add_epi32(_mm256_set1_epi32(startY), _mm256_mullo_epi32(lanes, _mm256_set1_epi32(stepY)));
  const __m256i mostX = _mm256_set1_epi32(static_cast<int>(walk.mostX)), mostY = _mm256_set1_epi32(static_cast<int>(walk.mostY));
  const __m256i stride = _mm256_set1_epi32(static_cast<int>(rows[0].from.stride)), low = _mm256_set1_epi32(255), one = _mm256_set1_epi32(256);
  const __m256i half = _mm256_set1_epi32(32768), nextX = _mm256_set1_epi32(8 * stepX), nextY = _mm256_set1_epi32(8 * stepY);
  // Two neighbours as two 16-bit halves, against their two weights.
  const __m256i spread = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
  int i = from;
  for (; i + 8 <= from + count; i += 8) {
    const __m256i px = inside ? x : _mm256_min_epi32(_mm256_max_epi32(x, zero), mostX), py = inside ? y : _mm256_min_epi32(_mm256_max_epi32(y, zero), mostY);
    const __m256i wx = _mm256_and_si256(_mm256_srli_epi32(px, 8), low), wy = _mm256_and_si256(_mm256_srli_epi32(py, 8), low);
    const __m256i at = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srli_epi32(py, 16), stride), _mm256_srli_epi32(px, 16));
    // The row below counts nothing at the last row: there the same one is read again.
    const __m256i below = _mm256_add_epi32(at, inside ? stride : _mm256_andnot_si256(_mm256_cmpeq_epi32(wy, zero), stride));
    const __m256i across = _mm256_or_si256(_mm256_sub_epi32(one, wx), _mm256_slli_epi32(wx, 16));
    for (int plane = 0; plane < planes; plane++) {
      const auto* base = reinterpret_cast<const int*>(rows[plane].from.data);
      const __m256i upper = _mm256_i32gather_epi32(base, at, 1), lower = _mm256_i32gather_epi32(base, below, 1);
      const __m256i top = _mm256_madd_epi16(_mm256_shuffle_epi8(upper, spread), across);
      const __m256i bottom = _mm256_madd_epi16(_mm256_shuffle_epi8(lower, spread), across);
      const __m256i mixed = _mm256_add_epi32(_mm256_slli_epi32(top, 8), _mm256_mullo_epi32(_mm256_sub_epi32(bottom, top), wy));
      const __m256i sum = _mm256_srli_epi32(_mm256_add_epi32(mixed, half), 16);
      const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(rows[plane].to + i), _mm_packus_epi16(words, words));
    }
    x = _mm256_add_epi32(x, nextX);
    y = _mm256_add_epi32(y, nextY);
  }
  return i - from;
}

template <bool inside>
int sampleEights(const SampledRow* rows, int planes, const Walk& walk, int from, int count) {
  switch (planes) {
    case 1: return sampleLinearAvx2<1, inside>(rows, walk, from, count);
    case 2: return sampleLinearAvx2<2, inside>(rows, walk, from, count);
    default: return sampleLinearAvx2<3, inside>(rows, walk, from, count);
  }
}

/** Narrows [from, to) to where places along an axis, and one sample further, are inside the source. */
void narrowInside(int64_t start, int64_t step, int64_t most, int& from, int& to) {
  const auto isInside = [&](int64_t i) { return start + i * step >= 0 && start + i * step < most; };
  if (step == 0) {
    if (!isInside(from)) to = from;
    return;
  }
  // Where it comes in and where it goes out; rounding is put right one by one.
  const int64_t zero = -start / step, end = (most - start) / step;
  from = static_cast<int>(std::clamp<int64_t>(std::min(zero, end) - 1, from, to));
  to = static_cast<int>(std::clamp<int64_t>(std::max(zero, end) + 2, from, to));
  while (from < to && !isInside(from)) from++;
  while (to > from && !isInside(to - 1)) to--;
}
#endif

/** Linear sampling of planes that have one stride. */
void sampleLinear(const SampledRow* rows, int planes, const Walk& walk, int count) {
  int done = 0;
#if defined(__x86_64__)
  if (hasAvx2() && count >= 8 && fits(walk, rows[0].from.stride, count)) {
    int from = 0, to = count;
    narrowInside(walk.x, walk.stepX, walk.mostX, from, to);
    narrowInside(walk.y, walk.stepY, walk.mostY, from, to);
    // Whole eights before and between: what they leave is done with the next part.
    done = sampleEights<false>(rows, planes, walk, 0, std::min(count, (from + 7) / 8 * 8));
    if (to > done) done += sampleEights<true>(rows, planes, walk, done, to - done);
    done += sampleEights<false>(rows, planes, walk, done, count - done);
  }
#endif
  Walk rest = walk;
  rest.x += done * walk.stepX;
  rest.y += done * walk.stepY;
  for (int plane = 0; plane < planes; plane++) sampleLinear(rows[plane].from, rest, rows[plane].to + done, count - done);
}

}  // namespace

void sampleRows(const SampleWalk& of, const SampledRow* rows, int planes, int count) {
  const auto fixed = [](double value) { return static_cast<int64_t>(std::llround(std::clamp(value, -1e9, 1e9) * 65536)); };
  // Nearest takes the sample that a place is in; linear counts from the middles of samples.
  const double corner = of.nearest ? 0 : 0.5;
  const int64_t last = of.nearest ? 65535 : 0;
  const Walk walk{fixed(of.x - corner),
                  fixed(of.y - corner),
                  fixed(of.stepX),
                  fixed(of.stepY),
                  (static_cast<int64_t>(of.width - 1) << 16) + last,
                  (static_cast<int64_t>(of.height - 1) << 16) + last};
  if (of.nearest) {
    for (int plane = 0; plane < planes; plane++) sampleNearest(rows[plane].from, walk, rows[plane].to, count);
    return;
  }
  for (int plane = 0; plane < planes;) {
    int alike = 1;
    while (plane + alike < planes && alike < 3 && rows[plane + alike].from.stride == rows[plane].from.stride) alike++;
    sampleLinear(rows + plane, alike, walk, count);
    plane += alike;
  }
}

}  // namespace ami
