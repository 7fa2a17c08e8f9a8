#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "../scale-plane.h"
#include "filter.h"
#include "media-store/frame-store.h"

namespace ami {

/** Copies planes of the same size; `to` gets alpha where it has a plane and `from` has none: all opaque. */
void copyPicture(const Planes& from, const Planes& to);

/** Cuts off its sides. What is cut off altogether leaves one transparent pixel. */
class CropFilter : public Filter {
 public:
  CropFilter(int left, int top, int right, int bottom) : left_(left), top_(top), right_(right), bottom_(bottom) {}
  void apply(const Planes& from, int64_t timeUs, FilterPicture& to) override;

 private:
  const int left_, top_, right_, bottom_;
};

/** Shows each picture some time after it came; before the first is due, nothing. */
class DelayFilter : public Filter {
 public:
  explicit DelayFilter(int64_t delayUs) : delayUs_(delayUs) {}
  void apply(const Planes& from, int64_t timeUs, FilterPicture& to) override;
  bool moves() const override { return true; }

 private:
  struct Kept {
    int64_t cameUs = 0;
    FilterPicture picture;
  };
  const int64_t delayUs_;
  int64_t lastUs_ = -1;
  /** Oldest first; the first is the one that is shown, or the next to be. */
  std::vector<std::unique_ptr<Kept>> kept_;
};

/** Multiplies alpha with another source's picture, stretched over this one. */
class MaskFilter : public Filter {
 public:
  /** `linear`: by the light of the other picture, where it goes by luma. */
  MaskFilter(std::shared_ptr<FrameStore> store, bool byAlpha, bool invert, bool linear);
  void apply(const Planes& from, int64_t timeUs, FilterPicture& to) override;
  /** The mask may change while the picture stays. */
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
