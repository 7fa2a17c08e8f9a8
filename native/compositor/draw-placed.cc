#include "draw-placed.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"

namespace ami {

namespace {

/** A row of one plane: samples at its ends count by their own covers. */
struct OpaqueRow {
  int count;
  PlacedPlanes::Cover cover;
  /** 0 to 256, of the samples between. */
  int weight;

  uint16_t share(int cover) const { return static_cast<uint16_t>((weight * cover + 128) >> 8); }
  /** Calls `work(first sample, samples, weight)` for each part. */
  template <class Work>
  void parts(Work&& work) const {
    const int first = cover.first < 256 ? 1 : 0, last = count > 1 && cover.last < 256 ? 1 : 0;
    if (first > 0) work(0, 1, share(cover.first));
    if (count > first + last) work(first, count - first - last, static_cast<uint16_t>(weight));
    if (last > 0) work(count - 1, 1, share(cover.last));
  }
  void lay(uint8_t* ground, const uint8_t* layer) const {
    parts([&](int at, int samples, uint16_t share) {
      if (share == 256) memcpy(ground + at, layer + at, static_cast<size_t>(samples));
      else mixRow(ground + at, layer + at, samples, share);
    });
  }
  void layAlpha(uint8_t* ground) const {
    parts([&](int at, int samples, uint16_t share) { tintRow(ground + at, 255, samples, share); });
  }
};

void drawOpaque(const PlacedPlanes& p, const Target& t, double opacity) {
  const auto weight = static_cast<int>(std::lround(std::min(opacity, 1.0) * 256));
  const auto rowOf = [weight](int count, const PlacedPlanes::Cover& across, int down) { return OpaqueRow{count, across, (weight * down + 128) >> 8}; };
  for (int y = p.y0; y < p.y1; y++) {
    const OpaqueRow row = rowOf(p.width(), p.lumaX, p.lumaY.at(y - p.y0, p.height()));
    row.lay(t.y + y * t.strideY + p.x0, p.y.row(y - p.y0));
    if (t.a != nullptr) row.layAlpha(t.a + y * t.strideA + p.x0);
  }
  for (int cy = p.cy0; cy < p.cy1; cy++) {
    const OpaqueRow row = rowOf(p.chromaWidth(), p.chromaX, p.chromaY.at(cy - p.cy0, p.chromaHeight()));
    row.lay(t.u + cy * t.strideU + p.cx0, p.u.row(cy - p.cy0));
    row.lay(t.v + cy * t.strideV + p.cx0, p.v.row(cy - p.cy0));
    if (t.chromaAlpha != nullptr) row.layAlpha(t.chromaAlpha + cy * t.strideC + p.cx0);
  }
}

void drawAlpha(const PlacedPlanes& p, const Target& t, double opacity) {
  const auto weight = static_cast<uint8_t>(std::lround(std::min(opacity, 1.0) * 255));
  const auto lay = [weight](uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count) {
    if (weight == 255) overRow(ground, layer, alpha, count);
    else overRowAt(ground, layer, alpha, count, weight);
  };
  for (int cy = p.cy0; cy < p.cy1; cy++) {
    const PlacedPlanes::Span span = p.spanOf(cy);
    if (span.from >= span.to) continue;
    const int x = p.x0 + span.from, width = span.to - span.from;
    for (int y = std::max(2 * cy, p.y0); y < std::min(2 * cy + 2, p.y1); y++) {
      const uint8_t* alpha = p.a.row(y - p.y0) + span.from;
      lay(t.y + y * t.strideY + x, p.y.row(y - p.y0) + span.from, alpha, width);
      if (t.a != nullptr) lay(t.a + y * t.strideA + x, alpha, alpha, width);
    }
    // One sample more on each side: scaled chroma may reach further than scaled alpha.
    const int from = std::max(p.cx0, x / 2 - 1), count = std::min(p.cx1, chromaOf(p.x0 + span.to) + 1) - from;
    const auto at = [&](const PlaneView& plane) { return plane.row(cy - p.cy0) + from - p.cx0; };
    lay(t.u + cy * t.strideU + from, at(p.u), at(p.chromaAlpha), count);
    lay(t.v + cy * t.strideV + from, at(p.v), at(p.chromaAlpha), count);
    if (t.chromaAlpha != nullptr) lay(t.chromaAlpha + cy * t.strideC + from, at(p.chromaAlpha), at(p.chromaAlpha), count);
  }
}

void drawBlended(const PlacedPlanes& p, const Target& t, const Laying& laying) {
  for (int cy = p.cy0; cy < p.cy1; cy++) {
    const PlacedPlanes::Span span = p.spanOf(cy);
    if (span.from >= span.to) continue;
    const int x = p.x0 + span.from, cx = x / 2;
    BlendRows rows{};
    int line = 0;
    for (int y = std::max(2 * cy, p.y0); y < std::min(2 * cy + 2, p.y1); y++, line++) {
      rows.groundY[line] = t.y + y * t.strideY + x;
      rows.groundA[line] = t.a != nullptr ? t.a + y * t.strideA + x : nullptr;
      rows.layerY[line] = p.y.row(y - p.y0) + span.from;
      rows.layerA[line] = p.alpha ? p.a.row(y - p.y0) + span.from : nullptr;
    }
    rows.groundU = t.u + cy * t.strideU + cx;
    rows.groundV = t.v + cy * t.strideV + cx;
    rows.groundChromaAlpha = t.chromaAlpha != nullptr ? t.chromaAlpha + cy * t.strideC + cx : nullptr;
    rows.layerU = p.u.row(cy - p.cy0) + cx - p.cx0;
    rows.layerV = p.v.row(cy - p.cy0) + cx - p.cx0;
    rows.layerChromaAlpha = p.alpha ? p.chromaAlpha.row(cy - p.cy0) + cx - p.cx0 : nullptr;
    rows.width = span.to - span.from;
    rows.odd = (x & 1) != 0;
    rows.lastAlone = x + rows.width == t.width;
    rows.rowAlone = 2 * cy + 1 == t.height;
    rows.opacity = static_cast<float>(std::min(laying.opacity, 1.0));
    rows.linear = laying.linear;
    blendRows(laying.blend, rows);
  }
}

}  // namespace

void drawPlaced(const PlacedPlanes& p, const Target& target, const Laying& laying) {
  if (laying.opacity < 0.001) return;
  if (laying.mixes(p.alpha)) drawBlended(p, target, laying);
  else if (p.alpha) drawAlpha(p, target, laying.opacity);
  else drawOpaque(p, target, laying.opacity);
}

}  // namespace ami
