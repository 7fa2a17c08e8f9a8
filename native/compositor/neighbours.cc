#include "neighbours.h"

#include <algorithm>

namespace ami {

namespace {

/** More layers than anybody lays side by side; each is compared with each. */
constexpr size_t kMost = 128;
/** What is further away is a gap that somebody wants to be seen. */
constexpr double kGap = 0.5;

bool overlaps(double from, double to, double otherFrom, double otherTo) { return std::min(to, otherTo) - std::max(from, otherFrom) > 1; }

/** Whether one that ends at `end` meets one that starts at `begin`. */
bool meets(double end, double begin) { return begin - end < kGap && end - begin < 1; }

}  // namespace

void Neighbours::add(const Box& box) {
  if (boxes_.size() < kMost) boxes_.push_back(box);
}

Joins Neighbours::joinsOf(const Box& box) const {
  Joins joins;
  for (const Box& other : boxes_) {
    if (overlaps(box.y0, box.y1, other.y0, other.y1)) {
      if (meets(box.x1, other.x0)) joins.right = std::max(joins.right, other.x0);
      if (meets(other.x1, box.x0)) joins.left = std::min(joins.left, other.x1);
    }
    if (overlaps(box.x0, box.x1, other.x0, other.x1)) {
      if (meets(box.y1, other.y0)) joins.bottom = std::max(joins.bottom, other.y0);
      if (meets(other.y1, box.y0)) joins.top = std::min(joins.top, other.y1);
    }
  }
  return joins;
}

}  // namespace ami
