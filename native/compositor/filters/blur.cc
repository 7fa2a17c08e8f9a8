#include "blur.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "media-store/simd.h"

namespace ami {
namespace {

/** Furthest that a box reaches: wider blurs are made of smaller frames. */
constexpr int kLongestReach = 4;

/** Mean of `2 * reach + 1` neighbours along a row whose copy `line` has space for `reach` more at both ends. */
AMI_INLINE void boxRowKernel(const uint8_t* line, uint8_t* row, int width, int reach) {
  const uint32_t scale = (1u << 16) / (2 * reach + 1);
  for (int x = 0; x < width; x++) {
    uint32_t sum = line[x];
    for (int tap = 1; tap <= reach; tap++) sum += line[x - tap] + line[x + tap];
    const uint32_t mean = (sum * scale + 32768) >> 16;
    row[x] = static_cast<uint8_t>(mean > 255 ? 255 : mean);
  }
}
// The reach is a compile-time constant, so that the taps are laid out and not counted.
#define AMI_BOX(reach)                                                                                        \
  AMI_INLINE void boxRow##reach##Kernel(const uint8_t* line, uint8_t* row, int width) { boxRowKernel(line, row, width, reach); } \
  AMI_DISPATCH(boxRow##reach, (const uint8_t* line, uint8_t* row, int width), (line, row, width))
AMI_BOX(1)
AMI_BOX(2)
AMI_BOX(3)
AMI_BOX(4)
#undef AMI_BOX

/** Edges go on. */
void boxRow(uint8_t* row, uint8_t* line, int width, int reach) {
  memcpy(line, row, width);
  memset(line - reach, row[0], reach);
  memset(line + width, row[width - 1], reach);
  switch (reach) {
    case 1: return boxRow1(line, row, width);
    case 2: return boxRow2(line, row, width);
    case 3: return boxRow3(line, row, width);
    default: return boxRow4(line, row, width);
  }
}

AMI_INLINE void slideKernel(uint32_t* sums, const uint8_t* in, const uint8_t* out, uint8_t* to, int width, uint32_t scale) {
  for (int x = 0; x < width; x++) {
    const uint32_t mean = (sums[x] * scale + 32768) >> 16;
    to[x] = static_cast<uint8_t>(mean > 255 ? 255 : mean);
    sums[x] = sums[x] + in[x] - out[x];
  }
}
AMI_DISPATCH(slide, (uint32_t* sums, const uint8_t* in, const uint8_t* out, uint8_t* to, int width, uint32_t scale), (sums, in, out, to, width, scale))

/** The same down the columns, all of them at once. */
void boxColumns(uint8_t* plane, ptrdiff_t stride, int width, int height, int reach, BlurRoom& room) {
  const uint32_t count = 2 * reach + 1, scale = (1u << 16) / count;
  // Rows as they were: only those that a sum still needs.
  const int kept = std::min(height, static_cast<int>(count) + 1);
  room.line.resize(static_cast<size_t>(kept) * width + width);
  room.sums.assign(width, 0);
  uint8_t* old = room.line.data();
  const auto clampRow = [height](int y) { return std::min(std::max(y, 0), height - 1); };
  for (int y = -reach; y <= reach; y++) {
    const uint8_t* row = plane + clampRow(y) * stride;
    for (int x = 0; x < width; x++) room.sums[x] += row[x];
  }
  for (int y = 0; y < height; y++) {
    memcpy(old + static_cast<size_t>(y % kept) * width, plane + y * stride, width);
    const int leaving = clampRow(y - reach);
    const int entering = clampRow(y + reach + 1);
    const uint8_t* in = entering > y ? plane + entering * stride : old + static_cast<size_t>(entering % kept) * width;
    slide(room.sums.data(), in, old + static_cast<size_t>(leaving % kept) * width, plane + y * stride, width, scale);
  }
}

void blurPlane(uint8_t* plane, ptrdiff_t stride, int width, int height, int reach, BlurRoom& room) {
  if (reach < 1) return;
  reach = std::min(reach, kLongestReach);
  room.line.resize(width + 2 * kLongestReach);
  for (int y = 0; y < height; y++) {
    for (int pass = 0; pass < 3; pass++) boxRow(plane + y * stride, room.line.data() + kLongestReach, width, reach);
  }
  for (int pass = 0; pass < 3; pass++) boxColumns(plane, stride, width, height, reach, room);
}

/** Wide blurs are made of a smaller frame: nobody sees the difference, and it costs a fraction. */
void blurPlaneQuickly(uint8_t* plane, ptrdiff_t stride, int width, int height, float radius, BlurRoom& room) {
  int shrink = 1;
  while (radius / shrink > 6 && width / shrink > 8 && height / shrink > 8) shrink *= 2;
  // Three boxes of reach r are a bell curve with a deviation of about r.
  const int reach = static_cast<int>(std::lround(radius / shrink * 0.6f + (radius > 0 ? 0.4f : 0)));
  if (shrink == 1) {
    blurPlane(plane, stride, width, height, reach, room);
    return;
  }
  const int smallWidth = (width + shrink - 1) / shrink, smallHeight = (height + shrink - 1) / shrink;
  room.small.resize(static_cast<size_t>(smallWidth) * smallHeight);
  const auto over = [](int from, int to) { return AxisMap{0, static_cast<double>(from) / to, from}; };
  room.scaler.scale({plane, stride}, over(width, smallWidth), over(height, smallHeight), room.small.data(), smallWidth, smallWidth, smallHeight, false);
  blurPlane(room.small.data(), smallWidth, smallWidth, smallHeight, reach, room);
  room.scaler.scale({room.small.data(), smallWidth}, over(smallWidth, width), over(smallHeight, height), plane, stride, width, height, false);
}

/** What 255 / alpha is, times 65536; 0 for no alpha. */
struct Reciprocals {
  uint32_t of[256] = {};
  Reciprocals() {
    for (uint32_t alpha = 1; alpha < 256; alpha++) of[alpha] = (255u * 65536 + alpha / 2) / alpha;
  }
};
const Reciprocals reciprocals;

/** Colour times alpha (`multiply`), or back; neutral is what stays without any alpha. */
void weigh(Planes& frame, bool multiply) {
  const auto apply = [multiply](uint8_t& value, int alpha, int neutral) {
    const int64_t from = value - neutral;
    const int to = static_cast<int>((multiply ? from * alpha * 257 + 32768 : from * reciprocals.of[alpha] + 32768) >> 16);
    value = static_cast<uint8_t>(std::min(std::max(neutral + to, 0), 255));
  };
  for (int y = 0; y < frame.height; y++) {
    uint8_t* luma = frame.y + y * frame.strideY;
    const uint8_t* alpha = frame.a + y * frame.strideA;
    for (int x = 0; x < frame.width; x++) apply(luma[x], alpha[x], 16);
  }
  for (int y = 0; y < chromaOf(frame.height); y++) {
    uint8_t *u = frame.u + y * frame.strideC, *v = frame.v + y * frame.strideC;
    const uint8_t* first = frame.a + 2 * y * frame.strideA;
    const uint8_t* second = 2 * y + 1 < frame.height ? first + frame.strideA : first;
    for (int x = 0; x < chromaOf(frame.width); x++) {
      const int next = 2 * x + 1 < frame.width ? 2 * x + 1 : 2 * x;
      const int alpha = (first[2 * x] + first[next] + second[2 * x] + second[next] + 2) / 4;
      apply(u[x], alpha, 128);
      apply(v[x], alpha, 128);
    }
  }
}

}  // namespace

void blur(Planes& frame, float radius, BlurRoom& room) {
  if (!(radius > 0)) return;
  if (frame.a != nullptr) weigh(frame, true);
  blurPlaneQuickly(frame.y, frame.strideY, frame.width, frame.height, radius, room);
  const int chromaWidth = chromaOf(frame.width), chromaHeight = chromaOf(frame.height);
  blurPlaneQuickly(frame.u, frame.strideC, chromaWidth, chromaHeight, radius / 2, room);
  blurPlaneQuickly(frame.v, frame.strideC, chromaWidth, chromaHeight, radius / 2, room);
  if (frame.a == nullptr) return;
  blurPlaneQuickly(frame.a, frame.strideA, frame.width, frame.height, radius, room);
  weigh(frame, false);
}

namespace {

AMI_INLINE void sharpenRowKernel(const uint8_t* above, const uint8_t* own, const uint8_t* below, uint8_t* to, int width, int amount) {
  for (int x = 1; x < width - 1; x++) {
    const int around = above[x] + below[x] + own[x - 1] + own[x + 1];
    const int value = own[x] + ((amount * (4 * own[x] - around)) >> 8);
    to[x] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  }
}
AMI_DISPATCH(sharpenRow, (const uint8_t* above, const uint8_t* own, const uint8_t* below, uint8_t* to, int width, int amount), (above, own, below, to, width, amount))

}  // namespace

void sharpen(Planes& frame, float amount, BlurRoom& room) {
  const int width = frame.width, height = frame.height, strength = static_cast<int>(amount * 256);
  if (strength <= 0 || width < 3 || height < 3) return;
  room.line.resize(static_cast<size_t>(width) * 2);
  // Rows above and at the one that is being written, as they were.
  uint8_t *above = room.line.data(), *own = above + width;
  memcpy(above, frame.y, width);
  for (int y = 1; y < height - 1; y++) {
    uint8_t* row = frame.y + y * frame.strideY;
    memcpy(own, row, width);
    sharpenRow(above, own, row + frame.strideY, row, width, strength);
    std::swap(above, own);
  }
}

}  // namespace ami
