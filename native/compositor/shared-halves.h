#pragma once
#include <cstdint>
#include <memory>

#include "geometry.h"
#include "plane-buffer.h"

namespace ami {

/** A frame at half of its size, or a quarter. It stays as it is while anybody uses it. */
class HalvedFrame {
 public:
  const Planes& planes() const { return planes_; }

 private:
  friend class SharedHalves;
  PlaneBuffer buffers_[3];
  Planes planes_;
  uint64_t sequence_ = 0;
};

/**
 * The newest frame of a store at half and at a quarter of its size, made once for all layers that show it that small: a camera in ten tiles
 * of the multiview is read once. Pixels are those that each layer would make by itself.
 */
class SharedHalves {
 public:
  /** How often `geometry` may halve the whole of an opaque frame and still show the same: 0, 1 or 2. */
  static int times(const Planes& from, const Geometry& geometry);
  /** The frame, halved that often. */
  std::shared_ptr<const HalvedFrame> of(const Planes& from, uint64_t sequence, int times);

 private:
  std::shared_ptr<HalvedFrame> made_[2];
};

/** The geometry that shows the halved frame where the other one shows the whole. */
Geometry halvedGeometry(Geometry geometry, int times);

}  // namespace ami
