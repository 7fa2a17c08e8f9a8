#pragma once
#include "affine.h"

namespace ami {

struct Crop {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const Crop& other) const {
    return left == other.left && top == other.top && right == other.right && bottom == other.bottom;
  }
};

/** Where content goes in a target. */
struct Geometry {
  Crop crop;
  Affine transform;
  bool nearest = false;
  bool operator==(const Geometry& other) const { return crop == other.crop && transform == other.transform && nearest == other.nearest; }
};

}  // namespace ami
