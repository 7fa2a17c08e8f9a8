#pragma once
#include "content-source.h"
#include "geometry.h"
#include "placed-planes.h"
#include "scale-plane.h"

namespace ami {

/**
 * Brings upright content to its place, wherever that is between pixels: luma and chroma are resampled for it, and samples at the edges
 * count as much as they are covered. On whole pixels, unscaled, planes are the content's own.
 */
class UprightPlacing {
 public:
  /** False where nothing of it is to be seen. */
  bool place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p);
  /** Whether planes are the content's own, which may be elsewhere by the next frame. */
  bool borrowed() const { return borrowed_; }

 private:
  void paint(const Source& source, PlacedPlanes& p) const;
  bool bring(const Source& source, const Box& box, bool mirrorX, bool mirrorY, bool nearest, PlacedPlanes& p);

  bool borrowed_ = false;
  PlaneScaler scaler_;
};

}  // namespace ami
