#pragma once
#include <vector>

#include "filter.h"

namespace ami {

/** Moves a frame through its own edges: what leaves on one side comes in on the other. Pixels of luma a second. */
class ScrollFilter : public Filter {
 public:
  ScrollFilter(double x, double y);
  void apply(const Planes& from, int64_t timeUs, FilterFrame& to) override;
  bool moves() const override { return true; }

 private:
  /** Samples along an axis, and the share of the next one, 0 to 255 of 256. */
  struct Place {
    int whole;
    int share;
  };
  static Place placeOf(double at, int size);
  void turn(PlaneView from, uint8_t* to, ptrdiff_t stride, int width, int height, Place x, Place y);
  /** One row of it, and the sample that follows. */
  void turnRow(const uint8_t* from, uint8_t* to, int width, int by) const;
  void multiply(const Planes& from);

  const double x_, y_;
  const int64_t startUs_;
  std::vector<uint8_t> first_, second_;
  /** Of frames with alpha what is between samples: Y, U, V multiplied with it, and alpha under chroma before and after. */
  PlaneBuffer multiplied_[3], before_, after_;
};

}  // namespace ami
