#pragma once
#include <cstdint>
#include <vector>

#include "content-source.h"
#include "geometry.h"
#include "placed-planes.h"
#include "sample-plane.h"

namespace ami {

/** Brings content to its place by any other transform: sampled linearly, with soft edges. */
class SlantedPlacing {
 public:
  /** False where nothing of it is to be seen. */
  bool place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight, ContentSource& sources, PlacedPlanes& p);

 private:
  void sample(const Source& source, const Affine& back, double width, double height, bool nearest, PlacedPlanes& p);
  void fill(const SampleWalk& walk, const SampledRow* rows, int planes, int all, const CoveredRun& run) const;

  std::vector<uint16_t> covers_;
};

}  // namespace ami
