#pragma once
#include <memory>
#include <vector>

#include "media-store/frame-store.h"
#include "placement.h"
#include "surface.h"

namespace ami {

enum class MixingKind { fade, slide, push, wipe };
enum class Direction { left, right, up, down };

/** How two frames become one. `progress` from 0 to 1. */
struct Mixing {
  MixingKind kind = MixingKind::fade;
  double progress = 0;
  Direction direction = Direction::left;
  double softness = 0;
  bool hasThrough = false;
  YuvColor through;
  std::shared_ptr<FrameStore> map;
};

/** Composes two surfaces of one size and mixes them. Keeps memory for the second frame. */
class Mixer {
 public:
  void render(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame);

 private:
  /** An opaque frame of the target's size. */
  struct Frame {
    PlaneBuffer planes[3];
    Target target(int width, int height);
    Content content(int width, int height) const;
  };

  void fade(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame);
  void move(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame);
  void wipe(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame);
  /** Weights of the new frame for rows `y` and `y + 1`. */
  void weigh(const Mixing& mixing, const Target& into, int y, uint8_t* weights);

  Frame frames_[2];
  Placement moved_;
  /** Frames that were moved: each is a new one. */
  uint64_t moves_ = 0;
  PlaneBuffer map_;
  PlaneScaler scaler_;
  std::vector<uint8_t> weights_;
};

}  // namespace ami
