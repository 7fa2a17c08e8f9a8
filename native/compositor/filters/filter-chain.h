#pragma once
#include <memory>
#include <vector>

#include "filter.h"

namespace ami {

/** Filters in a row: run once for each new frame, however often and wherever the result is shown. */
class FilterChain {
 public:
  explicit FilterChain(std::vector<std::unique_ptr<Filter>> filters) : filters_(std::move(filters)) {}

  /** Whether the result for a frame changes from frame to frame. */
  bool moves() const;
  /** The filtered frame; `sequence` tells frames apart, `frame` frames of the program. Stays until the next call. */
  const Planes& run(const Planes& from, uint64_t sequence, int64_t timeUs, double frame);
  /** Counts results: grows with each that may differ from the one before. */
  uint64_t version() const { return version_; }
  /** The version that the result for this frame and frame has or would have. */
  uint64_t versionFor(uint64_t sequence, double frame) const { return isFresh(sequence, frame) ? version_ : version_ + 1; }

 private:
  bool isFresh(uint64_t sequence, double frame) const { return version_ > 0 && sequence_ == sequence && (!moves() || frame_ == frame); }

  const std::vector<std::unique_ptr<Filter>> filters_;
  FilterFrame frames_[2];
  int last_ = 0;
  uint64_t version_ = 0;
  uint64_t sequence_ = 0;
  double frame_ = 0;
};

}  // namespace ami
