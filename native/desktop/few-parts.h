#pragma once
// What was drawn on, as few parts as are worth it.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "capture/rect.h"

namespace ami {

/** More parts than this are one: each costs a message's head and a call of the browser's. */
inline constexpr size_t kMostParts = 24;

/** Joins parts that are more than are worth it. */
inline void joinMany(std::vector<Rect>& parts) {
  if (parts.size() <= kMostParts) return;
  Rect all = parts.front();
  for (const Rect& part : parts) {
    const int right = std::max(all.x + all.width, part.x + part.width);
    const int bottom = std::max(all.y + all.height, part.y + part.height);
    all.x = std::min(all.x, part.x);
    all.y = std::min(all.y, part.y);
    all.width = right - all.x;
    all.height = bottom - all.y;
  }
  parts.assign(1, all);
}

}  // namespace ami
