#pragma once
#include <cstdint>
#include <vector>

#include "affine.h"
#include "plane-buffer.h"

namespace ami {

/** Samples of a row that content covers: [first, last) at all, of those [whole, behind) wholly. */
struct CoveredRun {
  int first = 0, whole = 0, behind = 0, last = 0;
  int count() const { return last - first; }
};

/** A rectangle of content as it is in the target, for antialiased edges: how much of a target sample it covers. */
class EdgeCoverage {
 public:
  /** `toContent` leads from target pixels to content pixels. */
  EdgeCoverage(const Affine& toContent, double width, double height);

  /**
   * Of `count` samples whose first middle is at target (x, y), `step` apart. Coverage, 0 to 256, is written for those that are covered in
   * part.
   */
  CoveredRun row(double x, double y, double step, int count, uint16_t* covers) const;

 private:
  Affine toContent_;
  double width_, height_;
  /** Target pixels to a content pixel, measured across each pair of edges. */
  double acrossX_, acrossY_;
};

/** A straight walk over planes of one size. `x` and `y` are of the middle of the first sample, in source samples from its corner. */
struct SampleWalk {
  int width, height;
  double x, y, stepX, stepY;
  bool nearest;
};

/** Samples of one plane along a walk. */
struct SampledRow {
  PlaneView from;
  uint8_t* to;
};

/** Linear sampling (or nearest) of up to three planes along one walk. */
void sampleRows(const SampleWalk& walk, const SampledRow* rows, int planes, int count);

}  // namespace ami
