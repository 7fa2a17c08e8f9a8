#pragma once
#include "content-source.h"
#include "draw-placed.h"
#include "geometry.h"
#include "placed-planes.h"
#include "slanted-placing.h"
#include "upright-placing.h"

namespace ami {

/**
 * Content brought to its place in a target: the planes that are blended over the target's rows. They stay until the content's version or
 * the geometry changes, so that static content costs only its blend; content that is neither scaled nor has alpha is not copied at all.
 */
class Placement {
 public:
  /** False where nothing of it is to be seen. The content's planes must stay until `draw` has been called. */
  bool place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight);
  /** Whether nothing below shows through. After `place`. */
  bool hides(const Laying& laying, int targetWidth, int targetHeight) const;
  void draw(const Target& target, const Laying& laying) const { drawPlaced(placed_, target, laying); }

  /** The part of the target that it touches. */
  int left() const { return placed_.x0; }
  int top() const { return placed_.y0; }
  int right() const { return placed_.x1; }
  int bottom() const { return placed_.y1; }

 private:
  /** What the planes were made of. */
  uint64_t version_ = 0;
  Geometry geometry_;
  int targetWidth_ = 0, targetHeight_ = 0;
  bool made_ = false;
  bool seen_ = false;
  /** Planes are the content's own. */
  bool borrowed_ = false;

  PlacedPlanes placed_;
  ContentSource sources_;
  UprightPlacing upright_;
  SlantedPlacing slanted_;
};

}  // namespace ami
