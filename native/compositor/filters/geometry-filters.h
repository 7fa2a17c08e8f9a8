#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "../scale-plane.h"
#include "filter.h"
#include "media-store/frame-store.h"

namespace ami {

/** Copies planes of the same size; `to` gets alpha where it has a plane and `from` has none: all opaque. */
void copyFrame(const Planes& from, const Planes& to);

/** Cuts off its sides. What is cut off altogether leaves one transparent pixel. */
class CropFilter : public Filter {
 public:
  CropFilter(int left, int top, int right, int bottom) : left_(left), top_(top), right_(right), bottom_(bottom) {}
  void apply(const Planes& from, int64_t timeUs, FilterFrame& to) override;

 private:
  const int left_, top_, right_, bottom_;
};

/** Shows each frame some time after it came; before the first is due, nothing. */
class DelayFilter : public Filter {
 public:
  explicit DelayFilter(int64_t delayUs) : delayUs_(delayUs) {}
  void apply(const Planes& from, int64_t timeUs, FilterFrame& to) override;
  bool moves() const override { return true; }

 private:
  struct Kept {
    int64_t cameUs = 0;
    FilterFrame frame;
  };
  const int64_t delayUs_;
  int64_t lastUs_ = -1;
  /** Oldest first; the first is the one that is shown, or the next to be. */
  std::vector<std::unique_ptr<Kept>> kept_;
};

/** Multiplies alpha with another source's frame, stretched over this one. */
class MaskFilter : public Filter {
 public:
  /** `linear`: by the light of the other frame, where it goes by luma. */
  MaskFilter(std::shared_ptr<FrameStore> store, bool byAlpha, bool invert, bool linear);
  void apply(const Planes& from, int64_t timeUs, FilterFrame& to) override;
  /** The mask may change while the frame stays. */
  bool moves() const override { return true; }

 private:
  const std::shared_ptr<FrameStore> store_;
  const bool byAlpha_;
  /** How opaque each value of the mask is. */
  uint8_t opaque_[256];
  PlaneScaler scaler_;
  std::vector<uint8_t> mask_;
};

}  // namespace ami
