#pragma once
#include <limits>

#include "affine.h"

namespace ami {

struct Crop {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const Crop& other) const {
    return left == other.left && top == other.top && right == other.right && bottom == other.bottom;
  }
};

/** Edges of an upright layer, pixels of its target. */
struct Box {
  double x0, y0, x1, y1;
};

/**
 * Where neighbours start that are drawn later, pixels of the target: edges there are drawn out over whole pixels, or what is below would
 * shine through where two layers share a pixel. Infinite without a neighbour.
 */
struct Joins {
  static constexpr double kNone = std::numeric_limits<double>::infinity();
  double left = kNone, top = kNone, right = -kNone, bottom = -kNone;
  bool operator==(const Joins& other) const {
    return left == other.left && top == other.top && right == other.right && bottom == other.bottom;
  }
};

/** Where content goes in a target. */
struct Geometry {
  Crop crop;
  Affine transform;
  bool nearest = false;
  /** Mixed with what is below by a blend mode: edges that cover pixels in part need alpha. */
  bool blended = false;
  Joins joins;
  bool operator==(const Geometry& other) const {
    return crop == other.crop && transform == other.transform && nearest == other.nearest && blended == other.blended && joins == other.joins;
  }
};

/**
 * The box of upright content of that size, cropped already. Edges as good as on whole pixels are brought there, so that what is not
 * scaled stays what it is; by the nearest all of them are, for its content moves by whole pixels, too.
 */
Box uprightBox(const Geometry& geometry, int width, int height);

}  // namespace ami
