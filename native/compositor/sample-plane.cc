#include "sample-plane.h"

#include <algorithm>

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

void sampleRow(PlaneView from, int width, int height, double x, double y, double stepX, double stepY, bool nearest, uint8_t* to, int count) {
  const double one = 65536;
  // Of a sample's middle the corner, so that whole numbers are samples.
  int64_t fx = std::llround((nearest ? x : x - 0.5) * one), fy = std::llround((nearest ? y : y - 0.5) * one);
  const int64_t dx = std::llround(stepX * one), dy = std::llround(stepY * one);
  const int64_t mostX = (static_cast<int64_t>(width - 1) << 16) + (nearest ? 65535 : 0);
  const int64_t mostY = (static_cast<int64_t>(height - 1) << 16) + (nearest ? 65535 : 0);
  for (int i = 0; i < count; i++, fx += dx, fy += dy) {
    const auto px = static_cast<int>(std::clamp<int64_t>(fx, 0, mostX)), py = static_cast<int>(std::clamp<int64_t>(fy, 0, mostY));
    const uint8_t* p = from.data + (py >> 16) * from.stride + (px >> 16);
    if (nearest) {
      to[i] = *p;
      continue;
    }
    const int wx = (px >> 8) & 255, wy = (py >> 8) & 255;
    // At the last sample the weight of the next is nothing: it is not looked at.
    const int right = wx != 0 ? 1 : 0;
    const ptrdiff_t below = wy != 0 ? from.stride : 0;
    const int top = p[0] * (256 - wx) + p[right] * wx, bottom = p[below] * (256 - wx) + p[below + right] * wx;
    to[i] = static_cast<uint8_t>((top * (256 - wy) + bottom * wy + 32768) >> 16);
  }
}

}  // namespace ami
