#include "draw-placed.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"

namespace ami {

namespace {

size_t bytes(int count) { return static_cast<size_t>(count); }

void drawOpaque(const PlacedPlanes& p, const Target& t, const Laying& laying) {
  const auto weight = static_cast<uint16_t>(std::lround(std::min(laying.opacity, 1.0) * 256));
  const bool halves = !laying.wholeEdges, halfLeft = p.halfLeft && halves, halfRight = p.halfRight && halves;
  const int width = p.width(), chromaWidth = p.chromaWidth();
  for (int y = p.y0; y < p.y1; y++) {
    uint8_t* ground = t.y + y * t.strideY + p.x0;
    if (weight == 256) memcpy(ground, p.y.row(y - p.y0), bytes(width));
    else mixRow(ground, p.y.row(y - p.y0), width, weight);
    if (t.a != nullptr) tintRow(t.a + y * t.strideA + p.x0, 255, width, weight);
  }
  const int first = halfLeft ? 1 : 0, count = std::max(0, chromaWidth - first - (halfRight ? 1 : 0));
  for (int cy = p.cy0; cy < p.cy1; cy++) {
    const bool half = halves && ((p.halfTop && cy == p.cy0) || (p.halfBottom && cy == p.cy1 - 1));
    const auto share = static_cast<uint16_t>(half ? weight / 2 : weight);
    const auto edge = static_cast<uint16_t>(share / 2);
    const auto lay = [&](uint8_t* ground, const uint8_t* layer) {
      if (share == 256) memcpy(ground + first, layer + first, bytes(count));
      else mixRow(ground + first, layer + first, count, share);
      if (halfLeft) mixRow(ground, layer, 1, edge);
      if (halfRight) mixRow(ground + chromaWidth - 1, layer + chromaWidth - 1, 1, edge);
    };
    lay(t.u + cy * t.strideU + p.cx0, p.u.row(cy - p.cy0));
    lay(t.v + cy * t.strideV + p.cx0, p.v.row(cy - p.cy0));
    if (t.chromaAlpha == nullptr) continue;
    uint8_t* ground = t.chromaAlpha + cy * t.strideC + p.cx0;
    tintRow(ground + first, 255, count, share);
    if (halfLeft) tintRow(ground, 255, 1, edge);
    if (halfRight) tintRow(ground + chromaWidth - 1, 255, 1, edge);
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
    rows.opacity = static_cast<float>(std::min(laying.opacity, 1.0));
    blendRows(laying.blend, rows);
  }
}

}  // namespace

void drawPlaced(const PlacedPlanes& p, const Target& target, const Laying& laying) {
  if (laying.opacity < 0.001) return;
  if (laying.blend != BlendMode::normal) drawBlended(p, target, laying);
  else if (p.alpha) drawAlpha(p, target, laying.opacity);
  else drawOpaque(p, target, laying);
}

}  // namespace ami
