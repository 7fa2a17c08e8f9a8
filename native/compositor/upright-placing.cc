#include "upright-placing.h"

#include <algorithm>
#include <cmath>

namespace ami {

namespace {

/** Chroma samples that the content covers by half count half. */
void halveEdges(PlacedPlanes& p) {
  const int width = p.chromaWidth(), height = p.chromaHeight();
  for (PlaneBuffer* plane : {&p.ownU, &p.ownV, &p.ownChromaAlpha}) {
    for (int y = 0; y < height; y++) {
      uint8_t* row = plane->row(y);
      if ((y == 0 && p.halfTop) || (y == height - 1 && p.halfBottom)) {
        for (int x = 0; x < width; x++) row[x] = static_cast<uint8_t>((row[x] + 1) / 2);
      }
      if (p.halfLeft) row[0] = static_cast<uint8_t>((row[0] + 1) / 2);
      if (p.halfRight) row[width - 1] = static_cast<uint8_t>((row[width - 1] + 1) / 2);
    }
  }
}

}  // namespace

bool UprightPlacing::place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p) {
  borrowed_ = false;
  const Affine& t = geometry.transform;
  const int width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const int height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  const double ax = t.e, bx = t.e + t.a * width, ay = t.f, by = t.f + t.d * height;
  // Half pixels go the same way on both sides of zero, or a width would change on the way.
  const auto whole = [](double value) { return std::floor(value + 0.5); };
  const double x0 = whole(std::min(ax, bx)), x1 = whole(std::max(ax, bx)), y0 = whole(std::min(ay, by)), y1 = whole(std::max(ay, by));
  double left = std::max(0.0, x0), right = std::min<double>(targetWidth, x1), top = std::max(0.0, y0), bottom = std::min<double>(targetHeight, y1);
  // Surfaces know where anything stands in them; two pixels of room for what scaling spreads.
  if (content.left > 0 || content.top > 0 || content.right < content.planes.width || content.bottom < content.planes.height) {
    const double fromX = content.left - 2 - geometry.crop.left, toX = content.right + 2 - geometry.crop.left;
    const double fromY = content.top - 2 - geometry.crop.top, toY = content.bottom + 2 - geometry.crop.top;
    left = std::max(left, std::floor(t.e + std::min(fromX * t.a, toX * t.a)) - 1);
    right = std::min(right, std::ceil(t.e + std::max(fromX * t.a, toX * t.a)) + 1);
    top = std::max(top, std::floor(t.f + std::min(fromY * t.d, toY * t.d)) - 1);
    bottom = std::min(bottom, std::ceil(t.f + std::max(fromY * t.d, toY * t.d)) + 1);
  }
  if (!(left < right && top < bottom)) return false;
  p.x0 = static_cast<int>(left);
  p.x1 = static_cast<int>(right);
  p.y0 = static_cast<int>(top);
  p.y1 = static_cast<int>(bottom);
  p.alpha = content.hasAlpha();
  const bool borrows = bring(sources.cropped(content, geometry.crop), {x0, y0, x1, y1}, t.a < 0, t.d < 0, geometry.nearest, targetWidth, targetHeight, p);
  borrowed_ = borrows && (!content.hasAlpha() || content.multiplied);
  return true;
}

/** True where planes of the source are used as they are. */
bool UprightPlacing::bring(const Source& source, const Box& box, bool mirrorX, bool mirrorY, bool nearest, int targetWidth, int targetHeight, PlacedPlanes& p) {
  const auto [x0, y0, x1, y1] = box;
  p.cx0 = p.x0 / 2;
  p.cy0 = p.y0 / 2;
  p.cx1 = chromaOf(p.x1);
  p.cy1 = chromaOf(p.y1);
  p.halfLeft = (p.x0 & 1) != 0;
  p.halfTop = (p.y0 & 1) != 0;
  p.halfRight = (p.x1 & 1) != 0 && p.x1 < targetWidth;
  p.halfBottom = (p.y1 & 1) != 0 && p.y1 < targetHeight;
  const double stepX = source.width / (x1 - x0), stepY = source.height / (y1 - y0);
  const auto lumaMap = [](double from, double corner, double step, int samples, bool mirror) {
    const double start = (from - corner) * step;
    return mirror ? AxisMap{samples - start, -step, samples} : AxisMap{start, step, samples};
  };
  const auto chromaMap = [](int from, double corner, double step, int length, double phase, int samples, bool mirror) {
    const double start = (2.0 * from - corner) * step;
    return mirror ? AxisMap{(length - start) / 2 + phase, -step, samples} : AxisMap{start / 2 + phase, step, samples};
  };
  const AxisMap x = lumaMap(p.x0, x0, stepX, source.width, mirrorX), y = lumaMap(p.y0, y0, stepY, source.height, mirrorY);
  const AxisMap cx = chromaMap(p.cx0, x0, stepX, source.width, source.phaseX, source.chromaWidth, mirrorX);
  const AxisMap cy = chromaMap(p.cy0, y0, stepY, source.height, source.phaseY, source.chromaHeight, mirrorY);

  const bool unit = x.step == 1 && y.step == 1;
  const auto within = [](const AxisMap& map, int count) { return map.start == std::floor(map.start) && map.start >= 0 && map.start + count <= map.samples; };
  const int width = p.width(), height = p.height(), chromaWidth = p.chromaWidth(), chromaHeight = p.chromaHeight();
  const bool halves = p.halfLeft || p.halfTop || p.halfRight || p.halfBottom;
  const bool borrowLuma = unit && within(x, width) && within(y, height);
  const bool borrowChroma = borrowLuma && within(cx, chromaWidth) && within(cy, chromaHeight) && !(p.alpha && halves);
  const auto put = [&](PlaneView from, PlaneBuffer& own, const AxisMap& across, const AxisMap& down, int w, int h, bool borrow) {
    if (borrow) return PlaneView{from.row(static_cast<int>(down.start)) + static_cast<int>(across.start), from.stride};
    own.resize(w, h);
    scaler_.scale(from, across, down, own.data(), own.stride(), w, h, nearest);
    return PlaneView{own.data(), own.stride()};
  };
  p.y = put(source.y, p.ownY, x, y, width, height, borrowLuma);
  p.u = put(source.u, p.ownU, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  p.v = put(source.v, p.ownV, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  if (!p.alpha) return borrowLuma;
  p.a = put(source.a, p.ownA, x, y, width, height, borrowLuma);
  p.chromaAlpha = put(source.chromaAlpha, p.ownChromaAlpha, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  if (halves) halveEdges(p);
  p.findSpans();
  return borrowLuma;
}

}  // namespace ami
