#pragma once
#include "content-source.h"
#include "geometry.h"
#include "placed-planes.h"
#include "scale-plane.h"

namespace ami {

/** Brings upright content to its place: edges on whole pixels; chroma is resampled for odd places, and counts half where a sample is half covered. */
class UprightPlacing {
 public:
  /** False where nothing of it is to be seen. */
  bool place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p);
  /** Whether planes are the content's own, which may lie elsewhere by the next frame. */
  bool borrowed() const { return borrowed_; }

 private:
  struct Box {
    double x0, y0, x1, y1;
  };

  bool bring(const Source& source, const Box& box, bool mirrorX, bool mirrorY, bool nearest, int targetWidth, int targetHeight, PlacedPlanes& p);

  bool borrowed_ = false;
  PlaneScaler scaler_;
};

}  // namespace ami
