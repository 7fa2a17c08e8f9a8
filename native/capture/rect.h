#pragma once
#include <algorithm>

namespace ami {

/** Pixels: a corner and a size. Empty where a side is not positive. */
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool empty() const { return width <= 0 || height <= 0; }

  Rect intersected(const Rect& other) const {
    const int left = std::max(x, other.x);
    const int top = std::max(y, other.y);
    return {left, top, std::min(x + width, other.x + other.width) - left, std::min(y + height, other.y + other.height) - top};
  }

  bool operator==(const Rect& other) const { return x == other.x && y == other.y && width == other.width && height == other.height; }
  bool operator!=(const Rect& other) const { return !(*this == other); }
};

}  // namespace ami
