#pragma once
#include <cstdint>
#include <vector>

#include "affine.h"
#include "plane-buffer.h"

namespace ami {

/** A rectangle of content as it lies in the target, for antialiased edges: how much of a target sample it covers. */
class EdgeCoverage {
 public:
  /** `toContent` leads from target samples to content pixels; `blur` is the width of the soft edge in target samples of that kind. */
  EdgeCoverage(const Affine& toContent, double width, double height);

  /** Covers of `count` samples whose first middle stands at target (x, y), `step` apart; 0 to 256. False where none is touched. */
  bool row(double x, double y, double step, int count, uint16_t* covers) const;

 private:
  Affine toContent_;
  double width_, height_;
  /** Target pixels to a content pixel, measured across each pair of edges. */
  double acrossX_, acrossY_;
};

/** Linear sampling along any straight line. `x` and `y` are of the middle of the first sample, in source samples from its corner. */
void sampleRow(PlaneView from, int width, int height, double x, double y, double stepX, double stepY, bool nearest, uint8_t* to, int count);

}  // namespace ami
