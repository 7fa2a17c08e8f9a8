#pragma once
#include <vector>

#include "plane-buffer.h"

namespace ami {

/**
 * How the samples of a target map to those of a source, along one axis: target sample i covers the source from `start + i * step` to `start
 * + (i + 1) * step`, in source samples. A negative step mirrors.
 */
struct AxisMap {
  double start = 0;
  double step = 1;
  /** Samples that the source has; outside, its edge goes on. */
  int samples = 1;
  bool operator==(const AxisMap& other) const { return start == other.start && step == other.step && samples == other.samples; }
};

/** A plane at half its width, its height, or both: each sample the mean of those that it covers. */
void halvePlane(PlaneView from, PlaneBuffer& to, int width, int height, bool acrossX, bool acrossY);

/** Scales planes with any phase: halved while they are more than twice too large, the rest by area or, enlarging, linearly. */
class PlaneScaler {
 public:
  /** Writes `width` by `height` samples. `nearest` takes the sample in the middle of each. */
  void scale(PlaneView from, AxisMap x, AxisMap y, uint8_t* to, ptrdiff_t stride, int width, int height, bool nearest);

 private:
  /** Three neighbouring samples and what each counts, 256 together. */
  struct Tap {
    int index;
    uint16_t weights[3];
  };
  struct Group;
  /** What a map comes to for this many samples. */
  struct Axis {
    AxisMap map;
    int count = 0;
    std::vector<Tap> taps;
    /** All samples are as far beside theirs. */
    bool shifted = false;
    std::vector<uint8_t> groups;
  };
  /** Those of luma and chroma: frame after frame they are the same. */
  struct Axes {
    Axis kept[2];
    int newest = 0;
  };

  static void layTaps(const AxisMap& map, int count, std::vector<Tap>& taps);
  static bool isShift(const std::vector<Tap>& taps);
  static void layGroups(Axis& axis);
  static const Axis& axisOf(Axes& axes, const AxisMap& map, int count, bool across);
  static void scaleRow(const Axis& across, const uint8_t* row, uint8_t* to, int width);
  void scaleNearest(PlaneView from, const AxisMap& x, const AxisMap& y, uint8_t* to, ptrdiff_t stride, int width, int height);
  PlaneView halve(PlaneView from, int& width, int& height, bool acrossX, bool acrossY, int turn);

  Axes across_, down_;
  std::vector<uint8_t> line_;
  std::vector<int> indices_;
  PlaneBuffer halves_[2];
};

}  // namespace ami
