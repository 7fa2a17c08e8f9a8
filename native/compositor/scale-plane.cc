#include "scale-plane.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "media-store/simd.h"

namespace ami {

namespace {

constexpr int kPad = 32;

AMI_INLINE void halveBothKernel(const uint8_t* first, const uint8_t* second, uint8_t* to, int width) {
  for (int x = 0; x < width; x++) {
    to[x] = static_cast<uint8_t>((first[2 * x] + first[2 * x + 1] + second[2 * x] + second[2 * x + 1] + 2) >> 2);
  }
}
AMI_DISPATCH(halveBoth, (const uint8_t* first, const uint8_t* second, uint8_t* to, int width), (first, second, to, width))

AMI_INLINE void halveAcrossKernel(const uint8_t* from, uint8_t* to, int width) {
  for (int x = 0; x < width; x++) to[x] = static_cast<uint8_t>((from[2 * x] + from[2 * x + 1] + 1) >> 1);
}
AMI_DISPATCH(halveAcross, (const uint8_t* from, uint8_t* to, int width), (from, to, width))

AMI_INLINE void halveDownKernel(const uint8_t* first, const uint8_t* second, uint8_t* to, int width) {
  for (int x = 0; x < width; x++) to[x] = static_cast<uint8_t>((first[x] + second[x] + 1) >> 1);
}
AMI_DISPATCH(halveDown, (const uint8_t* first, const uint8_t* second, uint8_t* to, int width), (first, second, to, width))

AMI_INLINE void mixTwoKernel(const uint8_t* a, const uint8_t* b, uint8_t* to, int width, uint16_t wa, uint16_t wb) {
  for (int x = 0; x < width; x++) {
    to[x] = static_cast<uint8_t>(static_cast<uint16_t>(static_cast<uint16_t>(a[x] * wa) + static_cast<uint16_t>(b[x] * wb) + 128) >> 8);
  }
}
AMI_DISPATCH(mixTwo, (const uint8_t* a, const uint8_t* b, uint8_t* to, int width, uint16_t wa, uint16_t wb), (a, b, to, width, wa, wb))

AMI_INLINE void mixThreeKernel(const uint8_t* a, const uint8_t* b, const uint8_t* c, uint8_t* to, int width, const uint16_t* w) {
  const uint16_t wa = w[0], wb = w[1], wc = w[2];
  for (int x = 0; x < width; x++) {
    const auto sum = static_cast<uint16_t>(static_cast<uint16_t>(a[x] * wa) + static_cast<uint16_t>(b[x] * wb) + static_cast<uint16_t>(c[x] * wc) + 128);
    to[x] = static_cast<uint8_t>(sum >> 8);
  }
}
AMI_DISPATCH(mixThree, (const uint8_t* a, const uint8_t* b, const uint8_t* c, uint8_t* to, int width, const uint16_t* w), (a, b, c, to, width, w))

}  // namespace

/**
 * Two times eight neighbouring target samples: one load has what eight need of their first two source samples, one two further on the
 * third.
 */
struct PlaneScaler::Group {
  int32_t base[2];
  int32_t three;
  uint8_t order[32];
  uint8_t pair[32];
  uint8_t third[32];
};

void PlaneScaler::layTaps(const AxisMap& map, int count, std::vector<Tap>& taps) {
  taps.resize(static_cast<size_t>(count));
  const double length = std::fabs(map.step);
  for (int i = 0; i < count; i++) {
    const double middle = map.start + (i + 0.5) * map.step;
    // Up to one source sample wide, area and linear interpolation are the same.
    const double half = std::max(length, 1.0) / 2;
    // Half a weight's step of space, so that whole positions stay whole.
    double low = std::floor((middle - half) * 512 + 0.5) / 512, high = low + 2 * half;
    low = std::clamp(low, -3.0, map.samples + 2.0);
    high = std::clamp(high, low + 1, low + 3);
    const double index = std::floor(low);
    double shares[3] = {index + 1 - low, std::clamp(high - index - 1, 0.0, 1.0), std::clamp(high - index - 2, 0.0, 1.0)};
    const double sum = shares[0] + shares[1] + shares[2];
    Tap& tap = taps[static_cast<size_t>(i)];
    tap.index = static_cast<int>(index);
    int left = 256;
    for (int k = 1; k < 3; k++) {
      tap.weights[k] = static_cast<uint16_t>(std::lround(shares[k] / sum * 256));
      left -= tap.weights[k];
    }
    tap.weights[0] = static_cast<uint16_t>(std::max(0, left));
    if (left < 0) tap.weights[1] = static_cast<uint16_t>(tap.weights[1] + left);
  }
}

bool PlaneScaler::isShift(const std::vector<Tap>& taps) {
  for (size_t i = 0; i < taps.size(); i++) {
    if (taps[i].weights[0] != taps[0].weights[0] || taps[i].weights[2] != 0 || taps[i].index != taps[0].index + static_cast<int>(i)) return false;
  }
  return true;
}

const PlaneScaler::Axis& PlaneScaler::axisOf(Axes& axes, const AxisMap& map, int count, bool across) {
  for (int i = 0; i < 2; i++) {
    Axis& kept = axes.kept[i];
    if (kept.count != count || !(kept.map == map)) continue;
    axes.newest = i;
    return kept;
  }
  axes.newest ^= 1;
  Axis& axis = axes.kept[axes.newest];
  axis.map = map;
  axis.count = count;
  layTaps(map, count, axis.taps);
  axis.shifted = isShift(axis.taps);
  if (across && !axis.shifted) layGroups(axis);
  return axis;
}

void PlaneScaler::layGroups(Axis& axis) {
  const std::vector<Tap>& taps = axis.taps;
  const size_t halves = static_cast<size_t>((axis.count + 15) / 16) * 2;
  axis.groups.resize(halves / 2 * sizeof(Group));
  auto* groups = reinterpret_cast<Group*>(axis.groups.data());
  for (size_t h = 0; h < halves; h++) {
    Group& group = groups[h / 2];
    const auto tapOf = [&](size_t i) -> const Tap& { return taps[std::min(h * 8 + i, taps.size() - 1)]; };
    int base = tapOf(0).index;
    for (size_t i = 1; i < 8; i++) base = std::min(base, tapOf(i).index);
    group.base[h & 1] = base;
    if ((h & 1) == 0) group.three = 0;
    uint8_t *order = group.order + (h & 1) * 16, *pair = group.pair + (h & 1) * 16, *third = group.third + (h & 1) * 16;
    for (size_t i = 0; i < 8; i++) {
      const Tap& tap = tapOf(i);
      const int at = std::min(tap.index - base, 14);
      // A weight of 256 does not fit a byte; the 1 that is missing goes to the neighbour.
      const bool whole = tap.weights[0] == 256, second = tap.weights[1] == 256;
      order[2 * i] = static_cast<uint8_t>(at);
      order[2 * i + 1] = static_cast<uint8_t>(at + 1);
      pair[2 * i] = static_cast<uint8_t>(whole ? 255 : tap.weights[0] + (second ? 1 : 0));
      pair[2 * i + 1] = static_cast<uint8_t>(second ? 255 : tap.weights[1] + (whole ? 1 : 0));
      third[2 * i] = static_cast<uint8_t>(std::min<int>(tap.weights[2], 255));
      third[2 * i + 1] = 0;
      group.three |= tap.weights[2];
    }
  }
}

#if defined(__x86_64__)
namespace {
AMI_AVX2 AMI_INLINE __m256i load(const uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }

AMI_AVX2 AMI_INLINE __m256i both(const uint8_t* low, const uint8_t* high) {
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(low));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(first), _mm_loadu_si128(reinterpret_cast<const __m128i*>(high)), 1);
}

template <class Group>
AMI_AVX2 inline void scaleRowAvx2(const Group* groups, const uint8_t* row, uint8_t* to, int width) {
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(0x80)), round = _mm256_set1_epi16(128);
  const int count = (width + 15) / 16;
  for (int g = 0; g < count; g++) {
    const Group& group = groups[g];
    const uint8_t *low = row + group.base[0], *high = row + group.base[1];
    const __m256i order = load(group.order);
    // Weights are the unsigned side, samples less 128 the signed one: so weights may have eight bits.
    __m256i sum = _mm256_maddubs_epi16(load(group.pair), _mm256_shuffle_epi8(_mm256_xor_si256(both(low, high), flip), order));
    if (group.three != 0) {
      const __m256i samples = _mm256_shuffle_epi8(_mm256_xor_si256(both(low + 2, high + 2), flip), order);
      sum = _mm256_adds_epi16(sum, _mm256_maddubs_epi16(load(group.third), samples));
    }
    sum = _mm256_srai_epi16(_mm256_adds_epi16(sum, round), 8);
    const __m128i packed = _mm_packs_epi16(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    const __m128i bytes = _mm_xor_si128(packed, _mm256_castsi256_si128(flip));
    if (g * 16 + 16 <= width) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + g * 16), bytes);
    } else {
      uint8_t rest[16];
      _mm_storeu_si128(reinterpret_cast<__m128i*>(rest), bytes);
      memcpy(to + g * 16, rest, static_cast<size_t>(width - g * 16));
    }
  }
}
}  // namespace
#endif

/** `row` has kPad samples of padding before and behind. */
void PlaneScaler::scaleRow(const Axis& across, const uint8_t* row, uint8_t* to, int width) {
#if defined(__x86_64__)
  if (hasAvx2()) return scaleRowAvx2(reinterpret_cast<const Group*>(across.groups.data()), row, to, width);
#endif
  for (int x = 0; x < width; x++) {
    const Tap& tap = across.taps[static_cast<size_t>(x)];
    const uint8_t* p = row + tap.index;
    to[x] = static_cast<uint8_t>((p[0] * tap.weights[0] + p[1] * tap.weights[1] + p[2] * tap.weights[2] + 128) >> 8);
  }
}

void halvePlane(PlaneView from, PlaneBuffer& to, int width, int height, bool acrossX, bool acrossY) {
  const int w = acrossX ? (width + 1) / 2 : width, h = acrossY ? (height + 1) / 2 : height;
  to.resize(w, h);
  const int whole = acrossX ? width / 2 : width;
  for (int y = 0; y < h; y++) {
    const uint8_t* first = from.row(acrossY ? 2 * y : y);
    const uint8_t* second = acrossY && 2 * y + 1 < height ? first + from.stride : first;
    uint8_t* row = to.row(y);
    if (acrossX && acrossY) halveBoth(first, second, row, whole);
    else if (acrossX) halveAcross(first, row, whole);
    else halveDown(first, second, row, whole);
    if (whole < w) row[whole] = static_cast<uint8_t>((first[width - 1] + second[width - 1] + 1) >> 1);
  }
}

PlaneView PlaneScaler::halve(PlaneView from, int& width, int& height, bool acrossX, bool acrossY, int turn) {
  PlaneBuffer& to = halves_[turn & 1];
  halvePlane(from, to, width, height, acrossX, acrossY);
  if (acrossX) width = (width + 1) / 2;
  if (acrossY) height = (height + 1) / 2;
  return {to.data(), to.stride()};
}

void PlaneScaler::scaleNearest(PlaneView from, const AxisMap& x, const AxisMap& y, uint8_t* to, ptrdiff_t stride, int width, int height) {
  const auto sampleOf = [](const AxisMap& map, int i) {
    const double middle = std::clamp(map.start + (i + 0.5) * map.step, 0.0, map.samples - 1.0 + 0.5);
    return std::min(static_cast<int>(middle), map.samples - 1);
  };
  indices_.resize(static_cast<size_t>(width));
  for (int i = 0; i < width; i++) indices_[static_cast<size_t>(i)] = sampleOf(x, i);
  int before = -1;
  for (int i = 0; i < height; i++, to += stride) {
    const int row = sampleOf(y, i);
    if (row == before) {
      memcpy(to, to - stride, static_cast<size_t>(width));
      continue;
    }
    const uint8_t* p = from.row(row);
    for (int k = 0; k < width; k++) to[k] = p[indices_[static_cast<size_t>(k)]];
    before = row;
  }
}

void PlaneScaler::scale(PlaneView from, AxisMap x, AxisMap y, uint8_t* to, ptrdiff_t stride, int width, int height, bool nearest) {
  if (width < 1 || height < 1) return;
  if (nearest) return scaleNearest(from, x, y, to, stride, width, height);
  for (int turn = 0;; turn++) {
    const bool acrossX = std::fabs(x.step) >= 2 && x.samples > 1, acrossY = std::fabs(y.step) >= 2 && y.samples > 1;
    if (!acrossX && !acrossY) break;
    from = halve(from, x.samples, y.samples, acrossX, acrossY, turn);
    if (acrossX) x.start /= 2, x.step /= 2;
    if (acrossY) y.start /= 2, y.step /= 2;
  }
  const Axis& across = axisOf(across_, x, width, true);
  const std::vector<Tap>& down = axisOf(down_, y, height, false).taps;
  const bool shifted = across.shifted;
  // All samples have the same offset to theirs: on them, or between two which then count the same everywhere.
  const Tap& first = across.taps[0];
  const int shift = first.index;
  const uint16_t share = first.weights[0];
  const auto slide = [&](const uint8_t* row, uint8_t* into) {
    if (share == 256) memcpy(into, row + shift, static_cast<size_t>(width));
    else mixTwo(row + shift, row + shift + 1, into, width, share, first.weights[1]);
  };
  // A shift that leaves the source needs its edge repeated, which the line below has.
  const bool inside = shifted && shift >= 0 && shift + width + (share == 256 ? 0 : 1) <= x.samples;
  const size_t columns = static_cast<size_t>(x.samples);
  line_.resize(columns + 2 * kPad);
  uint8_t* line = line_.data() + kPad;
  const int last = y.samples - 1;
  const uint8_t* lined = nullptr;
  for (int i = 0; i < height; i++, to += stride) {
    const Tap& tap = down[static_cast<size_t>(i)];
    const uint8_t* rows[3];
    for (int k = 0; k < 3; k++) rows[k] = from.row(std::clamp(tap.index + k, 0, last));
    const bool single = tap.weights[0] == 256 || (tap.weights[2] == 0 && rows[0] == rows[1]);
    if (single && inside) {
      slide(rows[0], to);
      continue;
    }
    if (inside && share == 256 && tap.weights[2] == 0) {
      mixTwo(rows[0] + shift, rows[1] + shift, to, width, tap.weights[0], tap.weights[1]);
      continue;
    }
    if (!single || lined != rows[0]) {
      if (single) memcpy(line, rows[0], columns);
      else if (tap.weights[2] == 0) mixTwo(rows[0], rows[1], line, x.samples, tap.weights[0], tap.weights[1]);
      else mixThree(rows[0], rows[1], rows[2], line, x.samples, tap.weights);
      lined = single ? rows[0] : nullptr;
      memset(line - kPad, line[0], kPad);
      memset(line + columns, line[columns - 1], kPad);
    }
    if (shifted) slide(line, to);
    else scaleRow(across, line, to, width);
  }
}

}  // namespace ami
