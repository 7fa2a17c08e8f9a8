#include "slanted-placing.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"
#include "sample-plane.h"

namespace ami {

namespace {

size_t bytes(int count) { return static_cast<size_t>(count); }

}  // namespace

bool SlantedPlacing::place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p) {
  const Affine& t = geometry.transform;
  const double width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const double height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  const double alongX = std::hypot(t.a, t.b), alongY = std::hypot(t.c, t.d);
  // Thinner than a quarter of a pixel, or as good as a line.
  if (alongX * width < 0.25 || alongY * height < 0.25 || std::fabs(t.determinant()) * width * height < 0.25) return false;
  const Affine back = t.inverse();
  for (const double entry : {back.a, back.b, back.c, back.d}) {
    if (!(std::fabs(entry) < 1e6)) return false;
  }
  const double xs[] = {0, t.a * width, t.c * height, t.a * width + t.c * height}, ys[] = {0, t.b * width, t.d * height, t.b * width + t.d * height};
  const auto even = [](double value, int most) { return static_cast<int>(std::clamp<double>(value, 0, most)); };
  const int fromX = even(t.e + *std::min_element(xs, xs + 4) - 1, targetWidth) & ~1, toX = even(std::ceil(t.e + *std::max_element(xs, xs + 4) + 1), targetWidth);
  const int fromY = even(t.f + *std::min_element(ys, ys + 4) - 1, targetHeight) & ~1, toY = even(std::ceil(t.f + *std::max_element(ys, ys + 4) + 1), targetHeight);
  if (fromX >= toX || fromY >= toY) return false;
  p.x0 = fromX;
  p.x1 = std::min(targetWidth, (toX + 1) & ~1);
  p.y0 = fromY;
  p.y1 = std::min(targetHeight, (toY + 1) & ~1);
  p.cx0 = p.x0 / 2;
  p.cx1 = chromaOf(p.x1);
  p.cy0 = p.y0 / 2;
  p.cy1 = chromaOf(p.y1);
  Source source = sources.cropped(content, geometry.crop);
  // Linear sampling looks at four samples: what is made much smaller is halved before, or it would glitter.
  const auto factorOf = [](double scale, int size) {
    int factor = 1;
    while (scale * factor < 0.5 && factor * 2 <= size) factor *= 2;
    return factor;
  };
  const int factorX = geometry.nearest ? 1 : factorOf(alongX, source.width), factorY = geometry.nearest ? 1 : factorOf(alongY, source.height);
  if (factorX > 1 || factorY > 1) source = sources.shrunk(source, content.version, geometry.crop, factorX, factorY);
  sample(source, back, width, height, geometry.nearest, p);
  p.lumaX = p.lumaY = p.chromaX = p.chromaY = {};
  p.alpha = true;
  p.findSpans();
  return true;
}

void SlantedPlacing::sample(const Source& source, const Affine& back, double width, double height, bool nearest, PlacedPlanes& p) {
  const EdgeCoverage coverage(back, width, height);
  const int lumaWidth = p.width(), lumaHeight = p.height(), chromaWidth = p.chromaWidth(), chromaHeight = p.chromaHeight();
  for (PlaneBuffer* plane : {&p.ownY, &p.ownA}) plane->resize(lumaWidth, lumaHeight);
  for (PlaneBuffer* plane : {&p.ownU, &p.ownV, &p.ownChromaAlpha}) plane->resize(chromaWidth, chromaHeight);
  covers_.resize(bytes(lumaWidth));
  struct Line {
    PlaneView from;
    uint8_t* to;
  };
  // One row of all planes of a kind: `scale` leads from content pixels to the source's samples, `shift` is where those begin.
  const auto row = [&](double x, double y, double step, int count, int sourceWidth, int sourceHeight, double scaleX, double scaleY, double shiftX,
                       double shiftY, std::initializer_list<Line> lines, uint8_t* opaque) {
    const bool any = coverage.row(x, y, step, count, covers_.data());
    int first = 0, last = count;
    while (any && covers_[bytes(first)] == 0) first++;
    while (any && covers_[bytes(last - 1)] == 0) last--;
    const int run = any ? last - first : 0;
    // Between the soft edges all is covered.
    int whole = first, behind = last;
    while (whole < last && covers_[bytes(whole)] != 256) whole++;
    while (behind > whole && covers_[bytes(behind - 1)] != 256) behind--;
    const auto cover = [&](uint8_t* to) {
      coverRow(to + first, covers_.data() + first, whole - first);
      coverRow(to + behind, covers_.data() + behind, last - behind);
    };
    const auto clear = [&](uint8_t* to) {
      if (run == 0) return static_cast<void>(memset(to, 0, bytes(count)));
      memset(to, 0, bytes(first));
      memset(to + last, 0, bytes(count - last));
    };
    const double startX = x + first * step;
    const double contentX = back.a * startX + back.c * y + back.e, contentY = back.b * startX + back.d * y + back.f;
    for (const Line& line : lines) {
      clear(line.to);
      if (run == 0) continue;
      sampleRow(line.from, sourceWidth, sourceHeight, contentX * scaleX + shiftX, contentY * scaleY + shiftY, back.a * step * scaleX, back.b * step * scaleY,
                nearest, line.to + first, run);
      cover(line.to);
    }
    if (opaque == nullptr) return;
    clear(opaque);
    if (run == 0) return;
    memset(opaque + first, 255, bytes(run));
    cover(opaque);
  };
  const double scaleX = 1 / source.shrinkX, scaleY = 1 / source.shrinkY;
  for (int y = 0; y < lumaHeight; y++) {
    if (source.hasAlpha()) {
      row(p.x0 + 0.5, p.y0 + y + 0.5, 1, lumaWidth, source.width, source.height, scaleX, scaleY, 0, 0, {{source.y, p.ownY.row(y)}, {source.a, p.ownA.row(y)}}, nullptr);
    } else {
      row(p.x0 + 0.5, p.y0 + y + 0.5, 1, lumaWidth, source.width, source.height, scaleX, scaleY, 0, 0, {{source.y, p.ownY.row(y)}}, p.ownA.row(y));
    }
  }
  const double shiftX = source.phaseX * scaleX, shiftY = source.phaseY * scaleY;
  for (int y = 0; y < chromaHeight; y++) {
    const double middle = 2.0 * (p.cy0 + y) + 1;
    const Line u{source.u, p.ownU.row(y)}, v{source.v, p.ownV.row(y)}, c{source.chromaAlpha, p.ownChromaAlpha.row(y)};
    if (source.hasAlpha()) row(2.0 * p.cx0 + 1, middle, 2, chromaWidth, source.chromaWidth, source.chromaHeight, scaleX / 2, scaleY / 2, shiftX, shiftY, {u, v, c}, nullptr);
    else row(2.0 * p.cx0 + 1, middle, 2, chromaWidth, source.chromaWidth, source.chromaHeight, scaleX / 2, scaleY / 2, shiftX, shiftY, {u, v}, c.to);
  }
  p.y = {p.ownY.data(), p.ownY.stride()};
  p.a = {p.ownA.data(), p.ownA.stride()};
  p.u = {p.ownU.data(), p.ownU.stride()};
  p.v = {p.ownV.data(), p.ownV.stride()};
  p.chromaAlpha = {p.ownChromaAlpha.data(), p.ownChromaAlpha.stride()};
}

}  // namespace ami
