#include "slanted-placing.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"
#include "sample-plane.h"

namespace ami {

namespace {

size_t bytes(int count) { return static_cast<size_t>(count); }

/** Clears what of [from, to) a run leaves. */
void clearAround(uint8_t* row, const CoveredRun& run, int from, int to) {
  if (run.count() == 0) {
    memset(row + from, 0, bytes(to - from));
    return;
  }
  if (run.first > from) memset(row + from, 0, bytes(std::min(run.first, to) - from));
  if (run.last < to) memset(row + std::max(run.last, from), 0, bytes(to - std::max(run.last, from)));
}

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
  const bool asItIs = geometry.nearest || content.flat;
  const int factorX = asItIs ? 1 : factorOf(alongX, source.width), factorY = asItIs ? 1 : factorOf(alongY, source.height);
  if (factorX > 1 || factorY > 1) source = sources.shrunk(source, content.version, geometry.crop, factorX, factorY);
  sample(source, back, width, height, geometry.nearest, p);
  p.lumaX = p.lumaY = p.chromaX = p.chromaY = {};
  p.alpha = true;
  return true;
}

void SlantedPlacing::sample(const Source& source, const Affine& back, double width, double height, bool nearest, PlacedPlanes& p) {
  const EdgeCoverage coverage(back, width, height);
  for (PlaneBuffer* plane : {&p.ownY, &p.ownA}) plane->resize(p.width(), p.height());
  for (PlaneBuffer* plane : {&p.ownU, &p.ownV, &p.ownChromaAlpha}) plane->resize(p.chromaWidth(), p.chromaHeight());
  covers_.resize(bytes(p.width()));
  p.spans.resize(bytes(p.chromaHeight()));
  const double scaleX = 1 / source.shrinkX, scaleY = 1 / source.shrinkY;
  const int alphaPlanes = source.hasAlpha() ? 1 : 0;
  for (int cy = p.cy0; cy < p.cy1; cy++) {
    PlacedPlanes::Span& span = p.spans[bytes(cy - p.cy0)];
    CoveredRun runs[2];
    span = {p.width(), 0};
    const int first = 2 * cy - p.y0, behind = std::min(first + 2, p.height());
    for (int y = first; y < behind; y++) {
      const double startX = p.x0 + 0.5, startY = p.y0 + y + 0.5;
      CoveredRun& run = runs[y - first];
      run = coverage.row(startX, startY, 1, p.width(), covers_.data());
      if (run.count() == 0) continue;
      span = {std::min(span.from, run.first), std::max(span.to, run.last)};
      const double x = startX + run.first;
      const SampleWalk walk{source.width, source.height, (back.a * x + back.c * startY + back.e) * scaleX, (back.b * x + back.d * startY + back.f) * scaleY,
                            back.a * scaleX, back.b * scaleY, nearest};
      const SampledRow rows[] = {{source.y, p.ownY.row(y)}, {source.a, p.ownA.row(y)}};
      fill(walk, rows, 1 + alphaPlanes, 2, run);
    }
    if (span.from >= span.to) {
      span = {0, 0};
      continue;
    }
    for (int y = first; y < behind; y++) {
      for (const PlaneBuffer* plane : {&p.ownY, &p.ownA}) clearAround(plane->row(y), runs[y - first], span.from, span.to);
    }
    const double startX = 2.0 * p.cx0 + 1, startY = 2.0 * cy + 1;
    const CoveredRun run = coverage.row(startX, startY, 2, p.chromaWidth(), covers_.data());
    const int y = cy - p.cy0;
    const SampledRow rows[] = {{source.u, p.ownU.row(y)}, {source.v, p.ownV.row(y)}, {source.chromaAlpha, p.ownChromaAlpha.row(y)}};
    if (run.count() > 0) {
      const double x = startX + 2 * run.first;
      const SampleWalk walk{source.chromaWidth,
                            source.chromaHeight,
                            (back.a * x + back.c * startY + back.e) * scaleX / 2 + source.phaseX * scaleX,
                            (back.b * x + back.d * startY + back.f) * scaleY / 2 + source.phaseY * scaleY,
                            back.a * scaleX,
                            back.b * scaleY,
                            nearest};
      fill(walk, rows, 2 + alphaPlanes, 3, run);
    }
    // Drawing a span reads a sample more on each side.
    const int from = std::max(0, span.from / 2 - 1), to = std::min(p.chromaWidth(), span.to / 2 + 2);
    for (const SampledRow& row : rows) clearAround(row.to, run, from, to);
  }
  p.y = {p.ownY.data(), p.ownY.stride()};
  p.a = {p.ownA.data(), p.ownA.stride()};
  p.u = {p.ownU.data(), p.ownU.stride()};
  p.v = {p.ownV.data(), p.ownV.stride()};
  p.chromaAlpha = {p.ownChromaAlpha.data(), p.ownChromaAlpha.stride()};
  // What is clear in the content itself need not be drawn, either.
  if (source.hasAlpha()) p.findSpans();
}

/** Samples `planes` of the rows; if there is one more it is opaque. */
void SlantedPlacing::fill(const SampleWalk& walk, const SampledRow* rows, int planes, int all, const CoveredRun& run) const {
  SampledRow moved[3];
  for (int i = 0; i < planes; i++) moved[i] = {rows[i].from, rows[i].to + run.first};
  sampleRows(walk, moved, planes, run.count());
  if (planes < all) memset(rows[planes].to + run.first, 255, bytes(run.count()));
  for (int i = 0; i < all; i++) {
    coverRow(rows[i].to + run.first, covers_.data() + run.first, run.whole - run.first);
    coverRow(rows[i].to + run.behind, covers_.data() + run.behind, run.last - run.behind);
  }
}

}  // namespace ami
