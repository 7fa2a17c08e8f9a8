#pragma once
#include <algorithm>
#include <vector>

#include "media-store/frame.h"
#include "rect.h"

namespace ami {

/**
 * Rows of a frame that changed, as few spans. Whole rows, because that is what stores take; even bounds, because two rows share
 * their colours in 4:2:0.
 */
class ChangedRows {
 public:
  void reset(int width, int height) {
    width_ = width;
    height_ = height;
    marks_.assign(static_cast<size_t>((height + kBlock - 1) / kBlock), false);
    any_ = false;
  }

  void addAll() { add({0, 0, width_, height_}); }

  void add(const Rect& changed) {
    const Rect inside = changed.intersected({0, 0, width_, height_});
    if (inside.empty()) return;
    any_ = true;
    const int last = (inside.y + inside.height - 1) / kBlock;
    for (int block = inside.y / kBlock; block <= last; block++) marks_[static_cast<size_t>(block)] = true;
  }

  bool empty() const { return !any_; }

  /** Into `spans`, top first. */
  void read(std::vector<RowSpan>& spans) const {
    spans.clear();
    const int blocks = static_cast<int>(marks_.size());
    for (int block = 0; block < blocks; block++) {
      if (!marks_[static_cast<size_t>(block)]) continue;
      const int first = block * kBlock;
      const int end = std::min(first + kBlock, height_);
      // One request for two spans that are nearly neighbours is cheaper than two.
      if (!spans.empty() && first - (spans.back().first + spans.back().count) <= kBlock) {
        spans.back().count = end - spans.back().first;
      } else {
        spans.push_back({first, end - first});
      }
    }
  }

 private:
  /** Rows that are compared separately: even, and few enough that a thousand rectangles cost nothing. */
  static constexpr int kBlock = 8;
  int width_ = 0;
  int height_ = 0;
  bool any_ = false;
  std::vector<bool> marks_;
};

}  // namespace ami
