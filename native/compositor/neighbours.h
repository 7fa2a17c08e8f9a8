#pragma once
#include <vector>

#include "geometry.h"

namespace ami {

/** Boxes of the upright layers of a surface that are drawn later than the one that is looked at. */
class Neighbours {
 public:
  void clear() { boxes_.clear(); }
  void add(const Box& box);
  /** Where they start within half a pixel of an edge of `box`, or share its last pixel. */
  Joins joinsOf(const Box& box) const;

 private:
  std::vector<Box> boxes_;
};

}  // namespace ami
