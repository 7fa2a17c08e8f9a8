#include "upright-placing.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ami {

namespace {

/** Closer to a whole pixel than this is on it: an eighth of what an eye could see of it. */
constexpr double kClose = 1.0 / 64;
/** Edges that are in the target's outermost pixels but this close to its border reach it: no seam around what was meant to fill it. */
constexpr double kNearBorder = 0.5;

/** What two edges cover of the samples from `begin` to `end`, each `size` pixels wide but those at the target's border `most`. */
PlacedPlanes::Cover coverOf(double from, double to, int begin, int end, int size, int most) {
  const auto share = [&](int sample) {
    const double left = static_cast<double>(sample) * size, right = std::min(left + size, static_cast<double>(most));
    return static_cast<int>(std::lround(std::clamp((std::min(right, to) - std::max(left, from)) / (right - left), 0.0, 1.0) * 256));
  };
  return {share(begin), end - begin > 1 ? share(end - 1) : 256};
}

/** Edges as they count for covers of samples of that size: drawn out to the border and to neighbours. */
struct Reach {
  double from, to;
};

Reach reachOf(double from, double to, double joinFrom, double joinTo, int size, int border) {
  Reach reach = {from < kNearBorder && from > 0 ? 0 : from, to > border - kNearBorder && to < border ? border : to};
  if (joinFrom < Joins::kNone) reach.from = size * std::floor(std::min(from, joinFrom) / size);
  if (joinTo > -Joins::kNone) reach.to = size * std::ceil(std::max(to, joinTo) / size);
  return reach;
}

PlaneView filled(PlaneBuffer& plane, uint8_t value, int width, int height) {
  plane.resize(width, height);
  for (int y = 0; y < height; y++) memset(plane.row(y), value, static_cast<size_t>(width));
  return {plane.data(), plane.stride()};
}

/** Whether edges are covered in the planes themselves; without alpha that is left to the code that draws them. */
bool coversPlanes(const PlacedPlanes& p) { return p.alpha && !(p.lumaX.whole() && p.lumaY.whole() && p.chromaX.whole() && p.chromaY.whole()); }

/** Multiplies the samples at the edges with what of them is covered. */
void coverPlane(const PlaneBuffer& plane, const PlacedPlanes::Cover& across, const PlacedPlanes::Cover& down, int width, int height) {
  if (across.whole() && down.whole()) return;
  const auto scale = [](uint8_t& value, int cover) { value = static_cast<uint8_t>((value * cover + 128) >> 8); };
  for (int y = 0; y < height; y++) {
    uint8_t* row = plane.row(y);
    if (const int cover = down.at(y, height); cover < 256) {
      for (int x = 0; x < width; x++) scale(row[x], cover);
    }
    if (across.first < 256) scale(row[0], across.first);
    if (across.last < 256) scale(row[width - 1], across.last);
  }
}

void coverEdges(const PlacedPlanes& p) {
  for (const PlaneBuffer* plane : {&p.ownY, &p.ownA}) coverPlane(*plane, p.lumaX, p.lumaY, p.width(), p.height());
  for (const PlaneBuffer* plane : {&p.ownU, &p.ownV, &p.ownChromaAlpha}) coverPlane(*plane, p.chromaX, p.chromaY, p.chromaWidth(), p.chromaHeight());
}

}  // namespace

Box uprightBox(const Geometry& geometry, int width, int height) {
  const Affine& t = geometry.transform;
  const double ax = t.e, bx = t.e + t.a * width, ay = t.f, by = t.f + t.d * height;
  const auto placed = [&](double value) {
    // Half pixels go the same way on both sides of zero, or a width would change on the way.
    const double whole = std::floor(value + 0.5);
    return geometry.nearest || std::fabs(value - whole) < kClose ? whole : value;
  };
  return {placed(std::min(ax, bx)), placed(std::min(ay, by)), placed(std::max(ax, bx)), placed(std::max(ay, by))};
}

bool UprightPlacing::place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p) {
  borrowed_ = false;
  const Affine& t = geometry.transform;
  const int width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const int height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  const Box box = uprightBox(geometry, width, height);
  if (!(box.x1 - box.x0 >= kClose && box.y1 - box.y0 >= kClose)) return false;
  const Joins& joins = geometry.joins;
  const Reach x = reachOf(box.x0, box.x1, joins.left, joins.right, 1, targetWidth), y = reachOf(box.y0, box.y1, joins.top, joins.bottom, 1, targetHeight);
  double left = std::max(0.0, std::floor(x.from)), right = std::min<double>(targetWidth, std::ceil(x.to));
  double top = std::max(0.0, std::floor(y.from)), bottom = std::min<double>(targetHeight, std::ceil(y.to));
  // Surfaces know where they have content; two pixels more for what scaling spreads.
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
  p.cx0 = p.x0 / 2;
  p.cy0 = p.y0 / 2;
  p.cx1 = chromaOf(p.x1);
  p.cy1 = chromaOf(p.y1);
  p.lumaX = coverOf(x.from, x.to, p.x0, p.x1, 1, targetWidth);
  p.lumaY = coverOf(y.from, y.to, p.y0, p.y1, 1, targetHeight);
  const Reach cx = reachOf(box.x0, box.x1, joins.left, joins.right, 2, targetWidth), cy = reachOf(box.y0, box.y1, joins.top, joins.bottom, 2, targetHeight);
  p.chromaX = coverOf(cx.from, cx.to, p.cx0, p.cx1, 2, targetWidth);
  p.chromaY = coverOf(cy.from, cy.to, p.cy0, p.cy1, 2, targetHeight);
  p.alpha = content.hasAlpha() || (geometry.blended && !(p.lumaX.whole() && p.lumaY.whole()));
  const Source source = sources.cropped(content, geometry.crop);
  if (content.flat) paint(source, p);
  else borrowed_ = bring(source, box, t.a < 0, t.d < 0, geometry.nearest, p) && (!content.hasAlpha() || content.multiplied);
  return true;
}

/** Content all of one colour needs no maps: rows are its one row. */
void UprightPlacing::paint(const Source& source, PlacedPlanes& p) const {
  const bool own = coversPlanes(p);
  const auto put = [&](PlaneView from, PlaneBuffer& to, int width, int height) {
    return own ? filled(to, from.data != nullptr ? *from.data : 255, width, height) : PlaneView{from.data, 0};
  };
  p.y = put(source.y, p.ownY, p.width(), p.height());
  p.u = put(source.u, p.ownU, p.chromaWidth(), p.chromaHeight());
  p.v = put(source.v, p.ownV, p.chromaWidth(), p.chromaHeight());
  if (!p.alpha) return;
  p.a = put(source.a, p.ownA, p.width(), p.height());
  p.chromaAlpha = put(source.chromaAlpha, p.ownChromaAlpha, p.chromaWidth(), p.chromaHeight());
  if (own) coverEdges(p);
}

/** True where planes of the source are used as they are. */
bool UprightPlacing::bring(const Source& source, const Box& box, bool mirrorX, bool mirrorY, bool nearest, PlacedPlanes& p) {
  const auto [x0, y0, x1, y1] = box;
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
  // Luma that can be used unchanged is on whole pixels: nothing of it is to be covered.
  const bool borrowLuma = unit && within(x, width) && within(y, height);
  const bool borrowChroma = borrowLuma && within(cx, chromaWidth) && within(cy, chromaHeight) && !coversPlanes(p);
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
  if (source.hasAlpha()) {
    p.a = put(source.a, p.ownA, x, y, width, height, borrowLuma);
    p.chromaAlpha = put(source.chromaAlpha, p.ownChromaAlpha, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  } else {
    p.a = filled(p.ownA, 255, width, height);
    p.chromaAlpha = filled(p.ownChromaAlpha, 255, chromaWidth, chromaHeight);
  }
  if (coversPlanes(p)) coverEdges(p);
  p.findSpans();
  return borrowLuma;
}

}  // namespace ami
