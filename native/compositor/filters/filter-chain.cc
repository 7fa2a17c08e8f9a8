#include "filter-chain.h"

namespace ami {

bool FilterChain::moves() const {
  for (const auto& filter : filters_) {
    if (filter->moves()) return true;
  }
  return false;
}

const Planes& FilterChain::run(const Planes& from, uint64_t sequence, int64_t timeUs, double frame) {
  if (isFresh(sequence, frame)) return frames_[last_].planes();
  const Planes* picture = &from;
  for (const auto& filter : filters_) {
    last_ = 1 - last_;
    filter->apply(*picture, timeUs, frames_[last_]);
    picture = &frames_[last_].planes();
  }
  version_++;
  sequence_ = sequence;
  frame_ = frame;
  return frames_[last_].planes();
}

}  // namespace ami
