#pragma once
// What of a frame differs from the frame before: not every desktop says where it drew.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "capture/rect.h"

namespace ami::pipewire {

inline constexpr int kTileSide = 64;

/** Copies what differs of a piece of a frame. True where something did. */
inline bool copyTile(const uint8_t* from, ptrdiff_t fromStride, uint8_t* to, ptrdiff_t toStride, size_t bytes, int rows) {
  bool differs = false;
  for (int row = 0; row < rows; row++, from += fromStride, to += toStride) {
    if (memcmp(from, to, bytes) == 0) continue;
    memcpy(to, from, bytes);
    differs = true;
  }
  return differs;
}

/** Copies a frame with four bytes a pixel over the one before, `width * 4` bytes a row, and answers which parts differed. */
inline std::vector<Rect> copyChanged(const uint8_t* from, ptrdiff_t stride, uint8_t* to, int width, int height) {
  const ptrdiff_t toStride = static_cast<ptrdiff_t>(width) * 4;
  std::vector<Rect> parts;
  /** Of the parts those that end where the row of tiles starts: they may go on. */
  std::vector<size_t> ending;
  for (int y = 0; y < height; y += kTileSide) {
    const int rows = std::min(kTileSide, height - y);
    std::vector<Rect> runs;
    for (int x = 0; x < width; x += kTileSide) {
      const int columns = std::min(kTileSide, width - x);
      const ptrdiff_t left = static_cast<ptrdiff_t>(x) * 4;
      if (!copyTile(from + y * stride + left, stride, to + y * toStride + left, toStride, static_cast<size_t>(columns) * 4, rows)) continue;
      if (!runs.empty() && runs.back().x + runs.back().width == x) runs.back().width += columns;
      else runs.push_back({x, y, columns, rows});
    }
    std::vector<size_t> next;
    for (const Rect& run : runs) {
      const auto above = std::find_if(ending.begin(), ending.end(), [&](size_t index) { return parts[index].x == run.x && parts[index].width == run.width; });
      if (above != ending.end()) {
        parts[*above].height += rows;
        next.push_back(*above);
      } else {
        next.push_back(parts.size());
        parts.push_back(run);
      }
    }
    ending = std::move(next);
  }
  return parts;
}

}  // namespace ami::pipewire
